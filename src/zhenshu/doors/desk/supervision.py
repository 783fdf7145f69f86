"""The supervision board: every order with its office, deadline and reply, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.case_rows import kind_of
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.lists import Asked, Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.doors.desk.states import ClockMoments, clock_state, clock_words
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Supervision, SupervisionState
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.visibility import visible_items

SOON = timedelta(days=2)
RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class View:
    """A part of the board: its word, its sign, its state when it holds anything."""

    title: str | Promise
    icon: str
    state: str = ""


VIEWS: Mapping[str, View] = {
    "overdue": View(gettext_lazy("Reply overdue"), "alarm", "overdue"),
    "open": View(gettext_lazy("Waiting for a reply"), "flag-3"),
    "replied": View(gettext_lazy("Replied, to be settled"), "clipboard-check"),
    "closed": View(gettext_lazy("Settled in 90 days"), "checks"),
}


def view_condition(view: str, now: datetime) -> Q:
    """Match the orders of a part of the board; an unknown part means all that are not settled."""
    conditions = {
        "overdue": Q(state=SupervisionState.OPEN, due_at__lt=now),
        "open": Q(state=SupervisionState.OPEN),
        "replied": Q(state=SupervisionState.REPLIED),
        "closed": Q(state=SupervisionState.CLOSED, closed_at__gte=now - RECENT),
        "all": Q(),
    }
    return conditions.get(view, ~Q(state=SupervisionState.CLOSED))


def visible_orders(scope: Scope) -> QuerySet[Supervision]:
    """Return the orders this person may see: about matters they see, and those to their own offices."""
    items = visible_items(scope).order_by().values("pk")
    rule = Q(case__in=visible_cases(scope)) | Q(plan_item_id__in=items) | Q(office_id__in=scope.office_ids)
    return Supervision.objects.filter(rule)


@page(roles=OFFICE_ROLES)
def show_board(request: DeskRequest) -> HttpResponse:
    """Show the orders, those that wait first."""
    asked = read_asked(request, ["view", "office", "kind"])
    now = timezone.now()
    orders = _narrowed(visible_orders(request.scope), asked)
    shown = orders.filter(view_condition(asked.get("view"), now))
    listing = Listing(
        name=_("Supervision orders"),
        columns=_columns(),
        records=shown.select_related("case", "office", "ordered_by").order_by(
            F("closed_at").desc(nulls_first=True), "state", "due_at"
        ),
        rows=lambda page_: order_rows(page_, now),
        empty=_("No order waits. A leader orders supervision from the page of a matter."),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, _conditions(), views=_views(asked), keep=["view"]),
        tiles=list(_tiles(orders, asked, now)),
    )


def _narrowed(orders: QuerySet[Supervision], asked: Asked) -> QuerySet[Supervision]:
    office = asked.number("office")
    if office is not None:
        orders = orders.filter(office_id=office)
    return orders.filter(case__kind=asked.get("kind")) if asked.get("kind") else orders


def _conditions() -> list[Condition]:
    ids = Supervision.objects.values("office_id")
    offices = Office.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name")
    return [Condition("office", _("Office"), options=[Option(value=str(pk), title=n) for pk, n in offices])]


def _views(asked: Asked) -> list[Link]:
    words = {"": _("All that wait"), **{key: str(view.title) for key, view in VIEWS.items()}, "all": _("All")}
    here = asked.get("view")
    return [
        Link(title=word, url=asked.address(view=key or None), active=key == here)
        for key, word in words.items()
    ]


def _tiles(orders: QuerySet[Supervision], asked: Asked, now: datetime) -> Iterable[Tile]:
    counts = orders.aggregate(**{key: Count("pk", filter=view_condition(key, now)) for key in VIEWS})
    for key, view in VIEWS.items():
        state = view.state if counts[key] else ""
        url = asked.address(view=key)
        yield Tile(str(view.title), counts[key], url, view.icon, state, _("orders"))


def _columns() -> list[Column]:
    return [
        Column(title=_("Order"), width="wide"),
        Column(title=_("About")),
        Column(title=_("Office")),
        Column(title=_("Ordered by"), phone=False),
        Column(title=_("Reply due"), width="middle"),
        Column(title=_("State")),
        Column(title=_("Reply"), phone=False),
    ]


def order_rows(orders: Sequence[Supervision], now: datetime) -> Iterable[Row]:
    """Yield a line per order, about a matter or about an item of the plan."""
    planned = {order.plan_item_id for order in orders if order.plan_item_id}
    items = dict(PlanItem.objects.filter(pk__in=planned).values_list("pk", "title"))
    for order in orders:
        url, about = _about(order, items)
        state, words = order_state(order, now)
        cells = [
            Cell(text=order.text, below=order.number, url=url),
            about,
            Cell(text=order.office.short_name or order.office.name),
            Cell(text=_orderer(order), below=f"{timezone.localtime(order.ordered_at):%m-%d %H:%M}"),
            Cell(text=f"{timezone.localtime(order.due_at):%Y-%m-%d %H:%M}", below=words),
            Cell(state=state, text=str(SupervisionState(order.state).label) if state != "overdue" else ""),
            Cell(text=order.reply or "–", hint=order.reply),
        ]
        yield Row(cells=cells, url=url, state="overdue" if state == "overdue" else "")


def _about(order: Supervision, items: Mapping[int, str]) -> tuple[str, Cell]:
    """Return the page an order is about and what it is called."""
    if order.case:
        number = order.case.number
        return reverse("desk:case", args=[number]), Cell(text=order.case.title, below=number)
    if order.plan_item_id is not None and order.plan_item_id in items:
        return reverse("desk:plan", args=[order.plan_item_id]), Cell(text=items[order.plan_item_id])
    return "", Cell()


def order_state(order: Supervision, now: datetime) -> tuple[str, str]:
    """Return the state of an order for its badge, and its time in words."""
    moments = ClockMoments(due=order.due_at, now=now, near=order.due_at - SOON, done=order.replied_at)
    if order.state == SupervisionState.CLOSED:
        return "closed", clock_words(moments)
    if order.state == SupervisionState.REPLIED:
        return "answered", clock_words(moments)
    return clock_state(moments), clock_words(moments)


def _orderer(order: Supervision) -> str:
    """Return who ordered, or the rule of the pack that proposed it."""
    if order.ordered_by:
        return order.ordered_by.name
    kind = kind_of(order.case.kind) if order.case else None
    triggers = kind.supervision.triggers if kind and kind.supervision else {}
    return triggers[order.trigger].name if order.trigger in triggers else order.trigger
