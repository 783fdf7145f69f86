"""A file turned into a document: decoded, mended, every character in its place."""

import re
from pathlib import Path

from zhenshu.papers.reading.decoding import decode
from zhenshu.papers.reading.document import Document, Repair
from zhenshu.papers.reading.errors import (
    BrokenFileError,
    EmptyFileError,
    LockedFileError,
    TextTooLongError,
    WrongFormatError,
    gettext_noop,
)
from zhenshu.papers.reading.packages import part_names
from zhenshu.papers.reading.repair import repair

__all__ = ["TEXT_LIMIT", "Document", "Repair", "from_text", "load"]

# A full report has 10,000 to 30,000 characters; three hundred of them in one file are no report.
TEXT_LIMIT = 6_000_000
MILLION = 1_000_000
_HTML_START = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
_FOREIGN = {
    "xl/workbook.xml": gettext_noop("a spreadsheet (xlsx)"),
    "ppt/presentation.xml": gettext_noop("a presentation (pptx)"),
    "content.xml": gettext_noop("an OpenDocument file"),
    "OFD.xml": gettext_noop("an OFD file"),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = {
    b"{\\rtf": gettext_noop("an RTF file"),
    b"\x89PNG": gettext_noop("a picture"),
    b"\xff\xd8\xff": gettext_noop("a picture"),
    b"GIF8": gettext_noop("a picture"),
    b"Rar!": gettext_noop("an archive"),
    b"7z\xbc\xaf": gettext_noop("an archive"),
    b"PK\x03\x04": gettext_noop("an archive"),
}
# Words at least one of which stands every few sentences in a work report, and nearly never in a story.
_REPORT_WORDS = re.compile(
    "工作报告|各位代表|人民政府|街道|全镇|全乡|我镇|我乡|全区|万元|亿元|同比|项目|建设|推进|落实|完成|治理|服务|"
    "发展|群众|企业|专项|整治|考核|党委|安全生产"
)
REPORT_DENSITY = 1 / 120
JUDGED_LENGTH = 300
NOT_A_REPORT = gettext_noop(
    "This text has few words of a work report; it may be something else. It was read all the same."
)


def load(path: Path) -> Document:
    """The document in the file at *path*: txt, docx, html or pdf, told by content rather than by name."""
    with path.open("rb") as stream:
        head = stream.read(2048)
    text, found, kind, encoding = _read(path, head)
    if not text.strip(" \t\r\n\u3000\ufeff\x00"):
        raise EmptyFileError(name=path.name)
    if len(text) > TEXT_LIMIT:
        raise _too_long(path, len(text))
    return _document(text, found, kind=kind, encoding=encoding)


def from_text(text: str) -> Document:
    """The document of a text already at hand, pasted into a page for instance."""
    if not text.strip():
        raise EmptyFileError(name="text")
    if len(text) > TEXT_LIMIT:
        raise TextTooLongError(name="text", size=len(text) // MILLION, limit=TEXT_LIMIT // MILLION)
    return _document(text, [], kind="text", encoding="utf-8")


def _document(text: str, found: list[Repair], *, kind: str, encoding: str) -> Document:
    mended = repair(text)
    repairs = sorted(found + mended.repairs, key=lambda each: (each.start, each.end))
    warnings = () if _is_report(mended.clean) else (NOT_A_REPORT,)
    return Document(text, mended.clean, mended.origin, repairs, kind, encoding, warnings)


def _read(path: Path, head: bytes) -> tuple[str, list[Repair], str, str]:
    if head.startswith(b"%PDF"):
        from zhenshu.papers.reading.pdf_text import read_pdf  # the pdf library, only for pdf

        return read_pdf(path), [], "pdf", "utf-8"
    names = part_names(path) if head.startswith(b"PK") else []
    if "word/document.xml" in names:
        from zhenshu.papers.reading.docx_text import read_docx  # the XML library, only for docx

        text, repairs = read_docx(path)
        return text, repairs, "docx", "utf-8"
    _refuse_foreign(path, head, names)
    return _read_plain(path, head)


def _read_plain(path: Path, head: bytes) -> tuple[str, list[Repair], str, str]:
    size = path.stat().st_size
    if size > TEXT_LIMIT * 4:
        raise _too_long(path, size // 3)
    content = path.read_bytes()
    if _HTML_START.match(head) or path.suffix.lower() in (".html", ".htm"):
        from zhenshu.papers.reading.html_text import read_html  # the HTML library, only for html

        text, repairs, encoding = read_html(content)
        return text, repairs, "html", encoding
    decoded = decode(content)
    return decoded.text, decoded.repairs, "txt", decoded.encoding


def _refuse_foreign(path: Path, head: bytes, names: list[str]) -> None:
    if head.startswith(_OLE):
        raise _old_or_locked(path)
    if head.startswith(b"PK") and not names:
        raise BrokenFileError(name=path.name, kind="docx", detail=gettext_noop("it ends too early"))
    for part, kind in _FOREIGN.items():
        if part in names:
            raise WrongFormatError(name=path.name, kind=kind)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            raise WrongFormatError(name=path.name, kind=kind)


def _old_or_locked(path: Path) -> LockedFileError | WrongFormatError:
    """A locked docx and an old .doc share one container; the directory inside tells them apart."""
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        return LockedFileError(name=path.name)
    return WrongFormatError(name=path.name, kind=gettext_noop("an old Word or WPS file (doc, wps)"))


def _too_long(path: Path, size: int) -> TextTooLongError:
    return TextTooLongError(name=path.name, size=max(1, size // MILLION), limit=TEXT_LIMIT // MILLION)


def _is_report(text: str) -> bool:
    """Short texts get the benefit of the doubt; long ones must use the words of a report."""
    part = text[:20_000]
    return len(part) < JUDGED_LENGTH or len(_REPORT_WORDS.findall(part)) > REPORT_DENSITY * len(part)
