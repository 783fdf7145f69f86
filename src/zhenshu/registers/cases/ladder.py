"""Who hears of a matter that is late: up the line of posts, then the leading roles over its area."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.models import Post, Role
from zhenshu.registers.cases.models import Case, Clock
from zhenshu.registers.cases.steps.together import held_posts

LINE_AT_MOST = 6  # a line of superiors is no longer; a circle by mistake ends here


def ladder_of(clock: Clock, kind: CaseKind, at: datetime) -> list[tuple[int, ...]]:
    """Return the users to tell, level by level, nobody twice.

    First whoever stands over those responsible, up their line; then the pack's leading roles over the area
    of the case, from the village up to the district.
    """
    told: set[int] = set()
    ladder = []
    for users in (*_line(_responsible(clock, at), at), *_leaders(clock.case, kind.escalate, at)):
        fresh = tuple(sorted(set(users) - told))
        told.update(fresh)
        if fresh:
            ladder.append(fresh)
    return ladder


def active(at: datetime) -> Q:
    """Match posts held on the day of *at* by people who still work here."""
    day = timezone.localdate(at)
    return Q(user__is_active=True) & (Q(ended_on=None) | Q(ended_on__gt=day))


def _responsible(clock: Clock, at: datetime) -> list[Post]:
    """Return the posts that should have acted: the handler's, the office's, or at first the dispatchers'."""
    office_id, handler_id = _office_and_handler(clock)
    if office_id is None:
        return list(dispatchers_of(clock.case, at))
    posts = held_posts(office_id, at)
    mine = list(posts.filter(user_id=handler_id)) if handler_id else []
    return mine or list(posts)


def _office_and_handler(clock: Clock) -> tuple[int | None, int | None]:
    if clock.assignment is not None:
        return clock.assignment.office_id, clock.assignment.handler_id
    if clock.supervision is not None:
        return clock.supervision.office_id, None
    return clock.case.lead_office_id, clock.case.handler_id


def dispatchers_of(case: Case, at: datetime) -> QuerySet[Post]:
    """Return the dispatchers' posts over the area of a case."""
    return Post.objects.filter(active(at), role=Role.DISPATCHER, area_id__in=_areas_above(case))


def _areas_above(case: Case) -> list[int]:
    """Return the areas that hold the case, from its own up to the district."""
    above = (case.area_id, case.grid_id, case.village_id, case.town_id, case.district_id)
    return list(dict.fromkeys(area for area in above if area is not None))


def _line(posts: Iterable[Post], at: datetime) -> Iterator[list[int]]:
    """Yield the superiors of *posts*, level by level."""
    below = list(posts)
    for _ in range(LINE_AT_MOST):
        ids = {post.supervisor_id for post in below if post.supervisor_id}
        below = list(Post.objects.filter(active(at), pk__in=ids))
        if not below:
            return
        yield [post.user_id for post in below]


def _leaders(case: Case, roles: Iterable[str], at: datetime) -> Iterator[list[int]]:
    """Yield who holds one of *roles* over the area of the case, the nearest area first."""
    areas = _areas_above(case)
    levels = dict(Area.objects.filter(pk__in=areas).values_list("pk", "level"))
    posts = list(Post.objects.filter(active(at), role__in=tuple(roles), area_id__in=areas))
    for level in sorted(set(levels.values()), reverse=True):
        yield [post.user_id for post in posts if levels[post.area_id] == level]
