"""The enterprises behind the figures of a panel: who returned, who did not, who rose, fell or is odd."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest
from zhenshu.doors.desk.components import Cell, Column, Option, Row
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.economy_empty import show_empty
from zhenshu.doors.desk.economy_parts import Watched, economy_page, tabs, watched, watched_bar
from zhenshu.doors.desk.lists import Condition, Listing, show_listing
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.economy.brief import change_words, rounded
from zhenshu.measures.economy.comparing import contributions, growth_of
from zhenshu.measures.economy.months import moved, year_so_far
from zhenshu.measures.economy.panel import Panel
from zhenshu.measures.economy.warning import Warned, warned
from zhenshu.registers.dossiers.models import Dossier

TONES: Mapping[str, str] = {"red": "overdue", "orange": "near", "yellow": "near", "blue": "waiting"}
SORTS = ("value", "year", "month", "sum", "points")


@dataclass(frozen=True, slots=True)
class Firm:
    """One enterprise with its month: value, last year, month before, sum so far, and its share of growth."""

    dossier: Dossier
    value: Decimal | None
    over_year: Decimal | None
    over_month: Decimal | None
    sum: Decimal | None
    points: Decimal | None
    warned: Warned | None

    def number(self, name: str) -> Decimal | None:
        """Return the number a list is sorted by."""
        return {
            "value": self.value,
            "year": self.over_year,
            "month": self.over_month,
            "sum": self.sum,
            "points": self.points,
        }[name]


def firms_of(found: Watched) -> list[Firm]:
    """Return every enterprise of a panel with its figures for the month and value looked at."""
    panel, month, name = found.panel, found.month, found.value
    points = {one.subject: one.points for one in contributions(panel, name, month)}
    odd = {one.dossier.pk: one for one in warned(panel, month)}
    return [_firm(panel, pk, month, name, points.get(pk), odd.get(pk)) for pk in panel.subjects]


def _firm(
    panel: Panel, pk: int, month: str, name: str, points: Decimal | None, odd: Warned | None
) -> Firm:  # fmt: skip
    value = panel.value(pk, month, name)
    told = [one for at in year_so_far(month) if (one := panel.value(pk, at, name)) is not None]
    return Firm(
        dossier=panel.subjects[pk],
        value=value,
        over_year=growth_of(value, panel.value(pk, moved(month, -12), name)),
        over_month=growth_of(value, panel.value(pk, moved(month, -1), name)),
        sum=None if name in panel.kind.stocks or not told else sum(told, Decimal(0)),
        points=points,
        warned=odd,
    )


def lists(found: Watched) -> Mapping[str, Callable[[Firm], bool]]:
    """Return the lists of the page: which enterprises each holds."""
    panel, month, name = found.panel, found.month, found.value
    asked, returned = set(panel.asked(month)), set(panel.returned(month))
    before = moved(month, -1 if found.asked.get("over") == "month" else -12)

    def compared(one: Firm) -> bool:
        return one.value is not None and panel.value(one.dossier.pk, before, name) is not None

    return {
        "asked": lambda one: one.dossier.pk in asked,
        "returned": lambda one: one.dossier.pk in returned,
        "missing": lambda one: one.dossier.pk in asked - returned,
        "compared": compared,
        "year": lambda one: one.sum is not None,
        "up": lambda one: one.points is not None and one.points > 0,
        "down": lambda one: one.points is not None and one.points < 0,
        "warned": lambda one: one.warned is not None,
    }


def list_words() -> Mapping[str, str]:
    """Return the lists in words."""
    return {
        "asked": _("Asked to return"),
        "returned": _("Has returned"),
        "missing": _("Not returned"),
        "compared": _("Returned both months"),
        "year": _("Returned this year"),
        "up": _("Rose on last year"),
        "down": _("Fell on last year"),
        "warned": _("With a warning"),
    }


@economy_page()
def list_firms(request: DeskRequest) -> HttpResponse:
    """Show the enterprises of a panel in a month with one value, its growth, and what is odd."""
    found = watched(request, ["list", "warning", "sort", "over"])
    if found is None:
        return show_empty(request)
    words = list_words()
    chosen = found.asked.get("list") if found.asked.get("list") in words else ""
    firms = [one for one in firms_of(found) if _fits(one, found, chosen)]
    rows = _sorted(firms, found)
    field = found.panel.field(found.value)
    listing = Listing(
        name=f"{found.kind.name} {found.words} {field.name}" + (f" {words[chosen]}" if chosen else ""),
        columns=_columns(found),
        records=rows,
        rows=lambda some: _rows(some, request.scope),
        empty=_("No enterprise is in this list."),
        numbered=True,
    )
    values = [Option(value=name, title=found.panel.field(name).name) for name in found.kind.values]
    rules = [Option(value=code, title=one.name) for code, one in found.kind.warnings.items()]
    more = [
        Condition("value", _("Figure"), options=values),
        Condition("list", _("List"), options=[Option(value=k, title=v) for k, v in words.items()]),
        Condition("warning", _("Warning"), options=rules),
    ]
    return show_listing(
        request,
        listing,
        found.asked,
        template="desk/economy/list.html",
        bar=watched_bar(found, more, keep=["sort", "over"]),
        tabs=tabs("economy_firms", found),
        page_title=_("%(list)s: %(count)d enterprises") % {"list": listing.name, "count": len(rows)},
    )


def _fits(one: Firm, found: Watched, chosen: str) -> bool:
    rule = found.asked.get("warning")
    if rule and (one.warned is None or rule not in {w.code for w in one.warned.warnings}):
        return False
    return not chosen or lists(found)[chosen](one)


def _sorted(firms: list[Firm], found: Watched) -> list[Firm]:
    """Return the list as asked: ``sort=year`` downwards, ``-year`` upwards; who told nothing comes last."""
    asked = found.asked.get("sort")
    name = asked.removeprefix("-") if asked.removeprefix("-") in SORTS else "value"
    sign = 1 if asked.startswith("-") else -1

    def place(one: Firm) -> tuple[bool, Decimal, str]:
        number = one.number(name)
        return number is None, sign * (number or Decimal(0)), one.dossier.title

    return sorted(firms, key=place)


def _columns(found: Watched) -> list[Column]:
    unit = found.panel.field(found.value).unit
    heads = {
        "value": (_("This month"), unit),
        "year": (_("On last year"), "%"),
        "month": (_("On the month before"), "%"),
        "sum": (_("This year so far"), unit),
        "points": (_("Share of the growth"), _("points")),
    }
    return [
        Column(title=_("Enterprise"), width="wide"),
        Column(title=_("Area"), phone=False),
        *(_head(found, name, title, unit) for name, (title, unit) in heads.items()),
        Column(title=_("Warning")),
    ]


def _head(found: Watched, name: str, title: str, unit: str) -> Column:
    asked = found.asked.get("sort") or "value"
    sorted_ = {name: "down", f"-{name}": "up"}.get(asked, "")
    url = found.asked.address(sort=f"-{name}" if asked == name else name)
    phone = name in ("value", "year")
    return Column(title=title, numeric=True, unit=unit, sort_url=url, sorted=sorted_, phone=phone)


def _rows(firms: Sequence[Firm], scope: Scope) -> Iterable[Row]:
    for one in firms:
        url = reverse("desk:dossier", args=[one.dossier.pk])
        odd = one.warned.warnings[0] if one.warned else None
        cells = [
            Cell(text=title_for(one.dossier, scope), url=url),
            Cell(text=one.dossier.area.name),
            Cell(text=rounded(one.value)),
            Cell(text=change_words(one.over_year).rstrip("%")),
            Cell(text=change_words(one.over_month).rstrip("%")),
            Cell(text=rounded(one.sum)),
            Cell(text=change_words(one.points).rstrip("%")),
            Cell(text=odd.name if odd else "", state=TONES[odd.colour] if odd else ""),
        ]
        yield Row(cells=cells, url=url)
