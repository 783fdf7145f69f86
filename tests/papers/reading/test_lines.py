"""Business lines by general vocabulary."""

import pytest

from zhenshu.papers.reading.lines import LINES, line_of

WORDS = [
    ("受理12345热线工单", "hotline"),
    ("化解信访积案", "petitions"),
    ("高标准农田建设", "agriculture"),
    ("村级集体经济经营性收入", "village_economy"),
    ("改造老旧小区", "urban"),
    ("新改建农村公路", "transport"),
    ("办理人大代表建议", "deputies"),
    ("发放城乡低保金", "relief"),
    ("黑臭河道销号", "rivers"),
    ("划分综合网格", "grid"),
    ("新增高新技术企业", "innovation"),
    ("一般公共预算收入", "economy"),
]


@pytest.mark.parametrize(("words", "line"), WORDS, ids=[row[0] for row in WORDS])
def test_line_by_its_words(words, line):
    assert line_of(words) == line


def test_context_decides_when_words_say_nothing():
    assert line_of("发放资金", "为困难残疾人和低保对象") == "relief"


def test_words_weigh_more_than_context():
    assert line_of("信访积案化解", "高标准农田建设和粮食生产稳步推进") == "petitions"


def test_there_are_29_lines():
    assert len(LINES) == 29


def test_unknown_words_fall_to_governance():
    assert line_of("其他") == "governance"
