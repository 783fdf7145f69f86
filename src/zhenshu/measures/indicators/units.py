"""Units of the same measure, so that 万元 and 亿元 of one figure are never mixed up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from zhenshu.measures.indicators.errors import ReportedError

# Names of the same measure with what one of them is worth in its smallest unit.
MEASURES: tuple[Mapping[str, int], ...] = (
    {"元": 1, "千元": 1000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000},
    {"人": 1, "万人": 10_000},
    {"人次": 1, "万人次": 10_000},
    {"户": 1, "万户": 10_000},
    {"件": 1, "万件": 10_000},
    {"公斤": 1, "吨": 1000, "万吨": 10_000_000},
    {"千瓦时": 1, "度": 1, "万千瓦时": 10_000, "万度": 10_000, "亿千瓦时": 100_000_000},
    {"平方米": 1, "万平方米": 10_000},
    {"亩": 1, "万亩": 10_000},
)


def convert(value: Decimal, unit: str, to: str) -> Decimal:
    """Return *value* in the unit *to*; raise ReportedError when the two do not measure the same."""
    unit = unit.strip() or to
    if unit == to:
        return value
    for measure in MEASURES:
        if unit in measure and to in measure:
            return value * measure[unit] / measure[to]
    sentence = _("The unit %(unit)s does not fit; this figure is kept in %(to)s.")
    raise ReportedError(sentence % {"unit": unit, "to": to or _("no unit")})
