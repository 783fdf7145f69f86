"""Evaluate indicators over areas and periods: one value with all that explains it, or a whole board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.worktime.periods import Period, parse_period, previous, same_period_last_year
from zhenshu.measures.indicators.columns import SCALE
from zhenshu.measures.indicators.definitions import (
    Added,
    Computed,
    Node,
    Plan,
    Quotient,
    Series,
    catalogue,
    quantities_in,
    series_in,
)
from zhenshu.measures.indicators.geography import Boundaries, layout_of, tree
from zhenshu.measures.indicators.series import NOTHING, Found, Reports, read_reports
from zhenshu.measures.indicators.spans import Span, span_of
from zhenshu.measures.indicators.sums import Sums, read_sums
from zhenshu.measures.indicators.tallies import build_or_wait

Made = Literal["records", "reported", "mixed", "nothing"]
Number = Decimal | None


@dataclass(frozen=True, slots=True)
class Value:
    """One figure and all that explains it.

    *value* is rounded as it is shown, *exact* is not. *n* is the number of records (or reported values) it
    rests on, *excluded* the number the definition leaves out. *basis* says from where the definition comes,
    *made_from* from what the figure does.
    """

    code: str
    name: str
    area_id: int
    period: Period
    value: Number
    exact: Number
    unit: str
    decimals: int | None
    numerator: Number
    denominator: Number
    excluded: int
    n: int
    as_of: datetime
    definition_version: str
    basis: str
    made_from: Made
    signers: tuple[str, ...] = ()
    missing_areas: int = 0


@dataclass(slots=True)
class Row:
    """An indicator in one area, over all spans of a board."""

    values: list[Number]
    ns: list[int]
    tops: list[Number] | None = None
    bottoms: list[Number] | None = None


def evaluate(
    code: str,
    area: Area | int,
    period: Period | str,
    *,
    on: date | None = None,
    boundaries: Boundaries = "then",
) -> Value:
    """Return an indicator's value in an area over a period, as told on the day *on* (default: as of now).

    *boundaries* ``then`` counts records in the areas they were filed under, ``today`` in those that stand in
    their place now. Raises UnknownIndicatorError, DefinitionError or PeriodError, each in a sentence.
    """
    board = evaluate_board([code], [area], [period], on=on, boundaries=boundaries, comparisons=False)
    return board.value(code, _id(area), board.periods[0])


def evaluate_board(
    codes: Sequence[str],
    areas: Sequence[Area | int],
    periods: Sequence[Period | str],
    *,
    on: date | None = None,
    boundaries: Boundaries = "then",
    comparisons: bool = True,
) -> Board:
    """Evaluate many indicators over many areas and periods in a handful of statements.

    With *comparisons* the same period of last year and the period before are read along.
    """
    known = catalogue()
    plans = [known.plan(code) for code in codes]
    asked = [parse_period(period) if isinstance(period, str) else period for period in periods]
    read = _with_comparisons(asked) if comparisons else list(dict.fromkeys(asked))
    spans = [span_of(period, on) for period in read]
    ids = [_id(area) for area in areas]
    return Board(tuple(asked), spans, plans, ids, _read(plans, ids, spans, boundaries))


def _with_comparisons(periods: Sequence[Period]) -> list[Period]:
    found = dict.fromkeys(periods)
    for period in periods:
        found |= dict.fromkeys((same_period_last_year(period), previous(period)))
    return list(found)


def _id(area: Area | int) -> int:
    return area if isinstance(area, int) else area.pk


@dataclass(frozen=True)
class Material:
    """All that was read for a board; *waiting* are quantities the worker still has to count anew."""

    sums: Sums
    reports: Reports
    as_of: datetime
    waiting: frozenset[str] = frozenset()


def _read(
    plans: Sequence[Plan], areas: Sequence[int], spans: Sequence[Span], boundaries: Boundaries
) -> Material:
    quantities = {one.digest: one for plan in plans for one in quantities_in(plan.node)}
    waiting = build_or_wait(quantities)
    wide = {*areas, *_areas_below(plans, areas, spans)}
    sums = read_sums(quantities.values(), layout_of(wide, boundaries), spans, boundaries, waiting)
    codes = {series.code for plan in plans for series in series_in(plan.node)}
    return Material(sums, read_reports(codes, areas, spans), timezone.now(), waiting)


def _areas_below(plans: Sequence[Plan], areas: Sequence[int], spans: Sequence[Span]) -> Iterator[int]:
    """Yield the areas that are needed for means over areas."""
    if any(plan.kind.over_areas == "mean" for plan in plans):
        for span in spans:
            for area in areas:
                yield from tree().children(area, span.end)


@dataclass
class Board:
    """Indicators × areas × periods, worked out row by row when asked."""

    periods: tuple[Period, ...]
    spans: list[Span]
    plans: list[Plan]
    areas: list[int]
    material: Material
    _rows: dict[tuple[str, int], Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places = {span.period.key: place for place, span in enumerate(self.spans)}
        self._plans = {plan.code: plan for plan in self.plans}
        self.compared = [self._compared(period) for period in self.periods]

    def _compared(self, period: Period) -> tuple[int, int | None, int | None]:
        """Return the places of a period, of the same one last year, and of the one before it."""
        earlier = (same_period_last_year(period), previous(period))
        last_year, before = (self._places.get(one.key) for one in earlier)
        return self._places[period.key], last_year, before

    def plan(self, code: str) -> Plan:
        return self._plans[code]

    def waits(self, code: str) -> bool:
        """Tell whether an indicator is still to be counted anew after a change of its definition."""
        waiting = self.material.waiting
        return bool(waiting) and any(one.digest in waiting for one in quantities_in(self._plans[code].node))

    def row(self, code: str, area: int) -> Row:
        """Return an indicator in an area over all spans, unrounded."""
        key = (code, area)
        if key not in self._rows:
            self._rows[key] = self._evaluate(self._plans[code], area)
        return self._rows[key]

    def number(self, code: str, area: int, period: Period) -> Number:
        """Return the unrounded value, None where there is none or the period was not read."""
        place = self._places.get(period.key)
        return None if place is None else self.row(code, area).values[place]

    def numbers(self, code: str, area: int) -> list[Number]:
        """Return the unrounded values of the periods asked for, in their order."""
        values = self.row(code, area).values
        return [values[self._places[period.key]] for period in self.periods]

    def value(self, code: str, area: int, period: Period) -> Value:
        """Return one value with all that explains it."""
        plan, place = self._plans[code], self._places[period.key]
        row, span = self.row(code, area), self.spans[place]
        told = [self.material.reports.over_span(one, area, span) for one in series_in(plan.node)]
        exact = row.values[place]
        return Value(
            code=code,
            name=plan.kind.name,
            area_id=area,
            period=span.period,
            value=rounded(exact, plan.decimals),
            exact=exact,
            unit=plan.kind.unit,
            decimals=plan.decimals,
            numerator=row.tops[place] if row.tops else None,
            denominator=row.bottoms[place] if row.bottoms else None,
            excluded=self._excluded(plan.node, area, place),
            n=row.ns[place],
            as_of=self.material.as_of,
            definition_version=plan.version,
            basis=plan.kind.basis,
            made_from=_made_from(plan, told, exact),
            signers=tuple(dict.fromkeys(one.signer for found in told for one in found.told)),
            missing_areas=sum(found.missing for found in told),
        )

    # ── nodes ─────────────────────────────────────────────────────────────────────────────────────────

    def _evaluate(self, plan: Plan, area: int) -> Row:
        rule = plan.kind.over_areas
        if rule in ("mean", "none") and not isinstance(plan.node, Series):
            children = tree().children(area, max(span.end for span in self.spans))
            if children:
                rows = [self._node(plan.node, child) for child in children] if rule == "mean" else []
                return _mean_of(rows, len(self.spans))
        return self._node(plan.node, area)

    def _node(self, node: Node, area: int) -> Row:
        match node:
            case Added():
                return self._added(node, area)
            case Quotient():
                return self._quotient(node, area)
            case Computed():
                return self._computed(node, area)
            case Series():
                return self._series(node, area)

    def _added(self, node: Added, area: int) -> Row:
        found = self.material.sums.over_spans(node.quantity, area, node.over_time)
        if found is None:
            return Row([None] * len(self.spans), [0] * len(self.spans))
        if node.factor == 1:
            return Row([_decimal(value) for value in found[0]], found[1])
        factor = Decimal(str(node.factor))
        return Row([_decimal(value) * factor for value in found[0]], found[1])

    def _quotient(self, node: Quotient, area: int) -> Row:
        upper, lower = self._node(node.numerator, area), self._node(node.denominator, area)
        scale = Decimal(str(node.scale))
        values = [
            None if top is None or not bottom else top * scale / bottom
            for top, bottom in zip(upper.values, lower.values, strict=True)
        ]
        return Row(values, lower.ns, upper.values, lower.values)

    def _computed(self, node: Computed, area: int) -> Row:
        parts = {code: self._node(inner, area) for code, inner in node.nodes.items()}
        factor = Decimal(str(node.factor))
        values: list[Number] = []
        for place in range(len(self.spans)):
            found = node.formula.evaluate({code: row.values[place] for code, row in parts.items()})
            values.append(None if found is None else found * factor)
        return Row(values, [sum(row.ns[place] for row in parts.values()) for place in range(len(self.spans))])

    def _series(self, node: Series, area: int) -> Row:
        factor = Decimal(str(node.factor))
        told = [self.material.reports.over_span(node, area, span) for span in self.spans]
        values = [None if found.value is None else found.value * factor for found in told]
        return Row(values, [len(found.told) for found in told])

    def _excluded(self, node: Node, area: int, place: int) -> int:
        """Return how many records the definition leaves out, of the denominator where there is one."""
        match node:
            case Added(left_out=left_out, over_time=over_time) if left_out is not None:
                found = self.material.sums.over_spans(left_out, area, over_time)
                return found[1][place] if found else 0
            case Quotient(denominator=denominator):
                return self._excluded(denominator, area, place)
            case _:
                return 0


@lru_cache(maxsize=1 << 16)
def _decimal(value: int) -> Decimal:
    return Decimal(value // SCALE) if value % SCALE == 0 else Decimal(value) / SCALE


def _mean_of(rows: Sequence[Row], width: int) -> Row:
    """Return the mean of rows, of those areas that have a value."""
    values: list[Number] = []
    for place in range(width):
        known = [value for row in rows if (value := row.values[place]) is not None]
        values.append(sum(known, Decimal(0)) / len(known) if known else None)
    return Row(values, [sum(row.ns[place] for row in rows) for place in range(width)])


def rounded(value: Number, decimals: int | None) -> Number:
    """Return a value as it is shown: rounded half up, without an exponent."""
    if value is None:
        return None
    if decimals is not None:
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    plain = value.normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def _made_from(plan: Plan, told: Sequence[Found], exact: Number) -> Made:
    """Say what a figure was made from."""
    if exact is None:
        return "nothing"
    has_records = any(True for _ in quantities_in(plan.node))
    if any(found is not NOTHING for found in told):
        return "mixed" if has_records else "reported"
    return "records"
