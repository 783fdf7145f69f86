"""What is done to the plan at the desk; each page finds, acts and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.plan_forms import (
    OWN,
    BaselineForm,
    EndForm,
    InvestmentForm,
    ItemForm,
    LifeForm,
    LinkForm,
    OrderForm,
    ProblemForm,
    ReasonForm,
    ReplyForm,
    ReportForm,
    VersionForm,
    values_of,
)
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import PlanKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.cases.models import Supervision
from zhenshu.registers.plans import acts, baselines, orders, reporting
from zhenshu.registers.plans.drafts import ORDER, PlanDraft, find_kind
from zhenshu.registers.plans.errors import PlanInvalidError, PlanRegisterError
from zhenshu.registers.plans.models import Level, PlanItem
from zhenshu.registers.plans.replanning import FORWARD
from zhenshu.registers.plans.saving import ties_of
from zhenshu.registers.plans.visibility import find_item, visible_items

MOST_OFFERED = 300


def _crumbs(item: PlanItem | None, here: str) -> list[Link]:
    links = [Link(title=_("Tasks and projects"), url=reverse("desk:plans"))]
    if item is not None:
        links.append(Link(title=item.title, url=reverse("desk:plan", args=[item.pk])))
    return [*links, Link(title=here)]


def _answer(
    request: DeskRequest, item: PlanItem, form: forms.Form, act: Callable[[], Any], *, title: str, done: str
) -> HttpResponse:
    """Act on what was sent and go back to the item; show the form before that and after a refusal."""
    sent = request.method == "POST" and form.is_valid()
    if sent and attempt(act, form, (PlanRegisterError, CaseError)) is not None:
        messages.success(request, done)
        return go_to(request, "desk:plan", item.pk)
    return form_page(request, title, forms=[form], breadcrumbs=_crumbs(item, title))


# ── create and edit ───────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def choose_kind(request: DeskRequest) -> HttpResponse:
    """Show the kinds of items, those that fit below the item named by ``parent`` if any."""
    parent = _parent(request.GET.get("parent", ""), request.scope)
    kinds = [kind for kind in library().plan_kinds.values() if _fits(kind, parent)]
    query = f"?parent={parent.pk}" if parent else ""
    links = [
        Link(
            title=kind.name,
            url=reverse("desk:new_plan_of", args=[kind.full_code]) + query,
            icon="target-arrow",
        )
        for kind in kinds
    ]
    title = _("New part of %(title)s") % {"title": parent.title} if parent else _("New item")
    context = {"page_title": title, "breadcrumbs": _crumbs(parent, _("New")), "links": links}
    return render(request, "desk/plans/kinds.html", context)


def _fits(kind: PlanKind, parent: PlanItem | None) -> bool:
    if parent is None:
        return True
    return parent.level != Level.MILESTONE and ORDER[kind.level] >= ORDER[parent.level]


def _parent(text: str, scope: Scope) -> PlanItem | None:
    return find_item(int(text), scope) if text.isascii() and text.isdigit() and len(text) < 19 else None


@page(roles=OFFICE_ROLES, methods=FORM)
def new_item(request: DeskRequest, kind: str) -> HttpResponse:
    """Create an item of a kind, below another when the address says so."""
    declared = library().plan_kinds.get(kind)
    if declared is None:
        raise Http404(kind)
    parent = _parent(request.GET.get("parent", ""), request.scope)
    form = ItemForm(
        declared, request.POST or None, scope=request.scope, values=_first_values(request, parent)
    )
    if request.method == "POST":
        made = _try(form, lambda: acts.create_item(_draft(form, kind, parent), by=request.scope))
        if made:
            messages.success(request, _("%(title)s is in the plan.") % {"title": made.title})
            return go_to(request, "desk:plan", made.pk)
    title = _("New: %(kind)s") % {"kind": declared.name}
    return form_page(
        request, title, forms=[form], breadcrumbs=_crumbs(parent, _("New")), draft=f"plan-{kind}"
    )


def _draft(form: ItemForm, kind: str, parent: PlanItem | None) -> PlanDraft:
    said = form.said()
    if not said.get("area"):
        raise PlanInvalidError({"area": _("Please fill this in.")})
    return PlanDraft(kind=kind, parent=parent.pk if parent else None, **said)


def _first_values(request: DeskRequest, parent: PlanItem | None) -> dict[str, Any]:
    """Return what need not be typed: area, office, leader and category of what holds the item."""
    if parent is None:
        return {f"{OWN}area": request.scope.posts[0].area_id}
    return {
        f"{OWN}area": parent.area_id,
        f"{OWN}lead_office": parent.lead_office_id,
        f"{OWN}leader": parent.leader_id,
        f"{OWN}category": parent.category,
    }


def _try(form: ItemForm, act: Callable[[], PlanItem]) -> PlanItem | None:
    try:
        return act()
    except PlanInvalidError as error:
        form.show_refusal(error.problems)
    except PlanRegisterError as error:
        form.add_error(None, str(error))
    return None


@page(roles=OFFICE_ROLES, methods=FORM)
def edit_item(request: DeskRequest, item_id: int) -> HttpResponse:
    """Correct what an item says."""
    item = find_item(item_id, request.scope)
    form = ItemForm(find_kind(item.kind), request.POST or None, scope=request.scope, values=values_of(item))
    seen = VersionForm(request.POST or None, initial={"version": item.version})
    if request.method == "POST" and seen.is_valid():
        version = seen.cleaned_data["version"]
        done = _try(form, lambda: acts.edit_item(item, form.said(), version=version, by=request.scope))
        if done:
            messages.success(request, _("Saved."))
            return go_to(request, "desk:plan", item.pk)
    return form_page(
        request, _("Edit: %(title)s") % {"title": item.title}, forms=[seen, form],
        breadcrumbs=_crumbs(item, _("Edit")),
    )  # fmt: skip


@page(roles=OFFICE_ROLES, methods=FORM)
def set_links(request: DeskRequest, item_id: int) -> HttpResponse:
    """Say what an item waits for, then look at what that moves."""
    item = find_item(item_id, request.scope)
    others = visible_items(request.scope).exclude(pk=item.pk).order_by("root_id", "position")
    offered = dict(others.values_list("pk", "title")[:MOST_OFFERED])
    form = LinkForm(request.POST or None, items=offered, initial={"version": item.version})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        known = dict(ties_of([item.pk])[item.pk].predecessors)
        links = {**known, said["predecessor"]: said["lag"]} if said["predecessor"] else {}
        change = {"predecessors": tuple(links.items())}
        saved = attempt(
            lambda: acts.edit_item(item, change, version=said["version"], by=request.scope),
            form,
            PlanRegisterError,
        )
        if saved:
            return go_to(request, "desk:replan_plan", item.pk, FORWARD)
    title = _("What %(title)s waits for") % {"title": item.title}
    return form_page(request, title, forms=[form], breadcrumbs=_crumbs(item, title))


# ── report, end, take back ────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES, methods=FORM)
def report_progress(request: DeskRequest, item_id: int) -> HttpResponse:
    """Report the week: one line and a percent."""
    item = find_item(item_id, request.scope)
    initial = {"version": item.version, "percent": item.progress, "difficulties": item.difficulties}
    parts = reporting.has_parts(item)
    form = ReportForm(request.POST or None, carries_parts=parts, initial=initial)

    def act() -> object:
        said = dict(form.cleaned_data)
        version = said.pop("version")
        return reporting.report_progress(item, reporting.Report(**said), version=version, by=request.scope)

    title = _("Progress: %(title)s") % {"title": item.title}
    return _answer(request, item, form, act, title=title, done=_("Reported."))


@page(roles=OFFICE_ROLES, methods=FORM)
def complete_item(request: DeskRequest, item_id: int) -> HttpResponse:
    """Say on which day an item was done."""
    item = find_item(item_id, request.scope)
    form = EndForm(request.POST or None, initial={"version": item.version, "on": timezone.localdate()})
    return _answer(
        request, item, form, lambda: acts.complete_item(item, by=request.scope, **form.cleaned_data),
        title=_("Done: %(title)s") % {"title": item.title}, done=_("The item is done."),
    )  # fmt: skip


@page(roles=OFFICE_ROLES, methods=FORM)
def cancel_item(request: DeskRequest, item_id: int) -> HttpResponse:
    """Cancel an item with its parts, with the reason."""
    item = find_item(item_id, request.scope)
    form = ReasonForm(request.POST or None, initial={"version": item.version})
    return _answer(
        request, item, form, lambda: acts.cancel_item(item, by=request.scope, **form.cleaned_data),
        title=_("Cancel: %(title)s") % {"title": item.title},
        done=_("The item is cancelled. It can be taken back."),
    )  # fmt: skip


@page(roles=OFFICE_ROLES, methods=WRITING)
def restore_item(request: DeskRequest, item_id: int) -> HttpResponse:
    """Take back the last change of an item."""
    item = find_item(item_id, request.scope)
    try:
        acts.restore_item(item, version=item.version, by=request.scope)
    except PlanRegisterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The last change was taken back."))
    return go_to(request, "desk:plan", item.pk)


@page(roles=OFFICE_ROLES, methods=FORM)
def record_life(request: DeskRequest, item_id: int) -> HttpResponse:
    """Record the day on which a project reached a stage of its life."""
    item = find_item(item_id, request.scope)
    stages = find_kind(item.kind).life
    initial = {"version": item.version, "on": timezone.localdate(), "stage": request.GET.get("stage", "")}
    form = LifeForm(request.POST or None, stages=stages, initial=initial)

    def act() -> PlanItem:
        said = form.cleaned_data
        return reporting.record_life_stage(
            item, said["stage"], said["on"], version=said["version"], by=request.scope
        )

    title = _("Life of %(title)s") % {"title": item.title}
    return _answer(request, item, form, act, title=title, done=_("Saved."))


@page(roles=OFFICE_ROLES, methods=FORM)
def set_investment(request: DeskRequest, item_id: int) -> HttpResponse:
    """Say how much investment of a year was planned and done."""
    item = find_item(item_id, request.scope)
    year = timezone.localdate().year
    known = item.investments.filter(year=year).first()
    amounts = {"planned": known.planned, "done": known.done} if known else {}
    form = InvestmentForm(request.POST or None, initial={"version": item.version, "year": year, **amounts})

    def act() -> object:
        said = dict(form.cleaned_data)
        return reporting.set_investment(item, said.pop("year"), by=request.scope, **said)

    title = _("Investment: %(title)s") % {"title": item.title}
    return _answer(request, item, form, act, title=title, done=_("Saved."))


# ── problems, orders, baselines ───────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES, methods=FORM)
def raise_problem(request: DeskRequest, item_id: int) -> HttpResponse:
    """Make a matter of what stands in an item's way."""
    item = find_item(item_id, request.scope)
    kinds = {kind.full_code: kind.name for kind in library().kinds_for_new_case(request.scope.roles)}
    initial = {"title": item.difficulties[:120], "description": f"{item.title}：{item.note}".rstrip("：")}
    form = ProblemForm(request.POST or None, kinds=kinds, initial=initial)

    def act() -> object:
        said = form.cleaned_data
        draft = Draft(said["kind"], title=said["title"], area=item.area_id, description=said["description"])
        return orders.raise_problem(item, draft, by=request.scope)

    title = _("Problem of %(title)s") % {"title": item.title}
    return _answer(request, item, form, act, title=title, done=_("The problem is a matter now."))


@page(roles=OFFICE_ROLES, methods=FORM)
def supervise(request: DeskRequest, item_id: int) -> HttpResponse:
    """Order an office to act on an item and reply by a day (督办)."""
    item = find_item(item_id, request.scope)
    form = OrderForm(request.POST or None, initial={"office": item.lead_office_id})

    def act() -> Supervision:
        said = form.cleaned_data
        order = orders.Order(text=said["text"], due=form.due_at(), office=said["office"])
        return orders.supervise(item, order, by=request.scope)

    title = _("Supervise: %(title)s") % {"title": item.title}
    return _answer(request, item, form, act, title=title, done=_("The order was sent."))


@page(roles=OFFICE_ROLES, methods=FORM)
def reply_to_order(request: DeskRequest, order_id: int) -> HttpResponse:
    """Reply to an order for one's own office."""
    order = _order(order_id)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["reply"]
        if attempt(lambda: orders.reply_to_order(order.pk, said, by=request.scope), form, PlanRegisterError):
            messages.success(request, _("The reply was sent."))
            return _back(request, order)
    title = _("Reply to order %(number)s") % {"number": order.number}
    return form_page(request, title, forms=[form], breadcrumbs=_crumbs(None, title))


@page(roles=OFFICE_ROLES, methods=WRITING)
def settle_order(request: DeskRequest, order_id: int) -> HttpResponse:
    """Settle an order that was replied to."""
    order = _order(order_id)
    try:
        orders.settle_order(order.pk, by=request.scope)
    except PlanRegisterError as error:
        messages.error(request, str(error))
    return _back(request, order)


def _order(order_id: int) -> Supervision:
    order = Supervision.objects.filter(pk=order_id, plan_item_id__isnull=False).first()
    if order is None:
        raise Http404(str(order_id))
    return order


def _back(request: DeskRequest, order: Supervision) -> HttpResponse:
    """Return to the item, or to the board where the office does not see the item."""
    if visible_items(request.scope).filter(pk__in=[order.plan_item_id]).exists():
        return go_to(request, "desk:plan", order.plan_item_id)
    return go_to(request, "desk:supervision")


@page(roles=OFFICE_ROLES, methods=FORM)
def set_baseline(request: DeskRequest) -> HttpResponse:
    """Keep the dates of today under a name."""
    root = _parent(request.GET.get("root", ""), request.scope)
    form = BaselineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if attempt(
            lambda: baselines.set_baseline(name, by=request.scope, root=root), form, PlanRegisterError
        ):
            messages.success(request, _("The baseline was set."))
            return go_to(request, "desk:plan_gantt")
    return form_page(
        request, _("Set a baseline"), forms=[form], breadcrumbs=_crumbs(root, _("Set a baseline"))
    )
