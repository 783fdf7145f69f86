"""Dossiers from spreadsheets as they are found in offices."""

from datetime import date

import pytest

from zhenshu.ground.areas.sheets import write_sheet
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.tables import TableError, read_table
from zhenshu.registers.dossiers.imports import import_dossiers, rejected_rows, template
from zhenshu.registers.dossiers.models import Dossier

pytestmark = pytest.mark.django_db

HEADS = ["序号", "单位名称", "信用代码", "职工人数", "成立日期", "风险等级", "村（社区）", "网格"]
GOOD = [
    [1, "澄江铸造", "91990101MA2TEST001", "120人", "2015年3月1日", "红", "东浦村", "第一网格"],
    [2, "𠮷野食品🐟", "91990101MA2TEST002", 30, 42064, "蓝", "孝丰社区", None],
]
BAD = [
    [3, "坏日期", "91990101MA2TEST003", 1, "2023-02-30", "红", "东浦村", None],
    [4, "无此地", "91990101MA2TEST004", 1, None, None, "西浦村", None],
    [5, None, "91990101MA2TEST005", -3, None, "紫", "东浦村", None],
]
OPENED = date(2023, 1, 1)


@pytest.fixture
def take(enterprise, officer):
    def run(rows, *, heads=HEADS, **rest):
        content = write_sheet(heads, rows, title="企业")
        return content, import_dossiers(content, enterprise, by=officer, opened_on=OPENED, **rest)

    return run


def test_good_rows_go_in_with_their_areas(take, town):
    _, report = take(GOOD)
    assert (report.created, report.problems, report.unknown_headings) == (2, [], ("序号",))
    first, second = Dossier.objects.order_by("pk")
    assert (first.area, first.fields["staff"], first.fields["founded"]) == (town.grids[0], 120, "2015-03-01")
    assert (second.area, second.title, second.fields["founded"]) == (
        town.villages[1],
        "𠮷野食品🐟",
        "2015-03-01",
    )


def test_bad_rows_say_row_column_and_reason_and_keep_no_good_row_out(take):
    _, report = take([*GOOD, *BAD])
    assert (report.created, report.rejected_rows) == (2, 3)
    places = {(problem.row, problem.column) for problem in report.problems}
    assert places == {(4, "成立日期"), (5, ""), (6, "单位名称"), (6, "职工人数"), (6, "风险等级")}
    assert all("4" in str(p) for p in report.problems if p.row == 4)


def test_the_rejected_rows_come_back_as_a_sheet_with_reasons(take, enterprise):
    content, report = take([*GOOD, *BAD])
    back = read_table(rejected_rows(content, enterprise, report))
    assert [row.cells["信用代码"] for row in back.rows] == [row[2] for row in BAD]
    assert all(str(list(row.cells.values())[-1]) for row in back.rows)


def test_the_same_file_again_changes_nothing(take):
    take(GOOD)
    entries = Entry.objects.count()
    _, report = take(GOOD)
    assert (report.created, report.corrected, report.unchanged) == (0, 0, 2)
    assert Entry.objects.count() == entries


def test_a_changed_row_corrects_and_an_empty_cell_says_nothing(take):
    take(GOOD)
    changed = [[1, "澄江铸造", "91990101MA2TEST001", 125, None, None, "东浦村", "第一网格"]]
    _, report = take(changed)
    assert (report.corrected, report.created) == (1, 0)
    firm = Dossier.objects.get(identity="91990101ma2test001")
    assert (firm.fields["staff"], firm.fields["risk"]) == (125, "red")


def test_a_formula_in_a_cell_is_text(take):
    rows = [[1, "=cmd|' /C calc'!A0", "91990101MA2TEST009", 1, None, None, "东浦村", None]]
    take(rows)
    assert Dossier.objects.get().title == "=cmd|' /C calc'!A0"


def test_columns_may_be_named_by_hand_and_the_area_chosen(take, town):
    heads = ["厂名", "人数"]
    _, report = take(
        [["某厂", 3]], heads=heads, columns={"厂名": "name", "人数": "staff"}, default_area=town.grids[2]
    )
    assert report.created == 1
    assert Dossier.objects.get().area == town.grids[2]


def test_without_any_area_the_row_says_so(take):
    _, report = take([["某厂"]], heads=["企业名称", "备注"])
    assert report.rejected_rows == 1


def test_a_sheet_without_the_title_column_is_refused(take):
    with pytest.raises(TableError, match="企业名称"):
        take([[1, 2]], heads=["甲", "乙"])


def test_rows_outside_the_area_of_the_post_are_refused(people, town, scope_for, enterprise):
    people["officer"].posts.update(area=town.villages[1])
    content = write_sheet(HEADS, GOOD, title="企业")
    report = import_dossiers(content, enterprise, by=scope_for(people["officer"]), opened_on=OPENED)
    assert (report.created, report.rejected_rows) == (1, 1)


def test_the_template_can_be_read_back(enterprise):
    table = read_table(template(enterprise))
    assert table.headings[0] == "企业名称"
    assert table.headings[-1] == "所属区域"
