"""An official document or a wall chart as docx."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import docx
from docx.document import Document as Word
from docx.enum.section import WD_SECTION

from zhenshu.papers.writing.geometry import (
    A3_LANDSCAPE,
    A4,
    FANGSONG,
    HEITI,
    KAITI,
    SIZE_2,
    SIZE_3,
    SIZE_5,
    SIZE_SMALL_4,
    SONGTI,
    TITLE_SONG,
    Face,
    Page,
)
from zhenshu.papers.writing.ooxml import (
    Look,
    declare_faces,
    number_pages,
    put_red_rule,
    put_table,
    rename_faces,
    set_base_style,
    set_page,
    shape_paragraph,
    write_run,
)
from zhenshu.papers.writing.paper import (
    Appendix,
    Block,
    Cell,
    Column,
    Heading,
    Letterhead,
    OfficialPaper,
    Paragraph,
    Run,
    Source,
    Table,
    WallChart,
)

Provenance = Literal["none", "comments", "appendix", "both"]
AUTHOR = "镇枢"
SOURCES_TITLE = "数据来源"
SOURCE_COLUMNS = (
    Column("序号", 0.8, "center"),
    Column("数据", 1.2),
    Column("指标", 1.8),
    Column("口径", 1.9),
    Column("截至", 1.5, "center"),
    Column("记录", 1.6),
    Column("签发人", 1.1, "center"),
)
# GB/T 9704-2012, 7.3.3: the levels of headings are set in these faces.
HEADING_FACES: Mapping[int, Face] = {1: HEITI, 2: KAITI, 3: FANGSONG, 4: FANGSONG}
USUAL_FACES: Mapping[str, str] = {}
RED = "FF0000"
DATE_FROM_RIGHT = 4


def write_official(
    paper: OfficialPaper,
    out: Path,
    *,
    provenance: Provenance = "none",
    substitutes: Mapping[str, str] = USUAL_FACES,
) -> None:
    """Write *paper* to *out* as docx in the layout of official documents.

    *provenance* tells where the sources of figures go; *substitutes* names other faces to set.
    """
    word = _new_word(A4, size=SIZE_3, title=paper.title)
    if paper.letterhead is not None:
        _put_letterhead(word, paper.letterhead)
    _put_title(word, paper.title, paper.subtitle)
    if paper.addressee:
        _put_line(word, paper.addressee, indented=False)
    commented = provenance in ("comments", "both")
    _put_blocks(word, paper.blocks, commented=commented)
    _put_signature(word, paper.signature, paper.date)
    for appendix in _appendices(paper, provenance):
        _put_appendix(word, appendix)
    rename_faces(word, substitutes)
    word.save(str(out))


def write_wall_chart(
    chart: WallChart,
    out: Path,
    *,
    page: Page = A3_LANDSCAPE,
    substitutes: Mapping[str, str] = USUAL_FACES,
) -> None:
    """Write *chart* to *out* as docx on one wide table, its heading row on every sheet."""
    word = _new_word(page, size=SIZE_SMALL_4, title=chart.title)
    _put_title(word, chart.title, ())
    if chart.note:
        line = word.add_paragraph()
        shape_paragraph(line, align="right", indent=0)
        write_run(line, chart.note, Look(FANGSONG, SIZE_SMALL_4))
    put_table(word, chart.table, width=page.text_width, size=SIZE_SMALL_4)
    rename_faces(word, substitutes)
    word.save(str(out))


def _new_word(page: Page, *, size: float, title: str) -> Word:
    word = docx.Document()
    word.core_properties.author = AUTHOR
    word.core_properties.title = title
    declare_faces(word)
    set_base_style(word, FANGSONG, size, page)
    set_page(word.sections[0], page)
    number_pages(word, SONGTI)
    return word


def _put_letterhead(word: Word, head: Letterhead) -> None:
    """The issuer in red, the number below, a red rule of the type area's width 4 mm under it (7.2)."""
    if head.urgency:
        line = word.add_paragraph()
        shape_paragraph(line, align="left", indent=0)
        write_run(line, head.urgency, Look(HEITI, SIZE_3))
    mark = word.add_paragraph()
    shape_paragraph(mark, align="center", indent=0, free_height=True)
    write_run(mark, head.issuer, Look(TITLE_SONG, _mark_size(head.issuer), colour=RED))
    _blank(word, 2)
    number = word.add_paragraph()
    shape_paragraph(number, align="center", indent=0)
    write_run(number, head.number, Look(FANGSONG, SIZE_3))
    put_red_rule(number, RED)
    _blank(word, 2)


def _mark_size(issuer: str) -> float:
    """The largest size up to 48 pt at which *issuer* stays on one line."""
    widest = A4.text_width / 25.4 * 72
    return float(min(48, int(widest / max(1, len(issuer)))))


def _put_title(word: Word, title: str, subtitle: tuple[str, ...]) -> None:
    for line in title.split("\n"):
        paragraph = word.add_paragraph()
        shape_paragraph(paragraph, align="center", indent=0, keep_next=True, on_grid=False)
        write_run(paragraph, line, Look(TITLE_SONG, SIZE_2))
    for line in subtitle:
        paragraph = word.add_paragraph()
        shape_paragraph(paragraph, align="center", indent=0, keep_next=True)
        write_run(paragraph, line, Look(KAITI, SIZE_3))
    _blank(word, 1)


def _put_line(word: Word, text: str, *, indented: bool) -> None:
    paragraph = word.add_paragraph()
    shape_paragraph(paragraph, align=None, indent=2 if indented else 0)
    write_run(paragraph, text, Look(FANGSONG, SIZE_3))


def _blank(word: Word, lines: int) -> None:
    for _ in range(lines):
        shape_paragraph(word.add_paragraph(), align=None, indent=0)


def _put_blocks(word: Word, blocks: Iterable[Block], *, commented: bool) -> None:
    for block in blocks:
        match block:
            case Heading():
                _put_heading(word, block)
            case Paragraph():
                _put_paragraph(word, block, commented=commented)
            case Table():
                _put_captioned_table(word, block)


def _put_heading(word: Word, heading: Heading) -> None:
    paragraph = word.add_paragraph(style=f"Heading {heading.level}")
    shape_paragraph(paragraph, align=None, indent=2, keep_next=True)
    write_run(paragraph, heading.text, Look(HEADING_FACES[heading.level], SIZE_3))


def _put_paragraph(word: Word, block: Paragraph, *, commented: bool) -> None:
    paragraph = word.add_paragraph()
    shape_paragraph(paragraph, align=block.align, indent=2 if block.indented and not block.align else 0)
    for run in block.runs:
        written = write_run(paragraph, run.text, Look(FANGSONG, SIZE_3, bold=run.bold))
        if commented and run.source is not None:
            _comment(word, written, run.source)


def _comment(word: Word, run: Any, source: Source) -> None:
    word.add_comment(runs=run, text=describe_source(source), author=AUTHOR, initials="枢")


def describe_source(source: Source) -> str:
    """The source in one line: 指标；口径；截至；记录；签发人, without what is unknown."""
    parts = (
        ("指标", source.name),
        ("口径", source.definition),
        ("截至", source.as_of),
        ("记录", source.records),
        ("签发人", source.signer),
    )
    return "；".join(f"{label}：{words}" for label, words in parts if words)


def _put_captioned_table(word: Word, table: Table) -> None:
    if table.caption:
        paragraph = word.add_paragraph()
        shape_paragraph(paragraph, align="center", indent=0, keep_next=True)
        write_run(paragraph, table.caption, Look(HEITI, SIZE_SMALL_4))
    put_table(word, table, width=A4.text_width, size=SIZE_5)


def _put_signature(word: Word, signature: str, date: str) -> None:
    """The date four characters from the right, the signature centred above it (7.3.5)."""
    if not (signature or date):
        return
    _blank(word, 1)
    for text, right in ((signature, signature_from_right(signature, date)), (date, float(DATE_FROM_RIGHT))):
        if text:
            paragraph = word.add_paragraph()
            shape_paragraph(paragraph, align="right", indent=0, right=right, keep_next=text == signature)
            write_run(paragraph, text, Look(FANGSONG, SIZE_3))


def signature_from_right(signature: str, date: str) -> float:
    """How many characters the signature stands from the right edge, so that it is centred over the date."""
    if not date:
        return float(DATE_FROM_RIGHT)
    return max(0.0, DATE_FROM_RIGHT + (_width(date) - _width(signature)) / 2)


def _width(text: str) -> float:
    """The width of *text* in full characters: digits and letters are half as wide."""
    return sum(0.5 if character.isascii() else 1.0 for character in text)


def _appendices(paper: OfficialPaper, provenance: Provenance) -> tuple[Appendix, ...]:
    sources = paper.sources() if provenance in ("appendix", "both") else ()
    if not sources:
        return paper.appendices
    return (*paper.appendices, Appendix(SOURCES_TITLE, (source_table(sources),)))


def source_table(sources: Iterable[Source]) -> Table:
    """The appendix 数据来源: one row a figure, in the order of the text."""
    rows = ((str(number), *_source_words(source)) for number, source in enumerate(sources, 1))
    return Table(SOURCE_COLUMNS, tuple(tuple(Cell(words) for words in row) for row in rows))


def _source_words(source: Source) -> tuple[str, ...]:
    return source.figure, source.name, source.definition, source.as_of, source.records, source.signer


def _put_appendix(word: Word, appendix: Appendix) -> None:
    """附件 in size 3 黑体 at the top left of a new page, its title two lines below (7.3.6)."""
    set_page(word.add_section(WD_SECTION.NEW_PAGE), A4)
    mark = word.add_paragraph()
    shape_paragraph(mark, align="left", indent=0, keep_next=True)
    write_run(mark, "附件", Look(HEITI, SIZE_3))
    _blank(word, 1)
    _put_title(word, appendix.title, ())
    _put_blocks(word, appendix.blocks, commented=False)


__all__ = [
    "Appendix",
    "Cell",
    "Column",
    "Heading",
    "Letterhead",
    "OfficialPaper",
    "Paragraph",
    "Run",
    "Source",
    "Table",
    "WallChart",
    "describe_source",
    "source_table",
    "write_official",
    "write_wall_chart",
]
