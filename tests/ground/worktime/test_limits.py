"""A limit is read from the spellings found in official texts, or refused with the fix."""

from decimal import Decimal

import pytest

from zhenshu.ground.worktime.limits import Limit, LimitError, StartRule, Unit, parse_limit


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("15 日", 15, Unit.DAY),
        ("15天", 15, Unit.DAY),
        ("60自然日", 60, Unit.DAY),
        ("3 工作日", 3, Unit.WORKING_DAY),
        ("3个工作日", 3, Unit.WORKING_DAY),
        ("5个工作日内", 5, Unit.WORKING_DAY),
        ("4 工作时", 4, Unit.WORKING_HOUR),
        ("4.5 工作时", Decimal("4.5"), Unit.WORKING_HOUR),
        ("24 小时", 24, Unit.HOUR),
        ("２４小时以内", 24, Unit.HOUR),
        ("3 个月", 3, Unit.MONTH),
        ("2 working_day", 2, Unit.WORKING_DAY),
        ("当日", 0, Unit.DAY),
        ("当天", 0, Unit.DAY),
    ],
)
def test_usual_spellings(text, value, unit):
    assert parse_limit(text) == Limit(value, unit)


@pytest.mark.parametrize("text", ["15 日", "3 工作日", "4.5 工作时", "24 小时", "3 个月", "当日"])
def test_written_form_reads_back(text):
    assert str(parse_limit(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write it like 15 日"),
        ("日", "write it like 15 日"),
        ("尽快", "write it like 15 日"),
        ("-3 日", "write it like 15 日"),
        ("3 季度", "unknown unit '季度'"),
        ("1.5 工作日", "write parts of a day as 工作时"),
        ("0 工作日", "longer than nothing"),
        ("0 小时", "longer than nothing"),
    ],
)
def test_refusal_names_the_fix(text, words):
    with pytest.raises(LimitError, match=words):
        parse_limit(text)


def test_unknown_unit_lists_the_allowed_ones():
    with pytest.raises(LimitError, match="工作时、工作日、小时、日、个月"):
        parse_limit("2 旬")


def test_every_unit_and_rule_has_a_chinese_name():
    assert [unit.name_zh for unit in Unit] == ["工作时", "工作日", "小时", "日", "个月"]
    assert [rule.name_zh for rule in StartRule] == ["当日起", "次日起", "即时起"]
