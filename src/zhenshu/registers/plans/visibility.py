"""The one rule for who sees which plan item and who may do what with it.

- Overseeing roles see the items of their area and below.
- Everybody sees what their office leads or assists, the parts of what it leads, and what they own or
  answer for themselves.

`RIGHTS` says which roles may do what over an area; `LEAD_RIGHTS` what the leading office and the owner
may do, `SHARE_RIGHTS` what an assisting office may do too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.errors import PlanNotAllowedError, PlanNotFoundError
from zhenshu.registers.plans.models import Assistance, PlanItem, PlanVersion

PLANNERS = frozenset({Role.LEADER, Role.SECRETARY, Role.ADMINISTRATOR})
DRIVERS = frozenset({Role.LEADER, Role.SECRETARY, Role.DISPATCHER})
RIGHTS: Mapping[str, frozenset[Role]] = {
    "create": PLANNERS,
    "edit": PLANNERS,
    "replan": PLANNERS,
    "report": PLANNERS,
    "life": PLANNERS,
    "invest": PLANNERS,
    "raise_problem": PLANNERS | {Role.DISPATCHER},
    "complete": PLANNERS,
    "cancel": PLANNERS,
    "restore": PLANNERS,
    "supervise": DRIVERS,
    "settle": DRIVERS,
    "baseline": PLANNERS,
}
LEAD_RIGHTS = frozenset({"create", "edit", "replan", "report", "life", "invest", "raise_problem", "complete"})
SHARE_RIGHTS = frozenset({"report", "raise_problem"})
WORKING_ROLES = frozenset(Role) - {Role.VIEWER}
# Goal → task → project → milestone, with room for parts of parts; an office's lead reaches down all of it.
MOST_DEPTH = 6
LINE = tuple("parent__" * steps for steps in range(MOST_DEPTH))


def visible_items(scope: Scope) -> QuerySet[PlanItem]:
    """Return the items that *scope* may see."""
    if not scope.posts:
        return PlanItem.objects.none()
    rule = Q(owner_id=scope.user_id) | Q(leader_id=scope.user_id)
    for path in scope.overseen_paths():
        rule |= Q(area__path__startswith=path)
    for above in LINE:
        rule |= Q(**{f"{above}lead_office_id__in": scope.office_ids})
    shares = Assistance.objects.filter(item_id=OuterRef("pk"), office_id__in=scope.office_ids)
    return PlanItem.objects.filter(rule | Q(Exists(shares)))


def visible_versions(scope: Scope) -> QuerySet[PlanVersion]:
    """Return the past of the items that *scope* may see today."""
    return PlanVersion.objects.filter(item__in=visible_items(scope).order_by())


def may_see(item: PlanItem, scope: Scope) -> bool:
    """Tell whether *scope* may see an item; the same rule as `visible_items`."""
    return visible_items(scope).filter(pk=item.pk).exists()


def find_item(item_id: int, scope: Scope) -> PlanItem:
    """Return the item if *scope* may see it; raise PlanNotFoundError otherwise."""
    known = ("area", "lead_office", "leader", "owner", "parent", "subject")
    found = visible_items(scope).select_related(*known).defer("area__boundary")
    item = found.filter(pk=item_id).first()
    if item is None:
        raise PlanNotFoundError(item_id)
    return item


def may(right: str, item: PlanItem, scope: Scope) -> bool:
    """Tell whether *scope* may do *right* with a visible item."""
    if scope.covers(item.area.path, RIGHTS[right]):
        return True
    if right in LEAD_RIGHTS and (_leads(item, scope) or _is_own(item, scope)):
        return True
    return right in SHARE_RIGHTS and _assists(item, scope)


def may_create(scope: Scope, *, area_path: str, parent: PlanItem | None) -> bool:
    """Tell whether *scope* may add an item in an area: as a planner, or under an item it leads."""
    if scope.covers(area_path, RIGHTS["create"]):
        return True
    return parent is not None and may("create", parent, scope)


def require(right: str, item: PlanItem, scope: Scope) -> None:
    """Refuse unless *scope* may do *right* with the item."""
    if not may(right, item, scope):
        raise PlanNotAllowedError


def rights_of(item: PlanItem, scope: Scope) -> frozenset[str]:
    """Return everything *scope* may do with the item, for the buttons of its page."""
    return frozenset(right for right in RIGHTS if may(right, item, scope))


def _working_offices(scope: Scope) -> frozenset[int]:
    return frozenset(post.office_id for post in scope.posts if post.role in WORKING_ROLES)


def _leads(item: PlanItem, scope: Scope) -> bool:
    """An office leads the parts of what it leads."""
    offices = _working_offices(scope)
    return any(above.lead_office_id in offices for above in line_of(item))


def line_of(item: PlanItem) -> Iterable[PlanItem]:
    """Yield the item and what holds it, the nearest first."""
    above: PlanItem | None = item
    while above is not None:
        yield above
        above = above.parent


def _is_own(item: PlanItem, scope: Scope) -> bool:
    works = any(post.role in WORKING_ROLES for post in scope.posts)
    return works and scope.user_id is not None and scope.user_id in (item.owner_id, item.leader_id)


def _assists(item: PlanItem, scope: Scope) -> bool:
    return item.assistance.filter(office_id__in=_working_offices(scope)).exists()
