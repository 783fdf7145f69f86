"""The first page after the log-in: what waits for this person, each number opening its list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk import home_figures as figures
from zhenshu.doors.desk.access import WITH_PROVIDERS, DeskRequest, page
from zhenshu.doors.desk.case_filters import Question
from zhenshu.doors.desk.case_lists import (
    ADMINISTRATOR,
    BY_KEY,
    DISPATCHER,
    LEADER,
    OFFICER,
    PROVIDER,
    SECRETARY,
    VIEWER,
    WORKER,
    CaseList,
    lists_for,
    main_role,
)
from zhenshu.doors.desk.case_rows import CaseRow, case_rows
from zhenshu.doors.desk.counting import counts_of
from zhenshu.doors.desk.home_plans import plan_card
from zhenshu.doors.desk.home_reports import changed_facts
from zhenshu.doors.desk.home_scores import own_facts, waiting_facts
from zhenshu.doors.desk.lists import Tile
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.queries import page_of
from zhenshu.registers.engines.duties import on_duty

SHOWN = 8
LONG = 14
SHOWN_DUTY = 4


@dataclass(frozen=True, slots=True)
class Panel:
    """A short list on a home page; *more* opens the whole of it."""

    title: str
    rows: Sequence[CaseRow]
    count: int
    more: str
    empty: str = ""


# The tiles of each role: list and icon.
TILES: Mapping[str, tuple[tuple[str, str], ...]] = {
    DISPATCHER: (("to_dispatch", "inbox"), ("undecided", "gavel"), ("overdue", "alarm"),
                 ("due_today", "calendar-due"), ("to_verify", "clipboard-check"), ("to_call_back", "phone")),
    OFFICER: (("mine_overdue", "alarm"), ("mine_today", "calendar-due"), ("mine_soon", "calendar"),
              ("mine_later", "clock"), ("returned", "arrow-back-up"), ("ordered", "flag-3")),
    WORKER: (("mine", "clipboard-list"), ("to_verify", "clipboard-check"), ("open", "map-pin"),
             ("overdue", "alarm")),
    LEADER: (("overdue", "alarm"), ("supervised", "flag-3"), ("undecided", "gavel"), ("near", "clock")),
    SECRETARY: (("supervised", "flag-3"), ("overdue", "alarm"), ("to_call_back", "phone"),
                ("to_close", "archive")),
    ADMINISTRATOR: (("open", "inbox"), ("overdue", "alarm"), ("supervised", "flag-3")),
    VIEWER: (("open", "inbox"), ("overdue", "alarm"), ("near", "clock")),
    PROVIDER: (("mine_overdue", "alarm"), ("mine_today", "calendar-due"), ("mine_soon", "calendar"),
               ("mine_later", "clock"), ("returned", "arrow-back-up"), ("ordered", "flag-3")),
}  # fmt: skip
# The short lists of each role: list and how many lines of it.
PANELS: Mapping[str, tuple[tuple[str, int], ...]] = {
    DISPATCHER: (("to_dispatch", SHOWN),),
    OFFICER: (("mine", LONG), ("returned", SHOWN), ("waiting", SHOWN)),
    WORKER: (("mine", SHOWN), ("open", SHOWN), ("reported", SHOWN)),
    LEADER: (("overdue", SHOWN), ("undecided", SHOWN)),
    SECRETARY: (("supervised", SHOWN), ("overdue", SHOWN)),
    ADMINISTRATOR: (("overdue", SHOWN),),
    VIEWER: (("open", LONG),),
    PROVIDER: (("mine", LONG), ("returned", SHOWN)),
}

# Who looks up whom to call: those who sit in the offices.
WITH_DUTY = frozenset({DISPATCHER, OFFICER, LEADER, SECRETARY})


@page(roles=WITH_PROVIDERS)
def show_home(request: DeskRequest) -> HttpResponse:
    """Show the workbench of the role in use."""
    role = main_role(request.scope)
    counts = counts_of(request, request.scope)
    context = {
        "page_title": _title(request.scope, counts),
        "page_note": _("data as of %(at)s") % {"at": f"{timezone.localtime():%Y-%m-%d %H:%M}"},
        "now": timezone.now(),
        "role": str(role),
        "tiles": [tile_of(BY_KEY[key], counts, icon) for key, icon in TILES[role]],
        "panels": [panel_of(BY_KEY[key], request.scope, counts, most) for key, most in PANELS[role]],
        **_duty(role, request.scope),
        **_pictures(role, request.scope),
    }
    return render(request, "desk/home/home.html", context)


@page()
def home_map(request: DeskRequest) -> HttpResponse:
    """Answer the map of the home page: it draws itself after the page is there."""
    return JsonResponse(figures.today_map(request.scope))


def _duty(role: str, scope: Scope) -> dict[str, Any]:
    """Return who is on duty, those whose shift runs now first, and how many shifts there are today."""
    found = on_duty(scope) if role in WITH_DUTY else []
    running = sorted(found, key=lambda one: not one.runs(timezone.now()))
    return {"duty": running[:SHOWN_DUTY], "duty_count": len(found)}


def _title(scope: Scope, counts: Mapping[str, int]) -> str:
    """Return the sentence of the list this person starts with."""
    first = lists_for(scope)[0]
    return _("%(list)s: %(count)d") % {"list": first.title, "count": counts.get(first.key, 0)}


def list_url(key: str, **conditions: str) -> str:
    """Return the address of a list, narrowed by *conditions*."""
    more = "".join(f"&{name}={value}" for name, value in conditions.items())
    return f"{reverse('desk:cases')}?list={key}{more}"


def tile_of(one: CaseList, counts: Mapping[str, int], icon: str) -> Tile:
    """Return the tile of a list; only a list of what is late, and not empty, is red."""
    count = counts.get(one.key, 0)
    late = one.late and count > 0
    return Tile(str(one.title), count, list_url(one.key), icon, "overdue" if late else "", _("matters"))


def panel_of(one: CaseList, scope: Scope, counts: Mapping[str, int], most: int) -> Panel:
    """Return the first lines of a list."""
    query = Question(one, {}).query(scope)
    rows = case_rows(page_of(scope, query, size=most).cases)
    return Panel(str(one.title), rows, counts.get(one.key, len(rows)), list_url(one.key), str(one.empty))


# ── what else each role looks at ──────────────────────────────────────────────────────────────────────


def _dispatcher(scope: Scope) -> dict[str, Any]:
    return {
        "inflow": figures.inflow_chart(scope),
        "load": figures.load_chart(scope),
        "map_url": reverse("desk:home_map"),
        "orders": figures.open_orders(scope),
    }


def _officer(scope: Scope) -> dict[str, Any]:
    return {
        "shares": [Tile(**facts) for facts in own_facts(scope)],
        "orders": figures.open_orders(scope, mine=True),
    }


def _leader(scope: Scope) -> dict[str, Any]:
    return {
        "shares": [*_share_tiles(scope), *(Tile(**facts) for facts in waiting_facts(scope))],
        "plan": plan_card(scope),
        "load": figures.load_chart(scope),
        "days": figures.closings_by_day(scope),
        "orders": figures.open_orders(scope),
    }


def _secretary(scope: Scope) -> dict[str, Any]:
    return {
        "shares": [
            *_share_tiles(scope),
            *(Tile(**facts) for facts in (*changed_facts(scope), *waiting_facts(scope))),
        ],
        "plan": plan_card(scope),
        "days": figures.closings_by_day(scope),
        "orders": figures.open_orders(scope),
    }


def _share_tiles(scope: Scope) -> Iterable[Tile]:
    """Yield the shares of the last thirty days; each opens the matters it is a share of."""
    since = f"{timezone.localdate() - figures.RECENT:%Y-%m-%d}"
    shares = figures.recent_shares(scope)
    of = _("%(part)d of %(whole)d in 30 days")
    in_time, satisfied = shares["in_time"], shares["satisfied"]
    yield Tile(
        _("Closed in time"), in_time.percent, list_url("closed", closed=since), "clipboard-check", unit="%",
        note=of % {"part": in_time.part, "whole": in_time.whole},
    )  # fmt: skip
    yield Tile(
        _("Satisfied"), satisfied.percent, list_url("closed", closed=since), "mood-happy", unit="%",
        note=of % {"part": satisfied.part, "whole": satisfied.whole},
    )  # fmt: skip


def _pictures(role: str, scope: Scope) -> dict[str, Any]:
    """Return what this role looks at besides its lists."""
    return PICTURES[role](scope) if role in PICTURES else {}


PICTURES: Mapping[str, Callable[[Scope], dict[str, Any]]] = {
    DISPATCHER: _dispatcher,
    OFFICER: _officer,
    LEADER: _leader,
    SECRETARY: _secretary,
}
