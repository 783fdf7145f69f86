"""A pack that uses every stage, scope and rule of the loop, and short words for living a case through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from tests.conftest import Town

from zhenshu.ground.packs.registry import forget_library
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step
from zhenshu.registers.cases.models import Case

PACK = Path(__file__).with_name("loop.yaml")
# A Monday in a week without holidays; the office works 08:30–12:00 and 13:30–17:30.
MONDAY = timezone.make_aware(datetime(2023, 5, 15, 9, 0))


@pytest.fixture(autouse=True)
def loop_pack() -> Iterator[None]:
    """The pack of these tests stands in the data folder, as a town's own would."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "loop.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    yield
    place.unlink()
    forget_library()


@pytest.fixture
def more_people(town: Town, offices: dict[str, Office], people: dict[str, User]) -> dict[str, User]:
    """Beside one person per role: a colleague, a second dispatcher, people of the other village."""
    extra = {
        "colleague": (Role.OFFICER, "enforcement", town.town),
        "second_dispatcher": (Role.DISPATCHER, "command", town.town),
        "far_worker": (Role.GRID_WORKER, "village1", town.grids[-1]),
        "far_dispatcher": (Role.DISPATCHER, "village1", town.villages[1]),
        "far_leader": (Role.LEADER, "village1", town.villages[1]),
        "uninvolved": (Role.OFFICER, "services", town.town),
    }
    for name, (role, office, area) in extra.items():
        user = User.objects.create(username=name, name=name)
        Post.objects.create(user=user, role=role, office=offices[office], area=area)
        people[name] = user
    return people


@dataclass
class Loop:
    """Lives cases through the loop: opens, takes steps, lets time pass."""

    town: Town
    offices: dict[str, Office]
    scopes: dict[str, Scope]
    now: datetime = MONDAY

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def at(self, day: int, hour: int = 9, minute: int = 0, *, month: int = 5) -> None:
        self.now = timezone.make_aware(datetime(2023, month, day, hour, minute))

    def draft(self, kind: str = "loop.full", **said: Any) -> Draft:
        return Draft(kind, **{"title": "路灯不亮", "area": self.town.micro_grids[0].pk, **said})

    def open(self, kind: str = "loop.full", *, by: str = "grid_worker", **said: Any) -> Case:
        return open_case(self.draft(kind, **said), by=self.scopes[by], at=self.now)

    def take(self, case: Case, action: str, *, by: str, version: int | None = None, **given: Any) -> Case:
        given = {key: self._id(value) for key, value in given.items()}
        self.wait(seconds=1)
        return take_step(
            case.pk, action, by=self.scopes[by], given=Given.from_mapping(given), version=version, at=self.now
        )

    def _id(self, value: Any) -> Any:
        if isinstance(value, (Office, User)):
            return value.pk
        return [self._id(item) for item in value] if isinstance(value, list) else value

    def dispatch(self, case: Case, *, lead: str = "enforcement", assist: tuple[str, ...] = ()) -> Case:
        helping = [self.offices[name] for name in assist]
        return self.take(case, "dispatch", by="dispatcher", office=self.offices[lead], assist=helping)

    def until(self, stage: str, kind: str = "loop.full", *, assist: tuple[str, ...] = ()) -> Case:
        """Return a case that stands at *stage*."""
        case = self.open(kind)
        steps = {
            "accepted": lambda: case,
            "dispatched": lambda: self.dispatch(case, assist=assist),
            "handling": lambda: self.take(case, "accept", by="officer"),
            "answered": lambda: self.take(case, "answer", by="officer", opinion="已修复"),
            "verified": lambda: self.take(case, "verify", by="dispatcher"),
            "called_back": lambda: self.take(
                case, "call_back", by="secretary", solved="yes", satisfied="yes"
            ),
            "closed": lambda: self.take(case, "close", by="secretary"),
            "archived": lambda: self.take(case, "archive", by="secretary"),
        }
        for name, step in steps.items():
            case = step()
            if name == stage:
                break
        return case


@pytest.fixture
def loop(town: Town, offices: dict[str, Office], more_people: dict[str, User]) -> Loop:
    scopes = {name: scope_of(user, on=MONDAY.date()) for name, user in more_people.items()}
    return Loop(town, offices, scopes)


@pytest.fixture
def clocks_of() -> Callable[[Case], dict[str, Any]]:
    """Return the latest clock of each key."""
    return lambda case: {clock.key: clock for clock in case.clocks.order_by("pk")}
