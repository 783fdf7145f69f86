"""Who answers for figures: the secretary, the administrator, and the officers of the statistical office."""

from __future__ import annotations

from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.models import Office, Role
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.indicators.errors import RightMissingError

KEEPERS = frozenset({Role.SECRETARY, Role.ADMINISTRATOR})
# Keys of the offices that keep the statistics; their officers are the statisticians (统计法第六条).
STATISTICAL_OFFICES = ("economy", "statistics")


def may_keep_figures(scope: Scope, area: Area) -> bool:
    """Tell whether *scope* may enter values, set targets and close periods for an area."""
    if scope.covers(area.path, KEEPERS):
        return True
    here = [
        post for post in scope.posts if post.role == Role.OFFICER and area.path.startswith(post.area_path)
    ]
    offices = Office.objects.filter(pk__in=[post.office_id for post in here], key__in=STATISTICAL_OFFICES)
    return bool(here) and offices.exists()


def require_keeper(scope: Scope, area: Area) -> None:
    """Refuse with RightMissingError unless *scope* keeps the figures of the area."""
    if not may_keep_figures(scope, area):
        raise RightMissingError
