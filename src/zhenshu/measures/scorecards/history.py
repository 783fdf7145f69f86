"""Published scorecards against what the records tell now, and against those of earlier periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from zhenshu.ground.areas.models import Area
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.scorecards.compute import compute_now
from zhenshu.measures.scorecards.content import result_of, standing_of
from zhenshu.measures.scorecards.marking import Number
from zhenshu.measures.scorecards.models import Scorecard, State
from zhenshu.measures.scorecards.standing import Result, Score, Unit
from zhenshu.measures.scorecards.units import card_kinds

STANDING = (State.PUBLISHED, State.CLOSED)
PERIODS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Changed:
    """A published score that the records tell otherwise now; *redefined* when its definition changed too."""

    unit: Unit
    item: str
    then: Score
    now: Score
    redefined: bool


def changes_since(scorecard: Scorecard) -> list[Changed]:
    """Return each published score whose value or points the records tell otherwise now.

    Points given by hand or corrected after an objection do not change by themselves. Of an item whose
    figures are being counted anew nothing is told yet.
    """
    if scorecard.kind not in card_kinds():
        return []
    then, now = result_of(scorecard.content), compute_now(scorecard)
    return list(_changes(then, now))


def _changes(then: Result, now: Result) -> Iterator[Changed]:
    current = {one.unit.id: one for one in now.units}
    definitions = {item.code: item.definition for item in now.items}
    for published in then.units:
        mine = current.get(published.unit.id)
        for item in then.items:
            held = published.scores.get(item.code)
            told = mine.scores.get(item.code) if mine else None
            if held is None or told is None or item.way == "given" or item.code in now.waiting:
                continue
            if (held.points, held.value) != (told.points, told.value):
                redefined = definitions.get(item.code) != item.definition
                yield Changed(published.unit, item.code, held, told, redefined)


# ── by period ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Past:
    """The score and place of a unit in one period, with its red flag."""

    scorecard: Scorecard
    period_name: str
    score: Number
    place: int | None
    of: int
    flag: bool


def published_before(kind: str, area: Area, day: date, count: int = PERIODS_SHOWN) -> list[Scorecard]:
    """Return the editions in force of the periods that begin before a day, the newest first."""
    rows = Scorecard.objects.filter(kind=kind, area=area, state__in=STANDING, first_day__lt=day)
    return list(rows.select_related("area").order_by("-first_day")[:count])


def history_of(unit_id: int, scorecards: Sequence[Scorecard]) -> list[Past]:
    """Return what a unit reached in each of the periods in which it was scored."""
    found: list[Past] = []
    for scorecard in scorecards:
        result = standing_of(scorecard)
        mine = result.unit(unit_id)
        if mine is not None and mine.score is not None:
            name = parse_period(scorecard.period).name_zh
            found.append(Past(scorecard, name, mine.score, mine.place, len(result.scored), mine.flag))
    return found
