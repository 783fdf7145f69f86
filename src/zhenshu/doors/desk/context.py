"""What every page of the desk knows: the frame with its menu, cut to what the posts in use may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.components import Frame, Link, NavigationGroup
from zhenshu.doors.desk.counting import count_unread, tray_of
from zhenshu.doors.desk.township import house_of
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.ledger_access import READERS
from zhenshu.ground.people.models import Role, User
from zhenshu.ground.people.scope import HeldPost, Scope
from zhenshu.registers.exchanges.keeping import KEEPERS

WITH_PROVIDERS = frozenset(Role.values)
ALL = WITH_PROVIDERS - {Role.PROVIDER}
OFFICE_ROLES = ALL - {Role.GRID_WORKER}
OVERSEERS = frozenset({Role.DISPATCHER, Role.LEADER, Role.SECRETARY, Role.ADMINISTRATOR, Role.VIEWER})
WRITERS = frozenset({Role.LEADER, Role.SECRETARY, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
NEW_KINDS_SHOWN = 5
EVERY_POST = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: its page, its word, its sign, and who sees it."""

    page: str
    title: str | Promise
    icon: str
    roles: frozenset[str] = ALL


MENU: Sequence[tuple[str | Promise, Sequence[Entry]]] = (
    ("", (
        Entry("home", gettext_lazy("Workbench"), "layout-dashboard", WITH_PROVIDERS),
        Entry("cases", gettext_lazy("Matters"), "inbox", WITH_PROVIDERS),
        Entry("ratings", gettext_lazy("Outside companies"), "tool", OVERSEERS | {Role.PROVIDER}),
        Entry("public_answers", gettext_lazy("Portal"), "message-circle", OVERSEERS | {Role.OFFICER}),
        Entry("map", gettext_lazy("Map"), "map-2"),
        Entry("supervision", gettext_lazy("Supervision"), "flag-3", OFFICE_ROLES),
        Entry("loads", gettext_lazy("Offices' load"), "chart-bar", OVERSEERS),
    )),
    (gettext_lazy("Records"), (
        Entry("lines", gettext_lazy("Work by line"), "list-details"),
        Entry("dossiers", gettext_lazy("Dossiers"), "folder"),
        Entry("plans", gettext_lazy("Tasks and projects"), "target-arrow", OFFICE_ROLES),
        Entry("layers", gettext_lazy("Layers of lines"), "layers-intersect", OFFICE_ROLES),
    )),
    (gettext_lazy("Figures and papers"), (
        Entry("indicators", gettext_lazy("Indicators"), "chart-line", OFFICE_ROLES),
        Entry("economy", gettext_lazy("The economy"), "activity", OFFICE_ROLES),
        Entry("reports", gettext_lazy("Reports"), "file-text", WRITERS),
        Entry("forms", gettext_lazy("Forms"), "table", OFFICE_ROLES),
        Entry("scorecards", gettext_lazy("Assessment"), "scale", OFFICE_ROLES),
    )),
    (gettext_lazy("House"), (
        Entry("packs", gettext_lazy("Business lines"), "package", OFFICE_ROLES),
        Entry("exchanges", gettext_lazy("Exchanges above"), "transfer", KEEPERS),
        Entry("ledger", gettext_lazy("Ledger"), "notebook", READERS),
        Entry("administration", gettext_lazy("Administration"), "users", ADMINISTRATORS),
    )),
)  # fmt: skip
PHONE = ("home", "cases", "map", "notices")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a page; it is worked out only where a template draws it."""
    return {"frame": SimpleLazyObject(lambda: build_frame(request))}


def build_frame(request: HttpRequest) -> Frame:
    """Return the frame for the person who asks; a stranger sees only whose house it is."""
    scope: Scope | None = getattr(request, "scope", None)
    user = request.user
    if scope is None or not isinstance(user, User):
        house = house_of()
        return Frame(township=house.name, synthetic=house.synthetic)
    house = house_of(scope)
    unread = count_unread(scope)
    groups = list(_menu(request, scope))
    return Frame(
        township=house.name,
        synthetic=house.synthetic,
        home_url=reverse("desk:home"),
        navigation=groups,
        phone=_phone_bar(groups, unread),
        search_url=address("search") if scope.has_role(ALL) else "",
        new_url=_new_url(scope),
        new_kinds=[] if _is_walker(scope) else _new_kinds(scope),
        bell=Link(title=_("Notices"), url=address("notices"), count=unread),
        user_name=user.name,
        post_name=_post_name(scope.posts),
        posts=list(_posts(getattr(request, "posts", ()), scope)),
        user_links=[
            Link(title=_("Change password"), url=reverse("desk:password"), icon="key"),
            Link(title=_("Log out"), url=reverse("desk:log_out"), icon="logout", post=True),
        ],
    )


@cache
def address(page: str) -> str:
    """Return the address of a page of the desk, or nothing where this house lacks it."""
    try:
        return reverse(f"desk:{page}")
    except NoReverseMatch:
        return ""


def _menu(request: HttpRequest, scope: Scope) -> Iterable[NavigationGroup]:
    for title, entries in MENU:
        seen = [entry for entry in entries if scope.has_role(entry.roles) and address(entry.page)]
        if seen:
            yield NavigationGroup(title=str(title), items=[_link(request, scope, one) for one in seen])


def _link(request: HttpRequest, scope: Scope, entry: Entry) -> Link:
    url = address(entry.page)
    tray = tray_of(request, scope) if entry.page == "cases" else None
    here = request.path == url if entry.page == "home" else request.path.startswith(url)
    return Link(
        title=str(entry.title),
        url=url,
        icon=entry.icon,
        active=here,
        count=tray.count if tray else None,
        late=bool(tray and tray.late),
    )


def _phone_bar(groups: Iterable[NavigationGroup], unread: int) -> list[Link]:
    by_url = {link.url: link for group in groups for link in group.items}
    bell = Link(title=_("Notices"), url=address("notices"), icon="bell", count=unread)
    found = [bell if page == "notices" else by_url.get(address(page)) for page in PHONE if address(page)]
    return [link for link in found if link is not None]


def _is_walker(scope: Scope) -> bool:
    """Tell whether somebody works in the grids only, whose door is the patrol page."""
    return scope.roles == {Role.GRID_WORKER}


def _new_url(scope: Scope) -> str:
    if not library().kinds_for_new_case(scope.roles):
        return ""
    return address("patrol") if _is_walker(scope) else address("new_case")


def _new_kinds(scope: Scope) -> list[Link]:
    kinds = library().kinds_for_new_case(scope.roles)[:NEW_KINDS_SHOWN]
    return [
        Link(title=kind.name, url=reverse("desk:new_case_of", args=[kind.full_code]), icon=kind.icon)
        for kind in kinds
        if address("new_case")
    ]


def _post_name(posts: Sequence[HeldPost]) -> str:
    if not posts:
        return ""
    return f"{Role(posts[0].role).label} · {posts[0].office_name}"


def _posts(posts: Sequence[HeldPost], scope: Scope) -> Iterable[Link]:
    """Yield what the post switcher offers: every post, and all of them together."""
    if len(posts) < 2:
        return
    whole = len(scope.posts) == len(posts)
    yield Link(title=_("All my posts"), url=reverse("desk:use_post", args=[EVERY_POST]), active=whole)
    for post in posts:
        chosen = not whole and post in scope.posts
        yield Link(title=_post_name([post]), url=reverse("desk:use_post", args=[post.id]), active=chosen)
