"""The list that is a block's own: due rounds, arrears, entitled but unpaid, free times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.block_parts import REFUSALS, day_text, kind_as, subject_name, trail
from zhenshu.doors.desk.block_words import SPECIAL
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.dossiers import area_options, title_for
from zhenshu.doors.desk.lists import (
    Asked,
    Condition,
    Listing,
    Tile,
    condition_bar,
    read_asked,
    show_listing,
)
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import (
    BookingKind,
    ContractKind,
    CoverageKind,
    FundKind,
    LearningKind,
    Packed,
    PayoutKind,
    RoundKind,
    TieKind,
)
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import period_of
from zhenshu.registers.blocks import bookings, contracts, coverage, funds, learning, payouts, rounds, ties
from zhenshu.registers.blocks.among import dossiers_of
from zhenshu.registers.blocks.kinds import asked_code, block_of, subject_code, subject_kind
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.blocks.visibility import may_somewhere
from zhenshu.registers.dossiers.acts import note_views
from zhenshu.registers.dossiers.models import Dossier


@page()
def special_records(request: DeskRequest, code: str) -> HttpResponse:
    """Show the list that is a block's own."""
    kind = kind_as(code, Packed)
    show = PAGES.get(block_of(kind))
    if show is None:
        raise Http404(code)
    return show(request, kind)


def _way(kind: Packed) -> list[Link]:
    word = str(SPECIAL[block_of(kind)])
    if isinstance(kind, CoverageKind):
        return [trail(kind)[0], Link(title=kind.name)]
    return trail(kind, here=word)


def _name(kind: Packed) -> str:
    return f"{kind.name} · {SPECIAL[block_of(kind)]}"


def _subject_cell(subject: Dossier, scope: Scope, **said: Any) -> Cell:
    url = reverse("desk:dossier", args=[subject.pk])
    return Cell(text=title_for(subject, scope), url=url, **said)


def _new_url(kind: Packed, **asked: object) -> str:
    query = urlencode({name: str(value) for name, value in asked.items()})
    return f"{reverse('desk:new_record', args=[kind.full_code])}?{query}"


def _exports(kind: Packed) -> bool:
    of = subject_kind(kind)
    return of is None or not of.sensitive


# ── rounds ────────────────────────────────────────────────────────────────────────────────────────────

WHEN = (
    ("late", gettext_lazy("Missed")),
    ("week", gettext_lazy("Due within seven days")),
    ("all", gettext_lazy("All")),
)


def _rounds(request: DeskRequest, kind: RoundKind) -> HttpResponse:
    today = timezone.localdate()
    whole = rounds.due_visits(kind, request.scope, today=today)
    holders = sorted({(one.holder.pk, one.holder.name) for one in whole if one.holder})
    conditions = [
        Condition("when", _("Due"), options=[Option(value=v, title=str(t)) for v, t in WHEN]),
        Condition("area", _("Area"), options=area_options()),
        Condition("holder", _("Visits"), options=[Option(value=str(pk), title=name) for pk, name in holders]),
    ]
    asked = read_asked(request, [one.name for one in conditions])
    listing = Listing(
        name=_name(kind),
        columns=[
            Column(title=_("Whom"), width="wide"),
            Column(title=_("Area")),
            Column(title=_("Last visit"), phone=False),
            Column(title=_("Due")),
            Column(title=_("Missed"), numeric=True),
            Column(title=_("How often"), phone=False),
            Column(title=_("Visits"), phone=False),
        ],
        records=_due_asked(whole, asked, today),
        rows=lambda some: _round_rows(kind, some, request.scope),
        empty=_("Everybody has been visited in time."),
        export=_exports(kind),
    )
    tiles = [
        Tile(_("In this round"), len(whole), asked.address(when="all"), icon="list-check"),
        Tile(
            _("Missed"), sum(one.overdue for one in whole), asked.address(when="late"), icon="alert-circle",
            state="overdue" if any(one.overdue for one in whole) else "",
        ),
    ]  # fmt: skip
    return show_listing(
        request, listing, asked, bar=condition_bar(asked, conditions), breadcrumbs=_way(kind), tiles=tiles
    )


def _due_asked(whole: Sequence[rounds.DueVisit], asked: Asked, today: date) -> list[rounds.DueVisit]:
    when, holder = asked.get("when") or "all", asked.number("holder")
    area = asked.area("area") if asked.get("area") else None
    return [
        one
        for one in whole
        if (when != "late" or one.overdue)
        and (when != "week" or (one.due - today).days <= 7)
        and (area is None or one.subject.area.path.startswith(area.path))
        and (holder is None or (one.holder is not None and one.holder.pk == holder))
    ]


def _round_rows(kind: RoundKind, visits: Sequence[rounds.DueVisit], scope: Scope) -> Iterable[Row]:
    note_views([one.subject for one in visits], by=scope)
    for one in visits:
        cells = [
            _subject_cell(one.subject, scope),
            Cell(text=one.subject.area.name),
            Cell(text=day_text(one.last) or _("never")),
            Cell(text=day_text(one.due), state="overdue" if one.overdue else ""),
            Cell(text=str(one.missed)),
            Cell(text=str(one.limit), hint=one.basis),
            Cell(text=one.holder.name if one.holder else ""),
        ]
        log = Link(title=_("Log a visit"), url=_new_url(kind, subject=one.subject.pk))
        yield Row(cells=cells, state="overdue" if one.overdue else "", actions=[log])


# ── contracts ─────────────────────────────────────────────────────────────────────────────────────────


def _contracts(request: DeskRequest, kind: ContractKind) -> HttpResponse:
    asked = read_asked(request, [])
    found = contracts.owing(kind, request.scope)
    listing = Listing(
        name=_name(kind),
        columns=[
            Column(title=_("Contract"), width="wide"),
            Column(title=_("Other side")),
            Column(title=_("Arrears"), numeric=True, unit="元"),
            Column(title=_("Overdue since"), phone=False),
            Column(title=_("Next due"), phone=False),
            Column(title=_("Last day")),
            Column(title=_("Why it stands here")),
        ],
        records=found,
        rows=lambda some: _owing_rows(some, request.scope),
        empty=_("Nothing is owed, due soon or about to end."),
        export=_exports(kind),
    )
    total = sum((one.arrears for one in found), contracts.ZERO)
    tiles = [
        Tile(_("Arrears"), f"{total:,.2f}", asked.path, icon="alert-circle", unit="元"),
        Tile(_("Payments due soon"), sum(one.due_soon for one in found), asked.path, icon="calendar-due"),
        Tile(_("Ending soon"), sum(one.ends_soon for one in found), asked.path, icon="clock"),
    ]
    return show_listing(request, listing, asked, breadcrumbs=_way(kind), tiles=tiles)


def _owing_rows(found: Sequence[contracts.Owing], scope: Scope) -> Iterable[Row]:
    for one in found:
        url = reverse("desk:record", args=[one.contract.pk])
        last = contracts.last_day_of(one.contract)
        why = [
            word
            for holds, word in (
                (one.arrears, _("in arrears")),
                (one.due_soon, _("due soon")),
                (one.ends_soon, _("ends soon")),
            )
            if holds
        ]
        party = one.contract.party
        cells = [
            Cell(text=subject_name(one.contract, scope) or one.contract.title, url=url),
            Cell(text=title_for(party, scope) if party else ""),
            Cell(text=f"{one.arrears:,.2f}" if one.arrears else ""),
            Cell(text=day_text(one.since)),
            Cell(text=day_text(one.contract.due)),
            Cell(text=day_text(last)),
            Cell(text="、".join(why)),
        ]
        yield Row(cells=cells, url=url, state="overdue" if one.arrears else "")


# ── payouts ───────────────────────────────────────────────────────────────────────────────────────────


class RunForm(forms.Form):
    """The day on which a period was paid."""

    period = forms.CharField(max_length=20)
    day = forms.DateField(required=False)


def _payouts(request: DeskRequest, kind: PayoutKind) -> HttpResponse:
    asked = read_asked(request, ["period", "show"])
    grain = payouts.GRAINS.get(kind.every)
    usual = period_of(timezone.localdate(), grain).key if grain else kind.every
    period = asked.get("period") or usual
    try:
        period = payouts.period_for(kind, period)
    except REFUSALS as error:
        messages.error(request, str(error))
        return go_to(request, reverse("desk:special_records", args=[kind.full_code]))
    stands = payouts.balance(kind, period, request.scope)
    groups: dict[str, list[Any]] = {
        "unpaid": [(one.subject, one.rate.name, one.amount, None) for one in stands.unpaid],
        "waiting": [_line(one, kind) for one in stands.waiting],
        "unentitled": [_line(one, kind) for one in stands.unentitled],
        "paid": [_line(one, kind) for one in stands.paid],
    }
    chosen = asked.get("show") if asked.get("show") in groups else "unpaid"
    listing = Listing(
        name=f"{kind.name} · {period} · {PAYOUT_WORDS[chosen]}",
        columns=[
            Column(title=_("Whom"), width="wide"),
            Column(title=_("Area")),
            Column(title=_("Standard")),
            Column(title=_("Amount"), numeric=True, unit="元"),
            Column(title=_("State"), phone=False),
            Column(title=_("Public until"), phone=False),
        ],
        records=groups[chosen],
        rows=lambda some: _payout_rows(some, request.scope),
        empty=_("Nobody stands here."),
        numbered=True,
        export=_exports(kind),
    )
    tiles = [
        Tile(str(PAYOUT_WORDS[name]), len(lines), asked.address(show=name, period=period), icon=icon)
        for (name, lines), icon in zip(
            groups.items(), ("user-exclamation", "clock", "alert-triangle", "check"), strict=True
        )
    ]
    tiles.append(Tile(_("Paid out"), f"{stands.paid_amount:,.2f}", "", icon="database", unit="元"))
    conditions = [Condition("period", _("Period"), kind="text")]
    return show_listing(
        request, listing, asked, bar=condition_bar(asked, conditions, keep=["show"]), tiles=tiles,
        breadcrumbs=_way(kind), extra="desk/blocks/run.html", period=period, kind=kind,
        waiting=len(stands.waiting), today=timezone.localdate(),
        may_run=may_somewhere("pay", request.scope),
    )  # fmt: skip


PAYOUT_WORDS: Mapping[str, Any] = {
    "unpaid": gettext_lazy("Entitled but unpaid"),
    "waiting": gettext_lazy("Waiting to be paid"),
    "unentitled": gettext_lazy("Listed but not entitled"),
    "paid": gettext_lazy("Paid"),
}


def _line(one: Record, kind: PayoutKind) -> tuple[Any, str, Any, Record]:
    rate = kind.rates.get(one.fields.get("rate", ""))
    return one.subject, rate.name if rate else "", one.amount, one


def _payout_rows(lines: Sequence[tuple[Any, str, Any, Record | None]], scope: Scope) -> Iterable[Row]:
    note_views([subject for subject, *_rest in lines], by=scope)
    for subject, rate, amount, one in lines:
        url = reverse("desk:record", args=[one.pk]) if one else reverse("desk:dossier", args=[subject.pk])
        cells = [
            _subject_cell(subject, scope),
            Cell(text=subject.area.name),
            Cell(text=rate),
            Cell(text=f"{amount:,.2f}" if amount is not None else ""),
            Cell(text=str(State(one.state).label) if one else _("Not listed yet")),
            Cell(text=day_text(one.due) if one else ""),
        ]
        yield Row(cells=cells, url=url)


@page(methods=WRITING)
def run_payout(request: DeskRequest, code: str, act: str) -> HttpResponse:
    """List everybody entitled for a period, or confirm that the period was paid."""
    kind = kind_as(code, PayoutKind)
    form = RunForm(request.POST)
    if not form.is_valid() or act not in ("list", "pay"):
        raise Http404(act)
    period = form.cleaned_data["period"]
    try:
        if act == "list":
            made = payouts.prepare_run(kind, period, by=request.scope)
            messages.success(request, _("%(count)d payments are listed.") % {"count": len(made)})
        else:
            day = form.cleaned_data["day"] or timezone.localdate()
            paid = payouts.confirm_paid(kind, period, day=day, by=request.scope)
            messages.success(request, _("%(count)d payments are confirmed.") % {"count": len(paid)})
    except REFUSALS as error:
        messages.error(request, str(error))
    way = reverse("desk:special_records", args=[kind.full_code])
    return go_to(request, f"{way}?{urlencode({'period': period, 'show': 'waiting'})}")


# ── bookings ──────────────────────────────────────────────────────────────────────────────────────────


def _bookings(request: DeskRequest, kind: BookingKind) -> HttpResponse:
    conditions = [Condition("day", _("Day"), kind="date")]
    asked = read_asked(request, ["day"])
    day = asked.day("day") or timezone.localdate()
    places = list(dossiers_of(subject_code(kind), request.scope))
    slots = [(place, slot) for place in places for slot in bookings.free_slots(kind, place.pk, day)]
    listing = Listing(
        name=f"{kind.name} · {day_text(day)}",
        columns=[
            Column(title=_("Place"), width="wide"),
            Column(title=_("Time")),
            Column(title=_("Free"), numeric=True),
        ],
        records=slots,
        rows=lambda some: _slot_rows(kind, some, request.scope),
        empty=_("No time of this day can be booked any more."),
        export=False,
    )
    return show_listing(
        request, listing, asked, bar=condition_bar(asked, conditions), breadcrumbs=_way(kind), note=kind.open
    )


def _slot_rows(
    kind: BookingKind, slots: Sequence[tuple[Dossier, bookings.Slot]], scope: Scope
) -> Iterable[Row]:
    for place, slot in slots:
        start = timezone.localtime(slot.start)
        cells = [_subject_cell(place, scope), Cell(text=f"{start:%H:%M}"), Cell(text=str(slot.free))]
        url = _new_url(kind, subject=place.pk, day=f"{start:%Y-%m-%d}", at=f"{start:%H:%M}")
        yield Row(cells=cells, actions=[Link(title=_("Book"), url=url)] if slot.free else [])


# ── learning, ties, funds, coverage ───────────────────────────────────────────────────────────────────


def _learning(request: DeskRequest, kind: LearningKind) -> HttpResponse:
    asked = read_asked(request, [])
    period, units = learning.sessions_by_unit(kind, request.scope)
    listing = Listing(
        name=f"{_name(kind)}{' · ' + period.name_zh if period else ''}",
        columns=[
            Column(title=_("Unit"), width="wide"),
            Column(title=_("Sessions"), numeric=True),
            Column(title=_("Last one"), phone=False),
        ],
        records=units,
        rows=_unit_rows,
        empty=_("No unit works in your areas."),
    )
    return show_listing(request, listing, asked, breadcrumbs=_way(kind))


def _unit_rows(units: Sequence[learning.UnitSessions]) -> Iterable[Row]:
    for one in units:
        last = one.sessions[-1] if one.sessions else None
        cells = [
            Cell(text=one.office.name),
            Cell(text=str(len(one.sessions))),
            Cell(text=day_text(last.day) if last else _("none yet")),
        ]
        yield Row(cells=cells, url=reverse("desk:record", args=[last.pk]) if last else "")


def _ties(request: DeskRequest, kind: TieKind) -> HttpResponse:
    asked = read_asked(request, [])
    found = ties.who_answers(kind, request.scope)
    listing = Listing(
        name=_name(kind),
        columns=[
            Column(title=_("Whom"), width="wide"),
            Column(title=_("Area"), phone=False),
            Column(title=_("Answers for it")),
            Column(title=_("Since"), phone=False),
        ],
        records=found,
        rows=lambda some: _tie_rows(kind, some, request.scope),
        empty=_("There is nobody to answer for yet."),
        export=_exports(kind),
    )
    free = sum(not one.ties for one in found)
    tiles = [
        Tile(_("Answered for"), len(found) - free, asked.path, icon="user-check"),
        Tile(_("Nobody answers for it"), free, asked.path, icon="user-exclamation"),
    ]
    return show_listing(request, listing, asked, breadcrumbs=_way(kind), tiles=tiles)


def _tie_rows(kind: TieKind, found: Sequence[ties.Answering], scope: Scope) -> Iterable[Row]:
    note_views([one.subject for one in found], by=scope)
    for one in found:
        names = "、".join(tie.holder.name for tie in one.ties if tie.holder)
        cells = [
            _subject_cell(one.subject, scope),
            Cell(text=one.subject.area.name),
            Cell(text=names or _("nobody")),
            Cell(text=day_text(one.ties[0].day) if one.ties else ""),
        ]
        url = reverse("desk:record", args=[one.ties[0].pk]) if one.ties else ""
        bind = Link(title=_("Bind"), url=_new_url(kind, subject=one.subject.pk))
        yield Row(cells=cells, url=url, actions=[bind])


def _funds(request: DeskRequest, kind: FundKind) -> HttpResponse:
    asked = read_asked(request, [])
    stands = funds.balance(kind)
    uses = [(use, name, _("in")) for use, name in kind.incoming.items()]
    uses += [(use, name, _("out")) for use, name in kind.outgoing.items()]
    listing = Listing(
        name=_name(kind),
        columns=[
            Column(title=_("Use"), width="wide"),
            Column(title=_("In or out")),
            Column(title=_("Amount"), numeric=True, unit="元"),
        ],
        records=uses,
        rows=lambda some: [
            Row(
                cells=[
                    Cell(text=name),
                    Cell(text=way),
                    Cell(text=f"{stands.by_use.get(use, funds.ZERO):,.2f}"),
                ]
            )
            for use, name, way in some
        ],
        empty=_("This fund names no uses."),
    )
    url = reverse("desk:records_of", args=[kind.full_code])
    tiles = [
        Tile(_("Total income"), f"{stands.incoming:,.2f}", url, icon="arrow-down", unit="元"),
        Tile(_("Went out"), f"{stands.outgoing:,.2f}", url, icon="arrow-up", unit="元"),
        Tile(_("Left"), f"{stands.left:,.2f}", url, icon="building-bank", unit="元"),
    ]
    return show_listing(request, listing, asked, breadcrumbs=_way(kind), tiles=tiles)


def _coverage(request: DeskRequest, kind: CoverageKind) -> HttpResponse:
    asked = read_asked(request, [])
    found = coverage.measure(kind, request.scope)
    share = "–" if found.share is None else f"{100 * found.share:.1f}"
    words = {"metres": f"{found.limit:,.0f}", "factor": f"{kind.detour:g}"}
    listing = Listing(
        name=_name(kind),
        columns=[
            Column(title=_("Place"), width="wide"),
            Column(title=_("Area"), phone=False),
            Column(title=_("Nearest")),
            Column(title=_("Way"), numeric=True, unit=_("metres")),
            Column(title=_("Weight"), numeric=True, phone=False),
            Column(title=_("Reached")),
        ],
        records=sorted(found.places, key=lambda one: (one.inside, -(one.metres or 0.0))),
        rows=lambda some: _reached_rows(some, request.scope),
        empty=_("There are no places of this kind yet."),
        export=not _is_sensitive(kind),
    )
    tiles = [
        Tile(kind.name, share, "", icon="current-location", unit="%"),
        Tile(_("Points of service"), found.points, "", icon="map-pin"),
        Tile(_("Without a point on the map"), found.unknown, "", icon="question-mark"),
    ]
    note = _("Reached: at most %(metres)s metres, the straight line times %(factor)s.") % words
    return show_listing(request, listing, asked, breadcrumbs=_way(kind), tiles=tiles, note=note)


def _is_sensitive(kind: CoverageKind) -> bool:
    of = library().dossier_kinds.get(asked_code(kind))
    return of is not None and of.sensitive


def _reached_rows(places: Sequence[coverage.Reached], scope: Scope) -> Iterable[Row]:
    note_views([one.dossier for one in places], by=scope)
    for one in places:
        cells = [
            _subject_cell(one.dossier, scope),
            Cell(text=one.dossier.area.name),
            Cell(text=one.nearest.title if one.nearest else ""),
            Cell(text=f"{one.metres:,.0f}" if one.metres is not None else ""),
            Cell(text=f"{one.weight:g}"),
            Cell(text=_("yes") if one.inside else _("no") if one.located else _("unknown")),
        ]
        yield Row(cells=cells)


PAGES: Mapping[str, Callable[[DeskRequest, Any], HttpResponse]] = {
    "rounds": _rounds,
    "contracts": _contracts,
    "payouts": _payouts,
    "bookings": _bookings,
    "learning": _learning,
    "ties": _ties,
    "funds": _funds,
    "coverage": _coverage,
}
