"""What the plan says on a home page: how many tasks and projects show each lamp, and the reddest of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.plan_words import COLOUR_NAMES
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.models import Level, PlanItem
from zhenshu.registers.plans.progress import Colour
from zhenshu.registers.plans.queries import PlanQuestion, find_items, lamps_of
from zhenshu.registers.plans.visibility import visible_items

SHOWN = 6
LAMPS = ((Colour.RED, "overdue"), (Colour.YELLOW, "near"), (Colour.GREEN, "normal"))


@dataclass(frozen=True, slots=True)
class Lamp:
    """A colour, how many items show it, and their list."""

    name: str
    state: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class PlanCard:
    """The lamps of all tasks and projects, and those that are red, the furthest behind first."""

    lamps: Sequence[Lamp]
    red: Sequence[PlanItem]
    url: str


def plan_card(scope: Scope) -> PlanCard | None:
    """Return the card of the plan; None while there is no plan to speak of."""
    if not library().plan_kinds:
        return None
    counted = lamps_of(visible_items(scope).filter(level__in=(Level.TASK, Level.PROJECT)))
    if not sum(counted.values()):
        return None
    base = reverse("desk:plans")
    lamps = [
        Lamp(str(COLOUR_NAMES[colour]), state, counted[colour.value], f"{base}?lamp={colour.value}")
        for colour, state in LAMPS
    ]
    lamps.append(Lamp(_("Done"), "closed", counted["done"], f"{base}?state=done"))
    red = find_items(PlanQuestion(lamp=Colour.RED.value), scope).order_by("progress", "due", "pk")
    return PlanCard(lamps, list(red[:SHOWN]), base)
