"""The parts of WordprocessingML that python-docx leaves to its user: grids, East Asian faces, fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from lxml import etree

from zhenshu.papers.writing.geometry import FACES, SIZE_3, SIZE_4, Face, Page, twips
from zhenshu.papers.writing.paper import Cell, Column, Table

ALIGN = {
    None: WD_ALIGN_PARAGRAPH.JUSTIFY,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
BORDERS = ("top", "left", "bottom", "right", "insideH", "insideV")
HEADINGS = 4
_AFTER_SNAP = ("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr", "w:sectPr")
_AFTER_SPACING = ("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")
_FONT_TABLE = "application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"


@dataclass(frozen=True, slots=True)
class Look:
    """How a run looks."""

    face: Face
    size: float
    bold: bool = False
    colour: str = ""


def element(name: str, /, **attributes: object) -> Any:
    """A new ``w:`` element with its ``w:`` attributes."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def declare_faces(word: Word) -> None:
    """Name the faces in the font table with the alternatives a program may take instead."""
    part = next(part for part in word.part.package.iter_parts() if part.content_type == _FONT_TABLE)
    table = etree.fromstring(part.blob)
    for face in FACES:
        table.append(_font(face))
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _font(face: Face) -> Any:
    font = element("font", name=face.name)
    font.append(element("altName", val=",".join(face.alternatives)))
    font.append(element("charset", val="86"))
    font.append(element("family", val=face.family))
    font.append(element("pitch", val="default"))
    return font


def set_base_style(word: Word, face: Face, size: float, page: Page) -> None:
    """Body text in *face*, exactly one grid line high; headings carry outline levels and nothing else."""
    normal = word.styles["Normal"]
    properties = normal.element.get_or_add_rPr()
    _set_fonts(properties, face)
    normal.font.size = Pt(size)
    if size == SIZE_3:
        properties.insert_element_before(element("spacing", val=page.character_space), *_AFTER_SPACING)
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    _space_exactly(normal.paragraph_format, page)
    for level in range(1, HEADINGS + 1):
        _plain_heading(word.styles[f"Heading {level}"], face, size)


def _space_exactly(form: Any, page: Page) -> None:
    form.space_before = form.space_after = Pt(0)
    form.line_spacing = Pt(page.line_pitch / 20)
    form.widow_control = False


def _plain_heading(style: Any, face: Face, size: float) -> None:
    style.font.bold = style.font.italic = False
    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    _set_fonts(style.element.get_or_add_rPr(), face)


def _set_fonts(properties: Any, face: Face) -> None:
    """The face for Chinese and for digits alike: official documents use one face throughout."""
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), face.name)


def rename_faces(word: Word, substitutes: Mapping[str, str]) -> None:
    """Set other faces for those named in *substitutes*, everywhere in the document."""
    section = word.sections[0]
    parts = (word.element, word.styles.element, section.footer._element, section.even_page_footer._element)
    for part in parts:
        for fonts in part.iter(qn("w:rFonts")):
            for key, name in fonts.items():
                fonts.set(key, substitutes.get(name, name))


def set_page(section: Any, page: Page) -> None:
    """Sheet, margins and grid of *section*."""
    section.page_width, section.page_height = Mm(page.width), Mm(page.height)
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
    section.footer_distance, section.header_distance = Mm(page.footer), Mm(15)
    size = section._sectPr.find(qn("w:pgSz"))
    size.attrib.pop(qn("w:orient"), None)
    if page.landscape:
        size.set(qn("w:orient"), "landscape")
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(element("docGrid", type="lines", linePitch=page.line_pitch))


def number_pages(word: Word, face: Face) -> None:
    """— 1 — in size 4, one character in from the right on odd pages and from the left on even ones (7.5)."""
    word.settings.odd_and_even_pages_header_footer = True
    section = word.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        shape_paragraph(
            paragraph,
            align=side,
            indent=0,
            free_height=True,
            left=float(side == "left"),
            right=float(side == "right"),
        )
        look = Look(face, SIZE_4)
        write_run(paragraph, "— ", look)
        _page_field(paragraph, look)
        write_run(paragraph, " —", look)


def _page_field(paragraph: Any, look: Look) -> None:
    for kind in ("begin", "code", "separate", "shown", "end"):
        run = write_run(paragraph, "1" if kind == "shown" else "", look)
        if kind == "code":
            code = element("instrText")
            code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            code.text = " PAGE "
            run._r.append(code)
        elif kind != "shown":
            run._r.append(element("fldChar", fldCharType=kind))


def shape_paragraph(
    paragraph: Any,
    *,
    align: str | None,
    indent: int,
    left: float = 0,
    right: float = 0,
    keep_next: bool = False,
    free_height: bool = False,
    on_grid: bool = True,
) -> None:
    """Align *paragraph* and set it in, counted in characters of size 3.

    ``free_height`` lets its lines grow with their type; off the grid, lines are not moved to grid lines.
    """
    paragraph.alignment = ALIGN[align]
    form = paragraph.paragraph_format
    form.keep_with_next = keep_next or None
    if free_height:
        form.line_spacing = 1.0
    if free_height or not on_grid:
        paragraph._p.get_or_add_pPr().insert_element_before(element("snapToGrid", val="0"), *_AFTER_SNAP)
    if indent or left or right:
        _indent(paragraph, first=indent, left=left, right=right)


def _indent(paragraph: Any, *, first: float, left: float, right: float) -> None:
    """Word reads the hundredths of characters, other programs the twips beside them."""
    marks = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for side, characters in (("firstLine", first), ("left", left), ("right", right)):
        if characters:
            marks.set(qn(f"w:{side}Chars"), str(round(characters * 100)))
            marks.set(qn(f"w:{side}"), str(round(characters * SIZE_3 * 20)))


def write_run(paragraph: Any, text: str, look: Look) -> Any:
    """Add *text* to *paragraph* in the given look; the new run."""
    run = paragraph.add_run(text)
    run.font.size = Pt(look.size)
    run.font.bold = look.bold or None
    if look.colour:
        run.font.color.rgb = RGBColor.from_string(look.colour)
    _set_fonts(run._r.get_or_add_rPr(), look.face)
    return run


def put_red_rule(paragraph: Any, colour: str) -> None:
    """A rule under *paragraph* across the type area, 4 mm below the words (7.2.7)."""
    borders = element("pBdr")
    borders.append(element("bottom", val="single", sz="8", space="11", color=colour))
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:snapToGrid", *_AFTER_SNAP)


def put_table(word: Word, table: Table, *, width: float, size: float) -> None:
    """A bordered table of *width* millimetres; its heading row returns, its rows stay whole."""
    made = word.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    made.autofit = False
    _frame(made, width)
    widths = column_widths(table.columns, width)
    _fix_columns(made, widths)
    heads = tuple(Cell(column.name, bold=True) for column in table.columns)
    for number, (row, cells) in enumerate(zip(made.rows, (heads, *table.rows), strict=True)):
        _put_row(row, cells, table.columns, size=size, head=number == 0)


def column_widths(columns: tuple[Column, ...], width: float) -> list[float]:
    """*width* divided by the shares of the columns."""
    whole = sum(column.share for column in columns)
    return [width * column.share / whole for column in columns]


def _frame(made: Any, width: float) -> None:
    properties = made._tbl.tblPr
    borders = element("tblBorders")
    for side in BORDERS:
        borders.append(element(side, val="single", sz="4", space="0", color="000000"))
    for old in properties.findall(qn("w:tblW")):
        properties.remove(old)
    layout = properties.find(qn("w:tblLayout"))
    for new in (element("tblW", w=twips(width), type="dxa"), element("jc", val="center"), borders):
        layout.addprevious(new)


def _fix_columns(made: Any, widths: list[float]) -> None:
    """Widths stand twice: in the grid for most programs and in each cell for Word."""
    for column, wide in zip(made._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(twips(wide)))
    for row in made.rows:
        for cell, wide in zip(row.cells, widths, strict=True):
            cell.width = Emu(Mm(wide))


def _put_row(
    row: Any, cells: tuple[Cell, ...], columns: tuple[Column, ...], *, size: float, head: bool
) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(element("cantSplit"))
    if head:
        properties.append(element("tblHeader"))
    for place, cell, column in zip(row.cells, cells, columns, strict=True):
        _put_cell(place, cell, "center" if head else column.align, size)


def _put_cell(place: Any, cell: Cell, align: str, size: float) -> None:
    paragraph = place.paragraphs[0]
    shape_paragraph(paragraph, align=align, indent=0, free_height=True)
    for number, line in enumerate(cell.text.split("\n")):
        run = write_run(paragraph, "", Look(FACES[0], size, bold=cell.bold))
        if number:
            run.add_break()
        run.add_text(line)
    properties = place._tc.get_or_add_tcPr()
    if cell.shade:
        properties.append(element("shd", val="clear", color="auto", fill=cell.shade))
    properties.append(element("vAlign", val="center"))
