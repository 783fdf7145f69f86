"""Who may change people, offices and posts."""

from __future__ import annotations

from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


def require_administrator(by: Scope, area_path: str | None = None) -> None:
    """Refuse unless *by* is an administrator, of an area that contains *area_path* when one is given."""
    allowed = by.has_role(ADMINISTRATORS) if area_path is None else by.covers(area_path, ADMINISTRATORS)
    if not allowed:
        raise NotAllowedError
