"""Setting a township up from one workbook."""

import io

import pytest
from openpyxl import Workbook

from zhenshu.ground.people.imports import OFFICE_COLUMNS, PEOPLE_COLUMNS, ROLES, import_people, password_sheet
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.offices import find_office
from zhenshu.ground.tables import read_table

pytestmark = pytest.mark.django_db

OFFICES = [
    ["经济发展办公室", "经发", "economy", None, "澄江镇", "0571-12345678"],
    ["统计站", None, "statistics", "经济发展办公室", "990101100000", None],
]
PEOPLE = [
    ["he.min", "何敏", 13800001234, "承办人", "经济发展办公室", "澄江镇", "副主任", "jin.hua", None],
    ["jin.hua", "金华", None, "领导", "经济发展办公室", "澄江镇", "镇长", None, "是"],
    ["he.min", "何敏", None, "网格员", "统计站", "东浦村/第一网格", None, None, None],
]


def workbook(offices=OFFICES, people=PEOPLE):
    book = Workbook()
    book.remove(book.active)
    for name, columns, rows in (("单位", OFFICE_COLUMNS, offices), ("人员", PEOPLE_COLUMNS, people)):
        sheet = book.create_sheet(name)
        for row in (columns, *rows):
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def administrator(people, scope_for):
    return scope_for(people["administrator"])


@pytest.fixture
def take(administrator, django_capture_on_commit_callbacks):
    def run(content):
        with django_capture_on_commit_callbacks(execute=True):
            return import_people(content, by=administrator)

    return run


def test_offices_people_and_posts_come_in(take, town):
    report = take(workbook())
    assert (report.created, report.changed, report.problems) == (4, 1, [])
    assert find_office("statistics", town.grids[0].path).parent == Office.objects.get(name="经济发展办公室")
    user = User.objects.get(username="he.min")
    assert set(user.posts.values_list("role", "area_id")) == {
        (Role.OFFICER, town.town.pk),
        (Role.GRID_WORKER, town.grids[0].pk),
    }
    assert user.posts.get(role=Role.OFFICER).supervisor.user.username == "jin.hua"
    assert Post.objects.get(user__username="jin.hua").sensitive


def test_first_passwords_work_and_must_be_changed(take):
    report = take(workbook())
    assert set(report.passwords) == {"he.min", "jin.hua"}
    user = User.objects.get(username="he.min")
    assert user.check_password(report.passwords["he.min"])
    assert user.must_change_password
    assert len(read_table(password_sheet(report)).rows) == 2


def test_the_same_workbook_again_changes_nothing(take):
    take(workbook())
    report = take(workbook())
    assert (report.created, report.changed, report.unchanged, report.passwords) == (0, 0, 5, {})


def test_bad_rows_are_named_and_keep_no_good_row_out(take):
    bad = [
        ["a", "甲", None, "皇帝", "经济发展办公室", "澄江镇", None, None, None],
        ["b", "乙", None, "承办人", "无此单位", "澄江镇", None, None, None],
        ["c", "丙", None, "承办人", "经济发展办公室", "无此地", None, None, None],
        ["", "丁", None, "承办人", "经济发展办公室", "澄江镇", None, None, None],
        ["he.min", "别人", None, "承办人", "经济发展办公室", "澄江镇", None, None, None],
    ]
    report = take(workbook(people=[*PEOPLE, *bad]))
    assert [problem.row for problem in report.problems] == [5, 6, 7, 8, 9]
    assert not User.objects.filter(username__in=["a", "b", "c"]).exists()
    assert User.objects.filter(username="he.min").exists()


def test_an_unknown_superior_is_named(take):
    rows = [["x", "某", None, "承办人", "经济发展办公室", "澄江镇", None, "无此人", None]]
    report = take(workbook(people=rows))
    assert report.created == 3
    assert "无此人" in report.problems[0].message


def test_only_within_the_area_one_administers(people, town, scope_for):
    people["administrator"].posts.update(area=town.villages[0])
    report = import_people(workbook(), by=scope_for(people["administrator"]))
    assert not Office.objects.filter(name="经济发展办公室").exists()
    assert report.created == 0


def test_every_role_has_a_chinese_name():
    assert set(ROLES.values()) == set(Role)
