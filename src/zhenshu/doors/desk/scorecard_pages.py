"""Scorecards: all of them, the board of one, a unit on it, the arithmetic and records of one score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row, Table
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.indicator_pages import number_words, record_kind_name, record_rows
from zhenshu.doors.desk.lists import Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.doors.desk.scorecard_buttons import board_buttons, score_buttons
from zhenshu.doors.desk.scorecard_view import (
    Shown,
    folded_words,
    home_town,
    parts_words,
    periods_offered,
    plain_context,
    points_words,
    shown_of,
    trail,
    value_words,
)
from zhenshu.doors.desk.scorecard_words import EVERY, UNITS, WAYS
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import ScorecardKind
from zhenshu.ground.worktime.periods import parse_period, previous
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.scorecards.content import standing_of
from zhenshu.measures.scorecards.history import (
    Past,
    changes_since,
    history_of,
    published_before,
)
from zhenshu.measures.scorecards.models import AppealState, Scorecard, State
from zhenshu.measures.scorecards.readings import span_of_way
from zhenshu.measures.scorecards.records import Behind, records_of_score
from zhenshu.measures.scorecards.rights import visible_scorecards
from zhenshu.measures.scorecards.standing import Item, Result, Score, UnitScores, mean_share, weakest_of
from zhenshu.measures.scorecards.units import card_kinds, period_now

RECORDS_SHOWN = 100
HUNDRED = Decimal(100)


# ── all cards ─────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def list_cards(request: DeskRequest) -> HttpResponse:
    """Show every scorecard with what was published last and who leads it."""
    area = home_town(request.scope)
    latest = _latest(visible_scorecards(request.scope).filter(area=area))
    asked = read_asked(request, ("of",))
    kinds = [(code, card) for code, card in card_kinds().items() if asked.get("of") in ("", card.of)]
    listing = Listing(
        name=_("Assessment of units"),
        columns=[
            Column(title=_("Scorecard"), width="wide"),
            Column(title=_("Units")),
            Column(title=_("How often"), phone=False),
            Column(title=_("Last period")),
            Column(title=_("State")),
            Column(title=_("In the lead"), phone=False),
            Column(title=_("Now")),
        ],
        records=kinds,
        rows=lambda some: [_card_row(code, card, latest.get(code)) for code, card in some],
        empty=_("No scorecard is declared. A pack declares what is scored."),
        numbered=True,
    )
    options = [Option(value=key, title=str(name)) for key, name in UNITS.items()]
    bar = condition_bar(asked, [Condition("of", _("Units"), options=options)])
    note = _("Units are scored, persons never. Every score opens its arithmetic and its records.")
    return show_listing(request, listing, asked, bar=bar, note=note)


def _latest(rows: QuerySet[Scorecard]) -> dict[str, Scorecard]:
    found: dict[str, Scorecard] = {}
    for one in rows.exclude(state=State.WITHDRAWN).order_by("-first_day"):
        found.setdefault(one.kind, one)
    return found


def _card_row(code: str, card: ScorecardKind, latest: Scorecard | None) -> Row:
    url = reverse("desk:scorecard", args=[code])
    now = f"{url}?period={period_now(card, timezone.localdate()).key}"
    pack = library().packs[card.pack]
    last, state, lead = Cell(text="–"), Cell(text="–"), Cell()
    if latest is not None:
        last = Cell(text=parse_period(latest.period).name_zh, url=f"{url}?period={latest.period}")
        tone = "closed" if latest.state == State.CLOSED else "confirmed" if latest.content else "draft"
        state = Cell(state=tone, text=latest.get_state_display())
        lead = _lead(latest)
    return Row(
        url=last.url or url,
        cells=[
            Cell(text=card.name, url=last.url or url, below=pack.name),
            Cell(text=str(UNITS[card.of])),
            Cell(text=str(EVERY[card.every])),
            last,
            state,
            lead,
            Cell(text=_("Estimate"), url=now),
        ],
    )


def _lead(scorecard: Scorecard) -> Cell:
    if not scorecard.content:
        return Cell()
    first = [one for one in standing_of(scorecard).units if one.place == 1]
    if not first:
        return Cell()
    return Cell(text="、".join(one.unit.name for one in first[:2]) + ("…" if len(first) > 2 else ""))


# ── the board ─────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def show_board(request: DeskRequest, code: str) -> HttpResponse:
    """Show the units of a card in a period: place, score, change on last time, and every item."""
    shown = shown_of(request, code)
    result = shown.result
    asked = read_asked(request, ("period",))
    earlier = _places_before(shown)
    listing = Listing(
        name=shown.title,
        columns=_board_columns(result),
        records=[one for one in result.units if one.score is not None or shown.state == State.DRAFT],
        rows=lambda some: [_unit_row(one, shown, earlier) for one in some],
        empty=_("No record of this period falls on a unit yet; scores appear when matters come in."),
        size=200,
    )
    choices = [Option(value=one.key, title=one.name_zh) for one in periods_offered(shown.card)]
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, [Condition("period", _("Period"), options=choices)]),
        tiles=list(_tiles(shown)),
        note=_note(shown),
        buttons=board_buttons(shown, request.scope),
        breadcrumbs=trail(shown),
        page_title=_("%(card)s: %(count)d units") % {"card": shown.title, "count": len(result.scored)},
        page_note=shown.state_words,
    )


def _board_columns(result: Result) -> list[Column]:
    items = [
        Column(title=item.name, numeric=True, unit=number_words(item.full), phone=False)
        for item in result.items
    ]
    return [
        Column(title=_("Rank"), width="narrow"),
        Column(title=_("Unit"), width="middle"),
        Column(title=_("Score"), numeric=True),
        Column(title=_("Places gained"), numeric=True, phone=False),
        *items,
    ]


def _places_before(shown: Shown) -> Mapping[int, int]:
    """Return the places of the period just before, where it was published."""
    key = previous(shown.period).key
    rows = published_before(shown.code, shown.area, shown.period.start, 1)
    if not rows or rows[0].period != key:
        return {}
    return {one.unit.id: one.place for one in standing_of(rows[0]).units if one.place}


def _unit_row(one: UnitScores, shown: Shown, earlier: Mapping[int, int]) -> Row:
    url = shown.url("score_unit", one.unit.id)
    before = earlier.get(one.unit.id)
    scores = [_score_cell(one, item, shown) for item in shown.result.items]
    return Row(
        url=url,
        cells=[
            Cell(
                text=str(one.place or "–"),
                icon="flag-3" if one.flag else "",
                hint=_("Red flag") if one.flag else "",
            ),
            Cell(text=one.unit.name, url=url, below=_remark(one)),
            Cell(text=points_words(one.score), below=folded_words(one, shown.result.full)),
            Cell(text=_gained(before, one.place)),
            *scores,
        ],
    )


def _gained(before: int | None, place: int | None) -> str:
    """Return how many places a unit has gained since the period before; a dash where it had or has none."""
    if not before or not place:
        return "–"
    return f"{before - place:+d}" if before != place else "0"


def _remark(one: UnitScores) -> str:
    if one.vetoed:
        return _("lost all by a veto")
    return _("without a place: too few items could be scored") if one.thin else ""


def _score_cell(one: UnitScores, item: Item, shown: Shown) -> Cell:
    score = one.scores.get(item.code, Score(item.code, None))
    url = shown.url("score", one.unit.id, item.code)
    was = _("was %(points)s") % {"points": points_words(score.was)} if score.was is not None else ""
    return Cell(text=points_words(score.points), url=url, below=was, hint=score.line)


def _tiles(shown: Shown) -> Iterable[Tile]:
    scored = [one.score for one in shown.result.scored if one.score is not None]
    if not scored:
        return
    here = shown.url()
    mean = (sum(scored, Decimal(0)) / len(scored)).quantize(Decimal("0.01"))
    yield Tile(_("Mean score"), number_words(mean), f"{here}#zs-list", "chart-bar")
    yield from _weak_tile(shown)
    if shown.edition is not None and shown.frozen:
        yield from _edition_tiles(shown, shown.edition)


def _weak_tile(shown: Shown) -> Iterable[Tile]:
    """Yield the item of which the units earned least; nothing where all earned all."""
    shares = [(mean_share(shown.result, item), item) for item in shown.result.items if not item.adds]
    known = [(share, item) for share, item in shares if share is not None and share < HUNDRED]
    if known:
        share, item = min(known, key=lambda pair: pair[0])
        words = {"share": number_words(share.quantize(Decimal("0.1")))}
        note = _("%(share)s %% of its points earned") % words
        yield Tile(_("Weakest item"), item.name, f"{shown.url()}#zs-list", "chart-line", note=note)


def _edition_tiles(shown: Shown, edition: Scorecard) -> Iterable[Tile]:
    objections = edition.appeals.count()
    waiting = edition.appeals.filter(state=AppealState.OPEN).count()
    yield Tile(
        _("Objections"), objections, reverse("desk:score_appeals", args=[edition.pk]), "gavel",
        "near" if waiting else "", note=_("%(count)d to be answered") % {"count": waiting},
    )  # fmt: skip
    changed = len(changes_since(edition))
    yield Tile(
        _("Changed since publication"), changed, reverse("desk:score_changes", args=[edition.pk]), "history",
        "near" if changed else "",
    )  # fmt: skip


def _note(shown: Shown) -> str:
    parts = [shown.card.basis]
    edition = shown.edition
    if shown.result.waiting:
        parts.append(_("Figures are being counted anew; look again in a few minutes."))
    if shown.state == "estimate":
        parts.append(_("Estimated from the records as they stand now; nothing is published."))
    if edition is not None and edition.state == State.PUBLISHED and edition.appeal_until:
        words = {"by": edition.published_by, "until": f"{edition.appeal_until:%Y-%m-%d}"}
        over = edition.appeal_until < timezone.localdate()
        parts.append(
            _("Published by %(by)s; the days for objections ended on %(until)s.") % words
            if over
            else _("Published by %(by)s; units may object until %(until)s.") % words
        )
    if edition is not None and edition.state == State.CLOSED:
        parts.append(_("Final; seal %(seal)s.") % {"seal": edition.seal[:12]})
    left = len(shown.result.units) - len(shown.result.scored)
    if left and shown.result.scored:
        parts.append(_("%(count)d units without any record in this period are not listed.") % {"count": left})
    return " ".join(part if part.endswith(("。", ".")) else f"{part}。" for part in parts if part)


# ── one unit ──────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def show_unit(request: DeskRequest, code: str, unit_id: int) -> HttpResponse:
    """Show a unit on a card: each item with its arithmetic, what is weak, and its places so far."""
    shown = shown_of(request, code)
    mine = _unit_of(shown, unit_id)
    rows = published_before(code, shown.area, shown.period.end)
    past = list(reversed(history_of(unit_id, rows)))
    words = {"unit": mine.unit.name, "score": points_words(mine.score)}
    context = {
        **plain_context(shown),
        "page_title": _("%(unit)s: %(score)s points") % words,
        "page_note": f"{shown.title} · {shown.state_words}",
        "breadcrumbs": trail(shown, Link(title=mine.unit.name)),
        "mine": mine,
        "folded": folded_words(mine, shown.result.full),
        "points": points_words(mine.score),
        "of": _("of %(count)d units") % {"count": sum(one.place is not None for one in shown.result.units)},
        "items": _items_table(shown, mine),
        "weak": [
            (item, shown.url("score", unit_id, item.code)) for item in weakest_of(mine, shown.result.items)
        ],
        "history": _history_table(past, shown),
        "trend": _trend(past),
        "now": timezone.now(),
    }
    return render(request, "desk/scorecards/unit.html", context)


def _unit_of(shown: Shown, unit_id: int) -> UnitScores:
    mine = shown.result.unit(unit_id)
    if mine is None:
        raise Http404
    return mine


def _items_table(shown: Shown, mine: UnitScores) -> Table:
    columns = [
        Column(title=_("Scored item"), width="middle"),
        Column(title=_("Value"), numeric=True),
        Column(title=_("Arithmetic"), width="middle", phone=False),
        Column(title=_("Points earned"), numeric=True),
        Column(title=_("Full mark"), numeric=True),
        Column(title=_("Explained by"), phone=False),
    ]
    rows = [_item_row(shown, mine, item) for item in shown.result.items]
    return Table(columns=columns, rows=rows, caption=_("Scored items"))


def _item_row(shown: Shown, mine: UnitScores, item: Item) -> Row:
    score = mine.scores.get(item.code, Score(item.code, None))
    url = shown.url("score", mine.unit.id, item.code)
    return Row(
        url=url,
        cells=[
            Cell(text=item.name, url=url, below=str(WAYS.get(item.way, item.way))),
            Cell(text=value_words(score, item), below=parts_words(score)),
            Cell(text=score.line or _("left out: nothing fell due"), below=score.why),
            Cell(text=points_words(score.points), url=url),
            Cell(text=number_words(item.full)),
            Cell(text=office_name(item.office, shown.area)),
        ],
    )


def office_name(key: str, area: Area) -> str:
    """Return the name of the office that a pack's key means here; the key where there is none."""
    found = area.offices.filter(key=key, closed_on=None).first() if key else None
    return found.name if found else key


def _history_table(past: Sequence[Past], shown: Shown) -> Table:
    columns = [
        Column(title=_("Period")),
        Column(title=_("Score"), numeric=True),
        Column(title=_("Rank"), numeric=True),
        Column(title=_("State")),
    ]
    page_url = reverse("desk:scorecard", args=[shown.code])
    rows = [
        Row(
            cells=[
                Cell(text=one.period_name, url=f"{page_url}?period={one.scorecard.period}"),
                Cell(text=points_words(one.score)),
                Cell(text=f"{one.place or '–'}/{one.of}", icon="flag-3" if one.flag else ""),
                Cell(text=one.scorecard.get_state_display()),
            ]
        )
        for one in reversed(past)
    ]
    return Table(columns=columns, rows=rows, caption=_("Periods so far"))


def _trend(past: Sequence[Past]) -> dict[str, Any] | None:
    """Return the scores of the periods so far as a line; None while there is at most one."""
    if len(past) < 2:
        return None
    return {
        "kind": "line",
        "label": _("Period"),
        "unit": _("points of a score"),
        "x": [one.period_name for one in past],
        "series": [{"name": _("Score"), "values": [float(one.score or 0) for one in past]}],
    }


# ── one score ─────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def show_score(request: DeskRequest, code: str, unit_id: int, item_code: str) -> HttpResponse:
    """Show how one score came about: the value, the arithmetic, the records, what was objected."""
    shown = shown_of(request, code)
    mine, item = _unit_of(shown, unit_id), shown.result.item(item_code)
    if item is None:
        raise Http404
    score = mine.scores.get(item.code, Score(item.code, None))
    behind = records_of_score(shown.card, shown.area, shown.period, item, mine.unit.id, request.scope)
    edition = shown.edition
    appeal = edition.appeals.filter(unit_id=unit_id, item=item.code).first() if edition else None
    words = {"unit": mine.unit.name, "item": item.name, "points": points_words(score.points)}
    context = {
        **plain_context(shown),
        "page_title": _("%(unit)s · %(item)s: %(points)s points") % words,
        "page_note": f"{shown.title} · {shown.state_words}",
        "breadcrumbs": trail(
            shown, Link(title=mine.unit.name, url=shown.url("score_unit", unit_id)), Link(title=item.name)
        ),
        "item": item,
        "score": score,
        "way": WAYS.get(item.way, item.way),
        "value": value_words(score, item),
        "parts": parts_words(score),
        "points": points_words(score.points),
        "full": number_words(item.full),
        "target": number_words(score.target),
        "office": office_name(item.office, shown.area),
        "indicator_url": _indicator_url(shown, item, unit_id),
        "groups": [(one, _records_table(one, request)) for one in behind if one.count or not one.aside],
        "appeal": appeal,
        "buttons": score_buttons(shown, mine, item, appeal, request.scope),
    }
    return render(request, "desk/scorecards/score.html", context)


def _indicator_url(shown: Shown, item: Item, unit_id: int) -> str:
    """Return the page of the indicator behind an item: in the unit's own area, of offices in the town."""
    if item.indicator not in catalogue().plans:
        return ""
    area = unit_id if shown.card.of in ("village", "grid", "town") else shown.area.pk
    span = span_of_way(item.way, item.over, shown.period)
    return f"{reverse('desk:indicator', args=[item.indicator])}?area={area}&period={span.key}"


def _records_table(group: Behind, request: DeskRequest) -> Table:
    columns = [
        Column(title=_("Record"), width="wide"),
        Column(title=_("Kind"), phone=False),
        Column(title=_("Area"), phone=False),
        Column(title=_("Day")),
    ]
    rows = list(record_rows(list(group.records[:RECORDS_SHOWN]), request.scope))
    words = {"title": group.title, "kind": record_kind_name(group.kind), "count": group.count}
    caption = _("%(title)s · %(kind)s: %(count)d") % words
    return Table(columns=columns, rows=rows, numbered=True, caption=caption)
