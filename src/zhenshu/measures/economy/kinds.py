"""The panels and assessments that packs declare, and the dossiers they speak of."""

from __future__ import annotations

from typing import TypeVar

from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, Packed
from zhenshu.measures.economy.errors import PanelNotFoundError

Kind = TypeVar("Kind", bound=Packed)


def find_kind(code: str, sort: type[Kind]) -> Kind:
    """Return the kind ``pack.code`` in force if it is of *sort*; raise PanelNotFoundError otherwise."""
    found = library().kinds.get(code)
    if not isinstance(found, sort):
        raise PanelNotFoundError(code)
    return found


def kinds_of(sort: type[Kind]) -> list[Kind]:
    """Return every kind of *sort* in force whose dossiers are known, in the order of the business lines."""
    found = [kind for kind in library().kinds.values() if isinstance(kind, sort)]
    return [kind for kind in found if full_code(kind, getattr(kind, "of", "")) in library().dossier_kinds]


def full_code(kind: Packed, of: str) -> str:
    """Return the code ``pack.kind`` of what *kind* names: inside its own pack the short code does."""
    return of if "." in of else f"{kind.pack}.{of}"


def subject_kind(kind: Packed, of: str) -> DossierKind:
    """Return the dossier kind that *kind* speaks of; raise PanelNotFoundError when its pack is absent."""
    found = library().dossier_kinds.get(full_code(kind, of))
    if found is None:
        raise PanelNotFoundError(full_code(kind, of))
    return found
