"""The plan as bars over time: baseline behind, milestones as diamonds, dragging shows what moves first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import FORM, DeskRequest, base_template, go_to, page
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.lists import condition_bar, crumbs
from zhenshu.doors.desk.plan_pages import conditions, list_buttons, question_of, read_this_year
from zhenshu.doors.desk.plan_words import TONES, rule_words, status_word, tabs
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.baselines import dates_in, visible_baselines
from zhenshu.registers.plans.errors import PlanRegisterError
from zhenshu.registers.plans.models import Level, PlanItem
from zhenshu.registers.plans.queries import find_items, tree_order
from zhenshu.registers.plans.replanning import (
    BACKWARD,
    FORWARD,
    Replan,
    apply_drag,
    save_moves,
    show_drag,
    show_replan,
)
from zhenshu.registers.plans.saving import ties_of
from zhenshu.registers.plans.schedule import Dates, Reason
from zhenshu.registers.plans.visibility import find_item, may

NAMES = ("text", "year", "level", "category", "lamp", "office", "leader", "baseline")
MOST_BARS = 400


@page(roles=OFFICE_ROLES)
def show_gantt(request: DeskRequest) -> HttpResponse:
    """Show the dated items as bars; items without any day are named below."""
    asked = read_this_year(request, NAMES)
    items = tree_order(find_items(question_of(asked), request.scope))
    dated = [item for item in items if item.start or item.due][:MOST_BARS]
    baselines = list(visible_baselines(request.scope)[:20])
    chosen = next((one for one in baselines if one.pk == asked.number("baseline")), None)
    chosen = chosen or (baselines[0] if baselines else None)
    context = {
        "base_template": base_template(request),
        "page_title": _("Gantt: %(count)d items") % {"count": len(dated)},
        "breadcrumbs": crumbs((_("Tasks and projects"), "plans"), here=_("Gantt")),
        "tabs": tabs("plan_gantt"),
        "buttons": list(list_buttons(request.scope)),
        "bar": condition_bar(asked, [one for one in conditions(request.scope) if one.name in NAMES]),
        "bars": bars_of(dated, request.scope, dates_in(chosen) if chosen else {}),
        "undated": [item for item in items if not item.start and not item.due],
        "baselines": [(one, asked.address(baseline=str(one.pk)), one == chosen) for one in baselines],
        "rule": rule_words(),
    }
    return render(request, "desk/plans/gantt.html", context)


def bars_of(items: Iterable[PlanItem], scope: Scope, ghosts: Mapping[int, Dates]) -> dict[str, Any]:
    """Return what the browser draws: a bar per item with its ghost, its lamp, and what it waits for."""
    shown = list(items)
    ties, ids = ties_of([item.pk for item in shown]), {item.pk for item in shown}
    return {"bars": [
        {
            "id": str(item.pk),
            "name": item.title,
            "start": item.due if item.due and item.level == Level.MILESTONE else item.start or item.due,
            "end": (item.due or item.start),
            "progress": float(item.progress),
            "dependencies": [str(one) for one, _lag in ties[item.pk].predecessors if one in ids],
            "milestone": item.level == Level.MILESTONE,
            "tone": TONES[item.lamp],
            "word": status_word(item.status),
            "ghost": _ghost(ghosts.get(item.pk)),
            "url": reverse("desk:plan", args=[item.pk]),
            "drag": reverse("desk:drag_plan", args=[item.pk]) if may("replan", item, scope) else "",
        }
        for item in shown
    ]}  # fmt: skip


def _ghost(dates: Dates | None) -> list[date] | None:
    if dates is None or not (dates.start or dates.due):
        return None
    return [day for day in (dates.start or dates.due, dates.due or dates.start) if day]


# ── moving ────────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES, methods=FORM)
def drag(request: DeskRequest, item_id: int) -> HttpResponse:
    """Show what moves when an item is put on other days; save it once somebody has looked at it."""
    given = request.POST if request.method == "POST" else request.GET
    dates = Dates(_day(given.get("start", "")), _day(given.get("due", "")))
    item = find_item(item_id, request.scope)
    if item.level == Level.MILESTONE:
        dates = Dates(dates.due, dates.due)
    if request.method == "POST":
        return _save(
            request,
            item,
            lambda: apply_drag(item_id, dates, version=_number(given.get("version", "")), by=request.scope),
        )
    fields = {"start": _text(dates.start), "due": _text(dates.due), "version": item.version}
    return _preview(request, item, lambda: show_drag(item_id, dates, by=request.scope), fields)


@page(roles=OFFICE_ROLES, methods=FORM)
def replan(request: DeskRequest, item_id: int, direction: str) -> HttpResponse:
    """Show what moves when the whole plan around an item is laid out anew; save it on a second look."""
    wanted = BACKWARD if direction == BACKWARD else FORWARD
    item = find_item(item_id, request.scope)
    shown = partial(show_replan, item_id, direction=wanted, by=request.scope)
    if request.method == "POST":
        return _save(request, item, lambda: _save_seen(shown(), request))
    return _preview(request, item, shown, {"seen": "yes"})


def _save_seen(found: Replan, request: DeskRequest) -> Replan:
    """Save the moves if they still are those the person looked at."""
    if str(_fingerprint(found)) != request.POST.get("moves", ""):
        raise PlanRegisterError(_("The plan changed meanwhile; please look at the moves again."))
    save_moves(found, by=request.scope)
    return found


def _fingerprint(found: Replan) -> str:
    """Return the moves as one line, so that what is saved is what was looked at."""
    return ";".join(f"{one.item}:{one.after.start}:{one.after.due}" for one in found.moves)


def _preview(
    request: DeskRequest, item: PlanItem, show: Callable[[], Replan], fields: Mapping[str, Any]
) -> HttpResponse:
    context: dict[str, Any] = {
        "base_template": base_template(request),
        "page_title": _("What moves: %(title)s") % {"title": item.title},
        "item": item,
        "address": request.path,
        "fields": fields,
    }
    try:
        found = show()
    except PlanRegisterError as error:
        return render(request, "desk/plans/moves.html", {**context, "refusal": str(error)}, status=422)
    context |= {
        "moves": _moves(found),
        "breaches": list(_breaches(found)),
        "fingerprint": _fingerprint(found),
    }
    return render(request, "desk/plans/moves.html", context)


def _moves(found: Replan) -> list[tuple[str, Dates, Dates]]:
    return [(found.titles[one.item], one.before, one.after) for one in found.moves]


def _breaches(found: Replan) -> Iterable[str]:
    for breach in found.breaches:
        words = {"title": found.titles[breach.item], "days": breach.days}
        if breach.reason is Reason.PROMISE:
            yield _("%(title)s ends %(days)d working days after the day that was promised.") % words
        else:
            words["other"] = found.titles.get(breach.other or 0, "")
            yield _("%(title)s begins %(days)d working days before %(other)s allows.") % words


def _save(request: DeskRequest, item: PlanItem, act: Callable[[], Replan]) -> HttpResponse:
    try:
        found = act()
    except PlanRegisterError as error:
        messages.error(request, str(error))
        return go_to(request, "desk:plan", item.pk)
    messages.success(request, _("%(count)d items were moved.") % {"count": len(found.moves)})
    back = request.POST.get("back", "")
    return go_to(request, "desk:plan_gantt") if back == "gantt" else go_to(request, "desk:plan", item.pk)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
