"""Cells become readable and lose nothing that was said."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.tables import TableError
from zhenshu.registers.cases.sheets import read_rows, tidy_line, tidy_text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("\n\t\t\n\t  甲\t乙 \r\n\r\n\r\n\r\n丙", "甲 乙\n\n丙"),
        ("　　您好！　　情况如下", "您好！\n情况如下"),
        ("张　三", "张 三"),
        ("一行_x000D_\n二行", "一行\n二行"),
        ("\ufeff零\u200b宽", "零宽"),
        ("👨‍👩‍👧 𠮷野", "👨‍👩‍👧 𠮷野"),
        ("=1+1", "=1+1"),
        (13800001234.0, "13800001234"),
        (1.5, "1.5"),
        (None, ""),
        (["甲", 2.0], "甲、2"),
        (datetime(2023, 5, 6, 7, 8, 9), "2023-05-06 07:08:09"),
        (datetime(2023, 5, 6), "2023-05-06"),
        (date(2023, 5, 6), "2023-05-06"),
    ],
)
def test_tidy(cell, text):
    assert tidy_text(cell) == text


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    assert tidy_text(tidy_text(text)) == tidy_text(text)


@given(st.text(alphabet=st.characters(blacklist_categories=("Z", "C"))))
def test_no_visible_character_is_lost(text):
    assert tidy_text(text) == text.replace("_x000D_", "").replace("_x000d_", "")


@given(st.text())
def test_one_line_is_one_line(text):
    assert "\n" not in tidy_line(text)


def test_ndjson_is_flattened_one_step():
    sheet = read_rows(b'\xef\xbb\xbf{"a": {"b": 1}, "c": [1]}\n\n{"d": null}\n')
    assert sheet.headings == ("a.b", "c", "d")
    assert [(row.number, dict(row.cells)) for row in sheet.rows] == [
        (1, {"a.b": 1, "c": [1]}),
        (3, {"d": None}),
    ]


def test_sheets_beside_the_first_are_named(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    for name in ("一月", "二月", "空"):
        book.create_sheet(name)
    for name in ("一月", "二月"):
        for line in (["标题", "内容"], ["甲", "乙"]):
            book[name].append(line)
    book.save(tmp_path / "a.xlsx")
    assert read_rows((tmp_path / "a.xlsx").read_bytes()).unread == ("二月",)


def test_a_file_without_rows_is_refused():
    with pytest.raises(TableError):
        read_rows("标题,内容\n".encode())
