"""A pack with one kind for every engine, and dossiers to try them on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connections

from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.measures.indicators import parts
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.engines.errors import EngineError

PACK = Path(__file__).with_name("engines.yaml")
OPENED = date(2020, 1, 1)


@pytest.fixture(autouse=True)
def engines_pack() -> Iterator[Path]:
    """The pack of these tests stands in the data folder, as a town's own would."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "engines.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    parts.forget()
    yield place
    place.unlink()
    forget_library()
    parts.forget()


@pytest.fixture
def scopes(people, scope_for) -> dict[str, Any]:
    return {key: scope_for(user) for key, user in people.items()}


@pytest.fixture
def make(town, scopes) -> Callable[..., Dossier]:
    """Return a new dossier of a kind of the pack."""

    def create(name: str, kind: str = "home", *, area: Any = None, **fields: Any) -> Dossier:
        declared = library().dossier_kind(f"engines.{kind}")
        said = {"name": name, **fields}
        where = area or town.micro_grids[0]
        return create_dossier(declared, said, area=where, opened_on=OPENED, by=scopes["officer"])

    return create


@pytest.fixture
def kind_of() -> Callable[[str], Any]:
    return lambda code: library().kind(f"engines.{code}")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts in threads of their own, let go at one moment; return results and refusals in order."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except (EngineError, DatabaseError) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
