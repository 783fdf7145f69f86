"""How personal data looks to those who may not read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.people.masking import HIDDEN, MASKS, mask


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "13812345678", "138****5678"),
        ("phone", "0571-12345678", "057******5678"),
        ("phone", "12345", "***45"),
        ("phone", "12", "**"),
        ("id_number", "11010519491231002X", "110***********002X"),
        ("id_number", "110105", "******"),
        ("name", "欧阳正", "欧**"),
        ("name", "𠮷田", "𠮷*"),
        ("text", "某地址", HIDDEN),
        ("integer", 0, HIDDEN),
        ("phone", None, ""),
        ("name", "", ""),
    ],
)
def test_the_mask_of_a_kind(kind, value, shown):
    assert mask(kind, value) == shown


@pytest.mark.parametrize("kind", sorted(MASKS))
@given(text=st.text(min_size=2, max_size=30))
def test_no_mask_shows_a_value_whole_or_changes_its_length(kind, text):
    shown = mask(kind, text)
    assert len(shown) == len(text)
    assert shown.count("*") >= len(text) // 2 - 2
    assert "*" in shown
