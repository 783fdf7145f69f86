"""The text of a docx: paragraphs, tables and text boxes, with tracked changes taken as accepted."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from zhenshu.papers.reading.document import Repair
from zhenshu.papers.reading.errors import BrokenFileError, SwollenFileError
from zhenshu.papers.reading.packages import MEGABYTE, PART_LIMIT, read_part

BODY_PART = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# A Fallback repeats its Choice for old programs; field codes and properties are not text.
_PROPERTIES = ("instrText", "rPr", "pPr", "sectPr", "tblPr", "trPr", "tcPr")
_SILENT = {f"{_W}{name}" for name in _PROPERTIES} | {f"{_MC}Fallback"}
_DELETED = {f"{_W}del": "tracked deletion", f"{_W}moveFrom": "tracked move"}
_INSERTED = {f"{_W}ins", f"{_W}moveTo"}
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


@dataclass
class _Flow:
    """Text written so far, with what the tracked changes did and the text boxes met on the way."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    repairs: list[Repair] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)


def read_docx(path: Path) -> tuple[str, list[Repair]]:
    """The text of the body, and a repair for each tracked change."""
    flow = _Flow()
    _blocks(_body(path), flow)
    return "".join(flow.pieces), flow.repairs


def _body(path: Path) -> Any:
    content = read_part(path, BODY_PART)
    if b"<!DOCTYPE" in content[:2000] or b"<!ENTITY" in content[:2000]:
        raise SwollenFileError(name=path.name, limit=PART_LIMIT // MEGABYTE, part=BODY_PART)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BrokenFileError(name=path.name, kind="docx", detail=str(error)) from error
    body = root.find(f"{_W}body")
    if body is None:
        raise BrokenFileError(name=path.name, kind="docx", detail="no body")
    return body


def _blocks(parent: Any, flow: _Flow) -> None:
    for element in parent:
        if element.tag == f"{_W}p":
            _paragraph(element, flow)
        elif element.tag == f"{_W}tbl":
            _table(element, flow)
        elif element.tag not in _SILENT:
            _blocks(element, flow)


def _paragraph(element: Any, flow: _Flow) -> None:
    _inline(element, flow)
    flow.write("\n")
    boxes, flow.boxes = flow.boxes, []
    for box in boxes:
        _blocks(box, flow)


def _table(element: Any, flow: _Flow) -> None:
    """One line a row, its cells apart by tabs, so that a name stays beside its number."""
    for row in element.iterchildren(f"{_W}tr"):
        for number, cell in enumerate(row.iterchildren(f"{_W}tc")):
            if number:
                flow.write("\t")
            _cell(cell, flow)
        flow.write("\n")


def _cell(cell: Any, flow: _Flow) -> None:
    for number, block in enumerate(cell.iterchildren(f"{_W}p", f"{_W}tbl")):
        if number:
            flow.write(" ")
        if block.tag == f"{_W}tbl":
            _table(block, flow)
        else:
            _inline(block, flow)


def _inline(element: Any, flow: _Flow) -> None:
    for child in element:
        if child.tag == f"{_W}t":
            flow.write(child.text or "")
        elif child.tag in _MARKS:
            flow.write(_MARKS[child.tag])
        elif child.tag in _DELETED:
            _drop(child, flow)
        elif child.tag in _INSERTED:
            _insert(child, flow)
        elif child.tag == f"{_W}txbxContent":
            flow.boxes.append(child)
        elif child.tag not in _SILENT:
            _inline(child, flow)


def _drop(element: Any, flow: _Flow) -> None:
    was = "".join(part.text or "" for part in element.iter(f"{_W}delText", f"{_W}t"))
    if was:
        flow.repairs.append(Repair(_DELETED[element.tag], flow.length, flow.length, was, ""))


def _insert(element: Any, flow: _Flow) -> None:
    start, pieces = flow.length, len(flow.pieces)
    _inline(element, flow)
    now = "".join(flow.pieces[pieces:])
    if now:
        flow.repairs.append(Repair("tracked insertion", start, flow.length, "", now))
