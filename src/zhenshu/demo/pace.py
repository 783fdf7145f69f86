"""How fast a matter goes: measured against the promise its pack gives, so that lateness is meant."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from zhenshu.demo.rhythm import later
from zhenshu.ground.packs.choices import limit_for
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind, Stage
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.deadlines import due, part_way
from zhenshu.ground.worktime.limits import Limit
from zhenshu.registers.cases.drafts import Draft

# How far along its way a matter is when it reaches a stage: (from, to) in hundredths.
MARKS: dict[Stage, tuple[int, int]] = {
    Stage.DISPATCHED: (1, 5),
    Stage.HANDLING: (6, 14),
    Stage.ANSWERED: (55, 76),
    Stage.VERIFIED: (78, 88),
    Stage.CALLED_BACK: (89, 96),
    Stage.CLOSED: (100, 100),
}
USUAL = 5  # working days, where a kind promises nothing


def promised_end(kind: CaseKind, draft: Draft, opened: datetime, calendar: WorkCalendar) -> datetime:
    """Return when the promise given to this matter runs out."""
    key = kind.main_clock()
    if key is None:
        return later(opened, USUAL * 480, calendar)
    facts = {
        **draft.fields,
        "category": draft.category,
        "channel": draft.channel,
        "priority": draft.priority,
    }
    declared = kind.clocks[key]
    limit = limit_for(kind, key, facts)[0] if declared.limits else _plain_limit(kind, key, draft.category)
    return due(opened, limit, calendar, rule=declared.rule_for(limit), roll=declared.roll)


@lru_cache(maxsize=1024)
def _limits_by_category(code: str, key: str, category: str) -> Limit:
    return limit_for(library().case_kind(code), key, {"category": category})[0]


def _plain_limit(kind: CaseKind, key: str, category: str) -> Limit:
    """Return the limit where only the category decides; a year asks the same thirty thousand times."""
    return _limits_by_category(kind.full_code, key, category)


def last_moment(
    opened: datetime, end: datetime, calendar: WorkCalendar, rng: random.Random, *, late: bool, days: float
) -> datetime:
    """Return when the matter is closed: in the promise and *days* of office time, or after it when late."""
    if late:
        return later(end, rng.uniform(60, 5 * 480), calendar)
    share = 0.04 + 0.86 * rng.betavariate(2, 3)
    on_the_way = part_way(opened, end, Fraction(share), calendar)
    return min(on_the_way, later(opened, days * 480 * share + 5, calendar))


def way(
    opened: datetime, last: datetime, stages: Iterable[Stage], calendar: WorkCalendar, rng: random.Random
) -> dict[str, datetime]:
    """Return the moment each of *stages* is reached between *opened* and *last*."""
    begin, end = calendar.work_before(opened), calendar.work_before(last)
    if begin == end:  # no office time between: by the wall clock
        marks = {stage: rng.randint(*MARKS[stage]) for stage in stages if stage in MARKS}
        return {stage: opened + (last - opened) * mark / 100 for stage, mark in marks.items()}
    return {
        stage: max(opened, calendar.moment_of_work(max(1, begin + (end - begin) * mark // 100)))
        for stage in stages
        if stage in MARKS
        for mark in (rng.randint(*MARKS[stage]),)
    }
