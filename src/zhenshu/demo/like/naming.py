"""Whom records name: dossiers they stand for, members they are told apart by, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhenshu.ground.packs.base import FieldKind, FieldType
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.registers.blocks.kinds import full_code, subject_code

PLACES = frozenset({"area", "village"})


def subject_of(kind: Any, block: str) -> str:
    """Return the kind of dossier a record is about; empty when it is about none."""
    subject = getattr(kind, "subject", None)
    if subject is not None:
        return full_code(getattr(subject, "dossier", subject), kind.pack)
    return "" if block in ("cases", "dossiers", "plans") else subject_code(kind)


def identities_of(kind: Any) -> dict[str, str]:
    """Return the fields by which a dossier stands for another one, each with the kind of that other."""
    if not isinstance(kind, DossierKind):
        return {}
    fields = {name: kind.fields[name] for name in kind.identity if name in kind.fields}
    return {
        name: full_code(one.of, kind.pack)
        for name, one in fields.items()
        if one.type is FieldType.DOSSIER and one.of
    }


def member_kind(code: str, block: str, name: str, field: FieldKind | None) -> str:
    """Return the kind of dossier that a member is one of; empty when it is something else."""
    kind = library().kind(code)
    if name == "subject":
        return subject_of(kind, block)
    if field is not None and field.type is FieldType.DOSSIER and field.of:
        return full_code(field.of, kind.pack)
    return ""


def most_members(name: str, field: FieldKind | None, pools: Mapping[FieldType, int]) -> int | None:
    """Return how many members there are at most to be told apart; None when any number can be made."""
    if name in PLACES:
        return pools.get(FieldType.AREA)
    if field is None:
        return None
    return len(field.options) if field.type is FieldType.CHOICE else pools.get(field.type)
