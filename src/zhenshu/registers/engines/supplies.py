"""Emergency supplies: in, out (to a matter), to another store, counted; what expires first goes first.

A store is held while its stock changes, so that two dispatches at one moment never take the same thing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.blocks import SupplyItem
from zhenshu.ground.packs.schema import SupplyKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import find_dossier, require, visible_dossiers
from zhenshu.registers.engines.errors import EngineInvalidError, EngineStateError
from zhenshu.registers.engines.kinds import full_code
from zhenshu.registers.engines.models import StockBatch, StockMove, Way
from zhenshu.registers.engines.spans import last_day

ZERO, HUNDREDTH = Decimal(0), Decimal("0.01")
KEPT = ("kind", "batch_id", "way", "quantity", "on", "case_id", "reason")


def move_facts(move: StockMove) -> dict[str, Any]:
    """Return what the ledger keeps of a movement, with what the batch holds after it."""
    batch = move.batch
    held = {
        "store_id": batch.store_id,
        "item": batch.item,
        "expires_on": batch.expires_on,
        "left": batch.quantity,
    }
    return {**{name: getattr(move, name) for name in KEPT}, **held}


@dataclass(frozen=True, slots=True)
class Moved:
    """What is said with a movement: the day, why, for which matter (its number), and from which form."""

    on: date
    reason: str = ""
    case: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds of an item: the whole, what of it is out of date, the next day something expires."""

    store: Dossier
    item: SupplyItem
    quantity: Decimal
    out_of_date: Decimal
    next_expiry: date | None

    @property
    def usable(self) -> Decimal:
        return self.quantity - self.out_of_date

    @property
    def is_low(self) -> bool:
        """Tell whether less is usable than the pack wants in the store."""
        return self.item.low is not None and self.usable < Decimal(str(self.item.low))


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def take_in(
    store: Dossier, kind: SupplyKind, item: str, quantity: Decimal, moved: Moved, *, by: Scope,
    made_on: date | None = None,
) -> list[StockMove]:  # fmt: skip
    """Return the movement that brought *quantity* in; an item with a shelf life says when it was made."""
    (held,) = _hold(kind, by, store)
    _check(kind, item, quantity, moved)
    sent = _sent_before(kind, moved)
    if sent:
        return sent
    shelf = kind.items[item].shelf
    if shelf is not None and made_on is None:
        raise EngineInvalidError(
            {"made_on": _("Say when it was made; it keeps %(shelf)s.") % {"shelf": shelf}}
        )
    expires = last_day(made_on, shelf) if shelf is not None and made_on is not None else None
    return [_move(_batch(kind, held, item, expires), Way.IN, _exact(quantity), moved, by)]


@transaction.atomic
def take_out(
    store: Dossier, kind: SupplyKind, item: str, quantity: Decimal, moved: Moved, *, by: Scope
) -> list[StockMove]:
    """Return the movements by which *quantity* left the store, first what expires first."""
    (held,) = _hold(kind, by, store)
    _check(kind, item, quantity, moved)
    sent = _sent_before(kind, moved)
    if sent:
        return sent
    taken = _take(kind, held, item, _exact(quantity), moved.on)
    return [_move(batch, Way.OUT, -part, moved, by) for batch, part in taken]


@transaction.atomic
def transfer(
    store: Dossier, other: Dossier, kind: SupplyKind, item: str, quantity: Decimal, moved: Moved, *, by: Scope
) -> list[StockMove]:
    """Return both sides of the movements between two stores; batches keep their day of expiry."""
    if store.pk == other.pk:
        raise EngineInvalidError({"other": _("Choose another store.")})
    held, there = _hold(kind, by, store, other)
    _check(kind, item, quantity, moved)
    sent = _sent_before(kind, moved)
    if sent:
        return sent
    moves = []
    for batch, part in _take(kind, held, item, _exact(quantity), moved.on):
        moves.append(_move(batch, Way.SENT, -part, moved, by))
        moves.append(_move(_batch(kind, there, item, batch.expires_on), Way.RECEIVED, part, moved, by))
    return moves


@transaction.atomic
def count_stock(
    batch_id: int, kind: SupplyKind, counted: Decimal, moved: Moved, *, by: Scope
) -> StockMove | None:
    """Return the movement that brings the book to what was counted; None where it was right."""
    batch = StockBatch.objects.select_related("store").get(pk=batch_id, kind=kind.full_code)
    _hold(kind, by, batch.store)
    batch.refresh_from_db()
    if counted < 0:
        raise EngineInvalidError({"counted": _("Nobody counts less than nothing.")})
    difference = _exact(counted) - batch.quantity
    if not difference:
        return None
    if not moved.reason.strip():
        raise EngineInvalidError({"reason": _("Say where the difference comes from.")})
    return _move(batch, Way.COUNTED, difference, moved, by)


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────


def batches_of(kind: SupplyKind, scope: Scope) -> QuerySet[StockBatch]:
    """Return what lies in the stores this person may see, what expires first first."""
    seen = visible_dossiers(scope).values("pk")
    found = StockBatch.objects.filter(kind=kind.full_code, store__in=seen).select_related("store__area")
    return found.order_by("store__title", "item", F("expires_on").asc(nulls_last=True))


def moves_of(kind: SupplyKind, scope: Scope) -> QuerySet[StockMove]:
    """Return every movement in the stores this person may see, the newest first."""
    seen = visible_dossiers(scope).values("pk")
    found = StockMove.objects.filter(kind=kind.full_code, batch__store__in=seen)
    return found.select_related("batch__store__area", "case", "by").order_by("-pk")


def stores_of(kind: SupplyKind, scope: Scope) -> QuerySet[Dossier]:
    """Return the active stores this person may see."""
    found = visible_dossiers(scope).filter(kind=full_code(kind, kind.of), state=State.ACTIVE)
    return found.select_related("area").order_by("title", "pk")


def holdings(kind: SupplyKind, scope: Scope, *, on: date | None = None) -> list[Held]:
    """Return what each store holds of each item of the pack, none too: what is missing is low as well."""
    today = on or timezone.localdate()
    lots: defaultdict[tuple[int, str], list[StockBatch]] = defaultdict(list)
    for batch in batches_of(kind, scope).filter(quantity__gt=0):
        lots[batch.store_id, batch.item].append(batch)
    return [
        _held(store, item, lots[store.pk, item.code], today)
        for store in stores_of(kind, scope)
        for item in kind.items.values()
    ]


def _held(store: Dossier, item: SupplyItem, lots: Iterable[StockBatch], today: date) -> Held:
    lots = list(lots)
    old = [one for one in lots if one.expires_on and one.expires_on < today]
    coming = [one.expires_on for one in lots if one.expires_on and one.expires_on >= today]
    whole, gone = (sum((one.quantity for one in some), ZERO) for some in (lots, old))
    return Held(store, item, whole, gone, min(coming, default=None))


# ── what the acts share ───────────────────────────────────────────────────────────────────────────────


def _hold(kind: SupplyKind, by: Scope, *stores: Dossier) -> list[Dossier]:
    """Return the stores locked for an act, in one order, so that acts on one store queue."""
    for store in stores:
        found = find_dossier(store.pk, by)
        require("correct", by, area_path=found.area.path, sensitive=found.sensitive)
        if found.kind != full_code(kind, kind.of):
            raise EngineInvalidError({"store": _("Supplies of this kind are kept elsewhere.")})
    ids = [store.pk for store in stores]
    locked = Dossier.objects.select_for_update(of=("self",)).select_related("area").filter(pk__in=ids)
    held = {one.pk: one for one in locked.order_by("pk")}
    return [held[pk] for pk in ids]


def _check(kind: SupplyKind, item: str, quantity: Decimal, moved: Moved) -> None:
    problems: dict[str, str] = {}
    if item not in kind.items:
        problems["item"] = _("There is no such item.")
    if _exact(quantity) <= 0:
        problems["quantity"] = _("A quantity is above zero.")
    if moved.on > timezone.localdate():
        problems["on"] = _("This day has not come yet.")
    if problems:
        raise EngineInvalidError(problems)


def _exact(quantity: Decimal) -> Decimal:
    return Decimal(quantity).quantize(HUNDREDTH)


def _sent_before(kind: SupplyKind, moved: Moved) -> list[StockMove]:
    """Return what the same form moved when it was sent before; asked while the store is held."""
    if not moved.key:
        return []
    return list(StockMove.objects.filter(kind=kind.full_code, key=moved.key).order_by("pk"))


def _batch(kind: SupplyKind, store: Dossier, item: str, expires: date | None) -> StockBatch:
    return StockBatch.objects.get_or_create(kind=kind.full_code, store=store, item=item, expires_on=expires)[
        0
    ]


def _take(
    kind: SupplyKind, store: Dossier, item: str, quantity: Decimal, on: date
) -> list[tuple[StockBatch, Decimal]]:
    """Return from which batches a quantity comes; what is out of date on the day is not handed out."""
    lots = StockBatch.objects.filter(kind=kind.full_code, store=store, item=item, quantity__gt=0)
    usable = [one for one in lots.order_by(F("expires_on").asc(nulls_last=True)) if not _is_old(one, on)]
    there = sum((one.quantity for one in usable), ZERO)
    if there < quantity:
        words = {
            "has": f"{there.normalize():f}",
            "unit": kind.items[item].unit,
            "name": kind.items[item].name,
        }
        raise EngineStateError(_("Only %(has)s %(unit)s of %(name)s can be used there.") % words)
    taken: list[tuple[StockBatch, Decimal]] = []
    for one in usable:
        part = min(one.quantity, quantity)
        if part:
            taken.append((one, part))
            quantity -= part
    return taken


def _is_old(batch: StockBatch, on: date) -> bool:
    return batch.expires_on is not None and batch.expires_on < on


def _move(batch: StockBatch, way: Way, quantity: Decimal, moved: Moved, by: Scope) -> StockMove:
    """Store a change of a batch with its ledger line."""
    batch.quantity += quantity
    batch.save(update_fields=["quantity"])
    move = StockMove(
        kind=batch.kind, batch=batch, way=way, quantity=quantity, on=moved.on, key=moved.key[:40],
        reason=moved.reason.strip()[:200], case_id=_case_id(moved.case, by), by_id=by.user_id,
    )  # fmt: skip
    move.save(force_insert=True)
    area = batch.store.area_id
    record(
        by.actor, f"stock.{way}", move, area_id=area, before=None, after=move_facts(move), note=move.reason
    )
    return move


def _case_id(number: str, by: Scope) -> int | None:
    if not number.strip():
        return None
    found = visible_cases(by).filter(number=number.strip()).values_list("pk", flat=True).first()
    if found is None:
        raise EngineInvalidError(
            {"case": _("There is no matter %(name)s that you may see.") % {"name": number}}
        )
    return int(found)
