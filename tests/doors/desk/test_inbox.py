"""The inbox and home: counts that open their lists, filters, bulk, Excel, saved views, query budgets."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from tests.doors.desk.matters import Matters

from zhenshu.doors.desk.case_lists import BY_KEY, TRAYS
from zhenshu.doors.desk.components import Cell, Column, Row, Table
from zhenshu.doors.desk.exports import export_table
from zhenshu.registers.cases.loop import Given
from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db


def titles(answer) -> list[str]:
    return [row.title for row in answer.context["rows"]]


@pytest.fixture
def busy(matters: Matters) -> Matters:
    """A township with matters in every stage."""
    matters.report("待派发甲")
    matters.report("待派发乙", area=matters.town.micro_grids[7].pk, lon=None, lat=None)
    matters.dispatched("在办")
    matters.overdue("早已超期")
    matters.answer(matters.dispatched("已反馈"))
    helped = matters.dispatched("有协办", assist="safety")
    matters.step(helped, "supervise", "leader", Given(opinion="请说明进展"))
    returned = matters.answer(matters.dispatched("被退回"))
    matters.step(returned, "return", "dispatcher", Given(reason="unclear", opinion="看不清"))
    objected = matters.dispatched("有异议")
    matters.step(objected, "object", "officer", Given(reason="not_on_list", opinion="不在清单"))
    return matters


@pytest.mark.parametrize(
    "who", ["dispatcher", "grid_worker", "officer", "leader", "secretary", "administrator"]
)
def test_every_count_of_home_is_the_length_of_the_list_it_opens(clients, busy: Matters, who):
    home = clients[who].get("/")
    assert home.context["tiles"]
    for tile in home.context["tiles"]:
        assert len(clients[who].get(tile.url).context["rows"]) == tile.value, tile.title


# The people of an outside company have tests of their own, beside the portal.
@pytest.mark.parametrize("who", [who for who in TRAYS if who != "provider"])
def test_every_list_of_a_role_opens(clients, busy: Matters, who):
    for key in TRAYS[who]:
        assert clients[who].get(f"/cases/?list={key}").status_code == 200


@pytest.mark.parametrize("key", list(BY_KEY))
def test_counts_above_the_inbox_are_true(clients, busy: Matters, key):
    for who in ("dispatcher", "officer"):
        answer = clients[who].get(f"/cases/?list={key}")
        counts = [
            view.count for view in answer.context["bar"].views if view.active and view.count is not None
        ]
        assert counts in ([], [len(answer.context["rows"])])


def test_an_officer_works_through_what_his_office_owes(clients, busy: Matters):
    assert set(titles(clients["officer"].get("/cases/"))) == {
        "在办",
        "早已超期",
        "有协办",
        "被退回",
        "有异议",
    }
    assert titles(clients["second_officer"].get("/cases/")) == ["有协办"]
    assert titles(clients["officer"].get("/cases/?list=returned")) == ["被退回"]
    assert set(titles(clients["officer"].get("/cases/?list=waiting"))) == {"有异议", "有协办"}


def test_a_dispatcher_sees_what_waits_for_dispatch_and_for_a_decision(clients, busy: Matters):
    assert set(titles(clients["dispatcher"].get("/cases/"))) == {"待派发甲", "待派发乙"}
    assert titles(clients["dispatcher"].get("/cases/?list=undecided")) == ["有异议"]


def test_a_viewer_sees_only_the_own_village(clients, busy: Matters):
    assert titles(clients["viewer"].get("/cases/?list=all")) == ["待派发乙"]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("clock=overdue", {"早已超期"}),
        ("stage=answered", {"已反馈"}),
        ("text=协办", {"有协办"}),
        ("text=没有这样的词", set()),
        ("kind=hotline.ticket", set()),
        ("office=0", set()),
        ("area=abc", set()),
        ("closed=2020-01-01", set()),
        ("opened=not-a-day", set()),
    ],
)
def test_conditions_narrow_the_list_and_stand_as_chips(clients, busy: Matters, conditions, expected):
    answer = clients["dispatcher"].get(f"/cases/?list=open&{conditions}")
    assert set(titles(answer)) == expected
    [chip] = answer.context["bar"].chips
    assert conditions.split("=")[0] not in chip.remove_url


def test_an_area_holds_everything_below_it(clients, busy: Matters):
    village = busy.town.villages[1].pk
    assert titles(clients["dispatcher"].get(f"/cases/?list=all&area={village}")) == ["待派发乙"]


def test_what_nobody_asks_is_left_out(clients, busy: Matters):
    answer = clients["dispatcher"].get("/cases/?list=no_such&sort=no_such&after=no_such&nonsense=1")
    assert answer.status_code == 200
    assert answer.context["question"].chosen.key == "all"


def test_pages_follow_each_other_without_gap_or_repeat(clients, matters: Matters):
    now = timezone.now()
    for number in range(55):
        matters.report(f"事项{number}", at=now - timedelta(minutes=number))
    first = clients["dispatcher"].get("/cases/?list=all")
    second = clients["dispatcher"].get(first.context["next_url"])
    assert (len(titles(first)), len(titles(second))) == (50, 5)
    assert len({*titles(first), *titles(second)}) == 55


# ── Excel ─────────────────────────────────────────────────────────────────────────────────────────────


def sheet_of(answer):
    return load_workbook(BytesIO(answer.content)).worksheets[0]


def test_the_excel_file_holds_the_rows_of_the_list(clients, busy: Matters):
    answer = clients["dispatcher"].get("/cases/export/?list=open")
    rows = list(sheet_of(answer).iter_rows(values_only=True))
    assert len(rows) - 1 == Case.objects.filter(is_open=True).count()
    assert len(set(map(len, rows))) == 1


def test_chosen_matters_alone_are_exported(clients, busy: Matters):
    case = Case.objects.get(title="已反馈")
    rows = list(sheet_of(clients["dispatcher"].get("/cases/export/", {"key": case.number})).values)
    assert [row[0] for row in rows[1:]] == [case.number]


def test_no_cell_of_an_excel_file_runs(clients, matters: Matters):
    matters.report("=cmd|'/C calc'!A0")
    cell = sheet_of(clients["dispatcher"].get("/cases/export/?list=open")).cell(2, 2)
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", "=cmd|'/C calc'!A0", True)


def test_confidential_matters_are_not_exported(clients, people, matters: Matters):
    case = matters.report("不宜公开")
    Case.objects.filter(pk=case.pk).update(confidential=True)
    people["dispatcher"].posts.update(sensitive=True)
    assert titles(clients["dispatcher"].get("/cases/?list=open")) == ["不宜公开"]
    assert sheet_of(clients["dispatcher"].get("/cases/export/?list=open")).max_row == 1


def test_a_table_is_exported_with_numbers_as_numbers_and_characters_excel_refuses_left_out():
    columns = [Column(title="名称"), Column(title="件数", numeric=True, unit="件")]
    table = Table(
        columns=columns, rows=[Row(cells=[Cell(text="𠮷\x00家🚧", below="二行"), Cell(text="1,204")])]
    )
    rows = list(sheet_of(export_table(table, name="清单:甲/乙")).values)
    assert rows == [("名称", "件数 (件)"), ("𠮷家🚧 二行", 1204)]


# ── several at once ───────────────────────────────────────────────────────────────────────────────────


def bulk(client, act, cases, **said):
    return client.post(f"/cases/bulk/{act}/", {"key": [case.number for case in cases], **said})


def test_bulk_dispatch_asks_before_it_acts(clients, matters: Matters):
    cases = [matters.report("甲"), matters.report("乙")]
    answer = bulk(clients["dispatcher"], "dispatch", cases)
    assert (answer.status_code, len(answer.context["rows"])) == (200, 2)
    assert Case.objects.filter(stage="dispatched").count() == 0


def test_bulk_dispatch_sends_each_to_its_suggested_office(clients, matters: Matters, offices):
    cases = [matters.report("占道经营"), matters.report("消防通道堵塞", category="fire")]
    bulk(clients["dispatcher"], "dispatch", cases, sure="1", office="suggested")
    sent = Case.objects.order_by("pk").values_list("lead_office__key", flat=True)
    assert list(sent) == ["enforcement", "safety"]


def test_what_is_refused_in_bulk_does_not_stop_the_others(clients, matters: Matters, offices):
    cases = [matters.dispatched("已派"), matters.report("未派")]
    answer = bulk(clients["dispatcher"], "dispatch", cases, sure="1", office=offices["safety"].pk)
    told = [str(message) for message in answer.wsgi_request._messages]
    assert Case.objects.get(title="未派").lead_office == offices["safety"]
    assert any(cases[0].number in line for line in told)


def test_bulk_merge_keeps_the_chosen_one(clients, matters: Matters):
    cases = [matters.report("甲"), matters.report("乙"), matters.report("丙")]
    bulk(clients["dispatcher"], "merge", cases, sure="1", into=cases[1].number)
    assert list(Case.objects.filter(merged_into=cases[1]).values_list("title", flat=True)) == ["甲", "丙"]


def test_bulk_grouping_makes_a_common_problem(clients, matters: Matters):
    cases = [matters.report("甲"), matters.report("乙")]
    bulk(clients["secretary"], "group", cases, sure="1", into="", other=cases[0].number)
    assert Case.objects.get(title="乙").parent == cases[0]


@pytest.mark.parametrize("who", ["officer", "leader", "viewer", "grid_worker"])
def test_bulk_acts_are_for_dispatchers_and_secretaries(clients, matters: Matters, who):
    assert bulk(clients[who], "merge", [matters.report("甲")], sure="1").status_code == 403


def test_possible_doubles_stand_beside_what_they_repeat(clients, matters: Matters):
    first = matters.report("菜场门口占道经营，早高峰无法通行", at=timezone.now() - timedelta(hours=3))
    second = matters.report("菜场门口占道经营，行人早高峰无法通行")
    [double] = clients["dispatcher"].get("/cases/doubles/").context["doubles"]
    assert (double.row.number, double.likes[0].case) == (second.number, first)


# ── saved views ───────────────────────────────────────────────────────────────────────────────────────


def test_a_saved_view_opens_the_same_question(clients, people, busy: Matters):
    client = clients["dispatcher"]
    client.post("/cases/views/save/?list=open&stage=answered", {"name": "待我看"})
    answer = client.get("/cases/?list=open")
    [view] = [view for view in answer.context["bar"].views if view.title == "待我看"]
    assert titles(client.get(view.url)) == ["已反馈"]
    client.post("/cases/views/drop/", {"name": "待我看"})
    assert "待我看" not in [view.title for view in client.get("/cases/").context["bar"].views]


def test_a_view_of_the_same_name_replaces_the_old_one(clients, people):
    for stage in ("answered", "verified"):
        clients["leader"].post(f"/cases/views/save/?list=open&stage={stage}", {"name": "看"})
    people["leader"].refresh_from_db()
    [view] = people["leader"].preferences["case_views"]
    assert view["asks"]["stage"] == "verified"


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────

# Page and who opens it: how many questions the database is asked, whatever the number of matters.
BUDGETS = {
    ("/cases/", "officer"): 12,
    ("/cases/", "grid_worker"): 12,
    ("/cases/", "dispatcher"): 13,
    ("/cases/?list=all", "viewer"): 12,
    ("/", "dispatcher"): 15,
    ("/", "officer"): 22,
    ("/", "grid_worker"): 19,
    ("/", "leader"): 29,  # six for the targets and promises of the year
    ("/home/map/", "dispatcher"): 6,
    ("/cases/new/", "dispatcher"): 7,
    ("/cases/new/grid.event/", "dispatcher"): 8,
    ("CASE", "officer"): 21,  # one for the record the matter came from
    ("CASE", "dispatcher"): 21,
}


@pytest.mark.parametrize(("address", "who"), BUDGETS)
def test_pages_keep_their_query_budget(clients, busy: Matters, address, who):
    case = Case.objects.get(title="在办")
    address = address.replace("CASE", f"/cases/{case.number}/")
    clients[who].get(address)
    with CaptureQueriesContext(connection) as asked:
        assert clients[who].get(address).status_code == 200
    assert len(asked) <= BUDGETS[address.replace(f"/cases/{case.number}/", "CASE"), who]


def test_more_matters_ask_no_more_questions(clients, busy: Matters):
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            clients["dispatcher"].get("/cases/?list=open")
        return len(asked)

    count()
    before = count()
    for number in range(20):
        busy.dispatched(f"又一件{number}", assist="safety")
    assert count() == before
