"""Where the year stands against the promises, for a home page: targets, promises, and what is red.

Every count is that of the list it opens: both ask the same question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.plan_pages import work_url
from zhenshu.doors.desk.plan_words import COLOUR_NAMES
from zhenshu.doors.desk.target_pages import STATES, counts_of_targets, states_of, targets_url
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.models import PlanItem, State
from zhenshu.registers.plans.progress import Colour
from zhenshu.registers.plans.queries import (
    WORK,
    PlanQuestion,
    find_items,
    lamps_of,
    without_progress,
)

SHOWN = 6
LAMPS = ((Colour.RED, "overdue"), (Colour.YELLOW, "near"), (Colour.GREEN, "normal"))
PROMISED = "work_report"


@dataclass(frozen=True, slots=True)
class Lamp:
    """A colour or state, how many show it, and their list."""

    name: str
    state: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the card: what is counted, how many there are, and how they stand."""

    title: str
    count: int
    url: str
    lamps: Sequence[Lamp]


@dataclass(frozen=True, slots=True)
class PlanCard:
    """The year's targets and promises, the lamps of all tasks and projects, and the reddest of them."""

    lamps: Sequence[Lamp]
    red: Sequence[PlanItem]
    url: str
    year: Sequence[Row]
    silent: Lamp


def plan_card(scope: Scope) -> PlanCard | None:
    """Return the card of the plan; None while there is neither plan nor target to speak of."""
    if not library().plan_kinds:
        return None
    today = timezone.localdate()
    counted = lamps_of(find_items(PlanQuestion(level=WORK, year=today.year), scope))
    year = list(year_rows(scope, today))
    if not counted["all"] and not year:
        return None
    base = reverse("desk:plans")
    work = work_url(today.year)
    lamps = [
        Lamp(str(COLOUR_NAMES[colour]), state, counted[colour.value], f"{work}&lamp={colour.value}")
        for colour, state in LAMPS
    ]
    lamps.append(Lamp(_("Done"), "closed", counted["done"], f"{work}&state=done"))
    behind = PlanQuestion(level=WORK, lamp=Colour.RED.value, state=State.OPEN, year=today.year)
    red = find_items(behind, scope).order_by("progress", "due", "pk")
    quiet = without_progress(scope, today).count()
    silent = Lamp(_("Not reported this week"), "near" if quiet else "none", quiet, f"{base}?silent=1")
    return PlanCard(lamps, list(red[:SHOWN]), base, year, silent)


def year_rows(scope: Scope, today: date) -> Iterable[Row]:
    """Yield the targets and the promises of the year, those that there are."""
    states = states_of(scope, today.year)
    if states:
        counted = counts_of_targets(states)
        lamps = [
            Lamp(str(name), tone, counted[key], targets_url(today.year, key))
            for key, (name, tone) in STATES.items()
        ]
        yield Row(
            _("Targets of %(year)d") % {"year": today.year}, len(states), targets_url(today.year), lamps
        )
    promises = _promises(scope, today.year)
    if promises.count:
        yield promises


def _promises(scope: Scope, year: int) -> Row:
    """Return the promises of work reports due in a year, by state, each with the list of exactly these."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    asked = PlanQuestion(category=PROMISED, due_from=first, due_until=last)
    counted = lamps_of(find_items(asked, scope))
    base = {"category": PROMISED, "due": first, "due_until": last}

    def url(**more: str) -> str:
        return f"{reverse('desk:plans')}?{urlencode({**base, **more})}"

    lamps = [
        Lamp(str(COLOUR_NAMES[colour]), tone, counted[colour.value], url(lamp=colour.value, state=State.OPEN))
        for colour, tone in LAMPS
    ]
    lamps.append(Lamp(_("Done"), "closed", counted["done"], url(state=State.DONE)))
    return Row(_("Promises of %(year)d") % {"year": year}, counted["all"], url(), lamps)
