"""How the value of one unit becomes the points of one item: pure arithmetic, written out as it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from zhenshu.ground.packs.schema import ScoreItem

CENT = Decimal("0.01")
ZERO, HUNDRED = Decimal(0), Decimal(100)
Number = Decimal | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one unit for one item.

    *ratio* is how much of its target a unit has reached by now, 1 for all that could be asked; *place* its
    place among the *of* units that have a value. *more* tells that a higher value is the better one.
    """

    value: Number = None
    numerator: Number = None
    denominator: Number = None
    n: int = 0
    target: Number = None
    ratio: Number = None
    place: int | None = None
    of: int = 0
    more: bool = True


@dataclass(frozen=True, slots=True)
class Marked:
    """The points of an item with their arithmetic; None where the item is left out. *veto*: all is lost."""

    points: Number
    line: str = ""
    veto: bool = False


def mark(item: ScoreItem, reading: Reading) -> Marked:
    """Return the points *reading* earns, between nought and the full mark."""
    full = _number(item.full)
    if reading.value is None or (item.way == "target" and reading.ratio is None):
        return _empty(item, full)
    return _WAYS[item.way](item, full, reading)


def given(item: ScoreItem, points: Decimal) -> Marked:
    """Return points entered by hand, within the full mark."""
    held = cents(min(max(points, ZERO), _number(item.full)))
    return Marked(held, f"{told(held)} / {told(_number(item.full))}")


def _empty(item: ScoreItem, full: Decimal) -> Marked:
    """What nothing fell due for: left out of the sum unless the pack says otherwise; never a loss by veto."""
    if item.way in ("veto", "bonus"):
        return Marked(cents(full) if item.way == "veto" else ZERO)
    return {"left_out": Marked(None), "full": Marked(cents(full), told(full)), "none": Marked(ZERO, "0")}[
        item.empty
    ]


def _share(item: ScoreItem, full: Decimal, reading: Reading) -> Marked:
    reach = _number(item.reach) if item.reach else HUNDRED
    value = _value(reading)
    line = f"{told(full)} × {told(value)} ÷ {told(reach)}"
    return _within(full, full * value / reach, line)


def _target(item: ScoreItem, full: Decimal, reading: Reading) -> Marked:
    ratio = reading.ratio or ZERO
    return _within(full, full * ratio, f"{told(full)} × {told(ratio * HUNDRED)}%")


def _rank(item: ScoreItem, full: Decimal, reading: Reading) -> Marked:
    """With a step each place costs so much; without, the places divide the full mark evenly.

    Who has nothing to show where more is better earns nothing, however many share the place.
    """
    if reading.place is None or (reading.more and _value(reading) <= 0):
        return Marked(ZERO, "0")
    place, of = Decimal(reading.place), Decimal(max(reading.of, 1))
    if item.step:
        step = _number(item.step)
        return _within(full, full - step * (place - 1), f"{told(full)} − {told(step)} × ({place} − 1)")
    return _within(full, full * (of - place + 1) / of, f"{told(full)} × ({of} − {place} + 1) ÷ {of}")


def _deduct(item: ScoreItem, full: Decimal, reading: Reading) -> Marked:
    step, value = _number(item.step or 1), _value(reading)
    loss = _capped(item, step * max(value, ZERO))
    return _within(full, full - loss, f"{told(full)} − {told(step)} × {told(value)}")


def _bonus(item: ScoreItem, full: Decimal, reading: Reading) -> Marked:
    step, value = _number(item.step or 1), _value(reading)
    return _within(full, _capped(item, step * value), f"{told(step)} × {told(value)}")


def _capped(item: ScoreItem, points: Decimal) -> Decimal:
    return min(points, _number(item.cap)) if item.cap else points


def _bands(item: ScoreItem, full: Decimal, reading: Reading) -> Marked:
    """A limit belongs to the band above it (≥); where less is better the lowest limit kept counts (≤)."""
    value = _value(reading)
    limits = sorted(item.bands, key=lambda band: band.from_, reverse=reading.more)
    for band in limits:
        limit = _number(band.from_)
        if value >= limit if reading.more else value <= limit:
            sign = "≥" if reading.more else "≤"
            return _within(full, _number(band.points), f"{told(value)} {sign} {told(limit)}")
    return Marked(ZERO, "0")


def _veto(item: ScoreItem, full: Decimal, reading: Reading) -> Marked:
    limit, value = _number(item.step or 1), _value(reading)
    if value < limit:
        return Marked(cents(full), f"{told(value)} < {told(limit)}")
    return Marked(ZERO, f"{told(value)} ≥ {told(limit)}", veto=True)


def _value(reading: Reading) -> Decimal:
    return reading.value if reading.value is not None else ZERO


def _within(full: Decimal, points: Decimal, line: str) -> Marked:
    """Keep points between nought and the full mark, and say so where that changed them."""
    held = cents(min(max(points, ZERO), full))
    raw = cents(points)
    return Marked(held, f"{line} = {told(raw)}" + ("" if raw == held else f" → {told(held)}"))


def cents(points: Decimal) -> Decimal:
    """Return points as they are kept: to a hundredth, rounded half up."""
    return points.quantize(CENT, ROUND_HALF_UP)


def told(number: Decimal) -> str:
    """Return a number as arithmetic writes it: at most two decimals, none that are empty."""
    text = f"{cents(number):f}"
    return text.rstrip("0").rstrip(".")


def _number(value: float) -> Decimal:
    return Decimal(str(value))


_WAYS: Mapping[str, Callable[[ScoreItem, Decimal, Reading], Marked]] = {
    "share": _share,
    "target": _target,
    "rank": _rank,
    "deduct": _deduct,
    "bonus": _bonus,
    "bands": _bands,
    "veto": _veto,
}


# ── among each other ──────────────────────────────────────────────────────────────────────────────────


def places(values: Sequence[Number], *, more: bool) -> list[int | None]:
    """Return the place of each value, equal values sharing one; None where there is no value."""
    known = sorted((value for value in values if value is not None), reverse=more)
    return [None if value is None else known.index(value) + 1 for value in values]
