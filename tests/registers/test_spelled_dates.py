"""Days and moments in the spellings found in real sheets."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.registers.spelled_dates import CHINA, SpellingError, parse_day, parse_moment

SIXTH_OF_MAY = date(2023, 5, 6)


@pytest.mark.parametrize(
    "spelling",
    [
        "2023-05-06",
        "2023-5-6",
        "2023/5/6",
        "2023.05.06",
        "2023．5．6",
        "20230506",
        "2023年5月6日",
        "2023 年 5 月 6 日",
        "２０２３年５月６日",
        "23年5月6日",
        "2023年5月6号",
        "二〇二三年五月六日",
        "二○二三年五月六日",
        "2023-05-06 14:03:22",
        "2023-05-06T14:03:22",
        "2023-05-06 （周六）",
        "45052",
        45052,
        45052.0,
        20230506,
        20230506.0,
        SIXTH_OF_MAY,
        datetime(2023, 5, 6, 23, 59),
    ],
)
def test_a_usual_spelling_of_a_day(spelling):
    assert parse_day(spelling) == SIXTH_OF_MAY


@pytest.mark.parametrize(
    ("spelling", "day"),
    [
        ("二〇二三年十月十日", date(2023, 10, 10)),
        ("二〇二三年十二月三十一日", date(2023, 12, 31)),
        ("2024-02-29", date(2024, 2, 29)),
        ("二〇二三年五月二十日", date(2023, 5, 20)),
    ],
)
def test_days_written_in_chinese_numerals(spelling, day):
    assert parse_day(spelling) == day


@pytest.mark.parametrize(
    ("spelling", "words"),
    [
        ("2023-02-29", "no day"),
        ("2023年13月1日", "no day"),
        ("2023年5月", "name the day too"),
        ("明天", "not a date"),
        ("2023-05-06 abc", "not a date"),
        ("202305061", "not a date"),
        ("0001-01-01", "can't be right"),
        ("", "not a date"),
        ("2023-05-06 25:00", "no time"),
        ("05/06/2023", "not a date"),
        (0, "not a date"),
        (True, "not a date"),
    ],
)
def test_another_text_is_refused_with_a_sentence(spelling, words, in_english):
    with pytest.raises(SpellingError, match=words):
        parse_day(spelling)


@pytest.mark.parametrize(
    "spelling",
    [
        "2023-05-06 14:03",
        "2023/5/6 14:03:00",
        "2023年5月6日14时3分",
        "2023年5月6日 下午2:03",
        "2023-05-06T14:03:00+08:00",
        "2023-05-06T06:03:00+00:00",
        "20230506140300",
        "202305061403",
        45052 + (14 * 60 + 3) / 1440,
        datetime(2023, 5, 6, 14, 3),
        "2023-05-06 14:03:00.000",
        "2023-05-0614:03",
    ],
)
def test_a_usual_spelling_of_a_moment(spelling):
    assert parse_moment(spelling) == datetime(2023, 5, 6, 14, 3, tzinfo=CHINA)


def test_a_day_alone_is_its_midnight():
    assert parse_moment("2023年5月6日") == datetime(2023, 5, 6, tzinfo=CHINA)
    assert parse_moment(SIXTH_OF_MAY) == datetime(2023, 5, 6, tzinfo=CHINA)


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)))
def test_every_day_survives_each_spelling(day):
    spellings = (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        (day - date(1899, 12, 30)).days,
    )
    assert {parse_day(spelling) for spelling in spellings} == {day}


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)))
def test_every_second_survives_excel_and_text(moment):
    moment = moment.replace(microsecond=0)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    expected = moment.replace(tzinfo=CHINA)
    assert parse_moment(serial) == parse_moment(f"{moment:%Y-%m-%d %H:%M:%S}") == expected


@given(st.text(max_size=30) | st.integers() | st.floats() | st.booleans())
def test_nothing_but_a_sentence_comes_of_nonsense(value):
    try:
        year = parse_day(value).year
    except SpellingError as problem:
        year = 2000 if str(problem) else None
    assert 1900 <= year <= 2100
