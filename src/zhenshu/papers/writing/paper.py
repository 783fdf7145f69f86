"""What an official document consists of, before it has a form."""

from dataclasses import dataclass
from typing import Literal

Level = Literal[1, 2, 3, 4]
Align = Literal["left", "center", "right"]
Orientation = Literal["portrait", "landscape"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where one figure comes from: what a reader needs to find its records again."""

    figure: str
    name: str
    definition: str = ""
    as_of: str = ""
    records: str = ""
    signer: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look; a figure among them carries its source."""

    text: str
    bold: bool = False
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: 一、 is level 1, （一） 2, 1. 3 and （1） 4. The mark is part of the text."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of body text, its first line set in by two characters."""

    runs: tuple[Run, ...]
    indented: bool = True
    align: Align | None = None

    @classmethod
    def of(cls, text: str) -> "Paragraph":
        """A paragraph of one run."""
        return cls((Run(text),))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; ``shade`` is a colour (``C00000``) that its words repeat, never stand-alone."""

    text: str
    shade: str = ""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its share of the width and how its cells are aligned."""

    name: str
    share: float = 1.0
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose heading row returns on every page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Appendix:
    """What stands behind the document on a page of its own."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The red head of a document sent out: who issues it, its number, and how urgent it is."""

    issuer: str
    number: str = ""
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class OfficialPaper:
    """A work report, a notice, a supervision order: anything that leaves under the township's name."""

    title: str
    blocks: tuple[Block, ...]
    addressee: str = ""
    subtitle: tuple[str, ...] = ()
    signature: str = ""
    date: str = ""
    letterhead: Letterhead | None = None
    appendices: tuple[Appendix, ...] = ()

    def sources(self) -> tuple[Source, ...]:
        """The sources of all figures in the order of the text, each once."""
        paragraphs = (block for block in self.blocks if isinstance(block, Paragraph))
        found = (run.source for paragraph in paragraphs for run in paragraph.runs if run.source is not None)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class WallChart:
    """A large table to hang on the wall (挂图作战)."""

    title: str
    table: Table
    note: str = ""
