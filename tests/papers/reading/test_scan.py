"""Candidates are found at the same places whether tried everywhere or only where one can begin."""

from hypothesis import given
from hypothesis import strategies as st
from tests.papers.reading.scoring import FIXTURES

from zhenshu.papers.reading.scan import CANDIDATE, _matches

PIECES = [
    "增长",
    "第",
    "前三",
    "百分之九十五",
    "12.5%",
    "1,250",
    "万元",
    "xx",
    "零",
    "超",
    "千万",
    "三十",
    "连冠",
    "首家",
    "，",
    "个",
    ".",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_same_candidates_in_any_words(words):
    assert [one.span() for one in _matches(words)] == [one.span() for one in CANDIDATE.finditer(words)]


def test_same_candidates_in_reports():
    for path in FIXTURES.glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert [one.span() for one in _matches(line)] == [one.span() for one in CANDIDATE.finditer(line)]
