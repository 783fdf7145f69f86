"""Problems of a plan item become cases and point back; leaders order supervision (督办) about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.models import Office, Post, Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.models import Case, Notice, Supervision, SupervisionState
from zhenshu.registers.cases.numbers import take_numbers
from zhenshu.registers.cases.opening import open_case
from zhenshu.registers.cases.visibility import find_case, visible_cases
from zhenshu.registers.plans.errors import PlanInvalidError, PlanNotAllowedError, PlanStateError
from zhenshu.registers.plans.facts import plan_facts
from zhenshu.registers.plans.models import CaseLink, PlanItem
from zhenshu.registers.plans.saving import ties_of
from zhenshu.registers.plans.visibility import find_item, require, visible_items

SUPERVISION = "supervision"


@transaction.atomic
def raise_problem(item: PlanItem, draft: Draft, *, by: Scope, at: datetime | None = None) -> Case:
    """Return the case opened for a problem of the item, tied to it; its area is the item's unless said."""
    item = find_item(item.pk, by)
    require("raise_problem", item, by)
    moment = at or timezone.now()
    case = open_case(replace(draft, area=draft.area or item.area_id), by=by, at=moment)
    CaseLink.objects.create(item=item, case=case, way=CaseLink.Way.PROBLEM, at=moment)
    _note(item, by, "plan.problem_raised", case.number, at=moment)
    return case


@transaction.atomic
def tie_case(
    item: PlanItem, case: Case, *, way: str = CaseLink.Way.ORIGIN, by: Scope, at: datetime | None = None
) -> CaseLink:
    """Return the tie of an item with a case that is here already: it arose from it, or is its problem."""
    item, case = find_item(item.pk, by), find_case(case.pk, by)
    require("raise_problem", item, by)
    moment = at or timezone.now()
    link, made = CaseLink.objects.get_or_create(item=item, case=case, defaults={"way": way, "at": moment})
    if made:
        _note(item, by, "plan.case_tied", case.number, at=moment)
    return link


def cases_of(item: PlanItem, scope: Scope) -> QuerySet[CaseLink]:
    """Return the ties of an item to the cases that *scope* may see, the newest first."""
    seen = visible_cases(scope).order_by()
    return item.case_links.filter(case__in=seen).select_related("case").order_by("-at")


def items_of_case(case: Case, scope: Scope) -> QuerySet[PlanItem]:
    """Return the plan items a case belongs to, as far as *scope* may see them."""
    return visible_items(scope).filter(case_links__case=case)


# ── orders ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is ordered: which office, what, and until when it replies; without office the leading one."""

    text: str
    due: datetime
    office: int | None = None


@transaction.atomic
def supervise(item: PlanItem, order: Order, *, by: Scope, at: datetime | None = None) -> Supervision:
    """Return the order about the item; the officers of the office find it under their bell."""
    item = find_item(item.pk, by)
    require("supervise", item, by)
    moment = at or timezone.now()
    named = order.office or item.lead_office_id
    office = Office.objects.filter(pk=named, closed_on=None).first() if named else None
    problems = dict(_order_problems(order, office, moment))
    if problems or office is None:
        raise PlanInvalidError(problems)
    made = Supervision.objects.create(
        plan_item_id=item.pk,
        number=take_numbers(SUPERVISION, timezone.localtime(moment))[0],
        office=office,
        ordered_by_id=by.user_id,
        text=order.text.strip(),
        ordered_at=moment,
        due_at=order.due,
    )
    _note(item, by, "plan.supervised", f"{made.number} {made.text}", at=moment)
    _tell(_officers(office, moment), _("Supervised: %(title)s") % {"title": item.title}, moment)
    return made


def _order_problems(order: Order, office: Office | None, at: datetime) -> Iterable[tuple[str, str]]:
    if office is None:
        yield "office", _("Choose an office that exists today.")
    if not order.text.strip():
        yield "text", _("Say what is to be done.")
    if order.due <= at:
        yield "due", _("Name the day of the reply, later than now.")


def orders_of(item: PlanItem) -> QuerySet[Supervision]:
    """Return the orders about an item, the newest first."""
    orders = Supervision.objects.filter(plan_item_id=item.pk)
    return orders.select_related("office", "ordered_by", "replied_by").order_by("-ordered_at", "-pk")


@transaction.atomic
def reply_to_order(order_id: int, reply: str, *, by: Scope, at: datetime | None = None) -> Supervision:
    """Return the order with the reply of its office; only that office replies."""
    order, item = _hold_order(order_id, by)
    if order.office_id not in by.office_ids:
        raise PlanNotAllowedError
    if order.state == SupervisionState.CLOSED:
        raise PlanStateError(_("This order is settled."))
    if not reply.strip():
        raise PlanInvalidError({"reply": _("Please fill this in.")})
    moment = at or timezone.now()
    order.state, order.reply = SupervisionState.REPLIED, reply.strip()
    order.replied_at, order.replied_by_id = moment, by.user_id
    order.save()
    _note(item, by, "plan.order_replied", f"{order.number} {order.reply}", at=moment)
    if order.ordered_by_id:
        told = _("An order was replied to: %(number)s") % {"number": order.number}
        _tell([order.ordered_by_id], told, moment)
    return order


@transaction.atomic
def settle_order(order_id: int, *, by: Scope, at: datetime | None = None) -> Supervision:
    """Return the order, settled by another person than the one who replied."""
    order, item = _hold_order(order_id, by)
    require("settle", item, by)
    if order.state != SupervisionState.REPLIED:
        raise PlanStateError(_("The order %(number)s was not replied to yet.") % {"number": order.number})
    if order.replied_by_id == by.user_id:
        raise PlanNotAllowedError
    moment = at or timezone.now()
    order.state, order.closed_at = SupervisionState.CLOSED, moment
    order.save()
    _note(item, by, "plan.order_settled", order.number, at=moment)
    return order


def _hold_order(order_id: int, by: Scope) -> tuple[Supervision, PlanItem]:
    order = Supervision.objects.select_for_update().filter(pk=order_id, case=None).first()
    if order is None or order.plan_item_id is None:
        raise PlanStateError(_("There is no such order."))
    if order.office_id in by.office_ids:  # an office answers an order also about an item it doesn't lead
        return order, PlanItem.objects.select_related("area").get(pk=order.plan_item_id)
    return order, find_item(order.plan_item_id, by)


def _officers(office: Office, at: datetime) -> list[int]:
    held = Q(ended_on=None) | Q(ended_on__gt=timezone.localdate(at))
    posts = Post.objects.filter(held, office=office, role__in=(Role.OFFICER, Role.GRID_WORKER))
    return sorted(set(posts.values_list("user_id", flat=True)))


def _tell(user_ids: Iterable[int], text: str, at: datetime) -> None:
    rows = (Notice(user_id=pk, kind=SUPERVISION, text=text[:200], at=at) for pk in user_ids)
    Notice.objects.bulk_create(rows)


def _note(item: PlanItem, by: Scope, action: str, text: str, *, at: datetime) -> None:
    """Write a line about an item that changes nothing on it."""
    ties = ties_of([item.pk])[item.pk]
    facts: dict[str, Any] = plan_facts(item, assisting=ties.assisting, predecessors=ties.predecessors)
    record(by.actor, action, item, area_id=item.area_id, before=facts, after=facts, note=text, at=at)
