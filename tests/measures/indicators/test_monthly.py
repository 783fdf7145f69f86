"""Monthly statistics from spreadsheets: what is taken, doubted, refused, each with its row."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from tests.measures.indicators.conftest import Records

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.tables import TableError
from zhenshu.measures.indicators.closing import close_period, differences
from zhenshu.measures.indicators.errors import RightMissingError
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.models import Reported
from zhenshu.measures.indicators.monthly import MonthlyReport, import_sheet, look_at_sheet
from zhenshu.measures.indicators.sheets import read_period

LONG = ["指标", "区域", "月份", "数值", "单位", "填报人"]


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def take(records: Records) -> Any:
    def take_in(
        *rows: list[Any], head: list[str] | None = None, by: str = "secretary", **more: Any
    ) -> MonthlyReport:
        content = workbook(head or LONG, *rows)
        more = {"signer": "李统计", "year": 2023, **more}
        return import_sheet(content, area=records.town.town, by=records.scopes[by], **more)

    return take_in


def outcomes(report: MonthlyReport) -> list[tuple[int, str]]:
    return [(line.row, line.outcome) for line in report.lines]


def test_long_form_is_stored_with_signers_and_one_line_of_import(take: Any, records: Records) -> None:
    report = take(
        ["测试收入", "", "2023年1月", "0.52", "亿元", "王统计"],
        ["counts.revenue", "东浦村", "2023-01", 300, "万元", ""],
        ["测试预算收入", "澄江镇", "1-2月", 1.02, "", ""],
    )
    assert outcomes(report) == [(2, "new"), (3, "new"), (4, "new")]
    assert evaluate("counts.revenue", records.town.town, "2023-02").value == Decimal("0.5")
    assert evaluate("counts.revenue", records.town.villages[0], "2023-01").value == Decimal("0.03")
    assert set(Reported.objects.values_list("signer", flat=True)) == {"王统计", "李统计"}
    assert Entry.objects.get(action="figures.imported").changes["new"] == [None, 3]


def test_wide_form_has_a_column_per_month(take: Any, records: Records) -> None:
    report = take(
        ["测试收入", "亿元", 0.5, 0.6, "-", 1.7],
        head=["指标名称", "计量单位", "1月", "2月", "3月", "1-3月"],
    )
    assert report.stored == 3
    assert evaluate("counts.revenue", records.town.town, "2023-03").value == Decimal("0.6")


def test_the_same_sheet_again_changes_nothing(take: Any) -> None:
    row = ["测试收入", "", "2023年1月", "0.52", "亿元", "王统计"]
    take(row)
    assert outcomes(take(row)) == [(2, "unchanged")]
    assert Reported.objects.count() == 1


def test_another_value_for_a_month_needs_a_reason(take: Any, records: Records) -> None:
    take(["测试收入", "", "1月", 0.52, "", ""])
    assert outcomes(take(["测试收入", "", "1月", 0.53, "", ""])) == [(2, "refused")]
    assert outcomes(take(["测试收入", "", "1月", 0.53, "", ""], reason="年报核定")) == [(2, "corrected")]
    assert evaluate("counts.revenue", records.town.town, "2023-01").value == Decimal("0.53")


def test_a_month_twice_in_one_file(take: Any) -> None:
    same, other = ["测试收入", "", "1月", 0.5, "", ""], ["测试收入", "", "1月", 0.6, "", ""]
    assert outcomes(take(same, other)) == [(2, "refused"), (3, "refused")]
    again = take(same, same)
    assert outcomes(again) == [(2, "new"), (3, "refused")]
    assert "2" in again.lines[1].messages[0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["旅游收入", "", "1月", 1, "", ""], "旅游收入"),
        (["测试收入", "西浦村", "1月", 1, "", ""], "西浦村"),
        (["测试收入", "", "13月", 1, "", ""], "13月"),
        (["测试收入", "", "1月", "约一亿", "", ""], "约一亿"),
        (["测试收入", "", "1月", 1, "公斤", ""], "公斤"),
        (["事项数", "", "1月", 1, "", ""], "事项数"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(take: Any, row: list[Any], said: str) -> None:
    report = take(row)
    assert outcomes(report) == [(2, "refused")]
    assert said in report.lines[0].messages[0]
    assert Reported.objects.count() == 0


def test_one_bad_row_does_not_stop_the_others(take: Any) -> None:
    report = take(["测试收入", "", "1月", "x", "", ""], ["测试收入", "", "2月", 1, "", ""])
    assert outcomes(report) == [(2, "refused"), (3, "new")]


# ── doubts ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("value", [5200, "0.00005", 2, -1])
def test_slips_jumps_and_signs_are_doubted_until_confirmed(take: Any, value: Any) -> None:
    take(["测试收入", "", "2022年1月", 0.5, "", ""])
    row = ["测试收入", "", "1月", value, "", ""]
    doubted = take(row)
    assert outcomes(doubted) == [(2, "doubtful")]
    assert doubted.lines[0].messages[0]
    assert outcomes(take(row, confirmed=[(2, "数值")])) == [(2, "new")]


def test_a_slip_of_the_unit_is_told_apart_from_a_jump(take: Any) -> None:
    take(["测试收入", "", "2022年1月", 0.5, "", ""])
    slip = take(["测试收入", "", "1月", 5200, "", ""]).lines[0].messages
    jump = take(["测试收入", "", "1月", 2, "", ""]).lines[0].messages
    assert slip != jump


def test_parts_that_miss_their_whole(take: Any) -> None:
    rows = [
        ["测试收入", name, "1月", value, "", ""] for name, value in (("东浦村", 2), ("孝丰社区", 3), ("", 6))
    ]
    assert outcomes(take(*rows)) == [(2, "new"), (3, "new"), (4, "doubtful")]


def test_parts_that_make_their_whole_within_rounding(take: Any) -> None:
    rows = [
        ["测试收入", name, "1月", value, "", ""]
        for name, value in (("东浦村", 2), ("孝丰社区", 3), ("", 5.01))
    ]
    assert outcomes(take(*rows)) == [(2, "new"), (3, "new"), (4, "new")]


def test_a_closed_month_takes_the_change_and_shows_the_difference(take: Any, records: Records) -> None:
    take(["测试收入", "", "1月", 0.5, "", ""])
    closing = close_period(
        records.town.town, "2023-01", by=records.scopes["secretary"], codes=["counts.revenue"]
    )
    row = ["测试收入", "", "1月", 0.51, "", ""]
    assert outcomes(take(row, reason="核定")) == [(2, "doubtful")]
    assert outcomes(take(row, reason="核定", confirmed=[(2, "数值")])) == [(2, "corrected")]
    found = {one.area_id: one.change for one in differences(closing)}
    assert found[records.town.town.pk] == Decimal("0.01")


def test_looking_stores_nothing(records: Records) -> None:
    content = workbook(LONG, ["测试收入", "", "1月", 0.5, "", ""])
    report = look_at_sheet(
        content, area=records.town.town, year=2023, by=records.scopes["secretary"], signer="李"
    )
    assert outcomes(report) == [(2, "new")]
    assert Reported.objects.count() == 0


def test_files_that_are_no_tables_and_people_who_may_not(take: Any, records: Records) -> None:
    town, secretary = records.town.town, records.scopes["secretary"]
    with pytest.raises(TableError):
        import_sheet(b"PK\x03\x04 broken", area=town, year=2023, by=secretary)
    with pytest.raises(RightMissingError):
        take(["测试收入", "", "1月", 1, "", ""], by="officer")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("5月", "2023-05"), ("2022年5月份", "2022-05"), ("1-10月", "2023-01..2023-10"),
        ("1—10月累计", "2023-01..2023-10"),
        ("一季度", "2023-Q1"), ("2022年第3季度", "2022-Q3"), ("2022年", "2022"), ("2023-05", "2023-05"),
        ("13月", None), ("5-3月", None), ("备注", None), ("", None),
    ],
)  # fmt: skip
def test_headings_that_name_periods(text: str, key: str | None) -> None:
    found = read_period(text, 2023)
    assert (found.key if found else None) == key
