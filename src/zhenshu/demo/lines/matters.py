"""Matters of every kind and year: most closed in time, some late, and of this year some still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from zhenshu.demo.like.case_making import CaseMaker
from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.recipes import Life, Recipe
from zhenshu.demo.lines.stock import TEXTS, Stock
from zhenshu.demo.lines.words import said
from zhenshu.demo.rhythm import OFFICE
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.models import Case

ENOUGH, SOME = 12, 3  # matters of one kind from which on a line lives: in this year, in one that is over
FRESH, OLD, SELDOM = 3, 30, 8  # days ago that an open matter came in; one in so many is old
A_YEAR: tuple[Life, ...] = (
    Life(), Life(satisfied="mostly"), Life(way="late"), Life(solved="partly", satisfied="no"),
)  # fmt: skip
THIS_YEAR: tuple[Life, ...] = (Life(), Life(), Life(way="late"), *(Life(way="open"),) * 3)


@dataclass(slots=True)
class LineCases(CaseMaker):
    """Makes matters whose open ones came in of late, the first of them long ago."""

    open_made: int = 0

    def _opened(self, recipe: Recipe, kind: CaseKind, draft: Draft) -> datetime:
        if recipe.life.way != "open":
            return CaseMaker._opened(self, recipe, kind, draft)
        self.open_made += 1
        days = OLD if self.open_made % SELDOM == 0 else FRESH
        first = max(self.last - timedelta(days=days), date(recipe.year, 1, 4))
        return self._draw(first, min(first + timedelta(days=max(days // 2, FRESH)), self.last), OFFICE)


def plant_matters(stock: Stock) -> None:
    """Bring in some matters of every kind for each year that has few of it."""
    maker = LineCases(stock.world, stock.sources, stock.today - timedelta(days=1), stock.by)
    orders = [order for kind in library().case_kinds.values() for order in _orders(stock, kind)]
    stock.refused += maker.make(orders)


def _orders(stock: Stock, kind: CaseKind) -> Iterator[Order]:
    for year in stock.years:
        if year != stock.today.year and kind.full_code in stock.told:
            continue
        held = Case.objects.filter(kind=kind.full_code, opened_at__year=year)
        enough = ENOUGH if year == stock.today.year else SOME
        if held[:enough].count() >= enough:
            continue
        for life in THIS_YEAR if year == stock.today.year else A_YEAR:
            yield Order(Recipe("cases", kind.full_code, year, tuple(assigned_to(stock, kind).items()), life))


def assigned_to(stock: Stock, kind: CaseKind) -> dict[str, Any]:
    """Return what the phrases know for the text fields of a matter, its category and its channel."""
    found: dict[str, Any] = {
        name: text
        for name, field in kind.fields.items()
        if field.type in TEXTS and (text := said(field.name, stock.rng)) is not None
    }
    paths = [path for path, one in kind.category_paths() if not one.children]
    return {**found, "category": stock.rng.choice(paths)} if paths else found
