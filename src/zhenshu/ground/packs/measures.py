"""Turn the short texts of indicators into what they count: ``visit.people``, ``visit.closed_in_time``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from zhenshu.ground.packs.schema import KINDS, CaseKind, DossierKind, IndicatorKind, Measure, Pack, Packed
from zhenshu.ground.packs.terms import WELL_KNOWN, dates_of, facts_of, fields_of, numbers_of

# What else can be told apart: the reporter, the subject and the places of a case; the subject of a record.
DISTINCT = ("subject", "reporter", "area", "village", "grid", "office", "reporter_phone")
DEFAULT_DATE = {"cases": "opened", "dossiers": "opened", "plans": "done"}


class Shelf(Protocol):
    """The packs a text may refer to, and the packs that are known but not usable."""

    @property
    def packs(self) -> Mapping[str, Pack]: ...

    @property
    def absent(self) -> frozenset[str]: ...


class MeasureError(ValueError):
    """A text that names nothing that can be counted."""

    def __init__(self, problem: str, **facts: Any) -> None:
        self.problem, self.facts = problem, facts
        super().__init__(f"{problem}: {facts}")


@dataclass(frozen=True, slots=True)
class Found:
    """A kind named in a text, the block it stands in, and what of the text is left."""

    kind: Packed
    block: str
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """One additive quantity, fully named: way, records, what of them, which of them, by which date."""

    way: str  # count, sum, distinct, stock
    block: str  # cases, dossiers, plans, …
    kind: Packed
    reading: str | None
    field: str | None
    where: Mapping[str, Any]
    exclude: Mapping[str, Any]
    at: str

    @property
    def full_code(self) -> str:
        return self.kind.full_code


def block_of(pack: Pack, key: str) -> str | None:
    """Return the block of *pack* in which *key* is declared."""
    return next((block for block in KINDS if key in getattr(pack, block)), None)


def find_kind(text: str, pack: Pack, shelf: Shelf) -> Found:
    """Return the kind that *text* begins with: one of *pack*, or ``pack.kind`` of another.

    Raises MeasureError ``pack_absent`` when its pack is known but not usable, else ``unknown_kind``.
    """
    parts = tuple(text.split("."))
    for owner, key, rest in ((pack, parts[0], parts[1:]), (shelf.packs.get(parts[0]), parts[1:2], parts[2:])):
        name = key if isinstance(key, str) else "".join(key)
        block = block_of(owner, name) if owner is not None else None
        if owner is not None and block is not None:
            return Found(getattr(owner, block)[name], block, rest)
    if len(parts) > 1 and parts[0] in shelf.absent and parts[0] not in shelf.packs:
        raise MeasureError("pack_absent", code=text, other=parts[0])
    raise MeasureError("unknown_kind", code=text, block="known", allowed=known_kinds(pack, shelf, parts[0]))


def known_kinds(pack: Pack, shelf: Shelf, other: str) -> list[str]:
    """Return the kinds that could have been meant: the pack's own, and those of the pack that was named."""
    named = shelf.packs.get(other)
    theirs = [f"{other}.{key}" for key in named.kinds()] if named is not None and named is not pack else []
    return [*pack.kinds(), *theirs]


def read_measure(measure: Measure, pack: Pack, shelf: Shelf) -> Counted:
    """Return what *measure* adds up; raise MeasureError when it names nothing that can be."""
    way = next(way for way in ("count", "sum", "distinct", "stock") if getattr(measure, way))
    return _READERS[way](getattr(measure, way), measure, pack, shelf)


def read_part(part: str | Measure, pack: Pack, shelf: Shelf) -> Counted | str:
    """Return one side of a share: what it adds up, or the code of the indicator it names."""
    if isinstance(part, Measure):
        return read_measure(part, pack, shelf)
    if is_indicator(part, shelf) or part in pack.indicators:
        return part
    try:
        return _count(part, Measure(count=part), pack, shelf)
    except MeasureError as error:
        if error.problem != "unknown_kind":
            raise
        raise MeasureError("unknown_measure", text=part, allowed=error.facts["allowed"]) from error


def is_indicator(code: str, shelf: Shelf) -> bool:
    owner = shelf.packs.get(code.split(".")[0])
    return owner is not None and code in owner.indicators


def counted_of(indicator: IndicatorKind, pack: Pack, shelf: Shelf) -> Counted | None:
    """Return what an additive indicator adds up; None for shares, formulas and reported series."""
    measure = indicator.measure
    return read_measure(measure, pack, shelf) if measure is not None else None


def _count(text: str, measure: Measure, pack: Pack, shelf: Shelf, way: str = "count") -> Counted:
    found = find_kind(text, pack, shelf)
    if not found.rest:
        return _counted(way, found, measure, reading=None, field=None)
    rest = ".".join(found.rest)
    if isinstance(found.kind, CaseKind) and rest in WELL_KNOWN:
        where, at = WELL_KNOWN[rest]
        known = measure.model_copy(update={"where": {**where, **measure.where}, "at": measure.at or at})
        return _counted(way, found, known, reading=None, field=None)
    if isinstance(found.kind, DossierKind) and rest in found.kind.readings:
        return _counted(way, found, measure, reading=rest, field=None)
    allowed = (
        list(WELL_KNOWN) if isinstance(found.kind, CaseKind) else list(getattr(found.kind, "readings", {}))
    )
    raise MeasureError("unknown_measure", text=text, allowed=[f"{found.kind.code}.{one}" for one in allowed])


def _stock(text: str, measure: Measure, pack: Pack, shelf: Shelf) -> Counted:
    return _count(text, measure, pack, shelf, way="stock")


def _sum(text: str, measure: Measure, pack: Pack, shelf: Shelf) -> Counted:
    found = find_kind(text, pack, shelf)
    if not found.rest:
        raise MeasureError("measure_field_missing", text=text)
    reading = found.rest[0] if len(found.rest) == 2 else None
    field = found.rest[-1]
    if reading is not None and reading not in getattr(found.kind, "readings", {}):
        allowed = list(getattr(found.kind, "readings", {}))
        raise MeasureError("unknown_field", kind=found.kind.full_code, field=reading, allowed=allowed)
    numbers = numbers_of(found.kind, found.block, reading)
    if field not in numbers:
        known = field in (found.kind.readings[reading].fields if reading else fields_of(found.kind))  # type: ignore[attr-defined]
        problem = "measure_number" if known else "unknown_field"
        raise MeasureError(problem, kind=found.kind.full_code, field=field, allowed=list(numbers))
    return _counted("sum", found, measure, reading=reading, field=field)


def _distinct(text: str, measure: Measure, pack: Pack, shelf: Shelf) -> Counted:
    found = find_kind(text, pack, shelf)
    if len(found.rest) != 1:
        raise MeasureError("measure_field_missing", text=text)
    field = found.rest[0]
    if field not in DISTINCT and field not in fields_of(found.kind):
        allowed = [*DISTINCT, *fields_of(found.kind)]
        raise MeasureError("unknown_field", kind=found.kind.full_code, field=field, allowed=allowed)
    return _counted("distinct", found, measure, reading=None, field=field)


def _counted(way: str, found: Found, measure: Measure, *, reading: str | None, field: str | None) -> Counted:
    dates = dates_of(found.kind, found.block, reading)
    at = measure.at or ("period" if reading else DEFAULT_DATE.get(found.block, "on"))
    if at not in dates:
        raise MeasureError("unknown_at", block=found.block, at=at, allowed=list(dates))
    return Counted(way, found.block, found.kind, reading, field, measure.where, measure.exclude, at)


_READERS = {"count": _count, "sum": _sum, "distinct": _distinct, "stock": _stock}


def terms_for(counted: Counted) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the (fields, facts) that conditions over these records may ask for."""
    if counted.reading is not None and isinstance(counted.kind, DossierKind):
        return {**fields_of(counted.kind), **counted.kind.readings[counted.reading].fields}, facts_of(
            counted.kind
        )
    return fields_of(counted.kind), facts_of(counted.kind)
