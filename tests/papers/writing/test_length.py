"""Words are counted as Word counts them, and limits are said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.papers.writing.length import measure_length, measure_speech, word_count

COUNTED = [
    ("", 0),
    (" \n\u3000", 0),
    ("全镇上下", 4),
    ("全镇，上下。", 6),
    ("实现收入3.16亿元，增长4.5%。", 12),
    ("“四个走在前”", 7),
    ("新建5G基站——12座", 9),
    ("BIM CIM", 2),
    ("hello，世界", 4),
    ("𠮷祥", 2),
    ("……", 2),
]


@pytest.mark.parametrize(("text", "words"), COUNTED)
def test_counted(text, words):
    assert word_count(text) == words


@given(st.text(alphabet="全镇上下，。 \n", max_size=80))
def test_without_letters_every_visible_character_counts(text):
    assert word_count(text) == len(text.replace(" ", "").replace("\n", ""))


@given(st.text(max_size=80), st.text(max_size=80))
def test_paragraphs_add_up(first, second):
    assert word_count(f"{first}\n{second}") == word_count(first) + word_count(second)


def test_over_the_limit():
    assert measure_length("全镇" * 2600, limit=5000).over == 200


@pytest.mark.parametrize("limit", [5000, None])
def test_within_the_limit_or_without_one(limit):
    assert measure_length("全镇", limit=limit).over == 0


def test_minutes_of_a_speech():
    speech = measure_speech("全" * 12600, words_a_minute=200, limit=60)
    assert (speech.stated, speech.over) == (63.0, 3.0)
