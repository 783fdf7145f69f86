"""A month against another: 同比, 环比, 累计. Only subjects that returned both months are compared.

Growth is ``(value − base) ÷ |base|`` in per cent; against a base of nought there is none. Who returned one of
the two months only is left out of the comparison on both sides, and counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from zhenshu.measures.economy.months import moved, year_so_far
from zhenshu.measures.economy.panel import Panel

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over those that returned a value, and how many they are."""

    value: Decimal
    n: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A sum against its base over the *n* that have both; *left_out* have one of the two only."""

    value: Decimal
    base: Decimal
    n: int
    left_out: int

    @property
    def growth(self) -> Decimal | None:
        """The growth in per cent; None where there is no base."""
        return growth_of(self.value, self.base)


def growth_of(value: Decimal | None, base: Decimal | None) -> Decimal | None:
    """Return the growth on *base* in per cent; None without a base or on a base of nought."""
    if value is None or not base:
        return None
    return (value - base) / abs(base) * HUNDRED


def total(panel: Panel, name: str, month: str) -> Total:
    """Return the sum of a value over all that returned it for a month."""
    found = [one for pk in panel.subjects if (one := panel.value(pk, month, name)) is not None]
    return Total(sum(found, Decimal(0)), len(found))


def year_total(panel: Panel, name: str, month: str) -> Total:
    """Return the sum of a value from January to a month; *n* is how many values were added."""
    parts = [total(panel, name, one) for one in year_so_far(month)]
    return Total(sum((part.value for part in parts), Decimal(0)), sum(part.n for part in parts))


def over_year(panel: Panel, name: str, month: str) -> Compared:
    """Return a month against the same month a year before (同比)."""
    return _compare(panel, name, [(month, moved(month, -12))])


def over_month(panel: Panel, name: str, month: str) -> Compared:
    """Return a month against the month before (环比)."""
    return _compare(panel, name, [(month, moved(month, -1))])


def year_over_year(panel: Panel, name: str, month: str) -> Compared:
    """Return January to a month against the same months a year before (累计同比)."""
    return _compare(panel, name, [(one, moved(one, -12)) for one in year_so_far(month)])


def _compare(panel: Panel, name: str, pairs: Iterable[tuple[str, str]]) -> Compared:
    value, base, n, left_out = Decimal(0), Decimal(0), 0, 0
    for month, before in pairs:
        for pk in panel.subjects:
            now, then = panel.value(pk, month, name), panel.value(pk, before, name)
            if now is not None and then is not None:
                value, base, n = value + now, base + then, n + 1
            elif now is not None or then is not None:
                left_out += 1
    return Compared(value, base, n, left_out)


@dataclass(frozen=True, slots=True)
class Share:
    """What one subject did to the growth of all: *points* of the whole growth are its own."""

    subject: int
    value: Decimal
    base: Decimal
    points: Decimal

    @property
    def change(self) -> Decimal:
        return self.value - self.base


def contributions(panel: Panel, name: str, month: str) -> list[Share]:
    """Return what each subject with both months did to the growth on last year, the greatest rise first.

    The points of all add up to the growth of all; without a base of the whole there are none.
    """
    before, whole = moved(month, -12), over_year(panel, name, month).base
    if not whole:
        return []
    found = []
    for pk in panel.subjects:
        now, then = panel.value(pk, month, name), panel.value(pk, before, name)
        if now is not None and then is not None:
            found.append(Share(pk, now, then, (now - then) / abs(whole) * HUNDRED))
    return sorted(found, key=lambda one: (-one.points, one.subject))
