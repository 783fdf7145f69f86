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

from zhenshu.doors.desk.plan_words import COLOUR_NAMES
from zhenshu.doors.desk.target_pages import STATES, counts_of_targets, states_of, targets_url
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.models import Level, PlanItem, State
from zhenshu.registers.plans.progress import Colour
from zhenshu.registers.plans.queries import PlanQuestion, find_items, lamps_of, without_progress
from zhenshu.registers.plans.visibility import visible_items

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
    counted = lamps_of(visible_items(scope).filter(level__in=(Level.TASK, Level.PROJECT)))
    year = list(year_rows(scope, today))
    if not sum(counted.values()) and not year:
        return None
    base = reverse("desk:plans")
    lamps = [
        Lamp(str(COLOUR_NAMES[colour]), state, counted[colour.value], f"{base}?lamp={colour.value}")
        for colour, state in LAMPS
    ]
    lamps.append(Lamp(_("Done"), "closed", counted["done"], f"{base}?state=done"))
    red = find_items(PlanQuestion(lamp=Colour.RED.value), scope).order_by("progress", "due", "pk")
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
    """Return the promises of work reports due in a year, by state."""
    open_, done = State.OPEN.value, State.DONE.value
    lamps = [
        _promised(scope, year, str(COLOUR_NAMES[c]), tone, lamp=c.value, state=open_) for c, tone in LAMPS
    ]
    lamps.append(_promised(scope, year, _("Done"), "closed", state=done))
    every = _promised(scope, year, _("Promises of %(year)d") % {"year": year}, "")
    return Row(every.name, every.count, every.url, lamps)


def _promised(scope: Scope, year: int, name: str, tone: str, *, lamp: str = "", state: str = "") -> Lamp:
    """Return how many promises stand so, with the list of exactly these."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    question = PlanQuestion(category=PROMISED, lamp=lamp, state=state, due_from=first, due_until=last)
    said = {"category": PROMISED, "due": first, "due_until": last, "lamp": lamp, "state": state}
    query = urlencode({key: value for key, value in said.items() if value})
    return Lamp(name, tone, find_items(question, scope).count(), f"{reverse('desk:plans')}?{query}")
