"""Matters for tests of the desk, brought to where a test begins by the steps of the loop itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from tests.conftest import Town

from zhenshu.ground.people.models import Office, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step
from zhenshu.registers.cases.models import Case

PAST = timedelta(days=40)


@dataclass
class Matters:
    """Makes matters in the test township as its people would."""

    town: Town
    people: Mapping[str, User]
    offices: Mapping[str, Office]

    def scope(self, who: str) -> Scope:
        return scope_of(self.people[who], on=timezone.localdate())

    def report(self, title: str, *, by: str = "dispatcher", at: datetime | None = None, **more: Any) -> Case:
        """Return a grid event that waits for dispatch; its category sends it to the enforcement team."""
        said = {
            "category": "city",
            "area": self.town.micro_grids[0].pk,
            "lon": 120.005,
            "lat": 31.005,
            **more,
        }
        return open_case(Draft(kind="grid.event", title=title, **said), by=self.scope(by), at=at)

    def dispatched(self, title: str, *, office: str = "enforcement", assist: str = "", **more: Any) -> Case:
        case = self.report(title, **more)
        helpers = (self.offices[assist].pk,) if assist else ()
        given = Given(office=self.offices[office].pk, assist=helpers)
        return self.step(case, "dispatch", "dispatcher", given, at=more.get("at"))

    def overdue(self, title: str) -> Case:
        """Return a matter dispatched long ago and still with its office."""
        return self.dispatched(title, at=timezone.now() - PAST)

    def answer(self, case: Case, words: str = "已处理") -> Case:
        self.step(case, "accept", "officer")
        return self.step(case, "answer", "officer", Given(opinion=words))

    def step(
        self, case: Case, action: str, who: str, given: Given | None = None, *, at: datetime | None = None
    ) -> Case:
        return take_step(case.pk, action, by=self.scope(who), given=given or Given(), at=at)
