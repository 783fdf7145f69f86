"""The plan of the demo township: the promises of its report through 2024, and the plan of this year."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from zhenshu.demo.organisation import Organisation
from zhenshu.demo.plan_life import (
    NEARLY,
    Pace,
    Span,
    Told,
    done_line,
    end_of,
    parts_of,
    plan_material,
    reports_of,
)
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.targets import set_target
from zhenshu.papers.adopting.acts import Edit, adopt
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.papers.adopting.proposals import propose
from zhenshu.registers.plans.acts import cancel_item, create_item, edit_item
from zhenshu.registers.plans.baselines import set_baseline
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem, State
from zhenshu.registers.plans.orders import Order, supervise
from zhenshu.registers.plans.progress import FULL
from zhenshu.registers.plans.relighting import relight
from zhenshu.registers.plans.reporting import Report, monday_of, record_life_stage, set_investment
from zhenshu.registers.plans.weekly import Reported, Share, report_round, share_out

FRIDAY = timedelta(days=4)
EVENING = time(16, 30)
FORTNIGHT = timedelta(days=14)
SHIFT: Mapping[Pace, float] = {"done": -0.02, "good": 0.0, "behind": 0.13, "red": 0.3}
LATE, DROPPED = 0.12, 2
_HEADING = re.compile(r"^[一二三四五六七八九十]+、(?P<words>坚持.+)$", re.M)
LIFE = ("signed", "started")


def moment(day: date, hour: time = EVENING) -> datetime:
    """Return an hour of a day in the township's time."""
    return timezone.make_aware(datetime.combine(day, hour))


@dataclass
class Course:
    """What happens to one item: what is told of it, and when it is done."""

    item: int
    told: list[Told]
    done_on: date | None = None


@dataclass
class Planner:
    """Plants items and lets them live; *now* is the end of what can have happened."""

    town: Area
    villages: Mapping[str, Area]
    made: Organisation
    rng: random.Random
    now: datetime
    courses: list[Course] = field(default_factory=list)

    @cached_property
    def by(self) -> Scope:
        """The secretary's office plans and takes the weekly round down."""
        return scope_of(User.objects.get(username="secretary"), on=self.today)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @cached_property
    def leaders(self) -> Mapping[str, int]:
        """The responsible leader by office key."""
        people = {user.username: user.pk for user in self.made.leaders}
        return {key: people[name] for name, keys in plan_material()["leaders"].items() for key in keys}

    def people(self, office: str) -> dict[str, int | None]:
        """Return leading office, its head as owner and the leader who answers for it."""
        held = self.made.offices[office]
        return {
            "lead_office": held.pk,
            "owner": self.made.officers[held.pk][0].pk,
            "leader": self.leaders.get(office),
        }

    def create(self, kind: str, title: str, span: Span, office: str, **more: Any) -> PlanItem:
        """Return a new item, decided on in the first days of its year."""
        said: dict[str, Any] = {"area": self.town.pk, **self.people(office), **more}
        draft = PlanDraft(kind=kind, title=title, start=span.start, due=span.due, promised=span.due, **said)
        return create_item(draft, by=self.by, at=min(self.now, moment(date(span.due.year, 1, 6))))

    # ── how items live ────────────────────────────────────────────────────────────────────────────────

    def follow(
        self, item: PlanItem, span: Span, *, done_on: date | None, every: timedelta | None = None
    ) -> None:
        """Let an item be reported until it is done, or until today."""
        until = min(self.today, done_on or self.today)
        told = list(
            reports_of(item.title, span, until=until, rng=self.rng, **({"every": every} if every else {}))
        )
        self.courses.append(Course(item.pk, told, done_on if done_on and done_on <= self.today else None))

    def follow_project(self, item: PlanItem, span: Span, steps: Sequence[str], office: str) -> date | None:
        """Give a project its milestones, let them be reached one after the other; return its last day."""
        shift = timedelta(days=int((span.due - span.start).days * SHIFT[span.pace]))
        ended: list[date | None] = []
        for name, start, due in parts_of(span, steps):
            part = self.create("plans.milestone", name, Span(start, due, span.pace), office, parent=item.pk,
                               area=item.area_id, category=item.category)  # fmt: skip
            ends = max(start, due + shift - timedelta(days=self.rng.randint(0, 5)))
            ended.append(ends if ends <= self.today else None)
            self._follow_part(part, start + shift, ends)
        told = [
            Told(one.on, 0.0, one.line, one.difficulties, one.coordination)
            for one in reports_of(item.title, span, until=self.today, every=FORTNIGHT, rng=self.rng)
        ]
        last = None if None in ended else max(day for day in ended if day)
        self.courses.append(Course(item.pk, [one for one in told if last is None or one.on < last], last))
        return last

    def _follow_part(self, part: PlanItem, begins: date, ends: date) -> None:
        """Report a milestone by the fortnight between the days it really takes."""
        days, told, day = max(1, (ends - begins).days), [], begins + FORTNIGHT
        while day < min(ends, self.today):
            percent = min(NEARLY, round(100 * (day - begins).days / days, 1))
            told.append(Told(day, percent, "按节点推进"))
            day += FORTNIGHT
        self.courses.append(Course(part.pk, told, ends if ends <= self.today else None))

    def live(self) -> None:
        """Take the rounds down week by week; what was done is completed in the round of its week."""
        parents = set(PlanItem.objects.exclude(parent=None).values_list("parent_id", flat=True))
        weeks: dict[date, dict[int, Reported]] = {}
        for course in self.courses:
            for one in course.told:
                report = _report(one, whole=course.item in parents)
                weeks.setdefault(monday_of(one.on), {})[course.item] = Reported(course.item, report)
            if course.done_on:
                week = weeks.setdefault(monday_of(course.done_on), {})
                week[course.item] = Reported(course.item, self._done(course, parents), course.done_on)
        for monday in sorted(weeks):
            rounds = [one for _, one in sorted(weeks[monday].items())]
            held_on = max([monday + FRIDAY, *(one.done_on for one in rounds if one.done_on)])
            report_round(rounds, by=self.by, at=min(self.now, moment(held_on)))
        self.courses.clear()

    def _done(self, course: Course, parents: set[int]) -> Report:
        percent = None if course.item in parents else FULL
        return Report(line=done_line(self.rng), percent=percent)

    def invest(self, item: PlanItem, year: int, planned: float, share: float) -> None:
        """Set the investment of a year, planned and done."""
        held = PlanItem.objects.get(pk=item.pk)
        at = min(self.now, moment(date(year, 12, 30)))
        set_investment(
            held, year, planned=Decimal(str(planned)), done=Decimal(str(round(planned * share))),
            version=held.version, by=self.by, at=at,
        )  # fmt: skip

    def reach(self, item: PlanItem, stages: Iterable[tuple[str, date]]) -> None:
        """Record the stages of a project's life."""
        for stage, on in stages:
            held = PlanItem.objects.get(pk=item.pk)
            if on <= self.today:
                record_life_stage(held, stage, on, version=held.version, by=self.by, at=moment(on))


def _report(told: Told, *, whole: bool) -> Report:
    percent = None if whole else Decimal(str(told.percent))
    return Report(
        line=told.line, percent=percent, difficulties=told.difficulties, coordination=told.coordination
    )


# ── the promises of the report ────────────────────────────────────────────────────────────────────────


def take_over(planner: Planner, source: SourceReport) -> list[int]:
    """Take tasks, targets and values of the report over as its page does, those sure enough to be ticked."""
    found = propose(source)
    chosen = {one.key: Edit() for one in found.items if one.sure}
    chosen |= {one.key: Edit() for one in found.targets if one.declares is None and not one.refusal}
    chosen |= {one.key: Edit() for one in found.values if one.declares is None and not one.refusal}
    adoption = adopt(source, chosen, by=planner.by, signer="党政综合办公室", at=source.read_at)
    return list(adoption.items) if adoption else []


def live_the_promises(planner: Planner, source: SourceReport) -> None:
    """Lead the promises of the report through the year after it: most kept, some late, two given up."""
    year = source.year + 1
    items = take_over(planner, source)
    goals = Goals(planner, source, year)
    rows = {item.pk: item for item in PlanItem.objects.filter(pk__in=items).select_related("lead_office")}
    given_up = set(planner.rng.sample(sorted(rows), min(DROPPED, len(rows) // 20)))
    for item in goals.take_up([rows[pk] for pk in sorted(rows)]):
        if item.pk in given_up:
            _give_up(planner, item, year)
        else:
            _live_promise(planner, item, year)
    set_baseline(f"{year}年年初计划", by=planner.by, at=min(planner.now, moment(date(year, 2, 5))))
    planner.live()
    goals.end()


class Goals:
    """The headings of the report's plan as goals; each promise becomes part of the one it stands under."""

    def __init__(self, planner: Planner, source: SourceReport, year: int) -> None:
        self._planner, self._source = planner, source
        span = Span(date(year, 1, 1), date(year, 12, 31), "good")
        heads = [(0, "主要预期目标")]
        heads += [(found.start(), found["words"]) for found in _HEADING.finditer(source.text)]
        self._goals = [
            (place, planner.create("plans.goal", title, span, "party", category="work_report",
                                   source_report=source.pk))
            for place, title in heads
        ]  # fmt: skip

    def take_up(self, items: Sequence[PlanItem]) -> list[PlanItem]:
        """Put items under their goals, with the people who answer for them."""
        shares = [Share(item.pk, self._goal_of(item), **self._people_of(item)) for item in items]
        return share_out(shares, by=self._planner.by, at=self._source.read_at)

    def _goal_of(self, item: PlanItem) -> PlanItem:
        place = int(item.source_place.partition("-")[0])
        return next(goal for start, goal in reversed(self._goals) if start <= place)

    def _people_of(self, item: PlanItem) -> dict[str, int | None]:
        key = item.lead_office.key if item.lead_office else ""
        return self._planner.people(key if key in self._planner.made.offices else "party")

    def end(self) -> None:
        """Complete the goals of which no part is open."""
        for _place, goal in self._goals:
            parts = PlanItem.objects.filter(parent=goal)
            days = [day for day in parts.values_list("done_on", flat=True) if day]
            if days and not parts.filter(state=State.OPEN).exists():
                self._planner.courses.append(Course(goal.pk, [], max(days)))
        self._planner.live()


def _live_promise(planner: Planner, item: PlanItem, year: int) -> None:
    assert item.due is not None
    assert item.lead_office is not None
    span = Span(date(year, 1, 2), item.due, "good")
    named = next((one for one in plan_material()["named"] if one["words"] in item.title), None)
    if named is None:
        late = planner.rng.random() < LATE
        span = Span(span.start, span.due, "behind" if late else "good")
        planner.follow(item, span, done_on=end_of(span, planner.rng, late=late))
        return
    steps = plan_material()["milestones"][named["steps"]]
    if item.kind == "plans.project":
        facts = {key: named[key] for key in ("investment", "nature", "industry")}
        village = planner.villages[named["village"]].pk
        said = {"fields": facts, "area": village, "category": "key_project"}
        item = edit_item(item, said, version=item.version, by=planner.by, at=moment(date(year, 1, 25)))
        planner.reach(item, [("started", date(year, 3, 5))])
    planner.follow_project(item, Span(span.start, span.due, planner.rng.choice(("done", "good"))), steps,
                           item.lead_office.key if item.lead_office else "party")  # fmt: skip
    planner.invest(item, year, named["planned"], planner.rng.uniform(0.9, 1.06))


def _give_up(planner: Planner, item: PlanItem, year: int) -> None:
    at = moment(date(year, 9, 12))
    if at > planner.now:
        return
    reason = "上级规划调整，经镇长办公会研究暂缓实施，转入下一年度储备。"
    cancel_item(item, reason=reason, version=item.version, by=planner.by, at=at)


# ── the plan of this year ─────────────────────────────────────────────────────────────────────────────


def live_this_year(planner: Planner) -> None:
    """Plant the goals, projects, livelihood projects and tasks of this year and live them up to now."""
    year = planner.today.year
    goals = _goals_of(planner, year)
    for row in plan_material()["projects"]:
        _project(planner, row, year, goals)
    for row in plan_material()["livelihood"]:
        _livelihood(planner, row, year, goals)
    for row in plan_material()["tasks"]:
        span = _span(row, year, start="01-05")
        item = planner.create("plans.task", row["title"], span, row["office"], parent=goals[row["office"]],
                              category=row["category"], weight=Decimal(1))  # fmt: skip
        planner.follow(item, span, done_on=_done_on(planner, span))
    set_baseline(f"{year}年年初计划", by=planner.by, at=moment(min(planner.today, date(year, 2, 3))))
    planner.live()
    relight(planner.now)
    _order_the_reddest(planner)
    _set_targets(planner, year)


def _goals_of(planner: Planner, year: int) -> dict[str, int]:
    """Return the goal of each office's items, by office key."""
    span = Span(date(year, 1, 1), date(year, 12, 31), "good")
    goals: dict[str, int] = {}
    for goal in plan_material()["goals"].values():
        item = planner.create("plans.goal", goal["title"], span, goal["offices"][0], category="assessment")
        goals |= dict.fromkeys(goal["offices"], item.pk)
    return goals


def _span(row: Mapping[str, Any], year: int, *, start: str) -> Span:
    begins, ends = (date.fromisoformat(f"{year}-{day}") for day in (row.get("start", start), row["due"]))
    return Span(begins, ends, row["pace"])


def _done_on(planner: Planner, span: Span) -> date | None:
    """Return when an item of this year was done; who keeps the pace is done some days ahead."""
    if span.pace in ("done", "good"):
        return end_of(span, planner.rng)
    return None


def _project(planner: Planner, row: Mapping[str, Any], year: int, goals: Mapping[str, int]) -> None:
    span, steps = _span(row, year, start="01-10"), plan_material()["milestones"][row["steps"]]
    item = planner.create(
        "plans.project", row["title"], span, row["office"], parent=goals[row["office"]],
        category="key_project",
        area=planner.villages[row["village"]].pk, weight=Decimal(3),
        fields={key: row[key] for key in ("investment", "nature", "industry")},
    )  # fmt: skip
    planner.reach(item, zip(LIFE, [span.start - timedelta(days=110), span.start], strict=True))
    planner.follow_project(item, span, steps, row["office"])
    passed = min(1.0, (planner.today - span.start).days / (span.due - span.start).days)
    planner.invest(item, year, row["planned"], max(0.05, passed - max(0.0, SHIFT[span.pace])))


def _livelihood(planner: Planner, row: Mapping[str, Any], year: int, goals: Mapping[str, int]) -> None:
    span = _span(row, year, start="02-20")
    item = planner.create(
        "plans.livelihood", row["title"], span, row["office"], parent=goals[row["office"]],
        category="livelihood", area=planner.villages[row["village"]].pk, weight=Decimal(2),
        fields={"investment": row["investment"], "beneficiaries": row["people"]},
    )  # fmt: skip
    planner.reach(item, [("started", span.start)])
    planner.follow(item, span, done_on=_done_on(planner, span))
    planner.invest(item, year, row["investment"], 1.0 if span.pace == "done" else 0.7)


def _order_the_reddest(planner: Planner) -> None:
    """The mayor orders supervision about the two projects that are furthest behind."""
    leader = scope_of(planner.made.leaders[1], on=planner.today)
    red = PlanItem.objects.filter(state=State.OPEN, lamp="red", kind="plans.project").order_by("progress")[:2]
    for item in red:
        text = f"“{item.title}”进度滞后，请三日内报送赶工方案，每周五报送形象进度。"
        supervise(item, Order(text=text, due=planner.now + timedelta(days=3)), by=leader, at=planner.now)


def _set_targets(planner: Planner, year: int) -> None:
    """Set the targets of the year for indicators that the packs in force know."""
    known = catalogue().plans
    for row in plan_material()["targets"]:
        if row["code"] in known:
            unit = library().indicators[row["code"]].unit
            set_target(
                row["code"], planner.town, year, row["value"], unit=unit, bound=row["bound"], by=planner.by
            )
