"""Posts: grant and end them, and walk up the line of superiors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.administration import require_administrator
from zhenshu.ground.people.errors import PostError
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.scope import Scope

KEPT = ("user_id", "role", "office_id", "area_id", "title", "supervisor_id", "sensitive", "ended_on")


def post_facts(post: Post) -> dict[str, Any]:
    """Return what the ledger keeps of a post."""
    return {field: getattr(post, field) for field in KEPT}


def posts_on(day: date) -> QuerySet[Post]:
    """Return the posts held on a day by active users, with user, office and area."""
    held = Post.objects.filter(Q(ended_on=None) | Q(ended_on__gt=day), user__is_active=True)
    return held.select_related("user", "office", "area")


@transaction.atomic
def grant_post(
    user: User,
    role: str,
    *,
    office: Office,
    area: Area,
    by: Scope,
    title: str = "",
    supervisor: Post | None = None,
    sensitive: bool = False,
) -> Post:
    """Return a new post of the user; the administrator of the area grants it."""
    require_administrator(by, area.path)
    if role not in Role.values:
        roles = ", ".join(Role.values)
        raise PostError(
            _("There is no role “%(role)s”. Roles are: %(roles)s.") % {"role": role, "roles": roles}
        )
    if office.closed_on:
        raise PostError(_("%(office)s is closed.") % {"office": office.name})
    if Post.objects.filter(user=user, role=role, office=office, area=area, ended_on=None).exists():
        raise PostError(_("%(user)s already holds this post.") % {"user": user.name})
    post = Post(user=user, role=role, office=office, area=area, title=title.strip(), sensitive=sensitive)
    post.supervisor = supervisor
    post.save()
    record(by.actor, "post.granted", post, area_id=area.pk, before=None, after=post_facts(post))
    return post


@transaction.atomic
def place_under(post: Post, supervisor: Post | None, *, by: Scope) -> Post:
    """Return the post under another superior; nobody stands above themselves."""
    require_administrator(by, post.area.path)
    post = Post.objects.select_for_update().get(pk=post.pk)
    if supervisor and post.pk in {above.pk for above in line_above(supervisor, itself=True)}:
        raise PostError(_("A post can't stand above itself."))
    before = post_facts(post)
    post.supervisor = supervisor
    post.save(update_fields=["supervisor"])
    record(by.actor, "post.placed", post, area_id=post.area_id, before=before, after=post_facts(post))
    return post


@transaction.atomic
def end_post(post: Post, *, on: date, by: Scope, note: str = "") -> Post:
    """Return the post, held no longer from that day on."""
    require_administrator(by, post.area.path)
    post = Post.objects.select_for_update().get(pk=post.pk)
    if post.ended_on:
        raise PostError(_("This post has ended already."))
    before = post_facts(post)
    post.ended_on = on
    post.save(update_fields=["ended_on"])
    record(
        by.actor, "post.ended", post, area_id=post.area_id, before=before, after=post_facts(post), note=note
    )
    return post


def line_above(post: Post, *, itself: bool = False) -> Iterator[Post]:
    """Yield the superiors of a post from the nearest up; a circle in old data ends the walk."""
    here: Post | None = post if itself else post.supervisor
    seen = set()
    while here and here.pk not in seen:
        yield here
        seen.add(here.pk)
        here = here.supervisor
