"""A pack with one indicator of every form, and short words for giving it records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from tests.conftest import Town

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.ground.people.models import Office, Post, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.measures.indicators import parts
from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier, Reading
from zhenshu.registers.dossiers.readings import add_reading

PACK = Path(__file__).with_name("counts.yaml")


def moment(text: str, hour: int = 10) -> datetime:
    """Return a moment of a day written as text, in local time."""
    return timezone.make_aware(datetime.fromisoformat(text).replace(hour=hour))


@pytest.fixture(autouse=True)
def counts_pack() -> Iterator[Path]:
    """The pack of these tests stands in the data folder, as a town's own would."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "counts.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    parts.forget()
    yield place
    place.unlink()
    forget_library()
    parts.forget()


@dataclass
class Records:
    """Makes the records that are counted."""

    town: Town
    scopes: dict[str, Scope]

    def matter(self, on: str, *, area: Area | None = None, kind: str = "counts.matter", **said: Any) -> Case:
        area = area or self.town.micro_grids[0]
        fields = said.pop("fields", {})
        if kind == "counts.visit":
            fields = {"people": 1, **fields}
        draft = Draft(kind, said.pop("title", "路灯不亮"), area.pk, fields=fields, **said)
        return open_case(draft, by=self.scopes["dispatcher"], at=moment(on))

    def take(self, case: Case, action: str, on: str, *, by: str = "dispatcher", **given: Any) -> Case:
        return take_step(
            case.pk, action, by=self.scopes[by], given=Given.from_mapping(given), at=moment(on, 11)
        )

    def closed(self, opened: str, closed: str, **said: Any) -> Case:
        case = self.matter(opened, **said)
        case = self.take(case, "answer", closed, by="officer", opinion="已办")
        case = self.take(case, "call_back", closed, by="secretary", solved="yes", satisfied="yes")
        return self.take(case, "close", closed)

    def firm(self, name: str, opened: str, *, area: Area | None = None, **fields: Any) -> Dossier:
        kind = library().dossier_kind("counts.firm")
        raw = {"name": name, **fields}
        area = area or self.town.villages[0]
        return create_dossier(
            kind, raw, area=area, opened_on=date.fromisoformat(opened), by=self.scopes["secretary"]
        )

    def reading(self, firm: Dossier, month: str, *, reason: str = "", **values: Any) -> Reading:
        kind = library().dossier_kind("counts.firm")
        return add_reading(
            firm, kind, "monthly", period=month, values=values, signer="李统计", by=self.scopes["secretary"],
            reason=reason,
        )  # fmt: skip


@pytest.fixture
def scopes(town: Town, offices: dict[str, Office], people: dict[str, User]) -> dict[str, Scope]:
    """One scope per role; the officer works in the command centre, where matters of these kinds stay."""
    Post.objects.filter(user=people["officer"]).update(office=offices["command"])
    return {name: scope_of(user, on=date(2023, 6, 1)) for name, user in people.items()}


@pytest.fixture
def records(town: Town, scopes: dict[str, Scope]) -> Records:
    return Records(town, scopes)


@pytest.fixture
def shown() -> Callable[[Any], str]:
    """Return a value as a page would print it."""
    return lambda value: "-" if value.value is None else f"{value.value}"
