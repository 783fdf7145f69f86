"""The inbox as of today: fresh matters, and the turns an office knows: objections, orders, pauses."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from zhenshu.demo.matters import Spell, World, Year
from zhenshu.demo.organisation import Organisation
from zhenshu.demo.targets import LATER_MONTH
from zhenshu.ground.packs.schema import Stage
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.cases.given import Given
from zhenshu.registers.cases.loop import take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.opening import open_case

FRESH = 36  # matters of the last hours
LEFT_WAITING = 28  # older ones that lie with an office
OF_THE_GRID, GIVEN_BACK = 6, 3  # matters the grid worker reports today; those her village handles itself
GRID_LOG_IN = "grid"
BUSY_OFFICES = ("enforcement", "construction", "sanitation", "environment")
TURNS = 5  # how many cases take each of the turns below


def live_through_today(world: World, made: Organisation, *, now: datetime) -> None:
    """Report fresh matters and let some open ones take the turns that history alone does not show."""
    Today(world, made, now).live()


class Today:
    """One working day of the demo township, through the same steps that people take."""

    def __init__(self, world: World, made: Organisation, now: datetime) -> None:
        self._world, self._made, self._now, self._rng = world, made, now, world.rng
        self._scopes: dict[int, Scope] = {}

    def live(self) -> None:
        self._report_fresh()
        self._let_some_wait()
        for turn in (self._object, self._extend, self._pause, self._supervise, self._urge, self._repeat):
            turn()
        self._report_from_the_grid()  # behind the turns, which would pause what is newest

    def scope(self, user: User) -> Scope:
        if user.pk not in self._scopes:
            self._scopes[user.pk] = scope_of(user, on=self._now.date())
        return self._scopes[user.pk]

    @property
    def dispatcher(self) -> Scope:
        return self.scope(self._made.dispatchers[0])

    @property
    def leader(self) -> Scope:
        return self.scope(self._made.leaders[0])

    def _report_fresh(self) -> None:
        """Take in what came during the last hours; most of it waits for the dispatcher."""
        spell = Spell(self._now.date(), self._now.date())
        year = Year(self._world, spell, LATER_MONTH)
        for place, past in enumerate(year.reports(FRESH)):
            received = self._now - timedelta(minutes=5 + place * 7)
            open_case(_dated(past.draft, received), by=self.dispatcher, at=received)

    def _report_from_the_grid(self) -> None:
        """Let the grid worker with a log-in report what she met today; it stands on her own list."""
        worker = next(
            (user for user in self._made.grid_workers.values() if user.username == GRID_LOG_IN), None
        )
        grid = next((pk for pk, user in self._made.grid_workers.items() if user == worker), None)
        if worker is None or grid is None:
            return
        year = Year(self._world, Spell(self._now.date(), self._now.date()), LATER_MONTH)
        for number in range(OF_THE_GRID):
            received = self._now - timedelta(minutes=20 + number * 55)
            draft = replace(
                year.report_in(grid).draft, reporter_name=worker.name, reporter_phone=worker.phone
            )
            case = open_case(_dated(draft, received), by=self.scope(worker), at=received)
            if number < GIVEN_BACK:
                office = worker.posts.get().office_id
                given = Given(office=office, opinion="请就近核实处理。")
                self._try(case, "dispatch", self.dispatcher, given)

    def _let_some_wait(self) -> None:
        """Leave some older ones with an office that has not acted: overdue, near, due today."""
        waiting = Case.objects.filter(is_open=True, stage=Stage.ACCEPTED).order_by("opened_at")
        for number, case in enumerate(waiting[:LEFT_WAITING]):
            # Every other one goes to the office of the officer with a log-in, whose tray is looked at.
            office = self._made.offices[BUSY_OFFICES[0 if number % 2 else number // 2 % len(BUSY_OFFICES)]]
            given = Given(office=office.pk, opinion="请按职责核实处理。")
            self._try(case, "dispatch", self.dispatcher, given)

    def _with_office(self, stages: Sequence[Stage]) -> Iterable[tuple[Case, Scope]]:
        """Yield open cases with a lead office and somebody of that office."""
        cases = Case.objects.filter(is_open=True, paused=False, parked=False, stage__in=stages)
        for case in cases.exclude(lead_office=None).order_by("-opened_at")[: TURNS * 8]:
            people = self._made.officers.get(case.lead_office_id or 0)
            if people:
                yield case, self.scope(people[0])

    def _try(self, case: Case, action: str, by: Scope, given: Given) -> bool:
        """Take a step if it is lawful here; a demo day is not scripted to the last stage."""
        try:
            take_step(case.pk, action, by=by, given=given, at=self._now)
        except CaseError:
            return False
        return True

    def _some(self, stages: Sequence[Stage], act: Callable[[Case, Scope], bool], most: int = TURNS) -> None:
        done = 0
        for case, officer in self._with_office(stages):
            done += act(case, officer)
            if done >= most:
                return

    def _reason(self, case: Case, use: str) -> str:
        reasons = self._world.kind(case.kind).reasons.get(use, {})  # type: ignore[call-overload]
        return next(iter(reasons), "")

    def _object(self) -> None:
        def act(case: Case, officer: Scope) -> bool:
            reason = self._reason(case, "object")
            given = Given(reason=reason, opinion="该事项不在本单位职责清单内，建议转属地。")
            return self._try(case, "object", officer, given)

        self._some([Stage.DISPATCHED], act)

    def _extend(self) -> None:
        def act(case: Case, officer: Scope) -> bool:
            given = Given(reason=self._reason(case, "extend"), opinion="涉及多家产权单位，需要协调。")
            return self._try(case, "ask_extension", officer, given)

        self._some([Stage.HANDLING, Stage.DISPATCHED], act)

    def _pause(self) -> None:
        def act(case: Case, officer: Scope) -> bool:
            given = Given(reason=self._reason(case, "pause"), opinion="等待当事人提供材料。")
            return self._try(case, "pause", officer, given)

        self._some([Stage.HANDLING, Stage.DISPATCHED], act, most=3)

    def _supervise(self) -> None:
        def act(case: Case, officer: Scope) -> bool:
            due = self._now + timedelta(days=self._rng.randint(1, 4))
            given = Given(opinion="请尽快办结并书面报告处理情况。", due=due, office=case.lead_office_id)
            return self._try(case, "supervise", self.leader, given)

        self._some([Stage.DISPATCHED, Stage.HANDLING], act, most=6)

    def _urge(self) -> None:
        def act(case: Case, officer: Scope) -> bool:
            return self._try(case, "urge", self.leader, Given())

        self._some([Stage.HANDLING, Stage.DISPATCHED], act, most=2)

    def _repeat(self) -> None:
        """Report a few open matters again, in other words, so that the duplicate warning has work."""
        again = Case.objects.filter(is_open=True, kind="grid.event", stage=Stage.ACCEPTED).order_by("-pk")[:3]
        for case in again:
            open_case(_again(case, self._rng), by=self.dispatcher, at=self._now)


def _dated(draft: Draft, received: datetime) -> Draft:
    return replace(draft, received_at=received, reported_at=received)


def _again(case: Case, rng: random.Random) -> Draft:
    return Draft(
        kind=case.kind,
        title=case.title.replace("有", "又有", 1),
        description=rng.choice(("再次反映：", "还是这个问题：", "跟之前说的一样，")) + case.description,
        area=case.area_id,
        category=case.category,
        channel="resident",
        address=case.address,
        lon=case.lon,
        lat=case.lat,
        reporter_name="居民",
        fields=case.fields,
    )
