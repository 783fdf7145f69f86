"""A pack with one kind of every block, and short words for giving it dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.conftest import Town

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.ground.people.models import Office, Post, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.measures.indicators import parts
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier

PACK = Path(__file__).with_name("town_blocks.yaml")
OPENED = date(2023, 1, 1)


@pytest.fixture(autouse=True)
def blocks_pack() -> Iterator[Path]:
    """The pack of these tests stands in the data folder, as a town's own would."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "blocks.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    parts.forget()
    yield place
    place.unlink()
    forget_library()
    parts.forget()


@pytest.fixture
def scopes(town: Town, offices: dict[str, Office], people: dict[str, User]) -> dict[str, Scope]:
    """One scope per role; the secretary may read what is sensitive."""
    Post.objects.filter(user=people["secretary"]).update(sensitive=True)
    return {name: scope_of(user, on=date(2023, 6, 1)) for name, user in people.items()}


class Makes:
    """Makes the dossiers that records are about."""

    def __init__(self, town: Town, scopes: dict[str, Scope]) -> None:
        self.town, self.scopes = town, scopes

    def one(self, kind: str, name: str, *, area: Area | None = None, **fields: Any) -> Dossier:
        declared = library().dossier_kind(f"blocks.{kind}")
        place = area or self.town.grids[0]
        raw = {"name": name, **fields}
        return create_dossier(declared, raw, area=place, opened_on=OPENED, by=self.scopes["secretary"])


@pytest.fixture
def makes(town: Town, scopes: dict[str, Scope]) -> Makes:
    return Makes(town, scopes)


@pytest.fixture
def kinds() -> Any:
    """Every kind of the pack by its key."""
    return library().pack("blocks").kinds()
