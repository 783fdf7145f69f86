"""Whose report a person writes and reads."""

from __future__ import annotations

from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.scope import OVERSEEING_ROLES, Scope


def home_area(scope: Scope) -> Area:
    """Return the widest area up to the township that somebody oversees."""
    paths = [post for post in scope.posts if post.role in OVERSEEING_ROLES]
    area = Area.objects.get(pk=min(paths, key=lambda post: post.area_level).area_id)
    town = Area.objects.open().filter(level=2, path__startswith=area.path).order_by("id").first()
    return area if area.level >= 2 or town is None else town
