"""The page of one plan item: where it stands, its parts, its weeks, its life, orders and problems."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Link, StageMark, StoryEntry
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.plan_forms import ReportForm
from zhenshu.doors.desk.plan_pages import item_rows
from zhenshu.doors.desk.plan_words import ACTS, TONES, days_words, office_name, percent, rule_words
from zhenshu.doors.desk.supervision import order_state
from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.drafts import find_kind
from zhenshu.registers.plans.errors import PlanInvalidError
from zhenshu.registers.plans.lights import standing_of
from zhenshu.registers.plans.models import Dependency, Level, PlanItem, State
from zhenshu.registers.plans.orders import cases_of, orders_of
from zhenshu.registers.plans.queries import investment_of, tree_order
from zhenshu.registers.plans.reporting import has_parts, life_of
from zhenshu.registers.plans.visibility import find_item, line_of, rights_of, visible_items
from zhenshu.registers.plans.wall_chart import category_name, short_name
from zhenshu.registers.shown import show_fields

ENTRIES, STORY = 26, 60


@page(roles=OFFICE_ROLES)
def show_item(request: DeskRequest, item_id: int) -> HttpResponse:
    """Show one item whole, with the rule beside its progress."""
    item = find_item(item_id, request.scope)
    today = timezone.localdate()
    stands, rights = standing_of(item, today), rights_of(item, request.scope)
    open_item = item.state == State.OPEN
    context = {
        "page_title": item.title,
        "breadcrumbs": _crumbs(item, request.scope),
        "item": item,
        "level": Level(item.level).label,
        "category": category_name(item),
        "lead": office_name(item),
        "assisting": [short_name(row.office) for row in item.assistance.select_related("office")],
        "facts": _facts(item),
        "days": days_words(item.start, item.due),
        "expected": percent(stands.expected),
        "progress": percent(item.progress),
        "gap": percent(None if stands.expected is None else -stands.gap),
        "tone": TONES[stands.status.colour] if item.state != State.CANCELLED else "none",
        "word": _(stands.status.value) if item.state != State.CANCELLED else State.CANCELLED.label,
        "rule": rule_words(item.kind),
        "parts": list(item_rows(_parts(item, request.scope))),
        "links": Dependency.objects.filter(item=item).select_related("predecessor"),
        "followers": Dependency.objects.filter(predecessor=item).select_related("item"),
        "entries": item.entries.all()[:ENTRIES],
        "life": _life(item),
        "investment": investment_of(item),
        "orders": [(order, *order_state(order, timezone.now())) for order in orders_of(item)],
        "mine": request.scope.office_ids,
        "cases": cases_of(item, request.scope),
        "story": list(_story(item)),
        "rights": rights,
        "open": open_item,
        "buttons": list(_buttons(item, rights)) if open_item else list(_ended_buttons(item, rights)),
        "report": _report_form(item) if open_item and "report" in rights else None,
    }
    return render(request, "desk/plans/item.html", context)


def _crumbs(item: PlanItem, scope: Scope) -> list[Link]:
    """Return the way to the item through what holds it, as far as the person may see it."""
    above = list(line_of(item))[1:]
    seen = set(visible_items(scope).filter(pk__in=[one.pk for one in above]).values_list("pk", flat=True))
    links = [
        Link(title=one.title, url=reverse("desk:plan", args=[one.pk]) if one.pk in seen else "")
        for one in reversed(above)
    ]
    return [
        Link(title=_("Tasks and projects"), url=reverse("desk:plans")),
        *links,
        Link(title=item.title),
    ]


def _facts(item: PlanItem) -> list[tuple[str, str]]:
    try:
        kind = find_kind(item.kind)
    except PlanInvalidError:
        return []
    shown = show_fields(kind.fields, item.fields, sensitive=False)
    return [(one.name, f"{one.text} {one.unit}".strip()) for one in shown]


def _parts(item: PlanItem, scope: Scope) -> list[PlanItem]:
    parts = visible_items(scope).filter(parent=item).exclude(state=State.CANCELLED)
    return tree_order(parts.select_related("lead_office", "leader"))


def _life(item: PlanItem) -> list[StageMark]:
    """Return the stages of a project's life with the day each was reached and the days it took."""
    try:
        stages = life_of(item, timezone.localdate())
    except PlanInvalidError:
        return []
    return [
        StageMark(
            title=stage.name,
            status="now" if stage.code == item.stage else "done" if stage.on else "ahead",
            note=_("%(day)s, %(days)d days") % {"day": stage.on, "days": stage.days} if stage.on else "",
        )
        for stage in stages
    ]


def _report_form(item: PlanItem) -> ReportForm:
    initial = {"version": item.version, "percent": item.progress, "difficulties": item.difficulties}
    return ReportForm(carries_parts=has_parts(item), initial=initial)


def _buttons(item: PlanItem, rights: frozenset[str]) -> Iterable[Link]:
    buttons = (
        ("supervise", "supervise_plan", _("Supervise"), "flag-3"),
        ("raise_problem", "problem_of_plan", _("Problem"), "alert-triangle"),
        ("cancel", "cancel_plan", _("Cancel"), "ban"),
        ("complete", "complete_plan", _("Done"), "checks"),
        ("edit", "edit_plan", _("Edit"), "edit"),
    )
    for right, address, title, icon in buttons:
        if right in rights:
            yield Link(title=title, url=reverse(f"desk:{address}", args=[item.pk]), icon=icon)
    if "restore" in rights and item.version > 1:
        yield _undo(item)


def _ended_buttons(item: PlanItem, rights: frozenset[str]) -> Iterable[Link]:
    if "restore" in rights:
        yield _undo(item)


def _undo(item: PlanItem) -> Link:
    url = reverse("desk:restore_plan", args=[item.pk])
    return Link(title=_("Take back the last change"), url=url, icon="arrow-back-up", post=True)


# ── the story ─────────────────────────────────────────────────────────────────────────────────────────


def _story(item: PlanItem) -> Iterable[StoryEntry]:
    """Yield what happened to the item, the newest first; what follows by rule folds away."""
    entries: Iterable[Entry] = entries_of("plans.planitem", item.pk).order_by("-seq")[:STORY]
    for entry in entries:
        yield StoryEntry(
            at=entry.at,
            title=str(ACTS.get(entry.action, entry.action)),
            who=entry.actor_name,
            office=entry.actor_office,
            text=entry.note,
            system=entry.action in ("plan.rolled_up", "plan.relit"),
            icon=ICONS.get(entry.action, "point"),
        )


ICONS = {
    "plan.created": "plus", "plan.edited": "edit", "plan.reported": "message", "plan.replanned": "calendar",
    "plan.completed": "checks", "plan.cancelled": "ban", "plan.supervised": "flag-3",
    "plan.problem_raised": "alert-triangle", "plan.restored": "arrow-back-up",
}  # fmt: skip
