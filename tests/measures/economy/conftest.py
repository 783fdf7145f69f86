"""A pack with a panel and an assessment, and enterprises whose months are told in one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.ground.people.models import Office
from zhenshu.measures.indicators import parts
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.reading_rounds import Return, add_readings

PACK = Path(__file__).with_name("economy.yaml")
OPENED = date(2015, 1, 1)


@pytest.fixture(autouse=True)
def watch_pack() -> Iterator[None]:
    """The pack of these tests stands in the data folder, as a town's own would."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "watch.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    parts.forget()
    yield
    place.unlink()
    forget_library()
    parts.forget()


@pytest.fixture
def scopes(people, scope_for) -> dict[str, Any]:
    Office.objects.filter(key="enforcement").update(key="economy")  # the officer is the statistician
    return {key: scope_for(user) for key, user in people.items()}


@pytest.fixture
def firm(town, scopes) -> Callable[..., Dossier]:
    """Return a new enterprise; ``months={"2023-01": {...}}`` are its returns."""

    def create(
        name: str, *, area: Any = None, opened: date = OPENED, months: Any = (), **fields: Any
    ) -> Dossier:
        kind = library().dossier_kind("watch.firm")
        where = area or town.micro_grids[0]
        made = create_dossier(
            kind, {"name": name, **fields}, area=where, opened_on=opened, by=scopes["dispatcher"]
        )
        rows = [Return(made, month, values, "统计员") for month, values in dict(months).items()]
        add_readings(rows, kind, "month", by=scopes["dispatcher"])
        return made

    return create


@pytest.fixture
def panel_kind() -> Any:
    return library().kind("watch.up")


@pytest.fixture
def mu() -> Any:
    return library().kind("watch.mu")


def steady(first: int, last: int, **values: float) -> dict[str, dict[str, float]]:
    """Return the same values for every month of the years *first* to *last*."""
    return {f"{y}-{m:02d}": dict(values) for y in range(first, last + 1) for m in range(1, 13)}
