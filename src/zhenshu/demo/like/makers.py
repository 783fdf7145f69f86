"""Who makes which record: orders in, records out, whatever the block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction

from zhenshu.demo.like.case_making import CaseMaker
from zhenshu.demo.like.naming import subject_of
from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.recipes import Recipe
from zhenshu.demo.like.record_making import RecordMaker
from zhenshu.ground.packs.base import FieldType
from zhenshu.ground.packs.registry import library
from zhenshu.registers.blocks.errors import BlockError
from zhenshu.registers.blocks.kinds import full_code
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.dossiers.errors import DossierError
from zhenshu.registers.plans.errors import PlanRegisterError

POOL = 14  # dossiers of a kind that others need and no figure asks for
TOGETHER = 200
REFUSALS = (BlockError, CaseError, DossierError, PlanRegisterError, ValueError)


@dataclass(slots=True)
class Makers:
    """The makers of one township and the orders they could not fulfil."""

    cases: CaseMaker
    records: RecordMaker
    refused: list[str] = field(default_factory=list)

    def try_one(self, order: Order) -> bool:
        """Make one record; False when its register refuses it, and then nothing is left of it."""
        try:
            with transaction.atomic():
                self._make_one(order)
        except REFUSALS as error:
            self.refused.append(f"{order.recipe.kind}: {error}")
            order.made = None
        return order.made is not None

    def _make_one(self, order: Order) -> None:
        match order.recipe.block:
            case "cases":
                self.refused += self.cases.make([order])
            case "plans":
                self.records.make_item(order)
            case _:
                self._make_several([order])

    def _make_several(self, orders: Sequence[Order]) -> None:
        """Make records of one block in one act; all of them or none."""
        match orders[0].recipe.block:
            case "dossiers":
                self.records.make_dossiers(orders)
            case "readings":
                self.records.make_readings(orders)
            case _:
                self.records.make_records(orders)

    def make(self, orders: Sequence[Order]) -> Iterator[int]:
        """Make many records of one block; yield how many are done after each batch."""
        if orders and orders[0].recipe.block == "cases":
            self.refused += self.cases.make(orders)
            yield len(orders)
            return
        done = 0
        for some in _batches(orders, TOGETHER):
            if not self._made_together(some):
                with transaction.atomic():
                    for order in some:
                        self.try_one(order)
            done += len(some)
            yield done

    def _made_together(self, orders: Sequence[Order]) -> bool:
        """Make a batch in one act where its block can; False when it can't or one of them is refused."""
        if orders[0].recipe.block == "plans":
            return False
        try:
            with transaction.atomic():
                self._make_several(orders)
        except REFUSALS:
            return False
        return True

    def plant_pools(self, code: str, block: str, sizes: int = 2) -> None:
        """Plant some dossiers of each kind that records of a kind must point to, where there are none yet."""
        for other in needed_kinds(code, block):
            self.plant_pool(other, sizes)

    def plant_pool(self, code: str, size: int) -> None:
        """Plant dossiers of a kind until there are *size* of them; what they point to comes first."""
        if code not in library().dossier_kinds:
            return
        pool = self.records.sources.dossiers.setdefault(code, [])
        for _ in range(size - len(pool)):
            self.try_one(Order(Recipe("dossiers", code, self.cases.last.year - 4)))


def needed_kinds(code: str, block: str) -> list[str]:
    """Return the kinds of dossier that a record of a kind is about or has to name."""
    kind: Any = library().kind(code)
    found = [full_code(one.of or "", kind.pack) for one in _pointing(kind)]
    return [one for one in dict.fromkeys((*found, subject_of(kind, block))) if one and one != code]


def _pointing(kind: Any) -> Iterable[Any]:
    fields = getattr(kind, "fields", {})
    return (one for one in fields.values() if one.type is FieldType.DOSSIER and one.of)


def _batches(orders: Sequence[Order], size: int) -> Iterator[list[Order]]:
    rest = iter(orders)
    while some := list(islice(rest, size)):
        yield some
