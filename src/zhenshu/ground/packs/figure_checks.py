"""Check the figures of a pack: indicators, formulas, sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from zhenshu.ground.packs.base import CODE
from zhenshu.ground.packs.conditions import ConditionError, parse_condition
from zhenshu.ground.packs.findings import Finding, Place, category_names, severity_of
from zhenshu.ground.packs.formulas import FormulaError, parse_formula
from zhenshu.ground.packs.measure_kinds import WAYS
from zhenshu.ground.packs.measures import Counted, MeasureError, Shelf, read_measure, read_part, terms_for
from zhenshu.ground.packs.schema import LINES, CaseKind, IndicatorKind, Measure, Pack

VIEWS = ("value", "last", "growth", "change", "direction", "target", "completion", "rank", "share", "year")
CODE_IN_SENTENCE = re.compile(r"\{([a-z][a-z0-9_.]*)(?::([a-z_]+))?\}")


def check_indicator(indicator: IndicatorKind, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    """Yield what is wrong with one indicator."""
    code = indicator.code
    owner = code.split(".")[0]
    if "." not in code or not re.fullmatch(CODE, code):
        yield Finding(place, "indicator_code", {"code": code, "pack": pack.pack})
    elif owner != pack.pack:
        yield Finding(place, "indicator_owner", {"code": code, "owner": owner, "pack": pack.pack})
    if indicator.line and indicator.line not in (*LINES, pack.pack):
        yield Finding((*place, "line"), "unknown_line", {"line": indicator.line, "allowed": list(LINES)})
    measure = indicator.measure
    if measure is not None:
        yield from _measure(measure, place, pack, shelf)
    for attribute in ("share", "ratio"):
        for i, part in enumerate(getattr(indicator, attribute) or ()):
            yield from _part(part, (*place, attribute, i), pack, shelf)
    if indicator.formula:
        yield from _formula(indicator, (*place, "formula"), pack, shelf)


def _measure(measure: Measure, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    try:
        counted = read_measure(measure, pack, shelf)
    except MeasureError as error:
        yield _measure_finding(error, place, next(w for w in WAYS if getattr(measure, w)))
        return
    for attribute in ("where", "exclude"):
        yield from _measure_condition(counted, getattr(measure, attribute), (*place, attribute))


def _measure_condition(counted: Counted, where: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    fields, facts = terms_for(counted)
    try:
        parse_condition(where, fields, facts)
    except ConditionError as error:
        yield Finding((*place, *error.place), error.kind, error.facts)
        return
    if isinstance(counted.kind, CaseKind):
        yield from category_names(place, where, counted.kind)


def _measure_finding(error: MeasureError, place: Place, attribute: str | None = None) -> Finding:
    at = "at" if error.problem == "unknown_at" else attribute
    return Finding((*place, at) if at else place, error.problem, error.facts, severity_of(error.problem))


def _part(part: str | Measure, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    if isinstance(part, Measure):
        yield from _measure(part, place, pack, shelf)
        return
    try:
        read_part(part, pack, shelf)
    except MeasureError as error:
        yield _measure_finding(error, place)


def _formula(indicator: IndicatorKind, place: Place, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    try:
        formula = parse_formula(indicator.formula or "")
    except FormulaError as error:
        yield Finding(place, "formula", {"text": error.text, "found": error.found})
        return
    for code in formula.codes:
        yield from check_code(place, code, pack, shelf)
    circle = find_circle(indicator.code, {**_all_indicators(shelf), **pack.indicators})
    if circle:
        yield Finding(place, "formula_circle", {"circle": " → ".join(circle)})


def _all_indicators(shelf: Shelf) -> dict[str, IndicatorKind]:
    return {code: one for pack in shelf.packs.values() for code, one in pack.indicators.items()}


def made_of(indicator: IndicatorKind) -> tuple[str, ...]:
    """Return the codes of the indicators that *indicator* is computed from."""
    parts = [part for part in (*(indicator.share or ()), *(indicator.ratio or ())) if isinstance(part, str)]
    if not indicator.formula:
        return tuple(parts)
    try:
        return (*parts, *parse_formula(indicator.formula).codes)
    except FormulaError:
        return tuple(parts)


def find_circle(code: str, indicators: Mapping[str, IndicatorKind]) -> tuple[str, ...]:
    """Return the way from *code* back to itself through the indicators it is made of, or nothing."""
    ways: list[tuple[str, ...]] = [(code,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for part in made_of(indicators[way[-1]]) if way[-1] in indicators else ():
            if part == code:
                return (*way, code)
            if part not in seen:
                seen.add(part)
                ways.append((*way, part))
    return ()


def check_code(place: Place, code: str, pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    owner = code.split(".")[0]
    if code in pack.indicators or (owner in shelf.packs and code in shelf.packs[owner].indicators):
        return
    if owner in shelf.absent and owner not in shelf.packs:
        yield Finding(place, "pack_absent", {"code": code, "other": owner}, "warning")
        return
    allowed = list((shelf.packs.get(owner) or pack).indicators)
    yield Finding(place, "unknown_indicator", {"code": code, "allowed": allowed})


def check_words(pack: Pack, shelf: Shelf) -> Iterator[Finding]:
    for part in ("review", "plan"):
        for i, text in enumerate(getattr(pack.sentences, part)):
            place: Place = ("sentences", part, i)
            if not _brackets_close(text):
                yield Finding(place, "sentence_brackets", {})
            for code, view in CODE_IN_SENTENCE.findall(text):
                yield from check_code(place, code, pack, shelf)
                if view and view not in VIEWS:
                    yield Finding(place, "sentence_view", {"view": view, "allowed": list(VIEWS)})


def _brackets_close(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if depth < 0:
            return False
    return depth == 0
