"""Compile the indicators of the packs into plans: what is added up, by which date, and in what way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from django.utils.translation import gettext as _

from zhenshu.ground.packs.conditions import names_in
from zhenshu.ground.packs.formulas import Formula, FormulaError, parse_formula
from zhenshu.ground.packs.measures import Counted, MeasureError, counted_of, read_part
from zhenshu.ground.packs.problems import Problem
from zhenshu.ground.packs.registry import Library, library
from zhenshu.ground.packs.schema import IndicatorKind, Pack
from zhenshu.measures.indicators.errors import DefinitionError, UnknownIndicatorError
from zhenshu.measures.indicators.sources import field_type, source_of

Posting = Literal["flow", "stock"]
HUNDRED = {"%": 100, "‰": 1000}


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """One additive part: which records, what of them, and how they stand in time.

    A *flow* counts in the month of its date. A *stock* counts from its date until the record ends; the
    tally keeps what came less what went, so that the stock of any day is the sum of all months before.
    """

    digest: str
    counted: Counted
    posting: Posting

    @property
    def where(self) -> Mapping[str, Any]:
        """All conditions in one."""
        if not self.counted.exclude:
            return self.counted.where
        return {"all": [dict(self.counted.where), {"not": dict(self.counted.exclude)}]}


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """A quantity as it stands, times *factor*; *left_out* counts what its exclusions take away."""

    quantity: Quantity
    over_time: str
    left_out: Quantity | None = None
    factor: float = 1


@dataclass(frozen=True, slots=True, eq=False)
class Quotient:
    """One node over another, times *scale* (100 for a share in per cent)."""

    numerator: Node
    denominator: Node
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """A formula over other indicators."""

    formula: Formula
    nodes: Mapping[str, Node]
    factor: float


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A reported series."""

    code: str
    over_time: str
    over_areas: str
    factor: float


Node = Added | Quotient | Computed | Series


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A compiled indicator. *version* changes whenever anything its value rests on is defined otherwise."""

    code: str
    kind: IndicatorKind
    pack: Pack
    node: Node
    version: str

    @property
    def decimals(self) -> int | None:
        """How many decimals are shown; two for quotients unless the pack says otherwise."""
        if self.kind.decimals is not None:
            return self.kind.decimals
        return 2 if isinstance(self.node, (Quotient, Computed)) else None


def quantities_in(node: Node) -> Iterator[Quantity]:
    """Yield every quantity a node rests on, those that count exclusions too."""
    match node:
        case Added(quantity=quantity, left_out=left_out):
            yield quantity
            if left_out is not None:
                yield left_out
        case Quotient(numerator=numerator, denominator=denominator):
            yield from quantities_in(numerator)
            yield from quantities_in(denominator)
        case Computed(nodes=nodes):
            for inner in nodes.values():
                yield from quantities_in(inner)


def series_in(node: Node) -> Iterator[Series]:
    """Yield every reported series a node rests on."""
    match node:
        case Series():
            yield node
        case Quotient(numerator=numerator, denominator=denominator):
            yield from series_in(numerator)
            yield from series_in(denominator)
        case Computed(nodes=nodes):
            for inner in nodes.values():
                yield from series_in(inner)


# ── the catalogue ─────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Catalogue:
    """All indicators of one library, compiled; one that cannot be is kept with its reason."""

    library: Library

    @cached_property
    def _compiled(self) -> tuple[dict[str, Plan], dict[str, DefinitionError]]:
        plans: dict[str, Plan] = {}
        problems: dict[str, DefinitionError] = {}
        for code in self.library.indicators:
            try:
                plans[code] = compile_plan(code, self.library)
            except DefinitionError as error:
                problems[code] = error
        return plans, problems

    @property
    def plans(self) -> dict[str, Plan]:
        return self._compiled[0]

    @property
    def problems(self) -> dict[str, DefinitionError]:
        return self._compiled[1]

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every additive part by its digest."""
        found = (one for plan in self.plans.values() for one in quantities_in(plan.node))
        return {one.digest: one for one in found if source_of(one.counted) is not None}

    def plan(self, code: str) -> Plan:
        """Return the plan of an indicator; raise what is wrong with it, or UnknownIndicatorError."""
        if code in self.plans:
            return self.plans[code]
        if code in self.problems:
            raise self.problems[code]
        raise UnknownIndicatorError(code, get_close_matches(code, [*self.plans], n=3, cutoff=0.6))


_held: dict[str, Catalogue] = {}


def catalogue() -> Catalogue:
    """Return the compiled indicators of the packs in force; compiled once per library."""
    now = library()
    held = _held.get("now")
    if held is None or held.library is not now:
        held = _held["now"] = Catalogue(now)
    return held


# ── compiling ─────────────────────────────────────────────────────────────────────────────────────────


def compile_plan(code: str, shelf: Library) -> Plan:
    """Return the plan of one indicator; raise DefinitionError with the place and the fix."""
    kind = shelf.indicators[code]
    pack = shelf.packs[code.split(".")[0]]
    node = _compile(code, shelf, ())
    version = f"{pack.effective.isoformat()}·{_digest(_fingerprint(node))[:8]}"
    return Plan(code, kind, pack, node, version)


def _compile(code: str, shelf: Library, above: tuple[str, ...]) -> Node:
    """Compile an indicator; *above* are the indicators it is a part of, so that a circle is found."""
    if code in above:
        circle = " → ".join([*above[above.index(code) :], code])
        raise DefinitionError(
            above[0], _("it refers to itself: %(circle)s.") % {"circle": circle}, _("Break the circle.")
        )
    kind = shelf.indicators.get(code)
    if kind is None:
        raise DefinitionError(
            above[0],
            _("there is no indicator %(code)s.") % {"code": code},
            _("Correct the code or define it."),
        )
    try:
        return _COMPILERS[kind.form](code, kind, shelf, (*above, code))
    except MeasureError as error:
        problem = Problem(code, 0, code, error.problem, error.facts)
        raise DefinitionError(code, problem.message, problem.fix) from error
    except FormulaError as error:
        problem = Problem(code, 0, code, "formula", {"text": error.text, "found": error.found})
        raise DefinitionError(code, problem.message, problem.fix) from error


def _pack_of(code: str, shelf: Library) -> Pack:
    return shelf.packs[code.split(".")[0]]


def _compile_added(code: str, kind: IndicatorKind, shelf: Library, above: tuple[str, ...]) -> Node:
    counted = counted_of(kind, _pack_of(code, shelf), shelf)
    assert counted is not None
    return _added(code, counted, kind.over_time, kind.factor)


def _added(code: str, counted: Counted, over_time: str | None = None, factor: float = 1) -> Added:
    """Return a quantity in the way it adds up over time; exclusions are counted beside it."""
    _refuse_uncountable(code, counted)
    _refuse_unasked(code, counted)
    lasting = counted.way == "stock" or (over_time == "last" and counted.reading is None)
    posting: Posting = "stock" if lasting and counted.way != "distinct" else "flow"
    left_out = None
    if counted.exclude:
        both = {"all": [dict(counted.where), dict(counted.exclude)]}
        left_out = _quantity(replace(counted, way="count", field=None, where=both, exclude={}), posting)
    rule = over_time or ("last" if posting == "stock" else "sum")
    return Added(_quantity(counted, posting), rule, left_out, factor)


def _refuse_uncountable(code: str, counted: Counted) -> None:
    source = source_of(counted)
    if counted.way != "distinct" or source is None or counted.field is None:
        return
    if field_type(counted, counted.field) is None and counted.field not in source.members:
        raise DefinitionError(
            code,
            _("%(kind)s does not name its %(field)s itself.")
            % {"kind": counted.full_code, "field": counted.field},
            _("Count by area instead."),
        )


def _refuse_unasked(code: str, counted: Counted) -> None:
    """Refuse a condition over something that is known of such records, but not where they are counted."""
    source = source_of(counted)
    if source is None:
        return
    unasked = (names_in(counted.where) | names_in(counted.exclude)) - source.columns(counted).keys()
    if unasked:
        words = {"kind": counted.full_code, "names": ", ".join(sorted(unasked))}
        raise DefinitionError(
            code,
            _("%(names)s cannot be asked of %(kind)s here.") % words,
            _("Ask for a field of the record itself."),
        )


def _quantity(counted: Counted, posting: Posting) -> Quantity:
    return Quantity(_digest(definition_of(counted, posting)), counted, posting)


def definition_of(counted: Counted, posting: Posting) -> dict[str, Any]:
    """Return everything a quantity is told apart by."""
    return {
        "way": "count" if counted.way == "stock" else counted.way,
        "kind": counted.full_code,
        "block": counted.block,
        "reading": counted.reading,
        "field": counted.field,
        "where": dict(counted.where),
        "exclude": dict(counted.exclude),
        "at": counted.at,
        "posting": posting,
    }


def _compile_quotient(code: str, kind: IndicatorKind, shelf: Library, above: tuple[str, ...]) -> Node:
    parts = kind.share or kind.ratio
    assert parts is not None
    upper, lower = (_side(code, part, shelf, above) for part in parts)
    scale = HUNDRED.get(kind.unit, 1) if kind.share else 1
    return Quotient(upper, lower, scale * kind.factor)


def _side(code: str, part: Any, shelf: Library, above: tuple[str, ...]) -> Node:
    read = read_part(part, _pack_of(code, shelf), shelf)
    return _compile(read, shelf, above) if isinstance(read, str) else _added(code, read)


def _compile_formula(code: str, kind: IndicatorKind, shelf: Library, above: tuple[str, ...]) -> Node:
    formula = parse_formula(kind.formula or "")
    return Computed(formula, {one: _compile(one, shelf, above) for one in formula.codes}, kind.factor)


def _compile_series(code: str, kind: IndicatorKind, shelf: Library, above: tuple[str, ...]) -> Node:
    rate = kind.unit in HUNDRED  # rates neither add up over months nor over villages
    over_time = kind.over_time or ("last" if rate else "sum")
    return Series(code, over_time, kind.over_areas or ("none" if rate else "sum"), kind.factor)


_COMPILERS = {
    "count": _compile_added,
    "sum": _compile_added,
    "distinct": _compile_added,
    "stock": _compile_added,
    "share": _compile_quotient,
    "ratio": _compile_quotient,
    "formula": _compile_formula,
    "reported": _compile_series,
}


def _fingerprint(node: Node) -> Any:
    match node:
        case Added():
            return [node.quantity.digest, node.over_time, node.factor]
        case Quotient():
            return [_fingerprint(node.numerator), _fingerprint(node.denominator), node.scale]
        case Computed():
            inner = {code: _fingerprint(one) for code, one in node.nodes.items()}
            return [node.formula.text, inner, node.factor]
        case Series():
            return [node.code, node.over_time, node.over_areas, node.factor]


def _digest(definition: Any) -> str:
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]
