"""The monthly brief (研判简报): sentences whose every figure knows the enterprises behind it.

A sentence is a list of pieces; a piece with a *question* opens the list it was counted from. The page and the
docx are made from the same pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from zhenshu.measures.economy.comparing import (
    Compared,
    Share,
    contributions,
    over_month,
    over_year,
    total,
    year_over_year,
    year_total,
)
from zhenshu.measures.economy.estimating import Estimate, estimate
from zhenshu.measures.economy.months import in_words
from zhenshu.measures.economy.panel import Panel
from zhenshu.measures.economy.warning import Warned

SHOWN = 3
_MARK = re.compile(r"\{(\w+)\}")
Question = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a sentence; with a *question*, the conditions of the list that makes it up."""

    text: str
    question: Question | None = None
    source: str = ""  # how the figure was made, for the appendix of sources


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its sentences."""

    title: str
    sentences: tuple[tuple[Piece, ...], ...]


def brief_of(panel: Panel, month: str, warnings: Iterable[Warned], taken: int) -> list[Section]:
    """Return the brief: what came in, how it ran, what carried it, what is odd, what to expect."""
    main = panel.kind.values[0]
    estimates = [estimate(panel, name, month) for name in panel.kind.values]
    sections = [
        Section(_("Returns"), (_returns(panel, month),)),
        Section(_("How the month ran"), tuple(_value(panel, name, month) for name in panel.kind.values)),
        Section(_("What carried and what held back"), tuple(_carriers(panel, main, month))),
        Section(_("What is odd"), tuple(_odd(panel, month, list(warnings), taken))),
        Section(_("What the month will come to"), tuple(_expected(panel, one) for one in estimates)),
    ]
    return [
        Section(section.title, tuple(filter(None, section.sentences)))
        for section in sections
        if any(section.sentences)
    ]


def rounded(value: Decimal | None, places: int = 2) -> str:
    """Return a number as people read it: thousands apart, rounded half up, no empty decimals."""
    if value is None:
        return "–"
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def change_words(growth: Decimal | None) -> str:
    """Return a growth with its sign in per cent; a dash where there is none."""
    if growth is None:
        return "–"
    number = growth.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{'+' if number > 0 else ''}{number}%"


def _fill(template: str, pieces: Mapping[str, Piece]) -> tuple[Piece, ...]:
    """Return a template with its marks filled: words and pieces in the order of the language."""
    return tuple(piece for piece in _filled(template, pieces) if piece.text)


def _filled(template: str, pieces: Mapping[str, Piece]) -> Iterator[Piece]:
    for place, part in enumerate(_MARK.split(template)):
        yield pieces[part] if place % 2 else Piece(part)


def _returns(panel: Panel, month: str) -> tuple[Piece, ...]:
    asked, missing = panel.asked(month), panel.missing(month)
    pieces = {
        "month": Piece(in_words(month)),
        "asked": Piece(str(len(asked)), {"list": "asked"}),
        "returned": Piece(str(len(asked) - len(missing)), {"list": "returned"}),
        "missing": Piece(str(len(missing)), {"list": "missing"}),
    }
    text = _("{month}: {asked} enterprises are asked, {returned} have returned, {missing} have not.")
    return _fill(text, pieces)


def _value(panel: Panel, name: str, month: str) -> tuple[Piece, ...]:
    """Return what a value came to this month and so far this year; nothing where nobody told it."""
    found, field = total(panel, name, month), panel.field(name)
    if not found.n:
        return ()
    year, before = over_year(panel, name, month), over_month(panel, name, month)
    pieces = {
        "name": Piece(field.name),
        "value": Piece(rounded(found.value), {"list": "returned", "value": name}, _sum_words(found.n)),
        "unit": Piece(field.unit),
        "year": _growth_piece(year, name, "year"),
        "month": _growth_piece(before, name, "month"),
    }
    text = _("{name} {value} {unit}, {year} on last year, {month} on the month before")
    if name in panel.kind.stocks or month.endswith("-01"):
        return (*_fill(text, pieces), Piece(_(".")))
    so_far, whole = year_total(panel, name, month), year_over_year(panel, name, month)
    pieces |= {
        "sum": Piece(rounded(so_far.value), {"list": "year", "value": name}, _sum_words(so_far.n)),
        "sum_year": _growth_piece(whole, name, "year"),
    }
    return _fill(text + _("; so far this year {sum} {unit}, {sum_year} on last year."), pieces)


def _sum_words(n: int) -> str:
    return _("Sum of %(n)d values as returned.") % {"n": n}


def _growth_piece(compared: Compared, name: str, over: str) -> Piece:
    words = {"n": compared.n, "left": compared.left_out}
    source = _("Over %(n)d that have both; %(left)d have one of the two only and are left out.") % words
    return Piece(change_words(compared.growth), {"list": "compared", "value": name, "over": over}, source)


def _carriers(panel: Panel, name: str, month: str) -> Iterator[tuple[Piece, ...]]:
    found = contributions(panel, name, month)
    up = [one for one in found if one.change > 0]
    down = [one for one in reversed(found) if one.change < 0]
    yield from _some(panel, name, up, _("{count} enterprises rose in {name}; most carried {names}."), "up")
    yield from _some(
        panel, name, down, _("{count} enterprises fell in {name}; most held back {names}."), "down"
    )


def _some(
    panel: Panel, name: str, shares: list[Share], template: str, way: str
) -> Iterator[tuple[Piece, ...]]:
    if not shares:
        return
    words = [
        _("%(title)s (%(points)s points)")
        % {"title": panel.subjects[one.subject].title, "points": change_words(one.points).rstrip("%")}
        for one in shares[:SHOWN]
    ]
    pieces = {
        "count": Piece(str(len(shares)), {"list": way, "value": name}),
        "name": Piece(panel.field(name).name),
        "names": Piece("、".join(words)),
    }
    yield _fill(template, pieces)


def _odd(panel: Panel, month: str, warnings: list[Warned], taken: int) -> Iterator[tuple[Piece, ...]]:
    if not warnings:
        yield (Piece(_("No warning of the pack holds this month.")),)
        return
    pieces = {
        "count": Piece(str(len(warnings)), {"list": "warned"}),
        "taken": Piece(str(taken), {"list": "warned"}),
    }
    yield _fill(_("Warnings hold for {count} enterprises; {taken} of them have been taken up."), pieces)
    for code, rule in panel.kind.warnings.items():
        held = [one for one in warnings if any(w.code == code for w in one.warnings)]
        if held:
            names = "、".join(one.dossier.title for one in held[:SHOWN])
            more = {
                "count": Piece(str(len(held)), {"list": "warned", "warning": code}),
                "name": Piece(rule.name),
            }
            sentence = (
                _("{name}: {count} ({names}).") if len(held) <= SHOWN else _("{name}: {count} ({names} …).")
            )
            yield _fill(sentence, more | {"names": Piece(names)})


def _expected(panel: Panel, one: Estimate) -> tuple[Piece, ...]:
    """Return what a value is estimated to come to; nothing where all have returned or nothing is known."""
    if one.complete or not one.point.value:
        return ()
    field = panel.field(one.name)
    pieces = {
        "name": Piece(field.name),
        "value": Piece(rounded(one.point.value), {"list": "missing", "value": one.name}, method_words(one)),
        "unit": Piece(field.unit),
        "low": Piece(rounded(one.low)),
        "high": Piece(rounded(one.high)),
        "n": Piece(str(len(one.trials))),
        "error": Piece(rounded(one.mean_error, 1)),
    }
    if one.width is None:
        return _fill(_("{name} is estimated at {value} {unit}; too few past months for an interval."), pieces)
    text = _(
        "{name} is estimated at {value} {unit} ({low} to {high}; mean error of {n} past months {error}%)."
    )
    return _fill(text, pieces)


def method_words(one: Estimate) -> str:
    """Return in a sentence how an estimate was made."""
    words = {
        "returned": one.returned, "asked": one.asked,
        "growth": change_words((one.point.growth - 1) * 100),
        "carried": one.point.carried, "unknown": one.point.unknown,
    }  # fmt: skip
    said = {
        "returned": _(
            "%(returned)d of %(asked)d have returned; the others are taken as last year times their growth, "
            "%(growth)s."
        ),
        "month before": _(
            "Nobody has returned yet: last year times the growth of the month before, %(growth)s."
        ),
        "none": _("There is no growth to go by; the others are taken as last year."),
    }[one.point.basis] % words
    if one.point.carried or one.point.unknown:
        rest = _("%(carried)d without last year stand with the month before, %(unknown)d are left out.")
        said = f"{said} {rest % words}"
    return said
