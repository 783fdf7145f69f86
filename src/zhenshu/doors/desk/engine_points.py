"""Points at the desk: who holds how many, every transfer, awarding, redeeming at a station, reversing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.dossiers import area_options, title_for
from zhenshu.doors.desk.engine_parts import (
    KEEPERS,
    OFFICERS,
    AreaField,
    DossierField,
    OnceForm,
    ReasonForm,
    act_or_form,
    day_input,
    kind_or_404,
    leaves,
    named,
    trail,
)
from zhenshu.doors.desk.lists import Asked, Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.ground.packs.schema import PointsKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.engines import points
from zhenshu.registers.engines.models import AccountRole, Cause, PointAccount, PointTransfer


class AwardForm(OnceForm):
    """Who earned points by which rule, when, with which evidence."""

    on = forms.DateField(label=gettext_lazy("On"), widget=day_input())
    times = forms.IntegerField(label=gettext_lazy("Times"), min_value=1, initial=1)
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, kind: PointsKind, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"] = DossierField(kind, kind.of, scope, label=_("Holder"))
        self.fields["rule"] = forms.ChoiceField(label=_("Rule"), choices=_rule_choices(kind))
        self.order_fields(["holder", "rule", "times", "on", "evidence"])


class RedeemForm(OnceForm):
    """Who has which reward, how many, and where it was handed over."""

    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, initial=1)
    on = forms.DateField(label=gettext_lazy("On"), widget=day_input())

    def __init__(self, kind: PointsKind, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rewards = [(code, f"{one.name}（{one.points:g}）") for code, one in kind.rewards.items()]
        self.fields["holder"] = DossierField(kind, kind.of, scope, label=_("Holder"))
        self.fields["reward"] = forms.ChoiceField(label=_("Reward"), choices=rewards)
        self.fields["station"] = AreaField(scope, label=_("Station"))
        self.order_fields(["holder", "reward", "quantity", "station", "on"])


def _rule_choices(kind: PointsKind) -> list[tuple[str, str]]:
    return [(code, f"{one.name}（{one.points:+g}）") for code, one in kind.rules.items()]


# ── who holds how many ────────────────────────────────────────────────────────────────────────────────


@page()
def list_accounts(request: DeskRequest, code: str) -> HttpResponse:
    """Show the holders with their balance."""
    kind = kind_or_404(code, PointsKind)
    conditions = [
        Condition("q", _("Name, initials or number"), kind="text"),
        Condition("area", _("Area"), options=area_options()),
    ]
    asked = read_asked(request, [one.name for one in conditions])
    listing = Listing(
        name=kind.name,
        columns=[
            Column(title=_("Holder"), width="wide"),
            Column(title=_("Area")),
            Column(title=_("Balance"), numeric=True),
        ],
        records=_found_accounts(kind, asked, request.scope),
        rows=lambda some: _account_rows(some, request.scope),
        empty=_("Nobody holds points yet."),
        export=leaves(kind, kind.of),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=trail(kind, "points"),
        tiles=list(_tiles(kind)),
        buttons=list(_buttons(kind, request.scope)),
    )


def _found_accounts(kind: PointsKind, asked: Asked, scope: Scope) -> Any:
    found = points.accounts_of(kind, scope)
    words, area = asked.get("q"), asked.area("area")
    if words:
        found = found.filter(holder__title__icontains=words)
    return found.filter(holder__area__path__startswith=area.path) if area else found


def _account_rows(accounts: Sequence[PointAccount], scope: Scope) -> Iterable[Row]:
    for one in accounts:
        assert one.holder is not None
        url = reverse("desk:dossier", args=[one.holder_id])
        cells = [
            Cell(text=title_for(one.holder, scope), url=url),
            Cell(text=one.holder.area.name),
            Cell(text=f"{one.balance:f}"),
        ]
        yield Row(cells=cells, url=url)


def _tiles(kind: PointsKind) -> Iterable[Tile]:
    """Yield what was given out and where it is; the four numbers add up to nothing."""
    sums = points.totals(kind)
    records = reverse("desk:point_transfers", args=[kind.full_code])
    yield Tile(_("Given out"), f"{-sums[AccountRole.ISSUING]:f}", records, icon="award")
    yield Tile(_("In hand"), f"{sums[AccountRole.HOLDER]:f}", "", icon="wallet")
    yield Tile(_("Redeemed"), f"{sums[AccountRole.REDEEMED]:f}", f"{records}?cause=redemption", icon="gift")
    yield Tile(_("Lapsed"), f"{sums[AccountRole.LAPSED]:f}", f"{records}?cause=lapse", icon="clock")


def _buttons(kind: PointsKind, scope: Scope) -> Iterable[Link]:
    args = [kind.full_code]
    yield Link(title=_("Records"), url=reverse("desk:point_transfers", args=args), icon="list")
    if not scope.has_role(KEEPERS):
        return
    if kind.rewards:
        yield Link(title=_("Redeem"), url=reverse("desk:redeem_points", args=args), icon="gift")
    yield Link(title=_("Award"), url=reverse("desk:award_points", args=args), icon="plus", active=True)


# ── every transfer ────────────────────────────────────────────────────────────────────────────────────


@page()
def list_transfers(request: DeskRequest, code: str) -> HttpResponse:
    """Show every transfer with its rule, evidence and who made it."""
    kind = kind_or_404(code, PointsKind)
    causes = [Option(value=str(cause), title=str(Cause(cause).label)) for cause in Cause]
    rules = [Option(value=key, title=name) for key, name in [*named(kind.rules), *named(kind.rewards)]]
    conditions = [
        Condition("cause", _("Act"), options=causes),
        Condition("rule", _("Rule or reward"), options=rules),
        Condition("on", _("On"), kind="dates"),
    ]
    asked = read_asked(request, ["cause", "rule", "on", "on_until"])
    listing = Listing(
        name=f"{kind.name} · {_('Records')}",
        columns=[
            Column(title=_("On")),
            Column(title=_("Holder"), width="wide"),
            Column(title=_("Act")),
            Column(title=_("Rule or reward")),
            Column(title=_("Quantity"), numeric=True, phone=False),
            Column(title=_("Points"), numeric=True),
            Column(title=_("Evidence"), width="wide", phone=False),
            Column(title=_("Station"), phone=False),
            Column(title=_("Made by"), phone=False),
        ],
        records=_found_transfers(kind, asked, request.scope),
        rows=lambda some: _transfer_rows(some, kind, request.scope),
        empty=_("No points have moved yet."),
        export=leaves(kind, kind.of),
    )
    here = _("Records")
    return show_listing(
        request, listing, asked, bar=condition_bar(asked, conditions), breadcrumbs=trail(kind, "points", here)
    )


def _found_transfers(kind: PointsKind, asked: Asked, scope: Scope) -> Any:
    exact = {
        "cause": asked.get("cause"), "rule": asked.get("rule"), "on__gte": asked.day("on"),
        "on__lte": asked.day("on_until"),
    }  # fmt: skip
    return points.transfers_of(kind, scope).filter(**{key: value for key, value in exact.items() if value})


def _transfer_rows(transfers: Sequence[PointTransfer], kind: PointsKind, scope: Scope) -> Iterable[Row]:
    names = dict([*named(kind.rules), *named(kind.rewards)])
    may_reverse = scope.has_role(OFFICERS)
    for one in transfers:
        undone = _("reversed") if one.undone else ""
        cells = [
            Cell(text=f"{one.on:%Y-%m-%d}"),
            Cell(text=title_for(one.holder, scope), url=reverse("desk:dossier", args=[one.holder_id])),
            Cell(text=str(Cause(one.cause).label), below=undone or one.note),
            Cell(text=names.get(one.rule, one.rule)),
            Cell(text=str(one.quantity)),
            Cell(text=f"{_signed(one):+f}"),
            Cell(text=one.evidence),
            Cell(text=one.station.name if one.station else ""),
            Cell(text=one.by.name if one.by else _("by itself")),
        ]
        open_still = may_reverse and not undone and one.cause != Cause.REVERSAL
        back = Link(title=_("Reverse"), url=reverse("desk:reverse_points", args=[one.pk]))
        # A row without an action keeps its place under the head of that column.
        yield Row(cells=cells, actions=[back] if open_still else [Link(title="")] if may_reverse else [])


def _signed(transfer: PointTransfer) -> Any:
    """Return the points as the holder's account felt them."""
    return transfer.points if transfer.target.role == AccountRole.HOLDER else -transfer.points


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@page(roles=KEEPERS, methods=FORM)
def award_points(request: DeskRequest, code: str) -> HttpResponse:
    """Award points by a rule."""
    kind = kind_or_404(code, PointsKind)
    form = AwardForm(kind, request.scope, request.POST or None, initial={"on": timezone.localdate()})

    def award(said: Any) -> PointTransfer:
        words = points.Said(said["on"], evidence=said["evidence"], key=said["key"])
        return points.award(said["holder"], kind, said["rule"], words, by=request.scope, times=said["times"])

    return act_or_form(
        request,
        form,
        award,
        title=_("Award points"),
        way=trail(kind, "points", _("Award")),
        words=lambda made: _("%(points)s points are entered.") % {"points": f"{_signed(made):+f}"},
        to=lambda _made: go_to(request, "desk:point_transfers", code),
    )


@page(roles=KEEPERS, methods=FORM)
def redeem_points(request: DeskRequest, code: str) -> HttpResponse:
    """Hand out a reward at a grid station."""
    kind = kind_or_404(code, PointsKind)
    form = RedeemForm(kind, request.scope, request.POST or None, initial={"on": timezone.localdate()})

    def redeem(said: Any) -> PointTransfer:
        words = points.Said(said["on"], station=said["station"], key=said["key"])
        what = (said["holder"], kind, said["reward"], words)
        return points.redeem(*what, by=request.scope, quantity=said["quantity"])

    return act_or_form(
        request,
        form,
        redeem,
        title=_("Redeem points"),
        way=trail(kind, "points", _("Redeem")),
        words=lambda made: (
            _("%(points)s points are redeemed, %(left)s are left.")
            % {"points": f"{made.points:f}", "left": f"{made.source.balance:f}"}
        ),
        to=lambda _made: go_to(request, "desk:points", code),
    )


@page(roles=OFFICERS, methods=FORM)
def reverse_points(request: DeskRequest, transfer_id: int) -> HttpResponse:
    """Take a transfer back by another one, with the reason."""
    transfer = get_object_or_404(PointTransfer, pk=transfer_id)
    kind = kind_or_404(transfer.kind, PointsKind)
    form = ReasonForm(request.POST or None)
    return act_or_form(
        request,
        form,
        lambda said: points.reverse(transfer, reason=said["reason"], by=request.scope),
        title=_("Reverse a transfer"),
        way=trail(kind, "points", _("Reverse")),
        words=lambda _made: _("Reversed."),
        to=lambda _made: go_to(request, "desk:point_transfers", kind.full_code),
    )
