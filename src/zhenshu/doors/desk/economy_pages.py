"""The economy at the desk: the month on one page, what is odd, what to expect, and the brief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest
from zhenshu.doors.desk.components import Cell, Column, Option, Row, Table
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.economy_empty import show_empty
from zhenshu.doors.desk.economy_firms import TONES
from zhenshu.doors.desk.economy_parts import (
    Watched,
    area_name,
    economy_page,
    tabs,
    town_name,
    watched,
    watched_bar,
)
from zhenshu.doors.desk.exports import attachment_header
from zhenshu.doors.desk.lists import Condition, Listing, Tile, show_listing
from zhenshu.measures.economy.brief import Piece, brief_of, change_words, method_words, rounded
from zhenshu.measures.economy.comparing import (
    contributions,
    over_month,
    over_year,
    total,
    year_over_year,
    year_total,
)
from zhenshu.measures.economy.estimating import Estimate, Trial, estimate
from zhenshu.measures.economy.models import TakenWarning
from zhenshu.measures.economy.months import moved
from zhenshu.measures.economy.taking import figure_words, taken_of
from zhenshu.measures.economy.warning import Warned, warned
from zhenshu.registers.dossiers.visibility import RIGHTS

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FIRST_WARNINGS = 6
FIRST_SHARES = 5
YEAR = 12


# ── the month on one page ─────────────────────────────────────────────────────────────────────────────


@economy_page()
def show_economy(request: DeskRequest) -> HttpResponse:
    """Show a month of the panel: returns, every value with its growth, warnings, estimates."""
    found = watched(request)
    if found is None:
        return show_empty(request)
    odd = warned(found.panel, found.month)
    taken = taken_of(found.kind, found.month)
    guesses = {name: estimate(found.panel, name, found.month) for name in found.kind.values}
    context = {
        "page_title": _("%(panel)s: %(month)s") % {"panel": found.kind.name, "month": found.words},
        "page_note": area_name(found.asked),
        "tabs": tabs("economy", found),
        "bar": watched_bar(found, keep=["value"]),
        "tiles": _tiles(found, odd, taken),
        "values": _values_table(found, guesses),
        "trend": _trend(found, guesses[found.value]),
        "trend_title": found.panel.field(found.value).name,
        "warnings": [_warning_line(one, found, request) for one in odd[:FIRST_WARNINGS]],
        "warnings_url": found.url("economy_warnings"),
        "shares": _shares(found, request),
        "method": _method(guesses[found.value]),
        "estimates_url": found.url("economy_estimates", value=found.value),
        "basis": found.kind.basis,
        "now": timezone.now(),
    }
    return render(request, "desk/economy/overview.html", context)


def _tiles(found: Watched, odd: Sequence[Warned], taken: dict[int, TakenWarning]) -> list[Tile]:
    panel, month = found.panel, found.month
    asked, missing = panel.asked(month), panel.missing(month)
    waiting = [one for one in odd if one.dossier.pk not in taken]

    def url(chosen: str) -> str:
        return found.url("economy_firms", list=chosen)

    here = len(asked) - len(missing)
    return [
        Tile(_("Asked to return"), len(asked), url("asked"), icon="building-factory-2", unit=_("firms")),
        Tile(_("Has returned"), here, url("returned"), icon="check", unit=_("firms")),
        Tile(_("Not returned"), len(missing), url("missing"), icon="clock", unit=_("firms")),
        Tile(_("Warnings"), len(odd), found.url("economy_warnings"), icon="alarm", unit=_("firms")),
        Tile(
            _("Warnings nobody took up"), len(waiting), found.url("economy_warnings", state="open"),
            icon="flag-3", unit=_("firms"),
        ),
    ]  # fmt: skip


def _values_table(found: Watched, guesses: dict[str, Estimate]) -> Table:
    columns = [
        Column(title=_("Figure"), width="wide"),
        Column(title=_("This month"), numeric=True),
        Column(title=_("On last year"), numeric=True, unit="%"),
        Column(title=_("On the month before"), numeric=True, unit="%", phone=False),
        Column(title=_("This year so far"), numeric=True),
        Column(title=_("On last year"), numeric=True, unit="%"),
        Column(title=_("Whole month, estimated"), numeric=True, phone=False),
    ]
    rows = [_value_row(found, name, guesses[name]) for name in found.kind.values]
    return Table(columns=columns, rows=rows, caption=_("The month in figures"), as_of=timezone.now())


def _value_row(found: Watched, name: str, guess: Estimate) -> Row:
    panel, month, field = found.panel, found.month, found.panel.field(name)
    now, year = total(panel, name, month), over_year(panel, name, month)
    before = over_month(panel, name, month)
    stands = name in panel.kind.stocks

    def behind(text: str, n: int, **conditions: str) -> Cell:
        """Return a number that opens the enterprises it was made from."""
        return Cell(text=text, url=found.url("economy_firms", value=name, **conditions) if n else "")

    so_far, whole = year_total(panel, name, month), year_over_year(panel, name, month)
    cells = [
        Cell(text=field.name, below=field.unit, url=found.asked.address(value=name, month=found.month)),
        behind(rounded(now.value) if now.n else "–", now.n, list="returned"),
        behind(_bare(year.growth), year.n, list="compared", over="year"),
        behind(_bare(before.growth), before.n, list="compared", over="month"),
        Cell(text="–") if stands else behind(rounded(so_far.value), so_far.n, list="year"),
        Cell(text="–") if stands else behind(_bare(whole.growth), whole.n, list="year"),
        _guess_cell(found, guess),
    ]
    return Row(cells=cells, state="chosen" if name == found.value else "")


def _bare(growth: Decimal | None) -> str:
    return change_words(growth).rstrip("%")


def _guess_cell(found: Watched, guess: Estimate) -> Cell:
    if guess.complete:
        return Cell(text=_("all returned"))
    if not guess.point.value:
        return Cell(text="–")
    between = f"{rounded(guess.low)} – {rounded(guess.high)}" if guess.width is not None else ""
    url = found.url("economy_estimates", value=guess.name)
    return Cell(text=rounded(guess.point.value), below=between, url=url)


def _trend(found: Watched, guess: Estimate) -> dict[str, Any]:
    """Return twelve months with last year; a month not all have returned stands as its estimate, dashed."""
    panel, name = found.panel, found.value
    shown = [moved(found.month, -back) for back in reversed(range(YEAR))]
    sums = {at: total(panel, name, at) for month in shown for at in (month, moved(month, -12))}

    def drawn(at: str) -> float | None:
        return round(float(sums[at].value), 2) if sums[at].n else None

    now = [drawn(at) for at in shown]
    series: list[dict[str, Any]] = [
        {"name": _("As returned"), "values": now},
        {
            "name": _("Last year"),
            "values": [drawn(moved(at, -12)) for at in shown],
            "dashed": True,
            "tone": "quiet",
        },
    ]
    if not guess.complete and guess.point.value:
        whole = [*([None] * (YEAR - 2)), now[-2], round(float(guess.point.value), 2)]
        series[0]["values"] = [*now[:-1], None]
        series.append({"name": _("Estimated"), "values": whole, "dashed": True, "tone": "warn"})
    links = [found.asked.address(month=at, value=name) for at in shown]
    unit = panel.field(name).unit
    return {"kind": "line", "label": _("Month"), "unit": unit, "x": shown, "series": series, "links": links}


def _method(guess: Estimate) -> str:
    return "" if guess.complete or not guess.point.value else method_words(guess)


def _shares(found: Watched, request: DeskRequest) -> dict[str, Any] | None:
    """Return who carried the growth of the chosen value and who held it back, as bars."""
    some = contributions(found.panel, found.value, found.month)
    up = [one for one in some if one.points > 0][:FIRST_SHARES]
    down = [one for one in some if one.points < 0][-FIRST_SHARES:]
    if not (up or down):
        return None
    shown = [*up, *down]
    names = [title_for(found.panel.subjects[one.subject], request.scope) for one in shown]
    values = [round(float(one.points), 2) for one in shown]
    return {
        "kind": "across",
        "label": _("Enterprise"),
        "x": names,
        "series": [{"name": _("Points of the growth"), "values": values}],
        "links": [reverse("desk:dossier", args=[one.subject]) for one in shown],
    }


# ── warnings ──────────────────────────────────────────────────────────────────────────────────────────


@economy_page()
def list_warnings(request: DeskRequest) -> HttpResponse:
    """Show who runs oddly in a month, by which rule and figures, and what became of it."""
    found = watched(request, ["warning", "state", "colour"])
    if found is None:
        return show_empty(request)
    taken = taken_of(found.kind, found.month)
    odd = [one for one in warned(found.panel, found.month) if _asked_for(one, found, taken)]
    listing = Listing(
        name=_("Warnings of %(month)s") % {"month": found.words},
        columns=[
            Column(title=_("Enterprise"), width="wide"),
            Column(title=_("Area"), phone=False),
            Column(title=_("Warning")),
            Column(title=_("Figures behind it"), width="wide"),
            Column(title=_("Became")),
        ],
        records=odd,
        rows=lambda some: _warning_rows(some, found, taken, request),
        empty=_("No warning of the pack holds this month."),
        numbered=True,
    )
    rules = [Option(value=code, title=one.name) for code, one in found.kind.warnings.items()]
    states = [Option(value="open", title=_("Not taken up")), Option(value="taken", title=_("Taken up"))]
    more = [
        Condition("warning", _("Rule"), options=rules),
        Condition("state", _("State"), options=states),
    ]
    return show_listing(
        request,
        listing,
        found.asked,
        template="desk/economy/list.html",
        bar=watched_bar(found, more),
        tabs=tabs("economy_warnings", found),
        page_title=_("%(list)s: %(count)d enterprises") % {"list": listing.name, "count": len(odd)},
        rules=[(one.name, one.basis or found.kind.basis) for one in found.kind.warnings.values()],
    )


def _asked_for(one: Warned, found: Watched, taken: dict[int, TakenWarning]) -> bool:
    rule, state = found.asked.get("warning"), found.asked.get("state")
    if rule and rule not in {warning.code for warning in one.warnings}:
        return False
    return not state or (one.dossier.pk in taken) == (state == "taken")


def _warning_rows(
    some: Sequence[Warned], found: Watched, taken: dict[int, TakenWarning], request: DeskRequest
) -> Iterable[Row]:
    for one in some:
        first, *rest = one.warnings
        cells = [
            Cell(
                text=title_for(one.dossier, request.scope),
                url=reverse("desk:dossier_readings", args=[one.dossier.pk, found.kind.reading]),
            ),
            Cell(text=one.dossier.area.name),
            Cell(text=first.name, state=TONES[first.colour], below="；".join(w.name for w in rest)),
            Cell(text="；".join(dict.fromkeys(figure_words(one, warning) for warning in one.warnings))),
            _became(one, found, taken.get(one.dossier.pk), request),
        ]
        yield Row(cells=cells)


def _became(one: Warned, found: Watched, taken: TakenWarning | None, request: DeskRequest) -> Cell:
    """Return what a warning became, or the buttons that take it up."""
    if taken is not None and taken.case is not None:
        return Cell(text=taken.case.number, url=reverse("desk:case", args=[taken.case.number]))
    if taken is not None and taken.record is not None:
        return Cell(text=_("Visited"), url=reverse("desk:record", args=[taken.record_id]))
    if found.asked.excel or not request.scope.has_role(RIGHTS["correct"]):
        return Cell(text=_("Not taken up"))
    args = [found.kind.full_code, one.dossier.pk, found.month]
    shown = {
        "visit_url": reverse("desk:open_economy_visit", args=args) if found.kind.raises else "",
        "round_url": reverse("desk:keep_economy_visit", args=args) if found.kind.round else "",
    }
    return Cell(html=render_to_string("desk/economy/take.html", shown, request=request))


def _warning_line(one: Warned, found: Watched, request: DeskRequest) -> dict[str, str]:
    first = one.warnings[0]
    return {
        "title": title_for(one.dossier, request.scope),
        "url": reverse("desk:dossier", args=[one.dossier.pk]),
        "name": first.name,
        "state": TONES[first.colour],
        "figures": figure_words(one, first),
    }


# ── estimates ─────────────────────────────────────────────────────────────────────────────────────────


@economy_page()
def show_estimates(request: DeskRequest) -> HttpResponse:
    """Show what the month will come to, and how the same method did on the months before."""
    found = watched(request)
    if found is None:
        return show_empty(request)
    guess = estimate(found.panel, found.value, found.month)
    field = found.panel.field(found.value)
    listing = Listing(
        name=_("%(name)s: past months estimated in the same way") % {"name": field.name},
        columns=[
            Column(title=_("Month")),
            Column(title=_("Came to"), numeric=True, unit=field.unit),
            Column(title=_("Would have been estimated"), numeric=True, unit=field.unit),
            Column(title=_("Error"), numeric=True, unit="%"),
            Column(title=_("Last year, unchanged"), numeric=True, unit=field.unit, phone=False),
            Column(title=_("Its error"), numeric=True, unit="%", phone=False),
        ],
        records=guess.trials,
        rows=lambda some: (_trial_row(one) for one in some),
        empty=_("There are no past months with last year to try the method on."),
    )
    values = [Option(value=name, title=found.panel.field(name).name) for name in found.kind.values]
    return show_listing(
        request,
        listing,
        found.asked,
        template="desk/economy/estimates.html",
        bar=watched_bar(found, [Condition("value", _("Figure"), options=values)]),
        tabs=tabs("economy_estimates", found),
        page_title=_("%(name)s of %(month)s: what it will come to")
        % {"name": field.name, "month": found.words},
        guess=_guess_words(guess, field.unit),
        method=method_words(guess),
        missing_url=found.url("economy_firms", value=found.value, list="missing"),
        rule=found.kind.estimate,
    )


def _trial_row(one: Trial) -> Row:
    naive = one.naive_error
    cells = [
        Cell(text=one.month),
        Cell(text=rounded(one.actual)),
        Cell(text=rounded(one.estimate)),
        Cell(text=_bare(one.error * 100)),
        Cell(text=rounded(one.naive)),
        Cell(text=_bare(None if naive is None else naive * 100)),
    ]
    return Row(cells=cells)


def _guess_words(guess: Estimate, unit: str) -> list[tuple[str, str, str]]:
    """Return the tiles of an estimate: title, value, note."""
    if guess.complete:
        note = _("everybody has returned; there is nothing to estimate")
        return [(_("The month came to"), f"{rounded(guess.point.known)} {unit}", note)]
    covers = {"covers": rounded(guess.covers, 0), "n": len(guess.trials)}
    spread = _("holds in %(covers)s of 100 cases, by %(n)d past months") % covers
    between = f"{rounded(guess.low)} – {rounded(guess.high)}" if guess.width is not None else "–"
    better = _("last year unchanged: %(error)s %%") % {"error": rounded(guess.mean_naive_error, 1)}
    return [
        (_("Returned so far"), f"{rounded(guess.point.known)} {unit}", f"{guess.returned}/{guess.asked}"),
        (_("Whole month, estimated"), f"{rounded(guess.point.value)} {unit}", _("an estimate, no fact")),
        (_("Interval"), between, spread if guess.width is not None else _("too few past months")),
        (_("Mean error of the method"), f"{rounded(guess.mean_error, 1)} %", better),
    ]


# ── the brief ─────────────────────────────────────────────────────────────────────────────────────────


@economy_page()
def show_brief(request: DeskRequest) -> HttpResponse:
    """Show the brief of a month; every figure opens the enterprises behind it. As docx: ``?as=docx``."""
    found = watched(request)
    if found is None:
        return show_empty(request)
    odd = warned(found.panel, found.month)
    taken = taken_of(found.kind, found.month)
    count = sum(one.dossier.pk in taken for one in odd)
    sections = brief_of(found.panel, found.month, odd, count)
    place = area_name(found.asked) or town_name(request.scope)
    title = _("%(township)s: how the economy ran in %(month)s") % {"township": place, "month": found.words}
    if request.GET.get("as") == "docx":
        return _as_docx(title, sections, found, town_name(request.scope))
    shown = [
        (one.title, [[_shown(piece, found) for piece in some] for some in one.sentences]) for one in sections
    ]
    context = {
        "page_title": title,
        "tabs": tabs("economy_brief", found),
        "bar": watched_bar(found),
        "sections": shown,
        "docx_url": found.url("economy_brief", **{"as": "docx"}),
        "empty": not found.panel.cells,
        "now": timezone.now(),
    }
    return render(request, "desk/economy/brief.html", context)


def _shown(piece: Piece, found: Watched) -> tuple[str, str, str]:
    """Return a piece as words, the list it opens, and how it was made."""
    if piece.question is None:
        return piece.text, "", piece.source
    page = "economy_warnings" if piece.question.get("list") == "warned" else "economy_firms"
    return piece.text, found.url(page, **piece.question), piece.source


def _as_docx(title: str, sections: Any, found: Watched, signature: str) -> HttpResponse:
    # The library of documents is carried by a server process only once it has written one.
    from zhenshu.doors.desk.economy_files import brief_document

    body = brief_document(title, sections, panel=found.kind.name, signature=signature)
    response = HttpResponse(body, content_type=WORD)
    response["Content-Disposition"] = attachment_header(f"{title}.docx")
    return response
