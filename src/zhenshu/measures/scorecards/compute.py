"""Work out a scorecard from the records as they stand: estimate of a running period, or what is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import ScorecardKind, ScoreItem
from zhenshu.ground.worktime.periods import Period, parse_period
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.scorecards.marking import Reading, given, mark
from zhenshu.measures.scorecards.models import Mark, Scorecard
from zhenshu.measures.scorecards.readings import readings_of
from zhenshu.measures.scorecards.standing import Item, Result, Rules, Score, Unit, stand
from zhenshu.measures.scorecards.units import card_kind, units_of

Marks = Mapping[tuple[int, str], Mark]  # of a unit and an item


def compute(card: ScorecardKind, area: Area, period: Period, marks: Marks | None = None) -> Result:
    """Return the scores of all units of an area in a period, with *marks* for what is given by hand."""
    day = min(period.last_day, timezone.localdate())
    units = units_of(card, area, day)
    read = readings_of(card, area, period, units)
    scores = [
        (unit, {item.code: _score(item, unit, read.readings, marks or {}) for item in card.items.values()})
        for unit in units
    ]
    items = [item_of(item) for item in card.items.values()]
    rules = Rules(card.flags, Decimal(str(card.least)))
    found = stand(items, scores, as_of=timezone.now(), rules=rules)
    return replace(found, waiting=read.waiting)


def compute_now(scorecard: Scorecard) -> Result:
    """Return what the records tell now of the period of a kept scorecard."""
    marks = {(one.unit_id, one.item): one for one in scorecard.marks.filter(replaced_by=None)}
    return compute(card_kind(scorecard.kind), scorecard.area, parse_period(scorecard.period), marks)


def _score(item: ScoreItem, unit: Unit, readings: Mapping[str, Mapping[int, Reading]], marks: Marks) -> Score:
    if item.way == "given":
        return _given(item, marks.get((unit.id, item.code)))
    reading = readings.get(item.code, {}).get(unit.id, Reading())
    marked = mark(item, reading)
    return Score(
        item=item.code, points=marked.points, line=marked.line, value=reading.value,
        numerator=reading.numerator, denominator=reading.denominator, n=reading.n, target=reading.target,
        veto=marked.veto,
    )  # fmt: skip


def _given(item: ScoreItem, entered: Mark | None) -> Score:
    if entered is None:
        return Score(item.code, None)
    marked = given(item, entered.points)
    return Score(item.code, marked.points, marked.line, why=f"{entered.reason}（{entered.signer}）")


def item_of(item: ScoreItem) -> Item:
    """Return an item as a result keeps it."""
    plan = catalogue().plans.get(item.indicator or "")
    return Item(
        code=item.code, name=item.name, full=Decimal(str(item.full)), way=item.way,
        indicator=item.indicator or "", over=item.over, unit=plan.kind.unit if plan else "",
        office=item.office, basis=item.basis, definition=plan.version if plan else "",
    )  # fmt: skip
