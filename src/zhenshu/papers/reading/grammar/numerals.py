"""Numbers as reports write them: 1,250.5, 三十二, 两百."""

from __future__ import annotations

ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
CHINESE = r"[一二两三四五六七八九十百千零〇]{1,12}"

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_PLACES = {"十": 10, "百": 100, "千": 1000}


def parse_number(text: str) -> float:
    """Return the value of *text*, written in Arabic or Chinese digits."""
    if text[0].isdigit():
        return float(text.replace(",", ""))
    if all(char in _DIGITS for char in text) and len(text) > 1:
        return float("".join(str(_DIGITS[char]) for char in text))
    return float(_parse_places(text))


def _parse_places(text: str) -> int:
    """Return the value of a number written with places: 三百二十一 → 321, 十九 → 19."""
    total, digit = 0, -1
    for char in text:
        if char in _PLACES:
            total += (1 if digit < 0 else digit) * _PLACES[char]
            digit = -1
        else:
            digit = _DIGITS[char]
    return total + max(digit, 0)
