"""A pack with a scorecard of each sort of unit, and short words for giving it matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from tests.conftest import Town

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import forget_library
from zhenshu.ground.people.models import Office, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.measures.indicators import parts
from zhenshu.measures.scorecards import acts
from zhenshu.measures.scorecards.models import Scorecard
from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step
from zhenshu.registers.cases.models import Case

PACK = Path(__file__).with_name("scored.yaml")


def moment(text: str, hour: int = 10) -> datetime:
    """Return a moment of a day written as text, in local time."""
    return timezone.make_aware(datetime.fromisoformat(text).replace(hour=hour))


@pytest.fixture(autouse=True)
def scored_pack() -> Iterator[Path]:
    """The pack of these tests stands in the data folder, as a town's own would."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "scored.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    parts.forget()
    yield place
    place.unlink()
    forget_library()
    parts.forget()


@pytest.fixture
def scopes(people: dict[str, User]) -> dict[str, Scope]:
    return {name: scope_of(user, on=date(2023, 6, 1)) for name, user in people.items()}


@dataclass
class Jobs:
    """Makes matters that were closed in time or late, for an office, of a trade, in a place."""

    town: Town
    offices: dict[str, Office]
    scopes: dict[str, Scope]

    def worker(self, office: str) -> Scope:
        """Return somebody who works in an office."""
        usual = self.scopes["officer"]
        place = self.offices[office]
        return replace(usual, posts=(replace(usual.posts[0], office_id=place.pk, office_name=place.name),))

    def closed(
        self, opened: str, *, office: str = "enforcement", late: bool = False, trade: str = "",
        area: Area | None = None, cost: Any = None,
    ) -> Case:  # fmt: skip
        fields = {"industry": self.offices[trade].pk} if trade else {}
        if cost is not None:
            fields["cost"] = cost
        draft = Draft(
            "scored.job", "清理", (area or self.town.micro_grids[0]).pk, office=self.offices[office].pk,
            fields=fields,
        )  # fmt: skip
        case = open_case(draft, by=self.scopes["dispatcher"], at=moment(opened))
        end = moment(opened[:8] + "25", 16) if late else moment(opened, 15)
        case = take_step(case.pk, "answer", by=self.worker(office), given=Given(opinion="已办"), at=end)
        return take_step(case.pk, "close", by=self.scopes["secretary"], given=Given(opinion="办结"), at=end)


@pytest.fixture
def jobs(town: Town, offices: dict[str, Office], scopes: dict[str, Scope]) -> Jobs:
    return Jobs(town, offices, scopes)


@pytest.fixture
def published(jobs: Jobs, town: Town, scopes: dict[str, Scope]) -> Scorecard:
    """The offices' card of May 2023: enforcement with one late of two, safety with one in time.

    It came out on Friday 2 June; three working days later is Wednesday the 7th.
    """
    jobs.closed("2023-05-08")
    jobs.closed("2023-05-09", late=True)
    jobs.closed("2023-05-10", office="safety")
    draft = acts.begin(
        "scored.offices", town.town, "2023-05", by=scopes["secretary"], at=moment("2023-06-02")
    )
    return acts.publish(draft, version=1, by=scopes["secretary"], at=moment("2023-06-02"))
