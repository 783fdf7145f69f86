"""Whose house this is, and whether what it holds is invented."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.scope import Scope

# The demo township leaves a line about itself; the ledger can't be changed, so the mark can't be lost.
DEMO = "demo"


@dataclass(frozen=True, slots=True)
class House:
    """The name of the command centre, and whether everything here is made up for practice."""

    name: str
    synthetic: bool


def house_of(scope: Scope | None = None) -> House:
    """Return the house of the first post's township, or the one there is."""
    towns = Area.objects.open().filter(level__lte=Level.TOWN).order_by("-level", "pk")
    if scope is not None and scope.posts:
        above = [int(part) for part in scope.posts[0].area_path.strip("/").split("/") if int(part or 0)]
        towns = towns.filter(pk__in=above) if above else towns
    marked = towns.annotate(synthetic=Exists(Entry.objects.filter(subject_kind=DEMO)))
    found = marked.values_list("name", "synthetic").first()
    if found is None:
        return House(_("Zhenshu"), synthetic=False)
    return House(_("%(place)s command centre") % {"place": found[0]}, bool(found[1]))


def township_name(scope: Scope | None = None) -> str:
    """Return the name of the command centre."""
    return house_of(scope).name


def is_synthetic() -> bool:
    """Tell whether this installation holds the invented township."""
    return house_of().synthetic
