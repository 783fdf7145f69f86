"""The kinds of engines that packs declare, and the dossiers they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, Packed
from zhenshu.registers.engines.errors import EngineNotFoundError

Kind = TypeVar("Kind", bound=Packed)


def find_kind(code: str, sort: type[Kind]) -> Kind:
    """Return the kind ``pack.code`` in force if it is of *sort*; raise EngineNotFoundError otherwise."""
    found = library().kinds.get(code)
    if not isinstance(found, sort):
        raise EngineNotFoundError(code)
    return found


def kinds_of(sort: type[Kind]) -> Iterable[Kind]:
    """Yield every kind of *sort* in force, in the order of the business lines."""
    return (kind for kind in library().kinds.values() if isinstance(kind, sort))


def full_code(kind: Packed, of: str) -> str:
    """Return the code ``pack.kind`` of what *kind* names: inside its own pack the short code does."""
    return of if "." in of else f"{kind.pack}.{of}"


def subject_kind(kind: Packed, of: str) -> DossierKind:
    """Return the dossier kind that *kind* speaks of; raise EngineNotFoundError when its pack is absent."""
    found = library().dossier_kinds.get(full_code(kind, of))
    if found is None:
        raise EngineNotFoundError(full_code(kind, of))
    return found
