"""The one rule for who sees which case; page, API, search, map and export all ask here.

- A dispatcher, leader, secretary, administrator or viewer sees the matters of their area and below.
- A grid worker sees what lies in the own grid.
- Everybody sees what their office leads or assists, and what they reported themselves.
- Who has no account but shows the number and the query code of a matter sees that one.
- The people of an outside company see what their office is given: their posts open no area.
- A confidential matter needs a post with the sensitive right over it, or a share in it.

The area of a case is read from its own level columns: a matter stays where it was when borders move,
until `boundaries` carries the open ones over.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import OVERSEEING_ROLES, HeldPost, Scope
from zhenshu.registers.cases.errors import CaseNotFoundError
from zhenshu.registers.cases.models import Assignment, AssignmentState, Case
from zhenshu.registers.cases.noting import note_on_case

LEVEL_COLUMNS = {1: "district_id", 2: "town_id", 3: "village_id", 4: "grid_id", 5: "area_id"}
SEEING_ROLES = OVERSEEING_ROLES | {Role.GRID_WORKER}


def visible_cases(scope: Scope) -> QuerySet[Case]:
    """Return the cases that *scope* may see."""
    if not scope.posts:
        return Case.objects.filter(pk__in=scope.holds) if scope.holds else Case.objects.none()
    return Case.objects.filter(area_rule(scope) | shared_with(scope) | Q(reported_by_id=scope.user_id))


def area_rule(scope: Scope) -> Q:
    """Match the cases that *scope* sees because of where they lie."""
    rule = Q(pk__in=[])
    for (column, area_id), sensitive in seen_areas(scope).items():
        inside = Q(**{column: area_id})
        rule |= inside if sensitive else inside & Q(confidential=False)
    return rule


def seen_areas(scope: Scope) -> dict[tuple[str, int], bool]:
    """Return the areas this scope sees as (column, id), and whether with the sensitive right."""
    seen: dict[tuple[str, int], bool] = {}
    for post in scope.posts:
        if post.role in SEEING_ROLES:
            place = _place(post)
            seen[place] = seen.get(place, False) or post.sensitive
    return seen


def _place(post: HeldPost) -> tuple[str, int]:
    return LEVEL_COLUMNS[post.area_level], post.area_id


def shared_with(scope: Scope) -> Q:
    """Match cases that an office of this scope leads or assists."""
    shares = Assignment.objects.filter(case_id=OuterRef("pk"), office_id__in=scope.office_ids)
    return Q(Exists(shares.exclude(state=AssignmentState.TAKEN_BACK)))


def may_see(case: Case, scope: Scope) -> bool:
    """Tell whether *scope* may see a loaded case; the same rule as `visible_cases`, without a query."""
    if case.pk in scope.holds:
        return True
    if not scope.posts:
        return False
    if case.reported_by_id == scope.user_id or _shares(case, scope):
        return True
    return any(
        getattr(case, column) == area_id and (sensitive or not case.confidential)
        for (column, area_id), sensitive in seen_areas(scope).items()
    )


def covers_case(case: Case, scope: Scope, roles: Iterable[str]) -> bool:
    """Tell whether one of *roles* is held over an area that holds the case."""
    wanted = set(roles)
    places = (_place(post) for post in scope.posts if post.role in wanted)
    return any(getattr(case, column) == area_id for column, area_id in places)


def _shares(case: Case, scope: Scope) -> bool:
    return any(
        share.office_id in scope.office_ids and share.state != AssignmentState.TAKEN_BACK
        for share in case.assignments.all()
    )


def find_case(name: str | int, scope: Scope) -> Case:
    """Return the case with this id or number if *scope* may see it; raise CaseNotFoundError otherwise."""
    key = {"pk": name} if isinstance(name, int) else {"number": name}
    case = (
        Case.objects.select_related("area", "lead_office", "handler", "subject")
        .prefetch_related("assignments__office")
        .filter(**key)
        .first()
    )
    if case is None or not may_see(case, scope):
        raise CaseNotFoundError(name)
    return case


def open_file(name: str | int, scope: Scope) -> Case:
    """Return the case as `find_case` does; that a confidential one was looked at stands in the ledger."""
    case = find_case(name, scope)
    if case.confidential:
        note_on_case(case, scope.actor, "case.viewed")
    return case
