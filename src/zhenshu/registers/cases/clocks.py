"""Start, stop, pause and extend the clocks of a case.

A clock runs from the stage its kind names until the stage its kind names. Nothing else touches it: a
comment, a correction or an edit never restarts a deadline. What pauses took is read from the stage
history (`Pause` rows) each time, never kept as a running sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache, lru_cache
from time import monotonic
from typing import Any

from django.conf import settings

from zhenshu.ground.packs.conditions import Test, compile_condition
from zhenshu.ground.packs.schema import CaseKind, ClockKind, ClockScope, Stage
from zhenshu.ground.rows import new_row
from zhenshu.ground.worktime import deadlines
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.limits import Limit, StartRule, parse_limit
from zhenshu.registers.cases.facts import condition_facts
from zhenshu.registers.cases.models import Assignment, Case, Clock, ClockState, Pause

ORDER = {stage: place for place, stage in enumerate(Stage)}
# Clocks of these scopes start and stop with the stages; the others with their own reply.
FOLLOWS_STAGE = (ClockScope.CASE, ClockScope.LEAD)
LIVE = (ClockState.RUNNING, ClockState.PAUSED)
# A deadline is near when one third of it is left, unless its pack says otherwise.
NEAR_SHARE = Fraction(2, 3)
LOOK_AGAIN = 2  # seconds between two looks at the calendar's table

_compiled: dict[int, tuple[Mapping[str, Any], Test]] = {}
read_limit = cache(parse_limit)
_written = cache(str)


def work_calendar() -> WorkCalendar:
    """Return the installation's working calendar; a change of its table is seen within two seconds."""
    return _calendar_as_of(int(monotonic() / LOOK_AGAIN))


@lru_cache(maxsize=1)
def _calendar_as_of(look: int) -> WorkCalendar:
    return WorkCalendar.load(settings.INSTALLATION.data)


def holds(where: Mapping[str, Any], kind: CaseKind, facts: Mapping[str, Any]) -> bool:
    """Tell whether *facts* fulfil a condition of *kind*; each condition of a pack is compiled once."""
    if not where:
        return True
    known = _compiled.get(id(where))
    if known is None:
        # The condition is kept beside its test, so that its identity cannot pass to another one.
        known = _compiled[id(where)] = (where, compile_condition(where, kind.fields))
    return known[1](facts)


def limit_for(case: Case, kind: CaseKind, key: str) -> tuple[Limit, str]:
    """Return the limit for this case, with its basis: by condition, by category, or the clock's own."""
    clock = kind.clocks[key]
    if clock.limits:
        facts = condition_facts(case)
        for rule in clock.limits:
            if holds(rule.when, kind, facts):
                return rule.limit, rule.basis or clock.basis
    return _category_limit(kind, case.category, key) or (clock.limit, clock.basis)


def _category_limit(kind: CaseKind, path: str, key: str) -> tuple[Limit, str] | None:
    """Return the limit for the clock *key* of the category, or of the nearest above it that has one."""
    parts = path.split("/") if path else []
    for depth in range(len(parts), 0, -1):
        category = kind.find_category("/".join(parts[:depth]))
        if category and key in category.limits:
            return category.limits[key], category.basis or kind.clocks[key].basis
    return None


def applies(case: Case, kind: CaseKind, clock: ClockKind) -> bool:
    return not clock.when or holds(clock.when, kind, condition_facts(case))


def start_clock(
    case: Case,
    kind: CaseKind,
    key: str,
    *,
    at: datetime,
    assignment: Assignment | None = None,
) -> Clock:
    """Return a new running clock (not saved) for the clock *key* of this kind."""
    declared = kind.clocks[key]
    limit, basis = limit_for(case, kind, key)
    said = {
        "key": key,
        "limit": _written(limit),
        "basis": basis[:200],
        "rule": starting_rule(declared, limit),
        "roll": declared.roll,
        "pauses": declared.pauses,
        "started_at": at,
    }
    clock = new_row(Clock, said)
    clock.case = case
    if assignment is not None:
        clock.assignment = assignment
    set_due(clock, declared, ())
    return clock


def starting_rule(declared: ClockKind, limit: Limit) -> str:
    """Return from when *limit* counts. "From the next day" is a rule for days: hours that take their place
    for an urgent matter run from the moment itself (民法典第二百零一条)."""
    in_place_of_days = declared.limit.unit.counts_whole_days and not limit.unit.counts_whole_days
    return StartRule.AT_ONCE.value if in_place_of_days else declared.rule


def set_due(clock: Clock, declared: ClockKind | None, pauses: Sequence[Pause]) -> None:
    """Work out when *clock* is due and when that is near, from its start, limit, extension and the pauses.

    Where the end moves, escalation waits for the new one.
    """
    calendar = work_calendar()
    limit = read_limit(clock.limit)
    near = declared.near if declared is not None else None
    if pauses or clock.extended_by:
        due = _disturbed_due(clock, limit, pauses, calendar)
        clock.near_at = _near(clock.started_at, due, limit, near, calendar)
    else:
        start = (clock.started_at, limit, StartRule(clock.rule), clock.roll)
        due, clock.near_at = _undisturbed(*start, near, calendar)
    if due != clock.due_at:
        clock.due_at = clock.escalate_at = due


def _disturbed_due(clock: Clock, limit: Limit, pauses: Sequence[Pause], calendar: WorkCalendar) -> datetime:
    held = [deadlines.Pause(p.started_at, p.ended_at) for p in pauses if p.ended_at] if clock.pauses else []
    rule = StartRule(clock.rule)
    due = deadlines.due(clock.started_at, limit, calendar, rule=rule, pauses=held, roll=clock.roll)
    if not clock.extended_by:
        return due
    more = read_limit(clock.extended_by)
    return deadlines.due(due, more, calendar, rule=_extension_rule(more), pauses=held, roll=clock.roll)


@lru_cache(maxsize=4096)
def _undisturbed(
    start: datetime, limit: Limit, rule: StartRule, roll: bool, near: Limit | None, calendar: WorkCalendar
) -> tuple[datetime, datetime]:
    """Return (due, near) of a clock without pause or extension; a batch asks the same of many cases."""
    due = deadlines.due(start, limit, calendar, rule=rule, roll=roll)
    return due, _near(start, due, limit, near, calendar)


def _near(
    start: datetime, due: datetime, limit: Limit, near: Limit | None, calendar: WorkCalendar
) -> datetime:
    """Return from when on the end is near: what the pack says, or the last third."""
    if near is not None:
        return max(start, deadlines.near_due(due, near, calendar))
    working = limit.unit.counts_working_time
    return max(start, deadlines.part_way(start, due, NEAR_SHARE, calendar, working=working))


def _extension_rule(limit: Limit) -> StartRule:
    return StartRule.NEXT_DAY if limit.unit.counts_whole_days else StartRule.AT_ONCE


def starting_stage(clock: ClockKind, kind: CaseKind) -> Stage:
    """Return the stage at which *clock* starts; a lead office's cannot start before the dispatch."""
    early = ORDER[clock.start] < ORDER[Stage.DISPATCHED]
    if clock.scope is ClockScope.LEAD and early and Stage.DISPATCHED in kind.stages:
        return Stage.DISPATCHED
    return clock.start


def keys_starting(kind: CaseKind, *, after: Stage | None, upto: Stage) -> list[str]:
    """Return the clocks that start behind stage *after* (None: from the beginning) and not behind *upto*,
    and still run at *upto*."""
    least = -1 if after is None else ORDER[after]
    return [
        key
        for key, clock in kind.clocks.items()
        if clock.scope in FOLLOWS_STAGE
        and least < ORDER[starting_stage(clock, kind)] <= ORDER[upto] < ORDER[clock.until]
    ]


def start_clocks(
    case: Case, kind: CaseKind, keys: Iterable[str], *, at: datetime, lead: Assignment | None
) -> list[Clock]:
    """Return new clocks for those of *keys* that apply to this case; the lead's hang on its share."""
    return [
        start_clock(case, kind, key, at=at, assignment=lead if clock.scope is ClockScope.LEAD else None)
        for key, clock in ((key, kind.clocks[key]) for key in keys)
        if applies(case, kind, clock)
    ]


def clocks_of_scope(
    case: Case, kind: CaseKind, scope: ClockScope, at: datetime, assignment: Assignment | None = None
) -> list[Clock]:
    """Return new clocks of a scope that has its own reply, such as an assisting office's."""
    return [
        start_clock(case, kind, key, at=at, assignment=assignment)
        for key, clock in kind.clocks.items()
        if clock.scope is scope and applies(case, kind, clock)
    ]


def stop_clocks(clocks: Iterable[Clock], kind: CaseKind, stage: Stage, at: datetime) -> list[Clock]:
    """Stop the clocks of the case and its lead that run until *stage* at most; return those that changed."""
    stopped = []
    for clock in clocks:
        declared = follows_stage(clock, kind)
        if declared and clock.state in LIVE and ORDER[declared.until] <= ORDER[stage]:
            stop_clock(clock, at)
            stopped.append(clock)
    return stopped


def follows_stage(clock: Clock, kind: CaseKind) -> ClockKind | None:
    """Return what the kind declares of a clock that starts and stops with the stages; None for others."""
    declared = kind.clocks.get(clock.key)
    if declared is None or clock.supervision_id or declared.scope not in FOLLOWS_STAGE:
        return None
    return declared


def stop_clock(clock: Clock, at: datetime, *, cancelled: bool = False) -> None:
    """Stop *clock*: kept when in time, overdue when late, cancelled when it no longer applies.

    A paused clock has not reached its end, whatever the hour.
    """
    in_time = clock.state == ClockState.PAUSED or at <= clock.due_at
    clock.stopped_at = at
    if cancelled:
        clock.state = ClockState.CANCELLED
    else:
        clock.state = ClockState.MET if in_time else ClockState.MISSED


def run_again(clock: Clock, declared: ClockKind, pauses: Sequence[Pause]) -> None:
    """Let a clock that a refused answer stopped run on towards its old end."""
    clock.stopped_at, clock.state = None, ClockState.RUNNING
    set_due(clock, declared, pauses)


def nearest(clocks: Iterable[Clock]) -> tuple[datetime | None, datetime | None]:
    """Return the earliest (due_at, near_at) among the running clocks."""
    running = [clock for clock in clocks if clock.state == ClockState.RUNNING]
    if not running:
        return None, None
    return min(c.due_at for c in running), min(c.near_at for c in running)


def judged(clocks: Iterable[Clock]) -> tuple[list[str], list[str]]:
    """Return the keys of clocks kept and of those missed; of several with one key the latest counts."""
    latest = {clock.key: clock.state for clock in clocks if clock.state != ClockState.CANCELLED}
    kept = sorted(key for key, state in latest.items() if state == ClockState.MET)
    missed = sorted(key for key, state in latest.items() if state == ClockState.MISSED)
    return kept, missed


def time_left(clock: Clock, now: datetime) -> timedelta:
    """Return the plain time between now and the end; negative when overdue."""
    return clock.due_at - now
