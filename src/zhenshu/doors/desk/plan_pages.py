"""The plan as lists: all items, by office, by leader, by day; of today and as it stood on a day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, base_template, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.lists import (
    Asked,
    Condition,
    Listing,
    Tile,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.doors.desk.plan_words import (
    COLOUR_NAMES,
    days_words,
    lamp_cell,
    office_name,
    percent,
    rule_words,
    tabs,
)
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Office, User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.models import Level, PlanFacts, PlanItem, PlanVersion, State
from zhenshu.registers.plans.queries import (
    WORK,
    PlanQuestion,
    Summary,
    by_leader,
    by_office,
    calendar_of,
    find_items,
    find_items_on,
    lamps_of,
    tree_order,
    without_progress,
    years_of,
)
from zhenshu.registers.plans.visibility import may_create, visible_items
from zhenshu.registers.plans.wall_chart import all_categories

NAMES = (
    "text", "kind", "level", "category", "lamp", "state", "office", "leader", "year", "on", "silent",
    "due", "due_until",
)  # fmt: skip
EVERY_YEAR = "all"


def question_of(asked: Asked) -> PlanQuestion:
    """Return what the address of a list asks of the plan."""
    return PlanQuestion(
        text=asked.get("text"),
        kind=asked.get("kind"),
        level=asked.get("level"),
        category=asked.get("category"),
        lamp=asked.get("lamp"),
        state=asked.get("state") or (State.OPEN if asked.get("lamp") else ""),
        office=asked.number("office"),
        leader=asked.number("leader"),
        due_from=asked.day("due"),
        due_until=asked.day("due_until"),
        year=asked.number("year"),
    )


def read_this_year(request: DeskRequest, names: Iterable[str]) -> Asked:
    """Return what the address asks; a bare one asks for what this year deals with."""
    asked = read_asked(request, names)
    return asked if asked.values else replace(asked, values={"year": str(timezone.localdate().year)})


@page(roles=OFFICE_ROLES)
def list_plans(request: DeskRequest) -> HttpResponse:
    """Show the items that fit, in the order of the tree; on a day of the past as they stood then."""
    asked = read_this_year(request, NAMES)
    day, today = asked.day("on"), timezone.localdate()
    past = day is not None and day < today
    listing = Listing(
        name=_("Tasks and projects"),
        columns=_columns(),
        records=_records(asked, request.scope, day if past else None),
        rows=lambda found: item_rows(found),
        empty=_("No item here yet. The first one is a goal or a task of the work report."),
        numbered=True,
    )
    as_it_stood = _("As the plan stood at the end of %(day)s.") % {"day": day} if past else ""
    count, beyond = listing.count()
    return show_listing(
        request,
        listing,
        asked,
        page_title=_("Tasks and projects: %(count)s items") % {"count": f"{count}+" if beyond else count},
        bar=condition_bar(asked, conditions(request.scope), views=_views(asked), keep=["silent"]),
        tiles=[] if past else list(lamp_tiles(request.scope, asked.number("year"))),
        note=as_it_stood or rule_words(),
        extra="desk/plans/tabs.html",
        tabs=tabs("plans"),
        buttons=list(list_buttons(request.scope)),
    )


def _records(asked: Asked, scope: Scope, day: date | None) -> QuerySet[Any] | Sequence[PlanFacts]:
    question = question_of(asked)
    if day is not None:
        return find_items_on(question, scope, day)
    if asked.get("silent"):
        return without_progress(scope, timezone.localdate())
    return tree_order(find_items(question, scope))


def list_buttons(scope: Scope) -> Iterable[Link]:
    """Yield what one may do with the whole plan."""
    if any(may_create(scope, area_path=post.area_path, parent=None) for post in scope.posts):
        yield Link(title=_("Set a baseline"), url=reverse("desk:set_baseline"), icon="bookmark")
        yield Link(title=_("New item"), url=reverse("desk:new_plan"), icon="plus", active=True)


def _columns() -> list[Column]:
    return [
        Column(title=_("Item"), width="wide"),
        Column(title=_("Level"), width="narrow", phone=False),
        Column(title=_("Category"), phone=False),
        Column(title=_("Lead office")),
        Column(title=_("Responsible leader"), phone=False),
        Column(title=_("Days"), width="middle"),
        Column(title=_("Progress"), numeric=True),
        Column(title=_("State")),
        Column(title=_("Last reported"), width="wide", phone=False),
    ]


def item_rows(items: Iterable[PlanFacts]) -> Iterable[Row]:
    """Yield a line per item, present or past."""
    names = all_categories()
    for item in items:
        number = item.item_id if isinstance(item, PlanVersion) else item.pk
        url = reverse("desk:plan", args=[number])
        cells = [
            Cell(text=item.full_title, url=url),
            Cell(text=str(Level(item.level).label)),
            Cell(text=names.get(item.category, item.category)),
            Cell(text=office_name(item)),
            Cell(text=item.leader.name if item.leader else ""),
            Cell(text=days_words(item.start, item.due)),
            Cell(text=percent(item.progress)),
            lamp_cell(item),
            Cell(text=item.note, below=item.difficulties, hint=item.difficulties),
        ]
        yield Row(cells=cells, key=str(number), url=url, state="overdue" if item.overdue else "")


# ── conditions, views, tiles ──────────────────────────────────────────────────────────────────────────


def conditions(scope: Scope) -> list[Condition]:
    """Return what a list of the plan may be narrowed to."""
    seen = visible_items(scope).order_by()
    offices = (
        Office.objects.filter(pk__in=seen.values("lead_office_id")).order_by("pk").values_list("pk", "name")
    )
    leaders = User.objects.filter(pk__in=seen.values("leader_id")).order_by("name").values_list("pk", "name")
    return [
        Condition("text", _("Words in the title"), "text"),
        Condition("year", _("Year"), options=_year_options(scope), without=EVERY_YEAR),
        Condition("level", _("Level"), options=_options([*Level.choices, (WORK, _("Tasks and projects"))])),
        Condition("category", _("Category"), options=_options(all_categories().items())),
        Condition("lamp", _("Lamp"), options=_options(COLOUR_NAMES.items())),
        Condition("office", _("Office"), options=_options(offices)),
        Condition("leader", _("Responsible leader"), options=_options(leaders)),
        Condition("kind", _("Kind"), options=_kind_options(), more=True),
        Condition("state", _("State"), options=_options(State.choices), more=True),
        Condition("due", _("Due"), "dates", more=True),
        Condition("on", _("As it stood on"), "date", more=True),
    ]


def _year_options(scope: Scope) -> list[Option]:
    years = sorted({*years_of(scope), timezone.localdate().year}, reverse=True)
    return _options([*((year, year) for year in years), (EVERY_YEAR, _("All years"))])


def _kind_options() -> list[Option]:
    return _options((code, kind.name) for code, kind in library().plan_kinds.items())


def _options(pairs: Iterable[tuple[Any, Any]]) -> list[Option]:
    return [Option(value=str(value), title=str(title)) for value, title in pairs]


def _views(asked: Asked) -> list[Link]:
    today = timezone.localdate().year
    bare, every = asked.address(**dict.fromkeys(NAMES)), {**dict.fromkeys(NAMES), "year": EVERY_YEAR}
    silent = asked.address(**{**dict.fromkeys(NAMES), "silent": "1"})
    return [
        Link(
            title=_("Year %(year)d") % {"year": today}, url=bare, active=asked.values == {"year": str(today)}
        ),
        Link(title=_("All"), url=asked.address(**every), active=asked.values == {"year": EVERY_YEAR}),
        Link(title=_("Not reported this week"), url=silent, active=bool(asked.get("silent"))),
    ]


def work_url(year: int | None) -> str:
    """Return the address of the tasks and projects, of a year or of all."""
    return f"{reverse('desk:plans')}?level={WORK}" + (f"&year={year}" if year else "")


def lamp_tiles(scope: Scope, year: int | None = None) -> Iterable[Tile]:
    """Yield how many tasks and projects (of a year) show each lamp, each a link to its list."""
    counted = lamps_of(find_items(PlanQuestion(level=WORK, year=year), scope))
    base, unit = work_url(year), _("items")
    for colour, icon in (("red", "alarm"), ("yellow", "clock"), ("green", "check")):
        yield Tile(str(COLOUR_NAMES[colour]), counted[colour], f"{base}&lamp={colour}", icon, "", unit)
    yield Tile(_("Done"), counted["done"], f"{base}&state=done", "checks", "", unit)
    silent = without_progress(scope, timezone.localdate()).count()
    unreported = f"{reverse('desk:plans')}?silent=1"
    yield Tile(_("Not reported this week"), silent, unreported, "message", "", unit)


# ── by office, by leader ──────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def list_by_office(request: DeskRequest) -> HttpResponse:
    """Show how the items of each office stand."""
    return _show_summaries(request, "plan_offices", by_office, name=_("Plan by office"), condition="office")


@page(roles=OFFICE_ROLES)
def list_by_leader(request: DeskRequest) -> HttpResponse:
    """Show how the items under each leader stand; leaders stand by name and are never ranked."""
    return _show_summaries(request, "plan_leaders", by_leader, name=_("Plan by leader"), condition="leader")


def _show_summaries(
    request: DeskRequest,
    here: str,
    summarise: Callable[[QuerySet[PlanItem]], list[Summary]],
    *,
    name: str,
    condition: str,
) -> HttpResponse:
    asked = read_this_year(request, ["year", "level", "category"])
    known = {one.name: one for one in conditions(request.scope)}
    listing = Listing(
        name=name,
        columns=_summary_columns(),
        records=summarise(find_items(question_of(asked), request.scope)),
        rows=lambda rows: (_summary_row(row, condition, asked) for row in rows),
        empty=_("No item here yet. The first one is a goal or a task of the work report."),
    )
    return show_listing(
        request, listing, asked, bar=condition_bar(asked, [known["year"], known["level"], known["category"]]),
        extra="desk/plans/tabs.html", tabs=tabs(here), note=rule_words(),
    )  # fmt: skip


def _summary_columns() -> list[Column]:
    heads = [_("Items"), _("Done"), *map(str, COLOUR_NAMES.values())]
    return [Column(title=_("Name"), width="wide"), *(Column(title=head, numeric=True) for head in heads)]


def _summary_row(row: Summary, condition: str, asked: Asked) -> Row:
    address = Asked(path=reverse("desk:plans"), values=asked.values)

    def cell(count: int, **more: str) -> Cell:
        if row.id is None:
            return Cell(text=str(count))
        return Cell(text=str(count), url=address.address(**{condition: str(row.id)}, **more))

    lamps = [cell(getattr(row, colour), lamp=colour) for colour in ("red", "yellow", "green", "grey")]
    name = Cell(text=row.name or _("Nobody named"))
    return Row(cells=[name, cell(row.total), cell(row.done, state="done"), *lamps])


# ── calendar ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the sheet: what falls due on it; *inside* tells the days of the month from the others."""

    day: date
    items: Sequence[tuple[PlanItem, Cell]]
    inside: bool
    today: bool


@page(roles=OFFICE_ROLES)
def show_calendar(request: DeskRequest) -> HttpResponse:
    """Show what falls due in a month, milestones first."""
    today = timezone.localdate()
    first = _month_asked(request.GET.get("month", ""), today)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    due = calendar_of(request.scope, first, last)
    start = first - timedelta(days=first.weekday())
    days = [start + timedelta(days=n) for n in range(-(-((last - start).days + 1) // 7) * 7)]
    sheet = [
        CalendarDay(
            day, [(item, lamp_cell(item)) for item in due.get(day, ())], first <= day <= last, day == today
        )
        for day in days
    ]
    context = {
        "base_template": base_template(request),
        "page_title": _("%(month)s: %(count)d items fall due")
        % {"month": f"{first:%Y-%m}", "count": sum(len(items) for items in due.values())},
        "breadcrumbs": crumbs((_("Tasks and projects"), "plans"), here=_("Calendar")),
        "tabs": tabs("plan_calendar"),
        "weeks": [sheet[n : n + 7] for n in range(0, len(sheet), 7)],
        "earlier": f"{first - timedelta(days=1):%Y-%m}",
        "later": f"{last + timedelta(days=1):%Y-%m}",
    }
    return render(request, "desk/plans/calendar.html", context)


def _month_asked(text: str, today: date) -> date:
    try:
        year, month = (int(part) for part in text.split("-"))
        return date(year, month, 1) if 2000 < year < 2060 else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)
