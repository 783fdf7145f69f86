"""Exchanges at the desk: the channels with what waits in them, the queue, trying again, setting up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Max, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, FilterBar, Link, Option, Row
from zhenshu.doors.desk.export_notes import RecordTable
from zhenshu.doors.desk.exports import attachment_header
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.lists import (
    Asked,
    Condition,
    Listing,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.doors.desk.pack_fields import area_choices
from zhenshu.doors.desk.states import span_words
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import ExchangeKind
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import heading_text
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.exchanges.errors import ExchangeError, ExchangeInvalidError
from zhenshu.registers.exchanges.keeping import (
    KEEPERS,
    find_item,
    visible_channels,
    visible_items,
)
from zhenshu.registers.exchanges.kinds import find_exchange, shape_of
from zhenshu.registers.exchanges.models import (
    Channel,
    Direction,
    FileFormat,
    Item,
    Reconciliation,
    State,
    Transport,
)
from zhenshu.registers.exchanges.reconciling import is_late
from zhenshu.registers.exchanges.reports import state_word
from zhenshu.registers.exchanges.set_up import change_channel, set_up_channel
from zhenshu.registers.exchanges.sheets import write_rows
from zhenshu.registers.exchanges.working import (
    AGAIN,
    Standings,
    count_standings,
    is_silent,
    try_again,
    try_all_again,
)

SILENT = "silent"
STUCK = frozenset({str(State.FAILED), str(State.REFUSED), SILENT})
EVERY = {
    "day": gettext_lazy("due every day"),
    "week": gettext_lazy("due every week"),
    "month": gettext_lazy("due every month"),
}
LONG = 40  # longer cells are mended in a larger box
MOST_EXPORTED = 20_000
LOOKS = {
    Direction.IN: {State.ACKNOWLEDGED: "received", State.REFUSED: "not_received"},
    Direction.OUT: {State.FAILED: "given_up"},
}
MIMES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exchange_views(here: str) -> list[Link]:
    """Return the three pages of the exchanges as tabs."""
    pages = (
        ("exchanges", _("Channels above")),
        ("exchange_queue", _("Queue")),
        ("balances", _("Reconciliation")),
    )
    return [Link(title=title, url=reverse(f"desk:{name}"), active=name == here) for name, title in pages]


def exchange_crumbs(here: str) -> list[Link]:
    return crumbs((_("Exchanges above"), "exchanges"), here=here)


def name_of(code: str) -> str:
    """Return the name of an exchange; of one whose pack is gone, its code."""
    found = library().exchanges.get(code)
    return found.name if found else code


# ── channels ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of an exchange, set up or not, with how its items stand."""

    code: str
    direction: str
    channel: Channel | None
    counts: Standings
    compared: date | None = None


@page(roles=KEEPERS)
def list_channels(request: DeskRequest) -> HttpResponse:
    """Show both directions of every exchange that the packs declare."""
    asked = read_asked(request, [])
    listing = Listing(
        name=_("Exchanges above"),
        columns=[
            Column(title=_("Exchange"), width="wide"),
            Column(title=_("Direction")),
            Column(title=_("Travels by"), phone=False),
            Column(title=_("Waiting"), numeric=True),
            Column(title=_("No receipt"), numeric=True),
            Column(title=_("Given up"), numeric=True),
            Column(title=_("Turned down"), numeric=True),
            Column(title=_("Done"), numeric=True, phone=False),
            Column(title=_("Last contact"), width="middle", phone=False),
            Column(title=_("Reconciliation"), phone=False),
        ],
        records=list(_ways(request.scope)),
        rows=lambda some: [_way_row(one, request.scope) for one in some],
        empty=_("No business line declares an exchange, or none is set up here."),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, [], views=exchange_views("exchanges")),
        page_title=_("Exchanges above"),
        note=_(
            "What other systems send down and want back goes through here once, and is typed nowhere twice."
        ),
    )


def _ways(scope: Scope) -> Iterable[Way]:
    channels = visible_channels(scope)
    counts = count_standings(channels, timezone.now())
    there = {(one.exchange, one.direction): one for one in channels}
    compared = _last_compared([one.exchange for one in channels])
    codes = dict.fromkeys([*library().exchanges, *(one.exchange for one in channels)])
    for code in codes:
        for direction in Direction:
            channel = there.get((code, direction))
            if channel is not None:
                yield Way(code, direction, channel, counts[channel.pk], compared.get(code))
            elif scope.has_role({Role.ADMINISTRATOR}):
                yield Way(code, direction, None, Standings())


def _last_compared(codes: Iterable[str]) -> dict[str, date]:
    """Return the day of the last reconciliation of each exchange."""
    found = Reconciliation.objects.filter(exchange__in=set(codes)).values("exchange")
    last = found.annotate(at=Max("made_at")).order_by().values_list("exchange", "at")
    return {code: timezone.localdate(at) for code, at in last}


def _way_row(way: Way, scope: Scope) -> Row:
    channel = way.channel
    declared = library().exchanges.get(way.code)
    admin = scope.has_role({Role.ADMINISTRATOR})
    url = reverse("desk:exchange_channel", args=[way.code, way.direction]) if admin else ""
    edit = Link(title=_("Change it") if channel else _("Set up"), url=url)
    cells = [
        Cell(text=name_of(way.code), below=declared.system if declared else way.code),
        Cell(text=str(Direction(way.direction).label)),
        Cell(text=_travels(channel)),
        _count(way, way.counts.waiting, State.WAITING),
        _count(way, way.counts.silent, SILENT),
        _count(way, way.counts.failed, State.FAILED),
        _count(way, way.counts.refused, State.REFUSED),
        _count(way, way.counts.acknowledged, State.ACKNOWLEDGED),
        _contact(channel),
        _compared(way, declared),
    ]
    late = way.counts.failed or way.counts.refused or way.counts.silent
    return Row(cells=cells, state="near" if late else "", actions=[edit] if admin else [])


def _travels(channel: Channel | None) -> str:
    if channel is None:
        return _("not set up")
    word = str(Transport(channel.transport).label)
    return word if channel.active else _("%(way)s, at rest") % {"way": word}


def _count(way: Way, number: int, state: str) -> Cell:
    if way.channel is None:
        return Cell()
    url = f"{reverse('desk:exchange_queue')}?exchange={way.code}&direction={way.direction}&state={state}"
    return Cell(text=str(number), url=url)


def _contact(channel: Channel | None) -> Cell:
    if channel is None:
        return Cell()
    at = channel.last_contact_at
    words = f"{timezone.localtime(at):%m-%d %H:%M}" if at else _("not yet")
    return Cell(text=words, below=channel.last_error[:60], hint=channel.last_error)


def _compared(way: Way, declared: ExchangeKind | None) -> Cell:
    """Return when the lists were last compared, on the row of what goes up; late is said in words."""
    if way.channel is None or declared is None or way.direction != Direction.OUT:
        return Cell()
    late = is_late(declared, way.compared, timezone.localdate())
    return Cell(
        text=f"{way.compared:%m-%d}" if way.compared else _("not yet"),
        below=str(EVERY[declared.reconcile.every]) if late else "",
        url=f"{reverse('desk:new_balance')}?exchange={way.code}",
    )


# ── the queue ─────────────────────────────────────────────────────────────────────────────────────────


def _conditions(scope: Scope) -> list[Condition]:
    codes = dict.fromkeys(channel.exchange for channel in visible_channels(scope))
    states = [Option(value=str(state), title=str(state.label)) for state in State]
    return [
        Condition("q", _("Their number"), kind="text"),
        Condition("exchange", _("Exchange"), options=[Option(value=c, title=name_of(c)) for c in codes]),
        Condition(
            "direction", _("Direction"), options=[Option(value=str(d), title=str(d.label)) for d in Direction]
        ),
        Condition(
            "state", _("State"), options=[*states, Option(value=SILENT, title=_("Receipt overdue"))]
        ),
    ]  # fmt: skip


def _asked(request: DeskRequest) -> tuple[Asked, list[Condition]]:
    conditions = _conditions(request.scope)
    return read_asked(request, [one.name for one in conditions]), conditions


def found_items(asked: Asked, scope: Scope) -> QuerySet[Item]:
    """Return the items that the conditions leave, the newest first."""
    exact = {
        "channel__exchange": asked.get("exchange"),
        "channel__direction": asked.get("direction"),
        "number__icontains": asked.get("q"),
    }
    found = visible_items(scope).filter(**{key: value for key, value in exact.items() if value})
    state = asked.get("state")
    if state == SILENT:
        found = found.filter(is_silent(timezone.now()))
    elif state:
        found = found.filter(state=state)
    return found.order_by("-pk")


@page(roles=KEEPERS)
def list_items(request: DeskRequest) -> HttpResponse:
    """Show what came and went, what waits and what failed, with how long it has been so."""
    asked, conditions = _asked(request)
    listing = Listing(
        name=_("Queue"),
        columns=[
            Column(title=_("Their number"), width="middle"),
            Column(title=_("Kind of item"), phone=False),
            Column(title=_("Matter"), width="wide"),
            Column(title=_("State"), width="wide"),
            Column(title=_("Tries"), numeric=True, phone=False),
            Column(title=_("Time passed since"), phone=False),
            Column(title=_("At"), width="middle", phone=False),
        ],
        records=found_items(asked, request.scope),
        rows=lambda some: _item_rows(some, request.scope),
        empty=_("Nothing stands here under these conditions."),
        bulk=[Link(title=_("Try again"), url=reverse("desk:retry_items"), icon="refresh", post=True)],
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=_queue_bar(asked, conditions),
        buttons=list(_queue_buttons(asked)),
        breadcrumbs=exchange_crumbs(_("Queue")),
    )


def _queue_bar(asked: Asked, conditions: Sequence[Condition]) -> FilterBar:
    return condition_bar(asked, conditions, views=exchange_views("exchange_queue"))


def _queue_buttons(asked: Asked) -> Iterable[Link]:
    """Offer the rows in their own columns, and to try all again where that may help."""
    query = asked.address().partition("?")[2]
    if asked.get("exchange") and asked.get("direction"):
        for form in ("xlsx", "csv", "ndjson"):
            url = f"{reverse('desk:export_items', args=[form])}?{query}"
            yield Link(title=_("Their columns (%(form)s)") % {"form": form}, url=url, icon="download")
    if asked.get("state") in STUCK:
        url = f"{reverse('desk:retry_items')}?{query}"
        yield Link(title=_("Try all again"), url=url, icon="refresh", post=True)


def _item_rows(items: Sequence[Item], scope: Scope) -> Iterable[Row]:
    cases = {item.case_id for item in items if item.case_id}
    seen = set(visible_cases(scope).filter(pk__in=cases).values_list("pk", flat=True))
    now = timezone.now()
    for item in items:
        yield _item_row(item, item.case_id in seen, now)


def _item_row(item: Item, seen: bool, now: datetime) -> Row:
    at = item.sent_at or item.acknowledged_at or item.created_at
    again = item.state in AGAIN
    case = item.case
    overdue = item.state == State.SENT and item.due_at is not None and item.due_at < now
    cells = [
        Cell(text=item.number),
        Cell(text=_what(item)),
        Cell(
            text=case.number if case else "",
            below=case.title if case and seen else "",
            url=reverse("desk:case", args=[case.number]) if case and seen else "",
        ),
        Cell(
            state=SILENT if overdue else _look(item),
            below=_words_of(item),
            hint=_words_of(item),
        ),
        Cell(text=str(item.tries)),
        Cell(text=span_words(now - at) if item.state != State.ACKNOWLEDGED else ""),
        Cell(text=f"{timezone.localtime(at):%Y-%m-%d %H:%M}"),
    ]
    retry = Link(title=_("Try again"), url=reverse("desk:retry_item", args=[item.pk]))
    return Row(
        cells=cells,
        key=str(item.pk),
        state="overdue" if item.state == State.FAILED else "",
        actions=[retry if again else Link(title="")],
    )


def _look(item: Item) -> str:
    """Return the state as it is spoken of for this direction."""
    looks = LOOKS[Direction(item.channel.direction)]
    return looks.get(State(item.state), str(item.state))


def _what(item: Item) -> str:
    if not item.stage:
        changed = _("changed %(count)d times") % {"count": item.changed} if item.changed else ""
        return f"{_('Ticket sent down')} {changed}".strip()
    exchange = library().exchanges.get(item.channel.exchange)
    return state_word(exchange, item.stage) if exchange else item.stage


def _words_of(item: Item) -> str:
    """Return what a person should know: the error, the note, or when the next try is."""
    words = [item.last_error, item.note]
    if item.state == State.WAITING and item.tries and item.next_try_at:
        words.append(_("next try %(at)s") % {"at": f"{timezone.localtime(item.next_try_at):%m-%d %H:%M}"})
    return "；".join(word for word in words if word)


@page(roles=KEEPERS)
def export_items(request: DeskRequest, form: str) -> HttpResponse:
    """Answer the rows of the queue in the columns of the system above."""
    asked, _conditions = _asked(request)
    if form not in FileFormat.values or not asked.get("exchange"):
        raise Http404
    exchange = find_exchange(asked.get("exchange"))
    # Confidential matters stay out, as they do of every table of matters.
    shown = Q(case=None) | Q(case__in=visible_cases(request.scope).filter(confidential=False))
    found = found_items(asked, request.scope).filter(shown)
    rows = list(found.values_list("payload", flat=True)[:MOST_EXPORTED])
    headings = (
        list(exchange.columns) if asked.get("direction") == Direction.OUT else _headings(exchange, rows)
    )
    body = write_rows(rows, headings, form=form, title=exchange.name)
    response = RecordTable(body, content_type=MIMES.get(form, XLSX), rows=len(rows))
    name = f"{exchange.name} {timezone.localtime():%Y-%m-%d %H%M}.{form}"
    response["Content-Disposition"] = attachment_header(name)
    return response


def _headings(exchange: ExchangeKind, rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return the headings of tickets that came: those the pack knows in its order, then the others."""
    there = sorted({heading for row in rows for heading in row})
    known = [heading_text(name) for names in shape_of(exchange).columns.values() for name in names]
    return [*(name for name in dict.fromkeys(known) if name in there), *(n for n in there if n not in known)]


# ── trying again ──────────────────────────────────────────────────────────────────────────────────────


class RowForm(forms.Form):
    """The cells of a ticket that could not be taken in, to be mended; empty for anything else."""

    def __init__(self, payload: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._headings = list(payload)
        for place, (heading, cell) in enumerate(payload.items()):
            long = len(str(cell)) > LONG
            self.fields[f"cell{place}"] = forms.CharField(
                label=heading,
                initial=str(cell),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput(),
            )

    def row(self) -> dict[str, Any] | None:
        """Return the row as mended; None when there was none to mend."""
        said = {name: self.cleaned_data[f"cell{place}"] for place, name in enumerate(self._headings)}
        return said or None


@page(roles=KEEPERS, methods=FORM)
def retry_item(request: DeskRequest, item_id: int) -> HttpResponse:
    """Ask once, then let one item be tried again; a ticket that could not be read may be mended first."""
    item = find_item(item_id, request.scope)
    mending = item.channel.direction == Direction.IN and item.state == State.REFUSED
    # A database may give the cells of a row in any order.
    headings = _headings(find_exchange(item.channel.exchange), [item.payload]) if mending else []
    cells = {heading: item.payload[heading] for heading in headings}
    form = RowForm(cells, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        row = form.row()
        done = attempt(lambda: try_again(item, by=request.scope, row=row), form, ExchangeError)
        if done is not None:
            messages.success(request, _("%(number)s will be tried again.") % {"number": item.number})
            return go_to(request, "desk:exchange_queue")
    title = _("Try %(number)s again") % {"number": item.number}
    trail = exchange_crumbs(_("Try again"))
    note = "；".join(word for word in (item.last_error, item.note) if word)
    return form_page(request, title, forms=[form], submit=_("Try again"), breadcrumbs=trail, note=note)


@page(roles=KEEPERS, methods=WRITING)
def retry_items(request: DeskRequest) -> HttpResponse:
    """Try the chosen items again, or all that the conditions leave."""
    asked, _conditions = _asked(request)
    keys = [int(key) for key in request.POST.getlist("key") if key.isdigit()]
    found = found_items(asked, request.scope)
    if not keys and asked.get("state") not in STUCK:
        found = found.none()  # without a choice only what stands still goes again
    chosen = found.filter(pk__in=keys) if keys else found
    done, refused = try_all_again(chosen, by=request.scope)
    words = {"done": done, "refused": refused}
    messages.success(request, _("%(done)d will be tried again, %(refused)d could not be.") % words)
    return go_to(request, "desk:exchange_queue")


# ── setting up ────────────────────────────────────────────────────────────────────────────────────────


class ChannelForm(forms.Form):
    """How one direction travels, and whose dispatchers work it."""

    transport = forms.ChoiceField(label=gettext_lazy("Travels by"), choices=Transport.choices)
    area = forms.ChoiceField(label=gettext_lazy("Area"))
    file_format = forms.ChoiceField(label=gettext_lazy("Form of files"), choices=FileFormat.choices)
    url = forms.CharField(label=gettext_lazy("Their address"), max_length=500, required=False)
    token = forms.CharField(
        label=gettext_lazy("Their token"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Left empty, the one that is kept stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False)

    def __init__(self, direction: str, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices(scope)  # type: ignore[attr-defined]
        if direction == Direction.IN:
            del self.fields["url"], self.fields["token"], self.fields["file_format"]
            self.fields["transport"].choices = [  # type: ignore[attr-defined]
                choice for choice in Transport.choices if choice[0] != Transport.PUSH
            ]

    def said(self) -> dict[str, Any]:
        """Return what the acts take."""
        said = dict(self.cleaned_data)
        said["area"] = get_object_or_404(Area, pk=int(said["area"]))
        return said


@page(roles={Role.ADMINISTRATOR}, methods=FORM)
def edit_channel(request: DeskRequest, code: str, direction: str) -> HttpResponse:
    """Set a direction of an exchange up, or change it."""
    if direction not in Direction.values:
        raise Http404
    exchange = find_exchange(code)
    channel = next(
        (c for c in visible_channels(request.scope) if (c.exchange, c.direction) == (code, direction)), None
    )
    form = ChannelForm(
        direction,
        request.scope,
        request.POST if request.method == "POST" else None,
        initial=_initial(channel),
    )
    if request.method == "POST" and form.is_valid() and _save(form, channel, code, direction, request.scope):
        messages.success(request, _("The channel is set up."))
        return go_to(request, "desk:exchanges")
    title = f"{exchange.name} · {Direction(direction).label}"
    trail = exchange_crumbs(str(Direction(direction).label))
    return form_page(request, title, forms=[form], breadcrumbs=trail, note=_how_it_works(exchange, direction))


def _initial(channel: Channel | None) -> dict[str, Any]:
    if channel is None:
        return {"active": True, "transport": Transport.FOLDER}
    names = ("transport", "file_format", "url", "active")
    return {"area": channel.area_id, **{name: getattr(channel, name) for name in names}}


def _save(form: ChannelForm, channel: Channel | None, code: str, direction: str, by: Scope) -> bool:
    try:
        if channel is None:
            set_up_channel(code, direction, by=by, **form.said())
        else:
            change_channel(channel, by=by, **form.said())
    except ExchangeInvalidError as error:
        for name, sentence in error.problems.items():
            form.add_error(name if name in form.fields else None, sentence)
        return False
    return True


def _how_it_works(exchange: ExchangeKind, direction: str) -> str:
    place = f"exchange/{exchange.full_code}"
    if direction == Direction.IN:
        return _("Files go into %(place)s/in of the data folder; programs send to POST %(api)s.") % {
            "place": place, "api": f"/api/v1/exchanges/{exchange.full_code}/in",
        }  # fmt: skip
    return _("Files lie in %(place)s/out, receipts go into %(place)s/receipts; programs ask GET %(api)s.") % {
        "place": place, "api": f"/api/v1/exchanges/{exchange.full_code}/out",
    }  # fmt: skip
