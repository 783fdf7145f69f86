"""Villagers' points (积分制): earned by rules with evidence, had for rewards, lapsed after their time.

Double entry: every act moves points from one account to another, so that nothing is lost or printed. The
accounts touched are held until the act is stored; of two redemptions at one moment the second sees what the
first left. A mistake is reversed by a transfer the other way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import SYSTEM, Actor, record
from zhenshu.ground.packs.blocks import PointRule
from zhenshu.ground.packs.schema import PointsKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import find_dossier, require, visible_dossiers
from zhenshu.registers.engines.errors import EngineInvalidError, EngineStateError
from zhenshu.registers.engines.kinds import full_code, kinds_of
from zhenshu.registers.engines.models import AccountRole, Cause, PointAccount, PointTransfer
from zhenshu.registers.engines.spans import last_day, span_of

ZERO = Decimal(0)
HUNDREDTH = Decimal("0.01")
KEPT = (
    "kind", "cause", "rule", "quantity", "points", "source_id", "target_id", "holder_id", "on", "evidence",
    "station_id", "reverses_id", "area_id", "undone",
)  # fmt: skip


def transfer_facts(transfer: PointTransfer) -> dict[str, Any]:
    """Return what the ledger keeps of a transfer."""
    return {**{name: getattr(transfer, name) for name in KEPT}, "fields": dict(transfer.fields)}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said with points: the day, the proof, where they were had, and the form it came from."""

    on: date
    evidence: str = ""
    station: Area | None = None
    note: str = ""
    key: str = ""


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def award(
    holder: Dossier, kind: PointsKind, rule: str, said: Said, *, by: Scope, times: int = 1
) -> PointTransfer:
    """Return the points a rule gives (or, where it says less than none, takes) *times* over.

    Refuses a rule without its evidence, and what goes beyond its cap in a period.
    """
    holder = _check_holder(holder, kind, "correct", by)
    declared = kind.rules.get(rule)
    if declared is None:
        raise EngineInvalidError({"rule": _("There is no such rule.")})
    _check_said(holder, said, times, needs_evidence=declared.evidence)
    accounts = _hold_accounts(kind, holder)
    sent = _sent_before(kind, said)
    if sent is not None:
        return sent
    points = _exact(declared.points) * times
    _check_cap(holder, kind, declared, said.on, abs(points))
    taken = points < 0
    source, target = (
        (accounts["holder"], accounts["issuing"]) if taken else (accounts["issuing"], accounts["holder"])
    )
    cause = Cause.DEDUCTION if taken else Cause.AWARD
    made = PointTransfer(cause=cause, rule=rule, quantity=times, points=abs(points), **_words(said))
    return _move(made, source, target, holder, by.actor, f"points.{cause}")


@transaction.atomic
def redeem(
    holder: Dossier, kind: PointsKind, reward: str, said: Said, *, by: Scope, quantity: int = 1
) -> PointTransfer:
    """Return the transfer by which a holder had *quantity* of a reward at a grid station."""
    holder = _check_holder(holder, kind, "correct", by)
    declared = kind.rewards.get(reward)
    if declared is None:
        raise EngineInvalidError({"reward": _("There is no such reward.")})
    _check_said(holder, said, quantity, needs_evidence=False)
    accounts = _hold_accounts(kind, holder)
    sent = _sent_before(kind, said)
    if sent is not None:
        return sent
    made = PointTransfer(
        cause=Cause.REDEMPTION, rule=reward, quantity=quantity, points=_exact(declared.points) * quantity,
        station=said.station, **_words(said),
    )  # fmt: skip
    return _move(made, accounts["holder"], accounts["redeemed"], holder, by.actor, "points.redemption")


@transaction.atomic
def reverse(transfer: PointTransfer, *, reason: str, by: Scope) -> PointTransfer:
    """Return the transfer that takes another one back; points that were spent since can't be taken back."""
    holder = find_dossier(transfer.holder_id, by)
    require("close", by, area_path=holder.area.path, sensitive=holder.sensitive)
    if not reason.strip():
        raise EngineInvalidError({"reason": _("Say why it is reversed.")})
    held = {one.pk: one for one in _lock(Q(pk__in=[transfer.source_id, transfer.target_id]))}
    transfer.refresh_from_db()
    if transfer.reverses_id or transfer.undone:
        raise EngineStateError(_("This is reversed already, or is itself a reversal."))
    made = PointTransfer(
        cause=Cause.REVERSAL, rule=transfer.rule, quantity=transfer.quantity,
        points=transfer.points, on=timezone.localdate(), reverses=transfer, note=reason.strip()[:200],
    )  # fmt: skip
    source, target = held[transfer.target_id], held[transfer.source_id]
    back = _move(made, source, target, holder, by.actor, "points.reversal")
    _mark_undone(transfer, by.actor)
    return back


def _mark_undone(transfer: PointTransfer, actor: Actor) -> None:
    """Let what was reversed no longer count."""
    before = transfer_facts(transfer)
    transfer.undone = True
    transfer.save(update_fields=["undone"])
    after = transfer_facts(transfer)
    record(actor, "points.undone", transfer, area_id=transfer.area_id, before=before, after=after)


def lapse(kind: PointsKind, *, on: date, actor: Actor = SYSTEM) -> list[PointTransfer]:
    """Return the transfers by which points older than the kind's limit lapsed; the oldest are spent first."""
    if kind.lapse is None:
        return []
    accounts = PointAccount.objects.filter(kind=kind.full_code, role=AccountRole.HOLDER, balance__gt=0)
    ids = list(accounts.values_list("holder_id", flat=True))
    return [made for pk in ids if (made := _lapse_one(pk, kind, on, actor))]


@transaction.atomic
def _lapse_one(holder_id: int, kind: PointsKind, on: date, actor: Actor) -> PointTransfer | None:
    holder = Dossier.objects.select_related("area").get(pk=holder_id)
    accounts = _hold_accounts(kind, holder)
    points = _over_age(accounts["holder"], kind, on)
    if points <= 0:
        return None
    made = PointTransfer(cause=Cause.LAPSE, points=points, on=on)
    return _move(made, accounts["holder"], accounts["lapsed"], holder, actor, "points.lapse")


def _over_age(account: PointAccount, kind: PointsKind, on: date) -> Decimal:
    """Return the points of *account* whose time is over: earned that long ago, and not spent since."""
    assert kind.lapse is not None
    standing = PointTransfer.objects.filter(reverses=None, undone=False)
    earned = standing.filter(target=account).values_list("on", "points")
    old = sum((points for day, points in earned if last_day(day, kind.lapse) < on), ZERO)
    spent = sum(standing.filter(source=account).values_list("points", flat=True), ZERO)
    return min(old - spent, account.balance)


def lapse_old_points() -> int:
    """Every night: let points lapse whose time is over; return how many holders lost some."""
    today = timezone.localdate()
    return sum(len(lapse(kind, on=today)) for kind in kinds_of(PointsKind))


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────


def accounts_of(kind: PointsKind, scope: Scope) -> QuerySet[PointAccount]:
    """Return the accounts of the holders this person may see, the fullest first."""
    accounts = PointAccount.objects.filter(
        kind=kind.full_code, role=AccountRole.HOLDER, holder__in=visible_dossiers(scope).values("pk")
    )
    return accounts.select_related("holder__area").order_by("-balance", "pk")


def transfers_of(kind: PointsKind, scope: Scope) -> QuerySet[PointTransfer]:
    """Return the transfers of the holders this person may see, the newest first."""
    transfers = PointTransfer.objects.filter(
        kind=kind.full_code, holder__in=visible_dossiers(scope).values("pk")
    )
    return transfers.select_related("holder__area", "station", "by", "source", "target").order_by("-pk")


def totals(kind: PointsKind) -> dict[str, Decimal]:
    """Return the balances of a kind by role: what was issued, is held, was redeemed, has lapsed."""
    found = PointAccount.objects.filter(kind=kind.full_code).values_list("role", "balance")
    sums = dict.fromkeys(AccountRole.values, ZERO)
    for role, balance in found:
        sums[role] += balance
    return sums


def wrong_accounts() -> list[PointAccount]:
    """Return the accounts whose balance is not what their transfers say; there should be none."""
    given, taken = (
        dict(PointTransfer.objects.values_list(side).annotate(total=Sum("points")))
        for side in ("source", "target")
    )
    return [
        account
        for account in PointAccount.objects.all()
        if account.balance != _rounded(taken.get(account.pk)) - _rounded(given.get(account.pk))
    ]


# ── what the acts share ───────────────────────────────────────────────────────────────────────────────


def _exact(points: float) -> Decimal:
    return Decimal(str(points)).quantize(HUNDREDTH)


def _rounded(total: Decimal | None) -> Decimal:
    return (total or ZERO).quantize(HUNDREDTH)


def _check_holder(holder: Dossier, kind: PointsKind, right: str, by: Scope) -> Dossier:
    found = find_dossier(holder.pk, by)
    require(right, by, area_path=found.area.path, sensitive=found.sensitive)
    if found.kind != full_code(kind, kind.of):
        raise EngineInvalidError({"holder": _("Points of this kind are kept for other dossiers.")})
    if found.state != State.ACTIVE:
        raise EngineStateError(_("The dossier is closed; its points stand still."))
    return found


def _check_said(holder: Dossier, said: Said, times: int, *, needs_evidence: bool) -> None:
    problems: dict[str, str] = {}
    if needs_evidence and not said.evidence.strip():
        problems["evidence"] = _("This rule asks for evidence.")
    if times < 1:
        problems["times"] = _("At least once.")
    if said.on > timezone.localdate():
        problems["on"] = _("This day has not come yet.")
    if problems:
        raise EngineInvalidError(problems)


def _check_cap(holder: Dossier, kind: PointsKind, rule: PointRule, on: date, points: Decimal) -> None:
    """Refuse what goes beyond the cap of a rule in the period around *on*; reversed points don't count."""
    if rule.cap is None:
        return
    left = _exact(rule.cap) - _used(holder, kind, rule.code, span_of(rule.per, on))
    if points > left:
        words = {
            "rule": rule.name,
            "cap": f"{rule.cap:g}",
            "left": f"{max(left, ZERO):.2f}".rstrip("0").rstrip("."),
        }
        sentence = _("“%(rule)s” gives at most %(cap)s in its period; %(left)s are left.")
        raise EngineInvalidError({"rule": sentence % words})


def _used(holder: Dossier, kind: PointsKind, rule: str, span: tuple[date, date] | None) -> Decimal:
    if span is None:
        return ZERO
    found = PointTransfer.objects.filter(
        holder=holder, kind=kind.full_code, rule=rule, cause__in=(Cause.AWARD, Cause.DEDUCTION),
        on__range=span, undone=False,
    )  # fmt: skip
    return sum(found.values_list("points", flat=True), ZERO)


def _hold_accounts(kind: PointsKind, holder: Dossier) -> Mapping[str, PointAccount]:
    """Return the accounts an act may touch, by role, locked in one order until the transaction ends."""
    code = kind.full_code
    for role in (AccountRole.ISSUING, AccountRole.REDEEMED, AccountRole.LAPSED):
        PointAccount.objects.get_or_create(kind=code, role=role)
    PointAccount.objects.get_or_create(kind=code, role=AccountRole.HOLDER, holder=holder)
    wanted = Q(kind=code) & (Q(holder=holder) | ~Q(role=AccountRole.HOLDER))
    return {account.role: account for account in _lock(wanted)}


def _lock(wanted: Q) -> Iterable[PointAccount]:
    return PointAccount.objects.select_for_update().filter(wanted).order_by("pk")


def _sent_before(kind: PointsKind, said: Said) -> PointTransfer | None:
    """Return what the same form moved when it was sent before; asked while the accounts are held."""
    if not said.key:
        return None
    return PointTransfer.objects.filter(kind=kind.full_code, key=said.key).first()


def _words(said: Said) -> dict[str, Any]:
    return {
        "on": said.on,
        "evidence": said.evidence.strip()[:500],
        "note": said.note[:200],
        "key": said.key[:40],
    }


def _move(
    made: PointTransfer,
    source: PointAccount,
    target: PointAccount,
    holder: Dossier,
    actor: Actor,
    action: str,
) -> PointTransfer:
    """Store a transfer between two held accounts with its ledger line; refuse what *source* does not have."""
    if source.role != AccountRole.ISSUING and source.balance < made.points:
        words = {"has": f"{source.balance:f}", "wanted": f"{made.points:f}"}
        raise EngineStateError(_("Only %(has)s points are there, %(wanted)s are needed.") % words)
    made.kind, made.source, made.target, made.holder = source.kind, source, target, holder
    made.by_id, made.area_id = actor.user_id, holder.area_id
    made.fields = {"points": float(-made.points if made.cause == Cause.DEDUCTION else made.points)}
    source.balance -= made.points
    target.balance += made.points
    for account in (source, target):
        account.save(update_fields=["balance"])
    made.save(force_insert=True)
    facts = transfer_facts(made)
    record(actor, action, made, area_id=holder.area_id, before=None, after=facts, note=made.note)
    return made
