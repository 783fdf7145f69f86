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
    {
        "平方米": 1,
        "平米": 1,
        "㎡": 1,
        "m²": 1,
        "m2": 1,
        "万平方米": 10_000,
        "公顷": 10_000,
        "平方公里": 1_000_000,
        "平方千米": 1_000_000,
        "km²": 1_000_000,
    },
    {"亩": 1, "万亩": 10_000},
    {"米": 1, "延米": 1, "公里": 1000, "千米": 1000, "km": 1000},
    {"天": 1, "日": 1},
    {"工作日": 1, "个工作日": 1},
    {"小时": 1, "个小时": 1},
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
