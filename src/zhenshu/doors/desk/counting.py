"""Counts for menus and tiles: many lists in one look at the open matters, never more than needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from zhenshu.doors.desk.case_lists import BY_KEY, CaseList, lists_for, moment_of
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Case, Notice
from zhenshu.registers.cases.queries import parts_of

MOST_UNREAD = 99
# Lists that stand on home pages and in the menu, but not above every inbox.
TILED = (BY_KEY["overdue"], BY_KEY["mine_soon"], BY_KEY["mine_later"], BY_KEY["near"])


@dataclass(frozen=True, slots=True)
class Tray:
    """How many matters wait in the list somebody starts with, and whether one of them is late."""

    count: int
    late: bool


def count_unread(scope: Scope) -> int:
    """Return the number of unread notices, at most `MOST_UNREAD`."""
    unread = Notice.objects.filter(user_id=scope.user_id or 0, read_at=None)
    return unread.values("pk")[:MOST_UNREAD].count()


def count_lists(lists: Iterable[CaseList], scope: Scope) -> Mapping[str, int]:
    """Return the number of matters in each list of open ones, with one query for all of them."""
    at = moment_of()
    wanted = {one.key: one.condition(scope, at) for one in lists if one.open_only}
    if not wanted or not scope.posts:
        return dict.fromkeys(wanted, 0)
    # Prefixed, because some lists are called like a column.
    counts = {f"in_{key}": Count("pk", filter=condition) for key, condition in wanted.items()}
    found = open_cases(scope).aggregate(**counts)
    return {key: found[f"in_{key}"] for key in wanted}


def open_cases(scope: Scope) -> QuerySet[Case]:
    """Return the open matters this person may see, each part found by its own index."""
    parts = [
        Case.objects.filter(part.condition, is_open=True).values("pk") for part in parts_of(scope, "open")
    ]
    if not parts:
        return Case.objects.none()
    ids = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    return Case.objects.filter(pk__in=ids)


def tray_of(request: HttpRequest, scope: Scope) -> Tray | None:
    """Return what waits in the first list of this person; a page that counted it has left it here."""
    lists = lists_for(scope)
    if not lists:
        return None
    counts = counts_of(request, scope)
    return Tray(counts.get(lists[0].key, 0), counts.get("overdue", 0) > 0)


def counts_of(request: HttpRequest, scope: Scope) -> Mapping[str, int]:
    """Return the counts of all lists of this person, worked out once per request."""
    known: Mapping[str, int] | None = getattr(request, "list_counts", None)
    if known is None:
        known = count_lists([*lists_for(scope), *TILED], scope)
        request.list_counts = known  # type: ignore[attr-defined]
    return known
