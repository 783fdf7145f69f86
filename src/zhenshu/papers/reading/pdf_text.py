"""The text layer of a pdf."""

from pathlib import Path

from zhenshu.papers.reading.errors import BrokenFileError, LockedFileError, ScannedPdfError

# A page of a report has several hundred characters; stamps and page numbers alone stay below this.
LEAST_CHARACTERS = 20


def read_pdf(path: Path) -> str:
    """The text of all pages, one after another."""
    import pypdfium2  # loads a shared library, which the other kinds do without

    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _refusal(path, error) from error
    try:
        pages = [_page_text(page) for page in pdf]
    finally:
        pdf.close()
    if sum(len(page.strip()) for page in pages) < LEAST_CHARACTERS * max(1, len(pages)):
        raise ScannedPdfError(name=path.name, pages=len(pages))
    return "\n".join(pages)


def _page_text(page: object) -> str:
    layer = page.get_textpage()  # type: ignore[attr-defined]
    try:
        return str(layer.get_text_bounded()).replace("\r\n", "\n").replace("\r", "\n")
    finally:
        layer.close()


def _refusal(path: Path, error: Exception) -> BrokenFileError | LockedFileError:
    if "password" in str(error).lower():
        return LockedFileError(name=path.name)
    return BrokenFileError(name=path.name, kind="pdf", detail=str(error))
