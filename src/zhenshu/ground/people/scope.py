"""What a user may see and do, worked out once per request from the posts held today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from zhenshu.ground.ledger.record import Actor
from zhenshu.ground.people.models import Post, Role, User

# The post of an outside company opens no area: its people see what their office is given and nothing else.
NOWHERE = "/0/"
# These roles see every matter of their area; an officer sees what their office is given, a grid worker
# what lies in the own grid.
OVERSEEING_ROLES = frozenset({Role.DISPATCHER, Role.LEADER, Role.SECRETARY, Role.ADMINISTRATOR, Role.VIEWER})


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post as rules need it; *area_path* is the area's path, a prefix of the paths of all below."""

    id: int
    role: str
    office_id: int
    office_name: str
    area_id: int
    area_path: str
    area_level: int
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """A user with the posts held today. An empty scope sees nothing.

    *holds*: matters whose number and query code somebody without an account has shown.
    """

    user_id: int | None
    name: str
    posts: tuple[HeldPost, ...]
    holds: frozenset[int] = frozenset()

    @property
    def actor(self) -> Actor:
        return Actor(self.user_id, self.name, self.posts[0].office_name if self.posts else "")

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts)

    @property
    def office_ids(self) -> frozenset[int]:
        return frozenset(post.office_id for post in self.posts)

    @property
    def sensitive(self) -> bool:
        return any(post.sensitive for post in self.posts)

    def has_role(self, roles: Iterable[str]) -> bool:
        return not self.roles.isdisjoint(roles)

    def overseen_paths(self) -> tuple[str, ...]:
        """Paths of the areas in which this scope sees every matter, the widest only."""
        paths = sorted({post.area_path for post in self.posts if post.role in OVERSEEING_ROLES})
        return tuple(p for p in paths if not any(p != other and p.startswith(other) for other in paths))

    def walked_paths(self) -> tuple[str, ...]:
        """Paths of the areas this scope walks as a grid worker."""
        return tuple(sorted({post.area_path for post in self.posts if post.role == Role.GRID_WORKER}))

    def covers(self, area_path: str, roles: Iterable[str]) -> bool:
        """Tell whether one of *roles* is held over an area that contains *area_path*."""
        wanted = set(roles)
        return any(post.role in wanted and area_path.startswith(post.area_path) for post in self.posts)


NOBODY = Scope(None, "", ())
# Whoever reports at the public pages: no account, no post, sees nothing.
PORTAL = Scope(None, "群众门户", ())


def scope_of(user: User, *, on: date, post_id: int | None = None) -> Scope:
    """Return the scope of *user* on a day; with *post_id* only that post (the post switcher)."""
    if not user.is_active:
        return NOBODY
    posts = Post.objects.filter(Q(ended_on=None) | Q(ended_on__gt=on), user=user).select_related(
        "office", "area"
    )
    held = tuple(_held(post) for post in posts.order_by("id") if post_id in (None, post.pk))
    return Scope(user.pk, user.name, held)


def _held(post: Post) -> HeldPost:
    return HeldPost(
        id=post.pk,
        role=post.role,
        office_id=post.office_id,
        office_name=post.office.name,
        area_id=post.area_id,
        area_path=NOWHERE if post.role == Role.PROVIDER else post.area.path,
        area_level=post.area.level,
        sensitive=post.sensitive,
    )
