"""Who reads the ledger: leaders and administrators, in their areas; values with the sensitive right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.history import EntryQuestion, entries_for
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.ground.people.masking import HIDDEN
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope

READERS = frozenset({Role.LEADER, Role.ADMINISTRATOR})
# Values that never are personal data; all others are hidden without the sensitive right.
PLAIN_FIELDS = frozenset(
    {
        "stage", "state", "kind", "category", "channel", "priority", "version", "role", "is_active",
        "ended_on",
        "closed_on", "opened_on", "due_at", "closed_at", "dispatched_at", "answered_at", "outcome", "in_time",
        "area_id", "office_id", "lead_office_id", "period", "on", "series", "level", "valid_from", "valid_to",
        "list", "rows",
    }
)  # fmt: skip


def visible_entries(scope: Scope, question: EntryQuestion | None = None) -> QuerySet[Entry]:
    """Return the lines *scope* may read, newest first; refuse those who hold no reading post.

    Lines without an area (log-ins, users) are for administrators.
    """
    paths = {post.area_path for post in scope.posts if post.role in READERS}
    if not paths:
        raise NotAllowedError
    areas = Q(pk__in=[])
    for path in paths:
        areas |= Q(path__startswith=path)
    inside = Q(area_id__in=Area.objects.filter(areas).values("pk"))
    if scope.has_role({Role.ADMINISTRATOR}):
        inside |= Q(area_id=None)
    return entries_for(question or EntryQuestion()).filter(inside)


def shown_changes(changes: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Return the changes of a line as *scope* may read them: the fields, and the values or a mask."""
    if scope.sensitive:
        return dict(changes)
    return {
        field: pair if field in PLAIN_FIELDS else [value and HIDDEN for value in pair]
        for field, pair in changes.items()
    }
