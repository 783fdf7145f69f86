"""A citizen at the portal: fills in the form as a person does, with the sum worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from tests.conftest import Town
from tests.doors.desk.matters import Matters

from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.registers.cases.loop import Given
from zhenshu.registers.cases.models import Case
from zhenshu.registers.portal.limits import SALT, ask

SNAPSHOT, MESSAGE, ERRAND = "hotline.snapshot", "hotline.message", "services.application"
# What a person needs at least to fill in a form.
TYPED = timedelta(seconds=30)


def answered(age: timedelta = TYPED) -> dict[str, str]:
    """Return the token of a form opened *age* ago, and the right answer to its question."""
    token = ask(at=timezone.now() - age).token
    told = signing.loads(token, salt=SALT)
    return {"token": token, "sum": str(told["a"] + told["b"]), "website": ""}


@dataclass
class Citizen:
    """Somebody with a phone and no account."""

    town: Town
    client: Client = field(default_factory=Client)
    address: str = "198.51.100.7"

    def send(self, kind: str = SNAPSHOT, *, at: str = "", **said: Any) -> Any:
        """Send the form of a kind; *said* changes what is in it."""
        filled = {
            "text": "菜场东门路灯不亮。晚上看不清台阶", "village": str(self.town.villages[0].pk),
            "phone": "19900001234", "name": "许满", **answered(), **said,
        }  # fmt: skip
        query = f"?at={at}" if at else ""
        return self.client.post(f"/portal/new/{kind}/{query}", filled, REMOTE_ADDR=self.address)

    def report(self, kind: str = SNAPSHOT, **said: Any) -> tuple[Case, str]:
        """Return the matter a form became, and its query code."""
        answer = self.send(kind, **said)
        assert answer.status_code == 200, answer.content.decode()
        return Case.objects.get(number=answer.context["number"]), answer.context["code"]

    def open(self, number: str, code: str) -> Any:
        """Show number and code."""
        return self.client.post("/portal/follow/", {"number": number, "code": code}, REMOTE_ADDR=self.address)

    def act(self, number: str, **said: str) -> Any:
        """Act on the matter that this phone opened."""
        return self.client.post(f"/portal/matter/{number}/", said, REMOTE_ADDR=self.address)


@pytest.fixture
def citizen(town: Town, offices: Any) -> Citizen:
    return Citizen(town)


@pytest.fixture
def matters(town: Town, people: Any, offices: Any) -> Matters:
    return Matters(town, people, offices)


@pytest.fixture
def bring(matters: Matters) -> Callable[..., Case]:
    """Return the function that takes a reported matter up to a stage, led by 综合执法队."""

    def until(case: Case, stage: str, answer: str = "路灯已更换，请现场查看") -> Case:
        office = matters.offices["enforcement"]
        steps: Mapping[str, tuple[str, str, Given]] = {
            "dispatched": ("dispatch", "dispatcher", Given(office=office.pk)),
            "handling": ("accept", "officer", Given()),
            "answered": ("answer", "officer", Given(opinion=answer)),
            "verified": ("verify", "dispatcher", Given(opinion="属实")),
            "called_back": ("call_back", "secretary", Given(solved="yes", satisfied="yes")),
            "closed": ("close", "dispatcher", Given()),
        }
        for name, (action, who, given) in steps.items():
            case = matters.step(case, action, who, given)
            if name == stage:
                break
        return case

    return until


@pytest.fixture
def company(town: Town, people: dict[str, User]) -> Office:
    """A water company with an account of its own, named ``provider`` among the people."""
    office = Office.objects.create(key="provider_water", name="澄江自来水公司", area=town.town)
    user = User.objects.create(username="provider", name="施水")
    Post.objects.create(user=user, role=Role.PROVIDER, office=office, area=town.town)
    people["provider"] = user
    return office
