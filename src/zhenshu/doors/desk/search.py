"""One search over everything: matters, dossiers, offices, people, areas, kinds; initials of pinyin work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import DeskRequest, base_template, page
from zhenshu.doors.desk.case_rows import kind_name, kind_of, stage_word
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.lists import cases_url
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Office, Role, User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.queries import Query, page_of
from zhenshu.registers.dossiers.models import State
from zhenshu.registers.dossiers.visibility import visible_dossiers

FEW, MANY = 5, 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its name, where it leads, a quiet word about it."""

    title: str
    url: str
    note: str = ""
    icon: str = "point"


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one sort, and where to see all of them."""

    title: str
    hits: Sequence[Hit]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of things that can be found."""

    title: str | Promise
    find: Callable[[str, Scope, int], Iterable[Hit]]
    more: Callable[[str], str] = lambda words: ""


@page()
def show_search(request: DeskRequest) -> HttpResponse:
    """Show what the words name: under the box while one types, as a page on Enter."""
    words = " ".join(request.GET.get("q", "").split())[:100]
    live = bool(request.htmx) and not request.htmx.boosted
    groups = find_everything(words, request.scope, FEW if live else MANY) if words else []
    count = sum(len(group.hits) for group in groups)
    context = {
        "base_template": base_template(request),
        "groups": groups,
        "words": words,
        "page_title": _("Found for “%(words)s”: %(count)d") % {"words": words, "count": count},
    }
    return render(request, f"desk/search/{'results' if live else 'page'}.html", context)


def find_everything(words: str, scope: Scope, most: int) -> list[Group]:
    """Return what *words* name among the things this person may see, without empty sorts."""
    found = ((sort, list(sort.find(words, scope, most))) for sort in SORTS)
    return [Group(str(sort.title), hits, sort.more(words)) for sort, hits in found if hits]


def _cases(words: str, scope: Scope, most: int) -> Iterable[Hit]:
    query = Query(filters={}, state="all", text=words, sort="newest")
    for case in page_of(scope, query, size=most).cases:
        note = f"{case.number} · {kind_name(case.kind)} · {stage_word(case.stage, kind_of(case.kind))}"
        yield Hit(case.title, reverse("desk:case", args=[case.number]), note, "inbox")


def _dossiers(words: str, scope: Scope, most: int) -> Iterable[Hit]:
    named = Q(title__icontains=words) | Q(identity=words) | _initials("initials", words)
    dossiers = visible_dossiers(scope).filter(named).exclude(state=State.MERGED).select_related("area")
    for dossier in dossiers.defer("fields", "area__boundary").order_by("title")[:most]:
        kind = library().dossier_kinds.get(dossier.kind)
        note = f"{kind.name if kind else dossier.kind} · {dossier.area.name}"
        yield Hit(
            title_for(dossier, scope),
            reverse("desk:dossier", args=[dossier.pk]),
            note,
            kind.icon if kind else "folder",
        )


def _initials(column: str, words: str) -> Q:
    """Match names by the initials of their readings: dpc finds 东浦村."""
    letters = words.lower()
    return (
        Q(**{f"{column}__startswith": letters}) if letters.isascii() and letters.isalnum() else Q(pk__in=[])
    )


def _offices(words: str, scope: Scope, most: int) -> Iterable[Hit]:
    named = Q(name__icontains=words) | Q(short_name__icontains=words) | _initials("initials", words)
    offices = Office.objects.filter(named, closed_on=None).select_related("area").order_by("name")
    for office in offices.defer("area__boundary")[:most]:
        yield Hit(office.name, cases_url(office=office.pk), _("open matters"), "building")


def _people(words: str, scope: Scope, most: int) -> Iterable[Hit]:
    named = Q(name__icontains=words) | Q(username__iexact=words) | _initials("initials", words)
    people = User.objects.filter(named, is_active=True).prefetch_related("posts__office").order_by("name")
    administers = scope.has_role({Role.ADMINISTRATOR})
    for user in people[:most]:
        held = [post for post in user.posts.all() if post.ended_on is None]
        note = "；".join(f"{post.office.name} {post.title or Role(post.role).label}" for post in held)
        yield Hit(user.name, reverse("desk:user", args=[user.pk]) if administers else "", note, "user")


def _areas(words: str, scope: Scope, most: int) -> Iterable[Hit]:
    named = Q(name__icontains=words) | Q(code=words) | _initials("pinyin", words)
    areas = Area.objects.open().filter(named).select_related("parent")
    for area in areas.defer("boundary", "parent__boundary").order_by("level", "code")[:most]:
        above = area.parent.name if area.parent else ""
        yield Hit(area.name, cases_url(area=area.pk), above, "map-pin")


def _kinds(words: str, scope: Scope, most: int) -> Iterable[Hit]:
    found = [
        (code, kind) for code, kind in library().kinds.items() if words in kind.name or words.lower() == code
    ]
    for _code, kind in found[:most]:
        pack = library().packs[kind.pack]
        yield Hit(kind.name, reverse("desk:pack_kind", args=[kind.pack, kind.code]), pack.name, "package")


SORTS: tuple[Sort, ...] = (
    Sort(gettext_lazy("Matters"), _cases, lambda words: cases_url("all", text=words)),
    Sort(gettext_lazy("Dossiers"), _dossiers),
    Sort(gettext_lazy("Offices"), _offices),
    Sort(gettext_lazy("People"), _people),
    Sort(gettext_lazy("Areas"), _areas),
    Sort(gettext_lazy("Business lines"), _kinds),
)
