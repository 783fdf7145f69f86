"""Reconciliation at the desk: their list sent in, each number with its standing, differences settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.exchange_pages import exchange_crumbs, exchange_views, name_of
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.lists import (
    Asked,
    Condition,
    Listing,
    Tile,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import MOST_BYTES, TableError
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.exchanges.errors import ExchangeError, ExchangeNotFoundError
from zhenshu.registers.exchanges.keeping import KEEPERS, keeps, visible_channels
from zhenshu.registers.exchanges.kinds import find_exchange
from zhenshu.registers.exchanges.models import Channel, Reconciliation, ReconciliationLine, Standing
from zhenshu.registers.exchanges.reconciling import (
    EVEN,
    TO_ANSWER,
    TO_TAKE,
    Span,
    answer_line_again,
    explain_line,
    read_list,
    reconcile,
    take_line_in,
)

DIFFERENT = "different"
SETTLED: Mapping[str, str | Promise] = {
    "taken_in": gettext_lazy("Ticket taken in"),
    "answered_again": gettext_lazy("Answered again"),
    "explained": gettext_lazy("Explained"),
}
Act = Callable[..., ReconciliationLine]


# ── balances ──────────────────────────────────────────────────────────────────────────────────────────


@page(roles=KEEPERS)
def list_balances(request: DeskRequest) -> HttpResponse:
    """Show the reconciliations made, the newest first."""
    asked = read_asked(request, ["exchange"])
    listing = Listing(
        name=_("Reconciliation"),
        columns=[
            Column(title=_("Exchange"), width="wide"),
            Column(title=_("Days"), width="middle"),
            Column(title=_("Numbers"), numeric=True),
            Column(title=_("Differences"), numeric=True),
            Column(title=_("Their list"), phone=False),
            Column(title=_("Made at"), width="middle", phone=False),
            Column(title=_("Made by"), phone=False),
        ],
        records=_visible_balances(request.scope),
        rows=_balance_rows,
        empty=_("No list was compared yet. Take their list of tickets for some days and send it in."),
    )
    new = Link(title=_("Compare a list"), url=reverse("desk:new_balance"), icon="plus", active=True)
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, [], views=exchange_views("balances")),
        buttons=[new],
        breadcrumbs=exchange_crumbs(_("Reconciliation")),
    )


def _visible_balances(scope: Scope) -> QuerySet[Reconciliation]:
    areas = {channel.area_id for channel in visible_channels(scope)}
    found = Reconciliation.objects.filter(area__in=areas).select_related("made_by")
    return found.order_by("-made_at", "-pk")


def _balance_rows(balances: Sequence[Reconciliation]) -> Iterable[Row]:
    for one in balances:
        url = reverse("desk:balance", args=[one.pk])
        different = sum(count for standing, count in one.counts.items() if standing not in EVEN)
        cells = [
            Cell(text=name_of(one.exchange), url=url),
            Cell(text=f"{one.since:%Y-%m-%d} – {one.until:%m-%d}"),
            Cell(text=str(sum(one.counts.values())), url=f"{url}?standing=all"),
            Cell(text=str(different), url=url),
            Cell(text=one.source),
            Cell(text=f"{timezone.localtime(one.made_at):%Y-%m-%d %H:%M}"),
            Cell(text=one.made_by.name if one.made_by else _("by itself")),
        ]
        yield Row(cells=cells, url=url, state="near" if different else "")


class BalanceForm(forms.Form):
    """Which exchange, their list, and the days it covers."""

    exchange = forms.ChoiceField(label=gettext_lazy("Exchange"))
    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(label=gettext_lazy("Their list (xlsx, xls, et, ods, csv or NDJSON)"))

    def __init__(self, *args: Any, channels: Sequence[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = dict.fromkeys(channel.exchange for channel in channels)
        self.fields["exchange"].choices = [(code, name_of(code)) for code in codes]  # type: ignore[attr-defined]

    def clean_file(self) -> tuple[str, bytes]:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return str(file.name), file.read()


@page(roles=KEEPERS, methods=FORM)
def new_balance(request: DeskRequest) -> HttpResponse:
    """Take their list and hold it against ours."""
    channels, today = visible_channels(request.scope), timezone.localdate()
    sent = request.method == "POST"
    form = BalanceForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        channels=channels,
        initial={"since": today.replace(day=1), "until": today, "exchange": request.GET.get("exchange", "")},
    )
    if sent and form.is_valid():
        made = attempt(lambda: _compare(form, channels, request.scope), form, (ExchangeError, TableError))
        if made is not None:
            return go_to(request, "desk:balance", made.pk)
    trail = crumbs((_("Exchanges above"), "exchanges"), (_("Reconciliation"), "balances"), here=_("Compare"))
    return form_page(
        request, _("Compare their list with ours"), forms=[form], file=True, submit=_("Compare"),
        breadcrumbs=trail,
    )  # fmt: skip


def _compare(form: BalanceForm, channels: Sequence[Channel], by: Scope) -> Reconciliation:
    said = form.cleaned_data
    name, content = said["file"]
    code = said["exchange"]
    area = next(channel.area for channel in channels if channel.exchange == code)
    rows = read_list(find_exchange(code), content)
    return reconcile(code, rows, Span(said["since"], said["until"]), area=area, by=by, source=name)


# ── one balance ───────────────────────────────────────────────────────────────────────────────────────


def find_balance(balance_id: int, scope: Scope) -> Reconciliation:
    """Return a reconciliation; raise ExchangeNotFoundError for one of another area."""
    found = Reconciliation.objects.select_related("area").filter(pk=balance_id).first()
    if found is None or not keeps(found, scope):
        raise ExchangeNotFoundError(balance_id)
    return found


@page(roles=KEEPERS)
def show_balance(request: DeskRequest, balance_id: int) -> HttpResponse:
    """Show the numbers with what each side says: the differences, or all."""
    balance = find_balance(balance_id, request.scope)
    options = [Option(value=str(s), title=str(s.label)) for s in Standing if str(s) in balance.counts]
    conditions = [
        Condition("q", _("Their number"), kind="text"),
        Condition("standing", _("Standing"), options=[Option(value="all", title=_("All")), *options]),
    ]
    asked = read_asked(request, [one.name for one in conditions])
    listing = Listing(
        name=_("%(exchange)s, %(since)s to %(until)s")
        % {"exchange": name_of(balance.exchange), "since": balance.since, "until": balance.until},
        columns=[
            Column(title=_("Their number"), width="middle"),
            Column(title=_("Sent by them")),
            Column(title=_("Taken by us")),
            Column(title=_("Answered by us"), phone=False),
            Column(title=_("Confirmed by them"), phone=False),
            Column(title=_("Standing"), width="middle"),
            Column(title=_("How settled"), width="wide"),
        ],
        records=_found_lines(balance, asked),
        rows=lambda some: _line_rows(some, request.scope),
        empty=_("No differences are left: both lists agree."),
        bulk=_bulk(balance),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        tiles=list(_tiles(balance)),
        note=_note(balance),
        breadcrumbs=crumbs(
            (_("Exchanges above"), "exchanges"), (_("Reconciliation"), "balances"), here=str(balance.since)
        ),
    )


def _found_lines(balance: Reconciliation, asked: Asked) -> QuerySet[ReconciliationLine]:
    lines = balance.lines.select_related("case", "item").order_by("standing", "number")
    if asked.get("q"):
        lines = lines.filter(number__icontains=asked.get("q"))
    standing = asked.get("standing")
    if standing in Standing.values:
        return lines.filter(standing=standing)
    return lines if standing == "all" else lines.exclude(standing__in=EVEN).filter(settled="")


def _tiles(balance: Reconciliation) -> Iterable[Tile]:
    url = reverse("desk:balance", args=[balance.pk])
    for standing in Standing:
        count = balance.counts.get(str(standing), 0)
        if count or standing == Standing.AGREED:
            yield Tile(str(standing.label), count, f"{url}?standing={standing}")


def _note(balance: Reconciliation) -> str:
    left = balance.lines.exclude(standing__in=EVEN).filter(settled="").count()
    words = _("%(left)d differences are not settled.") % {"left": left}
    if balance.repeated:
        words += _(" Their list names %(count)d numbers more than once.") % {"count": balance.repeated}
    return words


def _bulk(balance: Reconciliation) -> list[Link]:
    def link(title: str, act: str, icon: str) -> Link:
        url = reverse("desk:settle_lines", args=[balance.pk, act])
        return Link(title=title, url=url, icon=icon, post=True)

    return [link(_("Take the ticket in"), "take", "download"), link(_("Answer again"), "answer", "refresh")]


def _line_rows(lines: Sequence[ReconciliationLine], scope: Scope) -> Iterable[Row]:
    cases = {line.case_id for line in lines if line.case_id}
    seen = set(visible_cases(scope).filter(pk__in=cases).values_list("pk", flat=True))
    for line in lines:
        case = line.case
        even = line.standing in EVEN
        cells = [
            Cell(text=line.number, below=line.their_state),
            _mark(line.sent_by_them),
            Cell(
                text=case.number if case else "—",
                url=reverse("desk:case", args=[case.number]) if case and line.case_id in seen else "",
            ),
            _mark(line.answered),
            _mark(line.confirmed),
            Cell(text=str(Standing(line.standing).label)),
            Cell(text=_settled(line), below=line.reason),
        ]
        state = "" if even or line.settled else "near"
        yield Row(cells=cells, key=str(line.pk), state=state, actions=_actions(line))


def _mark(yes: bool) -> Cell:
    return Cell(text=_("yes") if yes else "—")


def _settled(line: ReconciliationLine) -> str:
    if not line.settled or line.settled_at is None:
        return ""
    at = f"{timezone.localtime(line.settled_at):%m-%d %H:%M}"
    return f"{SETTLED[line.settled]} · {line.settled_by} {at}"


def _actions(line: ReconciliationLine) -> list[Link]:
    """Offer what settles the difference; a row without one keeps its place under the head."""
    if line.standing in EVEN or line.settled in ("taken_in", "answered_again"):
        return [Link(title="")]
    acts = []
    if line.standing in TO_TAKE:
        acts.append(("take", _("Take the ticket in")))
    if line.standing in TO_ANSWER:
        acts.append(("answer", _("Answer again")))
    acts.append(("explain", _("Explain")))
    return [Link(title=title, url=reverse("desk:settle_line", args=[line.pk, act])) for act, title in acts]


# ── settling ──────────────────────────────────────────────────────────────────────────────────────────


class ExplainForm(forms.Form):
    """Why a difference is none."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


ACTS: Mapping[str, tuple[Act, str | Promise, type[forms.Form]]] = {
    "take": (take_line_in, gettext_lazy("Take the ticket in"), forms.Form),
    "answer": (answer_line_again, gettext_lazy("Answer again"), forms.Form),
    "explain": (explain_line, gettext_lazy("Explain"), ExplainForm),
}


@page(roles=KEEPERS, methods=FORM)
def settle_line(request: DeskRequest, line_id: int, act: str) -> HttpResponse:
    """Settle one difference, after a second look."""
    found = ReconciliationLine.objects.select_related(
        "reconciliation__area", "case", "item__channel__area"
    ).filter(pk=line_id)
    line = found.first()
    if line is None or act not in ACTS:
        raise Http404
    balance = find_balance(line.reconciliation_id, request.scope)
    do, title, shape = ACTS[act]
    form = shape(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        done = attempt(lambda: do(line, *said.values(), by=request.scope), form, ExchangeError)
        if done is not None:
            messages.success(request, _("%(number)s is settled.") % {"number": line.number})
            return go_to(request, "desk:balance", balance.pk)
    trail = crumbs((_("Exchanges above"), "exchanges"), (_("Reconciliation"), "balances"), here=line.number)
    return form_page(request, f"{title} · {line.number}", forms=[form], submit=str(title), breadcrumbs=trail)


@page(roles=KEEPERS, methods=WRITING)
def settle_lines(request: DeskRequest, balance_id: int, act: str) -> HttpResponse:
    """Settle the chosen differences by one act; what can't be stays, and is counted."""
    balance = find_balance(balance_id, request.scope)
    if act not in ("take", "answer"):
        raise Http404
    keys = [int(key) for key in request.POST.getlist("key") if key.isdigit()]
    do, _title, _shape = ACTS[act]
    done = refused = 0
    for line in balance.lines.select_related("reconciliation__area", "case", "item__channel__area").filter(
        pk__in=keys
    ):
        try:
            do(line, by=request.scope)
            done += 1
        except ExchangeError:
            refused += 1
    words = {"done": done, "refused": refused}
    messages.success(request, _("%(done)d settled, %(refused)d could not be.") % words)
    return go_to(request, "desk:balance", balance.pk)
