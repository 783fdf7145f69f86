"""One line in the ledger for every table of records that leaves the desk: who, which list, what of it.

The door writes it for whatever answers with a table, so that no page can forget it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope

TABLES = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/geo+json",
        "text/csv",
        "application/x-ndjson",
    }
)
ACTION = "list.exported"
# What an address says of the form of the answer, not of what is asked.
_FORM = ("as", "page")
_LONGEST = 1_000


class BlankTable(HttpResponse):
    """A table without records: an empty sheet with headings, to be filled in."""


class NotedTable(HttpResponse):
    """A table whose leaving its own register has already written into the ledger."""


class RecordTable(HttpResponse):
    """A table of *rows* records."""

    def __init__(self, *args: Any, rows: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows


def note_export(request: HttpRequest, scope: Scope, answer: HttpResponseBase) -> None:
    """Write the line of a table that leaves; what is no table, or holds no record, leaves none."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind not in TABLES or answer.status_code != 200 or isinstance(answer, BlankTable | NotedTable):
        return
    if not isinstance(request.user, User):
        return
    asked = [(name, value) for name, values in request.GET.lists() if name not in _FORM for value in values]
    said = {
        "list": request.path,
        "filter": urlencode([(name, value) for name, value in asked if value])[:_LONGEST],
        "rows": getattr(answer, "rows", None),
    }
    area_id = min(scope.posts, key=lambda post: post.area_level).area_id if scope.posts else None
    with transaction.atomic():
        record(scope.actor, ACTION, request.user, area_id=area_id, before=None, after=said)
