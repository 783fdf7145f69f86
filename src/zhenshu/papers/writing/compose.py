"""A report composed from the ledger: the packs' sentences with the figures that exist, and their sources."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import LINES
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.scope import OVERSEEING_ROLES, Scope
from zhenshu.papers.writing.figures import ComposedFigure, Figures, direction_word
from zhenshu.papers.writing.promises import (
    ITEMS,
    OUTCOMES,
    TARGETS,
    Promises,
    promise_figure,
    promises_of,
)
from zhenshu.papers.writing.templates import Parts, Slot, read_template, slots_in, standing

Part = Literal["review", "plan"]
END = "。"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a sentence; a figure among them carries its source."""

    text: str
    figure: ComposedFigure | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of one business line; *key* names the pack's sentence it comes from.

    *worded_by* is who put its words by hand; a sentence *left_out* by hand stands in the draft only.
    """

    pieces: tuple[Piece, ...]
    key: str = ""
    worded_by: str = ""
    left_out: bool = False

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Section:
    """What a report says of one business line, in its review or its plan."""

    part: Part
    line: str
    title: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return "".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Composed:
    """A report of an area and a year; *sections* stand in the order of the business lines.

    *title*, *opening* and *closing* are the free words of a report that is kept. *waiting* names the
    indicators that are being counted anew after a change of definitions: they stand here in a minute.
    """

    area: Area
    year: int
    sections: tuple[Section, ...]
    as_of: datetime
    title: str = ""
    opening: str = ""
    closing: str = ""
    waiting: tuple[str, ...] = ()

    def part(self, part: Part) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.part == part)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentence for section in self.sections for sentence in section.sentences)

    @property
    def figures(self) -> tuple[ComposedFigure, ...]:
        """The figures in the order of the text."""
        pieces = (piece for sentence in self.sentences for piece in sentence.pieces)
        return tuple(piece.figure for piece in pieces if piece.figure is not None)

    @property
    def text(self) -> str:
        """The whole text, free words too."""
        parts = (self.opening, *(section.text for section in self.sections), self.closing)
        return "\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Template:
    """One sentence a pack declares; *key* stays the same as long as its words do."""

    part: Part
    line: str
    parts: Parts
    key: str = ""


def compose(area: Area, year: int, *, scope: Scope) -> Composed:
    """Return the report of *area* for *year* from what the ledger holds now.

    A figure stands only when it rests on records (or signed values); a sentence falls with its main figures.
    Raises NotAllowedError when *scope* oversees nothing that contains the area.
    """
    if not scope.covers(area.path, OVERSEEING_ROLES):
        raise NotAllowedError
    templates = list(_templates())
    codes = [slot.code for template in templates for slot in slots_in(template.parts)]
    figures = Figures(codes, area, year)
    as_of = figures.board.material.as_of
    kept = _promises(promises_of(area, year), as_of)
    return Composed(area, year, (*kept, *_sections(templates, figures)), as_of, waiting=figures.waiting)


# ── the promises of last year ─────────────────────────────────────────────────────────────────────────


def _promises(promises: Promises, as_of: datetime) -> Iterator[Section]:
    """Yield the section that holds last year's promises against what came of them."""
    sentences = [*_counted(promises, as_of), *_missed(promises)]
    if sentences:
        yield Section("review", "promises", "上年承诺完成情况", tuple(sentences))


def _counted(promises: Promises, as_of: datetime) -> Iterator[Sentence]:
    heads = {ITEMS: f"{promises.year - 1}年报告确定、当年到期的任务", TARGETS: "有数据的年度目标"}
    for code, head in heads.items():
        if not promises.count(code):
            continue
        pieces = [Piece(head), _count(promises, code, "value", as_of), Piece("项")]
        for outcome, words in OUTCOMES.items():
            if promises.count(code, outcome):
                pieces += [Piece(f"，{words}"), _count(promises, code, outcome, as_of), Piece("项")]
        yield Sentence((*pieces, Piece(END)), f"review.{code}")


def _count(promises: Promises, code: str, outcome: str, as_of: datetime) -> Piece:
    figure = promise_figure(promises, code, outcome, as_of)
    return Piece(figure.shown, figure)


def _missed(promises: Promises) -> Iterator[Sentence]:
    """Yield a sentence for each task that was not done, with the reason that was told."""
    for one in promises.items:
        if one.outcome == "missed":
            reason = f"，主要是{one.reason.rstrip('。')}" if one.reason else ""
            yield Sentence((Piece(f"{one.item.title}未完成{reason}{END}"),), f"review.promises.{one.item.pk}")


def _templates() -> Iterator[Template]:
    """Yield the sentences of the packs in force, in the order of the business lines."""
    for key, pack in library().packs.items():
        for text in pack.sentences.review:
            yield Template("review", key, read_template(text), _key("review", key, text))
        for text in pack.sentences.plan:
            yield Template("plan", key, read_template(text), _key("plan", key, text))


def _key(part: Part, line: str, text: str) -> str:
    return f"{part}.{line}.{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _sections(templates: Sequence[Template], figures: Figures) -> Iterator[Section]:
    for part in ("review", "plan"):
        for line in dict.fromkeys(template.line for template in templates):
            mine = [one for one in templates if (one.part, one.line) == (part, line)]
            written = (write_sentence(one, figures) for one in mine)
            sentences = tuple(sentence for sentence in written if sentence is not None)
            if sentences:
                yield Section(mine[0].part, line, _title(line), sentences)


def _title(line: str) -> str:
    return LINES.get(line) or library().packs[line].name


def write_sentence(template: Template, figures: Figures) -> Sentence | None:
    """Return the sentence with its figures, and how its leading figure compares with last year."""
    target_year = figures.year + (template.part == "plan")
    found = {slot: figures.figure(slot, target_year=target_year) for slot in slots_in(template.parts)}
    left = standing(template.parts, [slot for slot, figure in found.items() if figure is not None])
    if left is None:
        return None
    pieces = [_piece(part, found) for part in left]
    if template.part == "review" and not _compares(template):
        pieces = _with_comparison(pieces, figures)
    return Sentence(tuple(pieces), template.key)


def _piece(part: str | Slot, found: dict[Slot, ComposedFigure | None]) -> Piece:
    if isinstance(part, str):
        return Piece(part)
    figure = found[part]
    return Piece(figure.shown if figure else "", figure)


def _compares(template: Template) -> bool:
    """Tell whether a pack's sentence itself speaks of last year."""
    return any(slot.view in ("last", "growth", "change", "direction") for slot in slots_in(template.parts))


def _with_comparison(pieces: list[Piece], figures: Figures) -> list[Piece]:
    """Return the pieces with ``，接待来访批次同比增长3.4%`` before the full stop, where last year exists."""
    leading = next((piece.figure for piece in pieces if piece.figure is not None), None)
    told = figures.comparison(leading.code) if leading else None
    if leading is None or told is None or not pieces[-1].text.endswith(END):
        return pieces
    growth = figures.figure(Slot(leading.code, "growth"), target_year=figures.year)
    word = direction_word(told.over_year.change, points=told.over_year.in_points)
    head = [*pieces[:-1], Piece(pieces[-1].text[: -len(END)])]
    if word == "持平" or growth is None or growth.shown == "0":
        return [*head, Piece(f"，{leading.name}与上年持平{END}")]
    unit = "个百分点" if told.over_year.in_points else "%"
    return [*head, Piece(f"，{leading.name}同比{word}"), Piece(growth.shown, growth), Piece(f"{unit}{END}")]
