"""Files of matters come in whole: each row once, dated as it went, or back with its reason."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pytest
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases import intake
from zhenshu.registers.cases.errors import CaseInvalidError
from zhenshu.registers.cases.models import Case, Serial

pytestmark = pytest.mark.django_db
KIND = "hotline.ticket"
BOARD = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
MESSAGES = [
    [
        2549.0, "U1", "小区物业乱收费", "2019/4/25 9:32:09", "\n\t\t\t\n\t\t物业费上涨。\r\n请处理",
        "已约谈物业。", "2019/4/28 14:56:53",
    ],
    [
        2554.0, "U2", "路灯不亮", datetime(2019, 4, 8, 8, 37, 20), "东浦路𠮷家门口路灯不亮😡", "已修复",
        "2019-5-30 9:49",
    ],
    [2555.0, "U3", "河边有异味", "2019年4月24日 15:40", "　　河水发黑　　有异味", None, None],
]  # fmt: skip


def xlsx(heads, rows):
    book = Workbook()
    for line in (heads, *rows):
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table(heads, rows):
    file = io.StringIO()
    csv.writer(file).writerows([heads, *rows])
    return file.getvalue().encode()


@pytest.fixture
def take(town):
    """Take a file in as the command does, and return the report."""

    def run(content, kind=KIND, *, dry_run=False, **planned):
        sheet = intake.read_sheet(content, kind)
        plan = intake.plan_intake(sheet, kind, **planned)
        return intake.take_in(sheet, plan, by=intake.command_line_scope(), dry_run=dry_run)

    return run


def case(number):
    return Case.objects.get(source_number=number)


def local(text):
    return timezone.make_aware(datetime.fromisoformat(text))


# ── messages with their replies ──────────────────────────────────────────────────────────────────────


def test_replied_messages_come_in_closed_and_open_ones_open(take):
    report = take(xlsx(BOARD, MESSAGES))
    assert (report.rows, report.finished, len(report.opened), report.problems) == (3, 2, 1, [])
    assert {one.source_number: one.stage for one in Case.objects.all()} == {
        "2549": "closed", "2554": "closed", "2555": "accepted"
    }  # fmt: skip


def test_their_clocks_are_judged_on_their_days(take):
    """Five working days from the next day on: the first reply took one, the second weeks."""
    take(xlsx(BOARD, MESSAGES))
    assert [(case(n).in_time, case(n).kept, case(n).missed) for n in ("2549", "2554")] == [
        (True, ["handle"], []), (False, [], ["handle"])
    ]  # fmt: skip


def test_each_spelling_of_a_moment_is_understood(take):
    take(xlsx(BOARD, MESSAGES))
    assert [case(n).opened_at for n in ("2549", "2554", "2555")] == [
        local("2019-04-25 09:32:09"), local("2019-04-08 08:37:20"), local("2019-04-24 15:40")
    ]  # fmt: skip
    assert case("2554").answered_at == case("2554").closed_at == local("2019-05-30 09:49")


def test_texts_are_tidied_and_rare_characters_kept(take):
    take(xlsx(BOARD, MESSAGES))
    assert case("2549").description == "物业费上涨。\n请处理"
    assert case("2554").description == "东浦路𠮷家门口路灯不亮😡"
    assert case("2555").description == "河水发黑\n有异味"
    assert case("2549").answer == "已约谈物业。"


def test_nobody_is_said_to_have_been_called_back(take):
    take(xlsx(BOARD, MESSAGES))
    assert (case("2549").called_back_at, case("2549").solved, case("2549").dispatched_at) == (None, "", None)


def test_each_matter_has_one_line_in_the_ledger(take):
    take(xlsx(BOARD, MESSAGES))
    actions = Entry.objects.filter(subject_kind="cases.case").order_by("seq").values_list("action", flat=True)
    assert sorted(actions) == ["case.imported", "case.imported", "case.opened"]
    assert Entry.objects.filter(subject_kind="cases.case").first().actor_id is None


# ── once ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_file_again_adds_nothing(take):
    take(xlsx(BOARD, MESSAGES))
    again = take(table(BOARD, MESSAGES))
    assert (again.taken, again.here_before, again.problems) == (0, 3, [])
    assert Case.objects.count() == 3


def test_after_a_break_only_the_rest_is_added(take, monkeypatch):
    """The first chunk is stored when the second fails, as when the process is killed between them."""
    monkeypatch.setattr(intake, "CHUNK", 2)
    whole, calls = intake._store_once, []

    def fails_at_the_second(*args, **options):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args, **options)

    monkeypatch.setattr(intake, "_store_once", fails_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        take(xlsx(BOARD, MESSAGES))
    assert Case.objects.count() == 2
    monkeypatch.setattr(intake, "_store_once", whole)
    assert (take(xlsx(BOARD, MESSAGES)).here_before, Case.objects.count()) == (2, 3)


def test_rows_without_numbers_are_known_by_what_they_say(take):
    rows = [["路灯不亮", "2023-5-6"], ["路灯不亮", "2023-5-7"], ["路灯不亮", "2023-5-6"]]
    report = take(table(["标题", "时间"], rows))
    assert (report.taken, report.repeated) == (2, 1)
    assert take(table(["标题", "时间"], rows[:1])).here_before == 1


def test_a_number_that_stands_twice_with_other_words_is_refused(take, in_english):
    twice = [MESSAGES[2], [2555.0, "U3", "另一件事", "2019-4-24", "别的内容", None, None]]
    report = take(xlsx(BOARD, twice))
    assert report.taken == 1
    assert [(p.row, p.column) for p in report.problems] == [(3, "留言编号")]
    assert "row 2" in report.problems[0].message
    assert "留言主题" in report.problems[0].message


def test_a_number_that_means_another_matter_here_is_refused(take, in_english):
    take(xlsx(BOARD, MESSAGES))
    report = take(xlsx(BOARD, [[2555.0, "U9", "另一系统的一件事", "2022-1-2", "内容", None, None]]))
    assert (report.taken, report.here_before) == (0, 0)
    assert "name it as the source" in report.problems[0].message
    assert (
        take(
            xlsx(BOARD, [[2555.0, "U9", "另一系统的一件事", "2022-1-2", "内容", None, None]]), source="other"
        ).taken
        == 1
    )


def test_a_trial_stores_nothing_and_tells_the_same(take):
    trial = take(xlsx(BOARD, MESSAGES), dry_run=True)
    assert (Case.objects.count(), Serial.objects.count()) == (0, 0)
    assert not Entry.objects.filter(subject_kind__startswith="cases.").exists()
    real = take(xlsx(BOARD, MESSAGES))
    assert (trial.finished, len(trial.opened), trial.notes) == (real.finished, len(real.opened), real.notes)


# ── rows that can't be right ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"留言时间": "2019-13-45"}, "留言时间", "no day"),
        ({"留言时间": "不详"}, "留言时间", "not a date"),
        ({"留言时间": "2999-1-1"}, "留言时间", ""),
        ({"答复时间": "2018-1-1"}, "答复时间", "follow one another"),
        ({"答复时间": None}, "答复时间", "on which day"),
        ({"答复时间": "很快"}, "答复时间", "not a date"),
        ({"留言详情": "长" * 20_001}, "留言详情", "20001 characters"),
        ({"留言时间": None}, "留言时间", "received"),
    ],
    ids=["no day", "no date", "far ahead", "before it", "undated", "no moment", "too long", "never"],
)  # fmt: skip
def test_a_bad_row_comes_back_with_its_reason_and_keeps_no_good_one_out(
    take, in_english, changed, column, words
):
    bad = [changed.get(head, cell) for head, cell in zip(BOARD, MESSAGES[0], strict=True)]
    report = take(xlsx(BOARD, [MESSAGES[1], bad, MESSAGES[2]]))
    assert (report.taken, report.rejected, report.problems[0].row) == (2, 1, 3)
    assert (report.problems[0].column, words in report.problems[0].message) == (column, True)


STREET = ["工单编号", "接收时间", "问题描述", "地址", "紧急程度", "信息来源", "受理类型", "组织机构"]


def street(**changed):
    row = dict(
        zip(STREET, ["S1", "2023-5-15 9:00", "楼道堆物", "", "紧急", "市热线平台", "投诉", ""], strict=True)
    )
    return [(row | changed)[head] for head in STREET]


def test_words_of_the_sheet_become_keys_of_the_pack(take):
    take(table(STREET, [street()]))
    one = case("S1")
    assert (one.priority, one.channel, one.fields["nature"], one.title) == (
        "urgent",
        "city",
        "complaint",
        "楼道堆物",
    )
    assert one.fields["ticket_number"] == "S1"


@pytest.mark.parametrize(("head", "column"), [("紧急程度", "紧急程度"), ("受理类型", "受理类型")])
def test_a_word_that_clocks_hang_on_is_refused_when_unknown(take, head, column):
    report = take(table(STREET, [street(**{head: "超级"})]))
    assert [problem.column for problem in report.problems] == [column]


@pytest.mark.parametrize(("head", "key"), [("信息来源", "channel"), ("组织机构", "office")])
def test_a_word_a_person_can_fill_in_is_left_open_and_counted(take, head, key):
    report = take(table(STREET, [street(**{head: "飞鸽"})]))
    assert (report.taken, report.notes[key, "飞鸽"]) == (1, 1)


def test_the_office_of_an_answered_row_is_kept(take, offices):
    heads = [*STREET, "回复内容", "回复时间"]
    take(table(heads, [[*street(组织机构="综合执法队"), "已清理", "2023-5-16 10:00"]]))
    assert case("S1").answer == "已清理"
    assert case("S1").stage == "closed"


def test_a_formula_stays_text(take):
    take(table(STREET, [street(问题描述="=cmd|' /C calc'!A0")]))
    assert case("S1").description == "=cmd|' /C calc'!A0"


# ── where ────────────────────────────────────────────────────────────────────────────────────────────


def place(take, heads, cells, **planned):
    report = take(table(["编号", "标题", *heads], [["P1", "路灯不亮", *cells]]), **planned)
    return report.problems[0] if report.problems else case("P1").area


def test_a_row_without_a_place_stands_under_the_township_and_is_counted(take, town):
    report = take(table(["编号", "标题"], [["P1", "路灯不亮"]]))
    assert (case("P1").area, report.notes["area", ""]) == (town.town, 1)


def test_a_named_area_is_found_down_the_tree(take, town):
    assert place(take, ["所属村", "所属网格"], [town.villages[1].name, ""]) == town.villages[1]


def test_an_address_with_the_full_name_of_a_village_is_enough(take, town):
    assert place(take, ["地址"], [f"{town.villages[0].name}12号"]) == town.villages[0]


def test_an_unknown_area_is_refused_unless_one_was_chosen_for_the_file(take, town, in_english):
    assert "Nothing here is called" in place(take, ["区域"], ["乌有村"]).message
    assert place(take, ["区域"], ["乌有村"], area=town.villages[0].name) == town.villages[0]


def test_a_point_finds_its_micro_grid(take, town):
    assert place(take, ["经度", "纬度"], [120.005, 31.005]) == town.micro_grids[0]


def test_a_point_outside_the_township_is_told(take, in_english):
    problem = place(take, ["经度", "纬度"], [100.5, 25.5])
    assert problem.column == "经度"
    assert "outside this township" in problem.message


@pytest.mark.parametrize("point", [("东经", "北纬"), ("nan", "nan"), (900, 900)])
def test_what_is_no_point_is_refused(take, point):
    assert place(take, ["经度", "纬度"], point).column == "经度"


def test_an_area_of_the_file_that_does_not_exist_is_told_at_once(take):
    with pytest.raises(CaseInvalidError):
        take(table(["标题"], [["路灯不亮"]]), area="乌有镇")


# ── NDJSON and the sheet of rejected rows ────────────────────────────────────────────────────────────


def test_ndjson_comes_in_like_a_sheet(take):
    lines = [
        {
            "source_number": "N1",
            "title": "路灯不亮",
            "received_at": "2023-05-15T09:00:00+08:00",
            "fields": {"nature": "help"},
        },
        {"source_number": "N2", "title": "井盖破损", "received_at": "2023-05-15 10:00"},
    ]
    report = take("\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode())
    assert (report.taken, case("N1").fields["nature"]) == (2, "help")
    assert case("N1").opened_at == local("2023-05-15 09:00")


def test_a_broken_line_comes_back_and_the_others_come_in(take):
    report = take('{"编号": "N1", "标题": "路灯不亮"}\n{broken\n[1]\n'.encode())
    assert (report.rows, report.taken, [problem.row for problem in report.problems]) == (3, 1, [2, 3])


def test_rejected_rows_come_back_in_their_columns_and_can_be_mended(take):
    content = table(BOARD, [["2555", "=cmd|x", "河边有异味", "不详", "河水发黑", "", ""], MESSAGES[1]])
    sheet = intake.read_sheet(content, KIND)
    rejected = intake.rejected_rows(sheet, take(content).problems)
    book = load_workbook(io.BytesIO(rejected))
    heads, row = book.active.iter_rows(values_only=True)
    assert (heads[:-1], row[0], row[1], book.active["B2"].data_type) == (tuple(BOARD), "2555", "=cmd|x", "s")
    assert row[-1].startswith("留言时间")
    book.active["D2"].value = "2019/4/24 15:40"
    file = io.BytesIO()
    book.save(file)
    assert (take(file.getvalue()).taken, Case.objects.count()) == (1, 2)


def test_broken_lines_stand_in_the_sheet_of_rejected_rows(take):
    content = '{"编号": "N1", "标题": "路灯不亮"}\n{broken\n'.encode()
    sheet = intake.read_sheet(content, KIND)
    book = load_workbook(io.BytesIO(intake.rejected_rows(sheet, take(content).problems)))
    assert book.active["A2"].value == "{broken"


# ── suggestions ──────────────────────────────────────────────────────────────────────────────────────


def test_open_matters_are_routed(take, offices):
    report = take(table(["编号", "标题"], [["P1", "小区物业费和保洁"], ["P2", "嗯嗯嗯"]]))
    found = intake.count_suggestions(report.opened)
    assert (found.looked_at, found.category) == (2, 1)
