"""One step being taken: the case, who acts, what was given, and the rows that will be stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zhenshu.ground.packs.schema import CaseKind, Stage
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases import clocks as clockwork
from zhenshu.registers.cases.given import Given
from zhenshu.registers.cases.models import (
    END_OF_TIME,
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    Clock,
    Notice,
    Pause,
)


@dataclass(slots=True)
class Turn:
    """The state a step works on. Steps change *case* and hand rows to `keep`; the loop stores them.

    *roles* are those that may take the step in an office; they tell through which of their offices a
    person with several posts acts.
    """

    case: Case
    kind: CaseKind
    by: Scope
    given: Given
    at: datetime
    assignments: list[Assignment]
    clocks: list[Clock]
    roles: tuple[str, ...] = ()
    kept: list[Any] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def stage(self) -> Stage:
        return Stage(self.case.stage)

    @property
    def lead(self) -> Assignment | None:
        """The lead office's share, if the case is dispatched."""
        for share in self.assignments:
            if share.role == AssignmentRole.LEAD and share.state != AssignmentState.TAKEN_BACK:
                return share
        return None

    def assisting(self) -> list[Assignment]:
        return [
            share
            for share in self.assignments
            if share.role == AssignmentRole.ASSIST and share.state != AssignmentState.TAKEN_BACK
        ]

    def awaited(self) -> list[Assignment]:
        """The shares of assisting offices that have not answered yet."""
        return [share for share in self.assisting() if share.state != AssignmentState.ANSWERED]

    def acts_for(self, office_id: int | None) -> bool:
        """Tell whether the person holds one of the step's roles in this office."""
        return any(post.office_id == office_id and post.role in self.roles for post in self.by.posts)

    def has_handled(self, user_id: int | None) -> bool:
        """Tell whether this person handles the case, for the lead or for an assisting office."""
        handlers = {self.case.handler_id, *(s.handler_id for s in (self.lead, *self.assisting()) if s)}
        return user_id is not None and user_id in handlers

    def live_clocks(self) -> list[Clock]:
        return [clock for clock in self.clocks if clock.state in clockwork.LIVE]

    def main_clock(self) -> Clock | None:
        """The latest clock whose keeping counts as in time."""
        key = self.kind.main_clock()
        mains = [clock for clock in self.clocks if clock.key == key and clock.state != "cancelled"]
        return mains[-1] if mains else None

    def pauses(self) -> list[Pause]:
        """The stretches in which the case stood still, oldest first, those of this step included."""
        stored = list(self.case.pauses.order_by("started_at", "pk")) if self.case.pk else []
        here = {row.pk: row for row in self.kept if isinstance(row, Pause)}
        return [here.get(pause.pk, pause) for pause in stored]

    def keep(self, *rows: Any) -> None:
        """Store *rows* with this step."""
        self.kept.extend(row for row in rows if not any(row is kept for kept in self.kept))

    def add_clocks(self, clocks: list[Clock]) -> None:
        self.clocks.extend(clocks)
        self.keep(*clocks)

    def add_share(self, share: Assignment) -> None:
        self.assignments.append(share)
        self.keep(share)

    def move_to(self, stage: Stage) -> None:
        """Advance the case to *stage*: stop the clocks that end there, start those that begin there."""
        left, self.case.stage = self.stage, stage
        self.keep(*clockwork.stop_clocks(self.clocks, self.kind, stage, self.at))
        self.start_between(left, stage)

    def start_between(self, after: Stage | None, upto: Stage) -> None:
        """Start the clocks that begin behind *after* and not behind *upto*, save those already running."""
        live = {clock.key for clock in self.live_clocks()}
        wanted = [
            key for key in clockwork.keys_starting(self.kind, after=after, upto=upto) if key not in live
        ]
        self.add_clocks(clockwork.start_clocks(self.case, self.kind, wanted, at=self.at, lead=self.lead))

    def stop_clocks(self, clocks: Iterable[Clock], *, cancelled: bool = False) -> None:
        """Stop those of *clocks* that still run or stand still."""
        for clock in clocks:
            if clock.state in clockwork.LIVE:
                clockwork.stop_clock(clock, self.at, cancelled=cancelled)
                self.keep(clock)

    def notify(self, user_id: int | None, kind: str, text: str) -> None:
        """Put a line under somebody's bell; nobody is told of what they did themselves."""
        if user_id and user_id != self.by.user_id:
            self.notices.append(
                Notice(user_id=user_id, case=self.case, kind=kind, text=text[:200], at=self.at)
            )

    def settle_dates(self) -> None:
        """Bring the case's indexed dates in line with its clocks."""
        case = self.case
        case.due_at, case.near_at = clockwork.nearest(self.clocks)
        case.queue_at = case.due_at or END_OF_TIME
        case.kept, case.missed = clockwork.judged(self.clocks)
        main = self.main_clock()
        if main is not None:
            case.promise_due_at = main.due_at
            case.in_time = None if main.stopped_at is None else main.state == "met"
