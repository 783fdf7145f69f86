"""What was promised for a year against what came of it: the tasks taken from a report, and the targets.

A task counts when it was taken from a report and promised for (or, without such a day, due in) the year. It
is *done* when it is done, *running* while its day is still to come, *missed* when its day is over or it was
cancelled. A target is *done* when its bound is kept, *running* while the year lasts, *missed* after it, and
*unknown* while there is no value to hold against it; of those a report says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.models import Entry
from zhenshu.measures.indicators.models import Bound, Target
from zhenshu.measures.indicators.targets import RULE, TargetState, target_states
from zhenshu.papers.writing.figures import ComposedFigure
from zhenshu.registers.plans.models import Level, PlanItem, ProgressEntry, State

Outcome = Literal["done", "running", "missed", "unknown"]
OUTCOMES: Mapping[Outcome, str] = {"done": "已完成", "running": "进行中", "missed": "未完成"}
BOUNDS = {Bound.AT_LEAST: "≥", Bound.ABOUT: "≈", Bound.AT_MOST: "≤"}
ITEMS, TARGETS = "promises.items", "promises.targets"
NAMES = {ITEMS: "报告确定的任务", TARGETS: "有数据的年度目标"}
DEFINITIONS = {
    ITEMS: "计数：出自报告、当年到期的任务；到期未办结或取消的为未完成",
    TARGETS: "计数：本区域当年有数据的目标；达到界限的为完成",
}
VERSION = "1"


@dataclass(frozen=True, slots=True)
class PromisedItem:
    """A task of a report; *reason* is the last difficulty told, or why it was cancelled."""

    item: PlanItem
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class PromisedTarget:
    """A target with what was reached; *bound* is its sign (≥, ≈, ≤)."""

    state: TargetState
    outcome: Outcome
    bound: str


@dataclass(frozen=True, slots=True)
class Promises:
    """All that was promised for a year in an area."""

    area: Area
    year: int
    items: tuple[PromisedItem, ...]
    targets: tuple[PromisedTarget, ...]

    def count(self, code: str, outcome: str = "value") -> int:
        """Return how many tasks or targets there are with an outcome; all that are known for ``value``."""
        found: Iterable[PromisedItem | PromisedTarget] = self.items if code == ITEMS else self.targets
        return sum(
            one.outcome != "unknown" if outcome == "value" else one.outcome == outcome for one in found
        )


def promises_of(area: Area, year: int, *, on: date | None = None) -> Promises:
    """Return what was promised for *year* and what came of it by a day (default: today)."""
    day = on or timezone.localdate()
    return Promises(area, year, tuple(_items(area, year, day)), tuple(_targets(area, year, day)))


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────


def _items(area: Area, year: int, day: date) -> Iterator[PromisedItem]:
    promised = Q(promised__year=year) | Q(promised__isnull=True, due__year=year)
    found = PlanItem.objects.filter(promised, source_report__isnull=False, area__path__startswith=area.path)
    found = found.exclude(level=Level.GOAL)  # a goal is kept by its tasks, which are counted
    items = list(found.select_related("lead_office", "area").order_by("kind", "position", "pk"))
    reasons = _reasons([item.pk for item in items])
    for item in items:
        outcome = _outcome(item, day)
        reason = "" if outcome == "done" else reasons.get(item.pk) or item.difficulties or item.note
        yield PromisedItem(item, outcome, reason)


def _outcome(item: PlanItem, day: date) -> Outcome:
    if item.state == State.DONE:
        return "done"
    last = item.promised or item.due
    return "running" if item.state == State.OPEN and last is not None and day <= last else "missed"


def _reasons(items: list[int]) -> dict[int, str]:
    """Return the latest difficulty of each item, or the reason for which it was cancelled."""
    entries = ProgressEntry.objects.filter(item_id__in=items).exclude(difficulties="").order_by("at", "pk")
    told = dict(entries.values_list("item_id", "difficulties"))
    cancelled = Entry.objects.filter(
        subject_kind="plans.planitem", action="plan.cancelled", subject_id__in=items
    ).exclude(note="")
    return told | dict(cancelled.order_by("seq").values_list("subject_id", "note"))


# ── targets ───────────────────────────────────────────────────────────────────────────────────────────


def _targets(area: Area, year: int, day: date) -> Iterator[PromisedTarget]:
    targets = Target.objects.filter(area=area, office=None, ended=False, year=year).order_by(
        "indicator", "pk"
    )
    last = date(year, 12, 31)
    for state in target_states(list(targets), on=min(day, last)):
        yield PromisedTarget(state, _target_outcome(state, day, last), BOUNDS[Bound(state.target.bound)])


def _target_outcome(state: TargetState, day: date, last: date) -> Outcome:
    if state.value is None:
        return "unknown"
    return "done" if _is_kept(state) else "running" if day <= last else "missed"


def _is_kept(state: TargetState) -> bool:
    value, target = state.value, state.target
    if value is None:
        return False
    match target.bound:
        case Bound.AT_MOST:
            return value <= target.value
        case Bound.ABOUT:
            return abs(value - target.value) <= abs(target.value) * RULE.near / 100
        case _:
            return value >= target.value


# ── as figures of a report ────────────────────────────────────────────────────────────────────────────


def is_promise(code: str) -> bool:
    """Tell whether a figure of a report counts promises rather than an indicator."""
    return code in NAMES


def promise_figure(promises: Promises, code: str, outcome: str, as_of: datetime) -> ComposedFigure:
    """Return a count of promises as a figure that opens their list."""
    number = promises.count(code, outcome)
    words = OUTCOMES.get(outcome, "")  # type: ignore[call-overload]
    asked = f"&outcome={outcome}" if words else ""
    return ComposedFigure(
        code=code, name=f"{NAMES[code]}{words}数", view=outcome, shown=str(number), value=Decimal(number),
        unit="项", n=number, excluded=0, as_of=as_of, definition=DEFINITIONS[code], version=VERSION,
        made_from="records", signers=(), last=None, growth=None,
        link=f"/reports/{promises.year}/promises/?area={promises.area.pk}{asked}",
    )  # fmt: skip
