"""A small town with petitions taken in, the material of a composed report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from django.utils import timezone
from tests.conftest import Town

from zhenshu.ground.people.models import Office, Post, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step
from zhenshu.registers.cases.models import Case


def moment(day: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(day).replace(hour=10))


@dataclass
class Petitions:
    """Takes petitioners' visits in, in the words of the shipped pack."""

    town: Town
    secretary: Scope
    officer: Scope

    def visit(self, day: str, people: int, channel: str = "leader") -> Case:
        said = {"people": people, "petitioner": "赵某", "request": "要求修路"}
        place = self.town.micro_grids[0].pk
        draft = Draft("petitions.visit", "反映村道破损", place, channel=channel, fields=said)
        return open_case(draft, by=self.officer, at=moment(day))

    def correct(self, case: Case, people: int, day: str = "2023-12-01") -> Case:
        given = Given.from_mapping({"fields": {"people": people}, "reason": "登记时人数有误"})
        return take_step(case.pk, "correct", by=self.secretary, given=given, at=moment(day))


@pytest.fixture
def petitions(town: Town, offices: dict[str, Office], people: dict[str, User]) -> Petitions:
    Post.objects.filter(user=people["officer"]).update(office=offices["petitions"])
    Post.objects.filter(user=people["secretary"]).update(sensitive=True)  # visits are confidential
    on = date(2023, 6, 1)
    return Petitions(town, scope_of(people["secretary"], on=on), scope_of(people["officer"], on=on))


@pytest.fixture
def year(petitions: Petitions) -> Petitions:
    """Five visits of nine persons in 2023: three to leaders, two received on walks."""
    for day, people, channel in (
        ("2023-01-10", 2, "leader"),
        ("2023-02-11", 1, "leader"),
        ("2023-05-08", 3, "leader"),
        ("2023-07-20", 1, "outreach"),
        ("2023-11-02", 2, "outreach"),
    ):
        petitions.visit(day, people, channel)
    return petitions


@pytest.fixture
def scope_of_post(people: dict[str, User]) -> Callable[[str], Scope]:
    return lambda name: scope_of(people[name], on=date(2023, 6, 1))
