"""Numbers in Arabic and Chinese digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.papers.reading.grammar.numerals import parse_number

DIGITS = "零一二三四五六七八九"


def spelled(number):
    """The number as it is said: 321 → 三百二十一, 19 → 十九, 105 → 一百零五."""
    text, pending = "", False
    for place, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ("零" if pending and text else "") + DIGITS[digit] + word
        pending = bool(text) and not digit
    return text.removeprefix("一") if 10 <= number < 20 else text


@given(st.integers(1, 9999))
def test_spelled_number(number):
    assert parse_number(spelled(number)) == number


@given(st.integers(0, 10**9))
def test_grouped_digits(number):
    assert parse_number(f"{number:,}") == number


@pytest.mark.parametrize(
    ("text", "value"), [("两百", 200), ("二〇二四", 2024), ("十", 10), ("1,250.5", 1250.5)]
)
def test_other_spellings(text, value):
    assert parse_number(text) == value
