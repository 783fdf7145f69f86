"""Supplies at the desk: what each store holds, what is low or out of date, every movement, stock-taking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.engine_parts import (
    KEEPERS,
    DossierField,
    OnceForm,
    act_or_form,
    day_input,
    kind_or_404,
    named,
    trail,
)
from zhenshu.doors.desk.lists import Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.doors.desk.new_case import new_case_url
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import SupplyKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.engines import supplies
from zhenshu.registers.engines.kinds import full_code
from zhenshu.registers.engines.models import StockBatch, StockMove, Way
from zhenshu.registers.engines.supplies import Held, Moved

ACTS = ("in", "out", "transfer")
TITLES = {
    "in": gettext_lazy("Put into store"),
    "out": gettext_lazy("Take out of store"),
    "transfer": gettext_lazy("Send to another store"),
}


class MoveForm(OnceForm):
    """What moves: store, item, how much, when, and what its sort of movement asks besides."""

    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), min_value=0, max_digits=10, decimal_places=2
    )
    on = forms.DateField(label=gettext_lazy("On"), widget=day_input())
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)

    def __init__(self, kind: SupplyKind, act: str, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = [(code, f"{one.name}（{one.unit}）") for code, one in kind.items.items()]
        self.fields["store"] = DossierField(kind, kind.of, scope, label=_("Store"))
        self.fields["item"] = forms.ChoiceField(label=_("Supply item"), choices=items)
        if act == "in":
            self.fields["made_on"] = forms.DateField(label=_("Made on"), required=False, widget=day_input())
        if act == "out":
            self.fields["case"] = forms.CharField(
                label=_("For the matter"), max_length=60, required=False, help_text=_("Its number")
            )
        if act == "transfer":
            self.fields["other"] = DossierField(kind, kind.of, scope, label=_("To store"))
        self.order_fields(["store", "item", "quantity", "made_on", "other", "case", "on", "reason"])

    def moved(self) -> Moved:
        """Return what is said with the movement as the register takes it."""
        said = self.cleaned_data
        return Moved(said["on"], reason=said["reason"], case=said.get("case", ""), key=said["key"])


class CountForm(forms.Form):
    """What was counted, and where a difference comes from."""

    counted = forms.DecimalField(label=gettext_lazy("Counted"), min_value=0, max_digits=10, decimal_places=2)
    reason = forms.CharField(
        label=gettext_lazy("Where the difference comes from"), max_length=200, required=False
    )


# ── what there is ─────────────────────────────────────────────────────────────────────────────────────


@page()
def list_supplies(request: DeskRequest, code: str) -> HttpResponse:
    """Show what each store holds of each item."""
    kind = kind_or_404(code, SupplyKind)
    states = [Option(value="low", title=_("Low")), Option(value="old", title=_("Out of date"))]
    items = [Option(value=key, title=name) for key, name in named(kind.items)]
    conditions = [
        Condition("state", _("State"), options=states),
        Condition("item", _("Supply item"), options=items),
    ]
    asked = read_asked(request, ["state", "item"])
    found = supplies.holdings(kind, request.scope)
    item, state = asked.get("item"), asked.get("state")
    listing = Listing(
        name=kind.name,
        columns=[
            Column(title=_("Store"), width="wide"),
            Column(title=_("Supply item")),
            Column(title=_("Usable"), numeric=True),
            Column(title=_("Unit"), phone=False),
            Column(title=_("At least"), numeric=True, phone=False),
            Column(title=_("Out of date"), numeric=True),
            Column(title=_("Next expiry"), phone=False),
            Column(title=_("State")),
        ],
        records=[one for one in found if item in ("", one.item.code) and _stands(one, state)],
        rows=lambda some: _held_rows(some, kind, request.scope),
        empty=_("There is no store yet."),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=trail(kind, "supplies"),
        tiles=[
            Tile(
                _("Low"), sum(one.is_low for one in found), asked.address(state="low"), icon="alert-triangle"
            ),
            Tile(
                _("Out of date"),
                sum(one.out_of_date > 0 for one in found),
                asked.address(state="old"),
                icon="clock",
            ),
        ],
        buttons=list(_buttons(kind, request.scope)),
    )


def _stands(one: Held, state: str) -> bool:
    """Tell whether a holding is in the state that is asked for, if one is."""
    if state == "low":
        return one.is_low
    return state != "old" or one.out_of_date > 0


def _held_rows(found: Sequence[Held], kind: SupplyKind, scope: Scope) -> Iterable[Row]:
    open_to = library().kinds_for_new_case(scope.roles)
    raised = [raises for raises in kind.raises if library().case_kind(full_code(kind, raises)) in open_to]
    for one in found:
        words = [_("low")] if one.is_low else []
        words += [_("out of date")] if one.out_of_date else []
        cells = [
            Cell(text=one.store.title, url=reverse("desk:dossier", args=[one.store.pk])),
            Cell(text=one.item.name),
            Cell(text=f"{one.usable:f}"),
            Cell(text=one.item.unit),
            Cell(text=f"{one.item.low:g}" if one.item.low is not None else ""),
            Cell(text=f"{one.out_of_date:f}"),
            Cell(text=f"{one.next_expiry:%Y-%m-%d}" if one.next_expiry else ""),
            Cell(text="、".join(words)),
        ]
        actions = [_report(one, full_code(kind, code)) for code in raised[:1] if one.is_low]
        yield Row(cells=cells, state="near" if words else "", actions=actions)


def _report(one: Held, kind: str) -> Link:
    """Return the link to the matter that a shortage becomes, written but for what only a person knows."""
    words = {"store": one.store.title, "name": one.item.name, "unit": one.item.unit}
    words |= {"has": f"{one.usable.normalize():f}", "low": f"{one.item.low:g}"}
    title = _("%(store)s is short of %(name)s") % words
    told = _("%(has)s %(unit)s can be used, at least %(low)s belong there.") % words
    url = new_case_url(kind, area=str(one.store.area_id), title=title, description=told)
    return Link(title=_("Report"), url=url, icon="alert-triangle")


def _buttons(kind: SupplyKind, scope: Scope) -> Iterable[Link]:
    args = [kind.full_code]
    yield Link(title=_("Movements"), url=reverse("desk:stock_moves", args=args), icon="list")
    yield Link(title=_("Batches"), url=reverse("desk:stock_batches", args=args), icon="stack-2")
    if scope.has_role(KEEPERS):
        for act in ACTS:
            url = reverse("desk:move_stock", args=[kind.full_code, act])
            yield Link(title=str(TITLES[act]), url=url, icon="transfer", active=act == "in")


@page()
def list_batches(request: DeskRequest, code: str) -> HttpResponse:
    """Show every batch with its day of expiry, for stock-taking."""
    kind = kind_or_404(code, SupplyKind)
    here = _("Batches")
    listing = Listing(
        name=f"{kind.name} · {here}",
        columns=[
            Column(title=_("Store"), width="wide"),
            Column(title=_("Supply item")),
            Column(title=_("Expires on")),
            Column(title=_("Quantity"), numeric=True),
            Column(title=_("Unit"), phone=False),
        ],
        records=supplies.batches_of(kind, request.scope),
        rows=lambda some: _batch_rows(some, kind, request.scope),
        empty=_("Nothing has been taken in yet."),
    )
    return show_listing(request, listing, read_asked(request, []), breadcrumbs=trail(kind, "supplies", here))


def _batch_rows(batches: Sequence[StockBatch], kind: SupplyKind, scope: Scope) -> Iterable[Row]:
    today = timezone.localdate()
    for one in batches:
        item = kind.items.get(one.item)
        old = bool(one.expires_on and one.expires_on < today and one.quantity)
        cells = [
            Cell(text=one.store.title),
            Cell(text=item.name if item else one.item),
            Cell(text=f"{one.expires_on:%Y-%m-%d}" if one.expires_on else "", state="overdue" if old else ""),
            Cell(text=f"{one.quantity:f}"),
            Cell(text=item.unit if item else ""),
        ]
        count = Link(title=_("Count"), url=reverse("desk:count_stock", args=[kind.full_code, one.pk]))
        yield Row(cells=cells, actions=[count] if scope.has_role(KEEPERS) else [])


@page()
def list_moves(request: DeskRequest, code: str) -> HttpResponse:
    """Show every movement with its matter or reason."""
    kind = kind_or_404(code, SupplyKind)
    ways = [Option(value=str(way), title=str(Way(way).label)) for way in Way]
    conditions = [Condition("way", _("Act"), options=ways)]
    asked = read_asked(request, ["way"])
    here = _("Movements")
    found = supplies.moves_of(kind, request.scope)
    listing = Listing(
        name=f"{kind.name} · {here}",
        columns=[
            Column(title=_("On")),
            Column(title=_("Store"), width="wide"),
            Column(title=_("Supply item")),
            Column(title=_("Act")),
            Column(title=_("Quantity"), numeric=True),
            Column(title=_("Matter"), phone=False),
            Column(title=_("Reason"), width="wide", phone=False),
            Column(title=_("Made by"), phone=False),
        ],
        records=found.filter(way=asked.get("way")) if asked.get("way") else found,
        rows=lambda some: _move_rows(some, kind),
        empty=_("Nothing has moved yet."),
    )
    bar = condition_bar(asked, conditions)
    return show_listing(request, listing, asked, bar=bar, breadcrumbs=trail(kind, "supplies", here))


def _move_rows(moves: Sequence[StockMove], kind: SupplyKind) -> Iterable[Row]:
    for one in moves:
        item = kind.items.get(one.batch.item)
        number = one.case.number if one.case else ""
        cells = [
            Cell(text=f"{one.on:%Y-%m-%d}"),
            Cell(text=one.batch.store.title),
            Cell(text=item.name if item else one.batch.item),
            Cell(text=str(Way(one.way).label)),
            Cell(text=f"{one.quantity:+f}"),
            Cell(text=number, url=reverse("desk:case", args=[number]) if number else ""),
            Cell(text=one.reason),
            Cell(text=one.by.name if one.by else ""),
        ]
        yield Row(cells=cells)


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@page(roles=KEEPERS, methods=FORM)
def move_stock(request: DeskRequest, code: str, act: str) -> HttpResponse:
    """Take something in, out (to a matter), or send it to another store."""
    kind = kind_or_404(code, SupplyKind)
    if act not in ACTS:
        raise Http404
    form = MoveForm(kind, act, request.scope, request.POST or None, initial={"on": timezone.localdate()})
    title = str(TITLES[act])
    return act_or_form(
        request,
        form,
        lambda _said: _do(kind, act, form, request.scope),
        title=title,
        way=trail(kind, "supplies", title),
        words=lambda _made: _("Entered."),
        to=lambda _made: go_to(request, "desk:supplies", code),
    )


def _do(kind: SupplyKind, act: str, form: MoveForm, scope: Scope) -> list[StockMove]:
    said, moved = form.cleaned_data, form.moved()
    what = (kind, said["item"], said["quantity"], moved)
    if act == "in":
        return supplies.take_in(said["store"], *what, by=scope, made_on=said["made_on"])
    if act == "out":
        return supplies.take_out(said["store"], *what, by=scope)
    return supplies.transfer(said["store"], said["other"], *what, by=scope)


@page(roles=KEEPERS, methods=FORM)
def count_stock(request: DeskRequest, code: str, batch_id: int) -> HttpResponse:
    """Enter what was counted; a difference from the book asks where it comes from."""
    kind = kind_or_404(code, SupplyKind)
    batch = supplies.batches_of(kind, request.scope).filter(pk=batch_id).first()
    if batch is None:
        raise Http404
    form = CountForm(request.POST or None, initial={"counted": batch.quantity})

    def count(said: Any) -> tuple[StockMove | None]:
        moved = Moved(timezone.localdate(), reason=said["reason"])
        # A count that fits the book moves nothing, and is a good answer all the same.
        return (supplies.count_stock(batch.pk, kind, said["counted"], moved, by=request.scope),)

    return act_or_form(
        request,
        form,
        count,
        title=_("Stock-taking"),
        way=trail(kind, "supplies", _("Stock-taking")),
        words=lambda _made: _("The book now says what was counted."),
        to=lambda _made: go_to(request, "desk:stock_batches", code),
    )
