"""What looks wrong in reported values: slips of the unit, jumps, signs, parts that miss their sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from zhenshu.ground.worktime.periods import Period, previous, same_period_last_year
from zhenshu.measures.indicators.closing import closings_touching
from zhenshu.measures.indicators.definitions import Series
from zhenshu.measures.indicators.geography import tree
from zhenshu.measures.indicators.models import Reported
from zhenshu.measures.indicators.sheets import Entry

TEN_THOUSAND = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on a value is doubted: times the earlier one, per cent that parts may miss their whole."""

    jump: Decimal = Decimal(3)
    slip: Decimal = Decimal(3)  # within this factor of ten thousand times the earlier value
    off: Decimal = Decimal("0.5")


LIMITS = Limits()
Past = Mapping[tuple[str, int], Mapping[tuple[object, object], Decimal]]


def doubts(entries: Sequence[Entry], limits: Limits = LIMITS) -> dict[int, list[str]]:
    """Return sentences of doubt by the place of the entry in the sequence; none where all looks right."""
    past = _past(entries)
    found: dict[int, list[str]] = defaultdict(list)
    for place, entry in enumerate(entries):
        found[place] += _against_past(entry, past.get(entry.series, {}), limits)
        found[place] += _against_closing(entry)
    for place, sentence in _against_parts(entries, past, limits):
        found[place].append(sentence)
    return {place: sentences for place, sentences in found.items() if sentences}


def _past(entries: Sequence[Entry]) -> dict[tuple[str, int], dict[tuple[object, object], Decimal]]:
    """Return what stands for these series, with what the sheet itself says laid over it."""
    found: dict[tuple[str, int], dict[tuple[object, object], Decimal]] = defaultdict(dict)
    codes = {entry.plan.code for entry in entries}
    standing = Reported.objects.filter(indicator__in=codes, replaced_by=None)
    for code, area, start, end, value in standing.values_list(
        "indicator", "area_id", "first_day", "end_day", "value"
    ):
        found[code, area][start, end] = value
    for entry in entries:
        found[entry.series][entry.period.start, entry.period.end] = entry.value
    return found


def _against_past(
    entry: Entry, past: Mapping[tuple[object, object], Decimal], limits: Limits
) -> Iterator[str]:
    others = [value for key, value in past.items() if key != (entry.period.start, entry.period.end)]
    if entry.value < 0 and others and min(others) >= 0:
        yield _("%(value)s is negative; this figure never was.") % {"value": _plain(entry.value)}
    for earlier in (same_period_last_year(entry.period), previous(entry.period)):
        base = past.get((earlier.start, earlier.end))
        if base is None or base <= 0 or entry.value <= 0:
            continue
        sentence = _jump(entry, base, earlier, limits)
        if sentence:
            yield sentence
            return


def _jump(entry: Entry, base: Decimal, earlier: Period, limits: Limits) -> str:
    times = max(entry.value / base, base / entry.value)
    unit = entry.plan.kind.unit
    words = {
        "value": f"{_plain(entry.value)}{unit}",
        "base": f"{_plain(base)}{unit}",
        "earlier": earlier.name_zh,
    }
    if TEN_THOUSAND / limits.slip <= times <= TEN_THOUSAND * limits.slip:
        sentence = _("%(value)s against %(base)s in %(earlier)s: the unit seems to be off by ten thousand.")
        return sentence % words
    if times > limits.jump:
        return _("%(value)s is a jump from %(base)s in %(earlier)s.") % words
    return ""


def _against_closing(entry: Entry) -> Iterator[str]:
    for closing in closings_touching(entry.area.pk, entry.period):
        words = {"period": closing.period, "who": closing.closed_by}
        yield _("%(period)s was closed by %(who)s; the change will show as a difference.") % words


def _against_parts(entries: Sequence[Entry], past: Past, limits: Limits) -> Iterator[tuple[int, str]]:
    """Yield wholes that are not the sum of the areas below them, where all of those are told."""
    for place, entry in enumerate(entries):
        node = entry.plan.node
        if not isinstance(node, Series) or node.over_areas != "sum":
            continue
        children = tree().children(entry.area.pk, entry.period.last_day)
        key = (entry.period.start, entry.period.end)
        parts = [past.get((entry.plan.code, child), {}).get(key) for child in children]
        told = [part for part in parts if part is not None]
        if not told or len(told) < len(parts):
            continue
        together = sum(told, Decimal(0))
        if abs(together - entry.value) * 100 > limits.off * max(abs(entry.value), abs(together)):
            words = {"value": _plain(entry.value), "sum": _plain(together), "count": len(told)}
            yield place, _("%(value)s is not the sum of its %(count)d parts, %(sum)s.") % words


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
