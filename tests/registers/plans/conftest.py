"""Short words for planning in the test township."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import Town

from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.registers.plans.acts import create_item
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.reporting import Report, report_progress

# A Monday in a week without holidays.
MONDAY = timezone.make_aware(datetime(2023, 5, 15, 9, 0))


@dataclass
class Planning:
    """Makes items and reports on them; time passes only when told."""

    town: Town
    offices: dict[str, Office]
    people: dict[str, User]
    scopes: dict[str, Scope]
    now: datetime = MONDAY

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def make(self, title: str, kind: str = "plans.task", *, by: str = "secretary", **said: Any) -> PlanItem:
        self.wait(seconds=1)
        given = {key: value.pk if hasattr(value, "pk") else value for key, value in said.items()}
        given.setdefault("area", self.town.town.pk)
        return create_item(PlanDraft(kind=kind, title=title, **given), by=self.scopes[by], at=self.now)

    def report(
        self, item: PlanItem, percent: float | None, line: str = "推进中", *, by: str = "officer", **said: Any
    ):
        self.wait(seconds=1)
        number = None if percent is None else Decimal(str(percent))
        version = PlanItem.objects.get(pk=item.pk).version
        return report_progress(
            item, Report(line=line, percent=number, **said), version=version, by=self.scopes[by], at=self.now
        )

    def project(self, **said: Any) -> PlanItem:
        """A project of the enforcement office, May to July."""
        usual = {
            "lead_office": self.offices["enforcement"], "category": "key_project",
            "start": date(2023, 5, 15), "due": date(2023, 7, 14), "promised": date(2023, 7, 14),
        }  # fmt: skip
        return self.make("口袋公园", "plans.project", **{**usual, **said})


@pytest.fixture
def planning(town: Town, offices: dict[str, Office], people: dict[str, User]) -> Planning:
    extra = {"uninvolved": (Role.OFFICER, "services"), "assistant": (Role.OFFICER, "petitions")}
    for name, (role, office) in extra.items():
        people[name] = User.objects.create(username=name, name=name)
        Post.objects.create(user=people[name], role=role, office=offices[office], area=town.town)
    scopes = {name: scope_of(user, on=MONDAY.date()) for name, user in people.items()}
    return Planning(town, offices, people, scopes)


@pytest.fixture
def fresh() -> Callable[[PlanItem], PlanItem]:
    """Return an item as the database has it."""
    return lambda item: PlanItem.objects.get(pk=item.pk)
