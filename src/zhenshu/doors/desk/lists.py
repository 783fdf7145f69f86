"""A list page in one call: what the address asks, one page of rows, or all of them as an Excel file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, base_template
from zhenshu.doors.desk.components import Chip, Column, Filter, FilterBar, Link, Option, Pager, Row, Table
from zhenshu.doors.desk.exports import export_table
from zhenshu.ground.areas.models import Area

PAGE = 50
MOST_EXPORTED = 20_000
CHUNK = 500
EXCEL = "xlsx"
# Up to here rows are counted; beyond, "more than" says as much and costs nothing.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a list: its name in the address, its word, what one may choose.

    *without* is what the address says once the condition is taken away, where a bare address asks for it.
    """

    name: str
    title: str | Promise
    kind: str = "choice"
    options: Sequence[Option] = ()
    more: bool = False
    without: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list asks: conditions by name, a page, or the Excel file."""

    path: str
    values: Mapping[str, str]
    page: int = 1
    excel: bool = False

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def number(self, name: str) -> int | None:
        """Return the condition as a number; None when it is none."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def area(self, name: str) -> Area | None:
        """Return the area a condition names; None when there is no such area."""
        wanted = self.number(name)
        return Area.objects.filter(pk=wanted).first() if wanted is not None else None

    def day(self, name: str) -> date | None:
        """Return the condition as a day; None when it is none."""
        try:
            return parse_date(self.get(name))
        except ValueError:
            return None

    def address(self, **changes: str | None) -> str:
        """Return the address of this question with *changes*; None takes a condition away."""
        asked: Mapping[str, str | None] = {**self.values, **changes}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.path}?{query}" if query else self.path


def read_asked(request: DeskRequest, names: Iterable[str]) -> Asked:
    """Return what the address asks; what it says wrongly is left out rather than refused."""
    given = {name: request.GET.get(name, "").strip()[:100] for name in names}
    page = request.GET.get("page", "")
    return Asked(
        path=request.path,
        values={name: value for name, value in given.items() if value},
        page=int(page) if page.isdigit() and 0 < int(page) < 10_000 else 1,
        excel=request.GET.get("as") == EXCEL,
    )


# ── the bar above the list ────────────────────────────────────────────────────────────────────────────


def condition_bar(
    asked: Asked, conditions: Sequence[Condition], *, views: Sequence[Link] = (), keep: Iterable[str] = ()
) -> FilterBar:
    """Return the conditions as a bar, those in force as chips; *keep* names values without a condition."""
    said = [one for one in conditions if one.name in asked.values and asked.get(one.name) != one.without]
    gone: dict[str, str | None] = {one.name: one.without for one in said}
    gone |= {f"{one.name}_until": None for one in conditions if one.kind == "dates"}
    return FilterBar(
        action=asked.path,
        filters=[_filter(one, asked) for one in conditions],
        chips=[_chip(one, asked) for one in said],
        clear_url=asked.address(**gone),
        views=views,
        keep={name: asked.get(name) for name in keep if asked.get(name)},
    )


def _filter(one: Condition, asked: Asked) -> Filter:
    value = asked.get(one.name)
    options = [
        Option(value=o.value, title=o.title, count=o.count, depth=o.depth, chosen=o.value == value)
        for o in one.options
    ]
    until = asked.get(f"{one.name}_until")
    return Filter(
        name=one.name, title=str(one.title), kind=one.kind, options=options, value=value, until=until,
        more=one.more,
    )  # fmt: skip


def _chip(one: Condition, asked: Asked) -> Chip:
    value = asked.get(one.name)
    word = next((option.title for option in one.options if option.value == value), value)
    gone = {one.name: one.without, f"{one.name}_until": None}
    return Chip(title=str(one.title), value=word.strip(), remove_url=asked.address(**gone))


# ── the list itself ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list before it is cut into pages: *rows* turns a page of records into lines."""

    name: str
    columns: Sequence[Column]
    records: QuerySet[Any, Any] | Sequence[Any]
    rows: Callable[[Sequence[Any]], Iterable[Row]]
    empty: str = ""
    numbered: bool = False
    export: bool = True
    size: int = PAGE
    bulk: Sequence[Link] = field(default_factory=tuple)

    def count(self) -> tuple[int, bool]:
        """Return how many records there are, and whether there are more than were counted."""
        if isinstance(self.records, QuerySet):
            number = self.records.order_by().values("pk")[: MOST_COUNTED + 1].count()
            return min(number, MOST_COUNTED), number > MOST_COUNTED
        return len(self.records), False


def page_of(listing: Listing, asked: Asked) -> Table:
    """Return the page asked for as a table."""
    first = (asked.page - 1) * listing.size
    found = list(listing.records[first : first + listing.size + 1])
    shown = found[: listing.size]
    return Table(
        columns=listing.columns,
        rows=list(listing.rows(shown)),
        as_of=timezone.now(),
        export_url=asked.address(**{"as": EXCEL}) if listing.export else "",
        pager=_pager(listing, asked, len(shown), more=len(found) > listing.size),
        bulk=listing.bulk,
        numbered=listing.numbered,
    )


def _pager(listing: Listing, asked: Asked, shown: int, *, more: bool) -> Pager | None:
    if asked.page == 1 and not more:
        return None
    before = (asked.page - 1) * listing.size
    count, beyond = listing.count()
    return Pager(
        first=before + 1 if shown else before,
        last=before + shown,
        total=None if beyond else count,
        previous_url=asked.address(page=str(asked.page - 1)) if asked.page > 1 else "",
        next_url=asked.address(page=str(asked.page + 1)) if more else "",
    )


def whole_of(listing: Listing) -> Table:
    """Return all records as one table for the Excel file, looked up in chunks."""
    records = list(listing.records[:MOST_EXPORTED])
    rows = [
        row for start in range(0, len(records), CHUNK) for row in listing.rows(records[start : start + CHUNK])
    ]
    return Table(columns=listing.columns, rows=rows, as_of=timezone.now())


@dataclass(frozen=True, slots=True)
class Tile:
    """A number on a board and the list it opens."""

    title: str
    value: object
    url: str
    icon: str = ""
    state: str = ""
    unit: str = ""
    note: str = ""


def show_listing(
    request: DeskRequest,
    listing: Listing,
    asked: Asked,
    *,
    template: str = "desk/lists/page.html",
    bar: FilterBar | None = None,
    **context: Any,
) -> HttpResponse:
    """Answer with the page of the list, or with all of it as an Excel file."""
    if asked.excel and listing.export:
        return export_table(whole_of(listing), name=listing.name)
    shown = {
        "base_template": base_template(request),
        "table": page_of(listing, asked),
        "bar": bar,
        "empty": listing.empty,
        "page_title": context.pop("page_title", None) or counted_title(listing),
        **context,
    }
    return render(request, template, shown)


def counted_title(listing: Listing) -> str:
    """Return the title of a list as a sentence with its count."""
    count, beyond = listing.count()
    return _("%(list)s (%(count)s)") % {"list": listing.name, "count": f"{count}+" if beyond else count}


def cases_url(chosen: str = "open", **conditions: object) -> str:
    """Return the address of a list of matters, narrowed by *conditions*."""
    said = {"list": chosen, **{name: str(value) for name, value in conditions.items() if value}}
    return f"{reverse('desk:cases')}?{urlencode(said)}"


def crumbs(*links: tuple[str, str], here: str) -> list[Link]:
    """Return the way to this page: pairs of title and page name, then the page itself."""
    return [*(Link(title=title, url=reverse(f"desk:{page}")) for title, page in links), Link(title=here)]
