"""How plan items look on every page: their lamp in words, their days, their offices, the tabs above."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.components import Cell, Link
from zhenshu.registers.plans.lights import light_rule
from zhenshu.registers.plans.models import PlanFacts, State
from zhenshu.registers.plans.progress import PROGRESS_RULE, SCHEDULE_RULE, Colour, Status
from zhenshu.registers.plans.wall_chart import short_name

# A colour never stands without its word; the tones are those of all states of the desk.
TONES: Mapping[str, str] = {
    Colour.RED: "overdue",
    Colour.YELLOW: "near",
    Colour.GREEN: "normal",
    Colour.GREY: "none",
}
COLOUR_NAMES: Mapping[str, str | Promise] = {
    Colour.RED: gettext_lazy("Red"),
    Colour.YELLOW: gettext_lazy("Yellow"),
    Colour.GREEN: gettext_lazy("Green"),
    Colour.GREY: gettext_lazy("Grey"),
}
ACTS: Mapping[str, str | Promise] = {
    "plan.created": gettext_lazy("Item created"),
    "plan.edited": gettext_lazy("Item edited"),
    "plan.moved": gettext_lazy("Moved in the tree"),
    "plan.shared_out": gettext_lazy("Shared out"),
    "plan.reported": gettext_lazy("Progress reported"),
    "plan.replanned": gettext_lazy("Days moved"),
    "plan.completed": gettext_lazy("Done"),
    "plan.cancelled": gettext_lazy("Cancelled"),
    "plan.restored": gettext_lazy("Change taken back"),
    "plan.life_stage": gettext_lazy("Stage of life recorded"),
    "plan.problem_raised": gettext_lazy("Problem raised as a matter"),
    "plan.case_tied": gettext_lazy("Tied to a matter"),
    "plan.supervised": gettext_lazy("Supervision ordered"),
    "plan.order_replied": gettext_lazy("Order replied to"),
    "plan.order_settled": gettext_lazy("Order settled"),
    "plan.rolled_up": gettext_lazy("Progress followed from the parts"),
    "plan.relit": gettext_lazy("Lamp changed as days passed"),
    "plan.invested": gettext_lazy("Investment entered"),
    "plan.baseline_set": gettext_lazy("Baseline set"),
}
TABS: Mapping[str, tuple[str | Promise, str]] = {
    "plans": (gettext_lazy("List"), "list-details"),
    "plan_chart": (gettext_lazy("Wall chart"), "table"),
    "plan_gantt": (gettext_lazy("Gantt"), "chart-bar"),
    "plan_calendar": (gettext_lazy("Calendar"), "calendar"),
    "plan_offices": (gettext_lazy("By office"), "building"),
    "plan_leaders": (gettext_lazy("By leader"), "user"),
}


def tabs(here: str) -> list[Link]:
    """Return the ways to look at the plan; *here* is the one shown."""
    return [
        Link(title=str(title), url=reverse(f"desk:{page}"), icon=icon, active=page == here)
        for page, (title, icon) in TABS.items()
    ]


def lamp_cell(item: PlanFacts) -> Cell:
    """Return the lamp of an item with its word; what was cancelled says so."""
    if item.state == State.CANCELLED:
        return Cell(lamp="none", text=str(State.CANCELLED.label))
    return Cell(lamp=TONES[item.lamp], text=status_word(item.status))


def status_word(status: str) -> str:
    """Return the word of a status."""
    return _(Status(status).value)


def days_words(start: date | None, due: date | None) -> str:
    """Return the days of an item: 03-01 – 09-28, the year where it is not that of the other end."""
    if start is None and due is None:
        return "–"
    if start is None or due is None or start == due:
        return f"{due or start:%Y-%m-%d}"
    return (
        f"{start:%Y-%m-%d} – {due:%m-%d}" if start.year == due.year else f"{start:%Y-%m-%d} – {due:%Y-%m-%d}"
    )


def percent(number: Decimal | None) -> str:
    """Return a percentage without needless digits; a dash where there is none."""
    return "–" if number is None else f"{number.normalize():f}%"


def office_name(item: PlanFacts) -> str:
    return short_name(item.lead_office)


def rule_words(kind: str = "") -> str:
    """Return the rules behind progress and lamps, to be printed beside them."""
    rule, values = light_rule(kind)
    return " ".join((_(PROGRESS_RULE), _(SCHEDULE_RULE), _(rule) % values))
