"""The one rule for who sees and changes which record; page, API, search and export all ask here.

It is the rule of dossiers: one sees the records of the areas of one's posts and below; a record about a
sensitive dossier needs a post with the sensitive right over its area, and opening it leaves a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q, QuerySet

from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.errors import RecordNotAllowedError, RecordNotFoundError
from zhenshu.registers.blocks.models import Record, State

_KEEPERS = frozenset(
    {Role.DISPATCHER, Role.GRID_WORKER, Role.OFFICER, Role.LEADER, Role.SECRETARY, Role.ADMINISTRATOR}
)
# Which roles may do what, each within the areas of its posts.
RIGHTS: Mapping[str, frozenset[Role]] = {
    "keep": _KEEPERS,
    "correct": _KEEPERS,
    "withdraw": _KEEPERS - {Role.GRID_WORKER},
    "pay": _KEEPERS - {Role.GRID_WORKER},
}


def visible_records(scope: Scope) -> QuerySet[Record]:
    """Return the records that *scope* may see, withdrawn ones among them."""
    plain = _under(post.area_path for post in scope.posts)
    sensitive = _under(post.area_path for post in scope.posts if post.sensitive)
    return Record.objects.filter(plain & Q(sensitive=False) | sensitive & Q(sensitive=True))


def standing_records(scope: Scope) -> QuerySet[Record]:
    """Return the records that *scope* may see and that stand."""
    return visible_records(scope).exclude(state=State.WITHDRAWN)


def _under(paths: Iterable[str]) -> Q:
    rule = Q(pk__in=[])
    for path in sorted(set(paths)):
        rule |= Q(area__path__startswith=path)
    return rule


def may_see(record: Record, scope: Scope) -> bool:
    """Tell whether *scope* may see a loaded record; the same rule as `visible_records`."""
    return any(
        record.area.path.startswith(post.area_path) and (post.sensitive or not record.sensitive)
        for post in scope.posts
    )


def find_record(record_id: int, scope: Scope) -> Record:
    """Return the record if *scope* may see it; raise RecordNotFoundError otherwise."""
    related = ("area", "subject", "party", "office", "holder", "made_by")
    found = Record.objects.select_related(*related).defer("area__boundary")
    record = found.filter(pk=record_id).first()
    if record is None or not may_see(record, scope):
        raise RecordNotFoundError(record_id)
    return record


def may(right: str, scope: Scope, *, area_path: str, sensitive: bool) -> bool:
    """Tell whether a post of *scope* gives the right over the area, with the sensitive right when needed."""
    roles = RIGHTS[right]
    return any(
        post.role in roles and area_path.startswith(post.area_path) and (post.sensitive or not sensitive)
        for post in scope.posts
    )


def may_do(right: str, record: Record, scope: Scope) -> bool:
    """Tell whether an act on a loaded record is open to *scope*."""
    return may(right, scope, area_path=record.area.path, sensitive=record.sensitive)


def may_somewhere(right: str, scope: Scope) -> bool:
    """Tell whether the right is held in any area, so that a button is drawn."""
    return any(post.role in RIGHTS[right] for post in scope.posts)


def require(right: str, scope: Scope, *, area_path: str, sensitive: bool) -> None:
    """Refuse unless `may` allows."""
    if not may(right, scope, area_path=area_path, sensitive=sensitive):
        raise RecordNotAllowedError
