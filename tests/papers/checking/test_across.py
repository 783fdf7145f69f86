"""A report against last year's report and against the ledger."""

from dataclasses import replace

import pytest

from zhenshu.papers.checking.across import Matches
from zhenshu.papers.checking.check import check_report
from zhenshu.papers.reading.report import read_report as read

LAST = """一、2022年工作回顾
全年一般公共预算收入完成3.00亿元，规上工业企业48家。
二、2023年工作安排
一般公共预算收入完成3.2亿元，新增规上工业企业8家，信访总量下降5%左右。
"""
THIS = """一、2023年工作回顾
全年一般公共预算收入完成{income}亿元，增长{growth}%，新增规上工业企业{companies}家。
二、2024年工作安排
一般公共预算收入完成3.5亿元，新增规上工业企业9家。
"""


def findings(*, income=3.3, growth=10, companies=8):
    report = read(THIS.format(income=income, growth=growth, companies=companies))
    return [(one.kind, one.stated) for one in check_report(report, last=read(LAST))]


def test_kept_promises_and_fitting_growth():
    assert findings() == []


def test_promise_that_was_missed():
    assert findings(companies=6) == [("target", "6家")]


def test_the_promise_is_quoted_from_last_years_report():
    last = read(LAST)
    (found,) = check_report(read(THIS.format(income=3.3, growth=10, companies=6)), last=last)
    (place,) = found.last_places
    assert last.document.text[place.start : place.end] in place.quote
    assert "8家" in place.quote


def test_a_promise_in_other_words_is_found_by_its_name_in_short_or_by_its_indicator():
    last = read(LAST.replace("新增规上工业企业8家", "新增规模以上工业企业8家"))
    (found,) = check_report(read(THIS.format(income=3.3, growth=10, companies=6)), last=last)
    assert found.kind == "target"
    target = next(one for one in last.figures if one.target)
    coded = replace(target, name="财政预算收入", indicator="economy.budget_income")
    result = replace(target, target=False, kind="actual", indicator="economy.budget_income")
    assert Matches([result]).find(coded) == result
    assert Matches([result, replace(result, name="另一收入")]).find(coded) is None


def test_growth_that_does_not_fit_last_years_level():
    assert findings(growth=15) == [("last-level", "15%")]


def test_without_last_report_nothing_is_compared():
    assert check_report(read(THIS.format(income=3.3, growth=15, companies=6))) == []


AGAINST_LEDGER = [
    ("接待来访153批。", 153, "批", False),
    ("接待来访153批。", 151, "批", True),
    ("规上工业企业开票销售84.25亿元。", 842_513, "万元", False),
    ("规上工业企业开票销售84.25亿元。", 839_000, "万元", True),
    ("处理超门店经营950余起。", 957, "起", False),
    ("处理超门店经营950余起。", 931, "起", True),
    ("疏浚土方近16万方。", 158_600, "方", False),
    ("疏浚土方近16万方。", 191_000, "方", True),
]


@pytest.mark.parametrize(("text", "value", "unit", "differs"), AGAINST_LEDGER)
def test_figure_against_the_ledger(text, value, unit, differs):
    report = read(f"一、2023年工作回顾\n{text}")
    (figure,) = report.figures
    found = check_report(report, ledger={figure.name: (value, unit)})
    assert [one.kind for one in found] == (["ledger"] if differs else [])


def test_a_growth_is_not_held_against_a_level_nor_one_year_against_another():
    report = read("一、2023年工作回顾\n规上工业总产值86.4亿元，增长7.1%。")
    ledger = {one.name: (86.4, "亿元") for one in report.figures}
    assert check_report(report, ledger=ledger) == []
    assert check_report(report, ledger={"规上工业总产值": (80.0, "亿元")}, ledger_year=2022) == []
    assert check_report(report, ledger={"规上工业总产值": (80.0, "亿元")}, ledger_year=2023) != []
    assert check_report(report, ledger={"规上工业总产值": (80.0, "家")}) == []


def test_figure_the_ledger_does_not_know():
    assert check_report(read("接待来访153批。"), ledger={"修建道路": (3.0, "公里")}) == []


def test_ledger_value_is_told_in_the_unit_of_the_text():
    report = read("一、2023年工作回顾\n规上工业企业开票销售84.25亿元。")
    (found,) = check_report(report, ledger={report.figures[0].name: (839_000, "万元")})
    assert found.computed == "83.9亿元"
    assert report.document.text[found.places[0].start :].startswith("84.25")
