"""The plan at the desk: lists, wall chart with its files, Gantt, one item, and what is done to it."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import docx
import openpyxl
import pytest
from django.utils import timezone
from django.utils.html import escape

from zhenshu.doors.desk.plan_words import rule_words
from zhenshu.registers.cases.models import Case, Supervision
from zhenshu.registers.plans.acts import complete_item, create_item
from zhenshu.registers.plans.baselines import set_baseline
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import Baseline, PlanItem, ProgressEntry, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def make(town, people, offices, scope_for):
    def create(title, kind="plans.project", *, parent=None, **said):
        draft = PlanDraft(
            kind=kind, title=title, area=town.town.pk, parent=parent.pk if parent else None,
            **{"lead_office": offices["enforcement"].pk, **said},
        )  # fmt: skip
        return create_item(draft, by=scope_for(people["secretary"]))

    return create


@pytest.fixture
def park(make, people, today):
    """A project that should be half done, of which nothing is, with two milestones."""
    item = make(
        "东浦口袋公园", category="key_project", description="新建公园1处", leader=people["leader"].pk,
        start=today - timedelta(days=60), due=today + timedelta(days=60), promised=today + timedelta(days=60),
    )  # fmt: skip
    make("开工", "plans.milestone", parent=item, due=today - timedelta(days=30))
    make("竣工", "plans.milestone", parent=item, due=today + timedelta(days=60))
    return item


def text_of(answer):
    return answer.content.decode()


PAGES = [
    "/plans/",
    "/plans/chart/",
    "/plans/gantt/",
    "/plans/calendar/",
    "/plans/offices/",
    "/plans/leaders/",
]


# ── who gets in ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 302), ("grid_worker", 403), ("officer", 200), ("leader", 200), ("viewer", 200)],
)
def test_who_opens_the_plan(clients, park, address, who, status):
    assert clients[who].get(address).status_code == status


@pytest.mark.parametrize("address", PAGES[:2])
def test_a_list_shows_nobody_what_they_may_not_see(clients, park, address):
    assert "东浦口袋公园" in text_of(clients["officer"].get(address))
    assert "东浦口袋公园" not in text_of(clients["second_officer"].get(address))


def test_the_bars_show_nobody_what_they_may_not_see(clients, park):
    assert "东浦口袋公园" in bars(clients["officer"])
    assert not bars(clients["second_officer"])


def test_an_item_of_others_is_a_page_that_does_not_exist(clients, park):
    for part in ("", "edit/", "report/", "supervise/", "drag/?start=2023-01-01"):
        assert clients["second_officer"].get(f"/plans/{park.pk}/{part}").status_code == 404


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_is_narrowed_and_its_file_holds_the_same(clients, park, make):
    make("消防通道整治", "plans.task")
    page = text_of(clients["leader"].get("/plans/?level=task"))
    assert "消防通道整治" in page
    assert "东浦口袋公园" not in page
    book = openpyxl.load_workbook(BytesIO(clients["leader"].get("/plans/?level=task&as=xlsx").content))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == ["消防通道整治"]


def test_a_lamp_never_stands_without_its_word(clients, park):
    lamps = re.findall(
        r'<span class="zs-lamp[^>]*><i aria-hidden="true"></i>([^<]*)</span>',
        text_of(clients["leader"].get("/plans/")),
    )
    assert lamps
    assert all(word.strip() for word in lamps)


def test_tiles_count_what_their_lists_show(clients, park, make, today):
    """The milestone due a month ago is red as well, but no task and no project."""
    make("消防通道整治", "plans.task", start=today, due=today + timedelta(days=90))
    page = clients["leader"].get("/plans/")
    counted = {tile.title: (tile.value, tile.url) for tile in page.context["tiles"]}
    for value, url in counted.values():
        assert value == len(clients["leader"].get(url).context["table"].rows), url
    assert [value for value, _url in counted.values()] == [1, 0, 1, 0, 1]


def test_the_home_counts_what_its_lists_show_and_names_no_bare_milestone(clients, park):
    card = clients["leader"].get("/").context["plan"]
    for lamp in [*card.lamps, card.silent]:
        assert lamp.count == len(clients["leader"].get(lamp.url).context["table"].rows), lamp.url
    assert [item.full_title for item in card.red] == ["东浦口袋公园"]


def last_years(make, people, scope_for, today, title="去年的任务"):
    """A task of last year, done in it."""
    year = today.year - 1
    item = make(title, "plans.task", start=date(year, 2, 1), due=date(year, 6, 30))
    scope = scope_for(people["secretary"])
    return complete_item(item, on=date(year, 6, 1), version=item.version, by=scope)


@pytest.mark.parametrize("address", PAGES[:2])
def test_former_years_are_asked_for_and_are_not_where_one_begins(
    clients, park, make, people, scope_for, today, address
):
    done = last_years(make, people, scope_for, today)
    begins = clients["leader"].get(address)
    assert done.title not in text_of(begins)
    assert park.title in text_of(begins)
    (year,) = begins.context["bar"].chips
    everything = clients["leader"].get(year.remove_url)
    assert done.title in text_of(everything)
    assert everything.context["bar"].chips == []
    assert done.title in text_of(clients["leader"].get(f"{address}?year={today.year - 1}"))


def test_what_was_left_open_goes_with_the_years(clients, make, today):
    make("拖到今年的任务", "plans.task", start=date(today.year - 2, 2, 1), due=date(today.year - 2, 6, 30))
    assert "拖到今年的任务" in text_of(clients["leader"].get("/plans/"))


def test_the_wall_chart_begins_with_what_is_open(clients, make, people, scope_for, today):
    first = make("先完成", "plans.task", start=today, due=today)
    complete_item(first, on=today, version=first.version, by=scope_for(people["secretary"]))
    make("还在办", "plans.task", start=today, due=today)
    lines = clients["leader"].get("/plans/chart/").context["lines"]
    assert [line.row.item.title for line in lines] == ["还在办", "先完成"]


def test_a_milestone_in_a_list_says_of_what(clients, park):
    rows = clients["leader"].get("/plans/?level=milestone").context["table"].rows
    assert [row.cells[0].text for row in rows] == ["东浦口袋公园 · 开工", "东浦口袋公园 · 竣工"]


def test_what_nobody_reported_on_this_week_is_a_list(clients, make, today, people):
    silent = make("无人填报", "plans.task", start=today - timedelta(days=3))
    told = make("已填报", "plans.task", start=today - timedelta(days=3))
    clients["officer"].post(f"/plans/{told.pk}/report/", {"version": 1, "line": "正常", "percent": "5"})
    titles = [row.cells[0].text for row in clients["leader"].get("/plans/?silent=1").context["table"].rows]
    assert titles == [silent.title]


def test_the_plan_of_a_day_before_it_was_made_is_empty(clients, park, today):
    page = clients["leader"].get(f"/plans/?on={today - timedelta(days=1)}")
    assert not page.context["table"].rows


def test_summaries_lead_to_their_lists(clients, park):
    page = clients["leader"].get("/plans/offices/?level=project")
    (row,) = page.context["table"].rows
    count = row.cells[1]
    listed = clients["leader"].get(count.url).context["table"].rows
    assert int(count.text) == len(listed) == 1
    leaders = clients["leader"].get("/plans/leaders/").context["table"].rows
    assert [one.cells[0].text for one in leaders][0] == "欧阳正"


@pytest.mark.parametrize("month", ["2023-05", "", "nonsense", "9999-12"])
def test_the_calendar_takes_any_month(clients, park, month):
    assert clients["leader"].get(f"/plans/calendar/?month={month}").status_code == 200


def test_the_calendar_shows_what_is_due(clients, make):
    make("验收", "plans.milestone", due=date(2023, 5, 17))
    assert "验收" in text_of(clients["leader"].get("/plans/calendar/?month=2023-05"))
    assert "验收" not in text_of(clients["leader"].get("/plans/calendar/?month=2023-06"))


# ── the wall chart and its files ──────────────────────────────────────────────────────────────────────


def test_the_wall_chart_says_plan_actual_gap_and_nodes(clients, park):
    (line,) = clients["leader"].get("/plans/chart/").context["lines"]
    assert line.actual == "0%"
    assert line.gap == f"-{line.planned}"
    assert [node.title for node, _day, _word in line.nodes] == ["开工", "竣工"]


def test_the_excel_sheet_is_a3_landscape_with_heads_on_every_page(clients, park):
    answer = clients["leader"].get("/plans/chart/?as=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == ("8", "landscape")
    assert sheet.print_title_rows == "$1:$3"
    assert sheet["B4"].value == "东浦口袋公园"
    assert "开工" in sheet["E4"].value
    assert sheet["I4"].value
    assert sheet["I4"].fill.start_color.rgb.endswith("F4C7C3")


def test_a_title_that_looks_like_a_formula_stays_text(clients, make):
    make("=1+1", "plans.task")
    sheet = openpyxl.load_workbook(BytesIO(clients["leader"].get("/plans/chart/?as=xlsx").content)).active
    assert (sheet["B4"].value, sheet["B4"].data_type) == ("=1+1", "s")


def test_the_document_holds_the_same_rows(clients, park):
    answer = clients["leader"].get("/plans/chart/?as=docx")
    (table,) = docx.Document(BytesIO(answer.content)).tables
    assert table.rows[1].cells[1].text == "东浦口袋公园"


def test_the_sheet_to_print_is_a3(clients, park):
    page = text_of(clients["leader"].get("/plans/chart/?as=print"))
    assert "zs-paper-a3-landscape" in page


# ── Gantt and re-planning ─────────────────────────────────────────────────────────────────────────────


def bars(client, address="/plans/gantt/"):
    found = re.search(
        r'<script id="gantt-bars" type="application/json">(.*?)</script>', text_of(client.get(address))
    )
    return {bar["name"]: bar for bar in json.loads(found.group(1))["bars"]}


def test_bars_carry_lamp_milestone_baseline_and_right_to_drag(clients, park, people, scope_for, today):
    set_baseline("年初", by=scope_for(people["leader"]))
    PlanItem.objects.filter(pk=park.pk).update(due=today + timedelta(days=90))
    drawn = bars(clients["officer"])
    assert drawn["东浦口袋公园"]["ghost"] == [
        str(today - timedelta(days=60)),
        str(today + timedelta(days=60)),
    ]
    assert drawn["开工"]["milestone"]
    assert drawn["东浦口袋公园"]["drag"]
    assert not bars(clients["dispatcher"])["东浦口袋公园"]["drag"]


def test_a_drag_shows_what_moves_and_saves_nothing(clients, make):
    first = make("勘察", start=date(2023, 5, 15), due=date(2023, 5, 19))
    second = make("施工", start=date(2023, 5, 22), due=date(2023, 6, 2), predecessors=((first.pk, 0),))
    page = clients["officer"].get(f"/plans/{first.pk}/drag/?start=2023-05-22&due=2023-05-26")
    assert [title for title, _before, _after in page.context["moves"]] == ["勘察", "施工"]
    assert PlanItem.objects.get(pk=second.pk).start == date(2023, 5, 22)
    sent = {**page.context["fields"], "moves": page.context["fingerprint"]}
    clients["officer"].post(f"/plans/{first.pk}/drag/", sent)
    assert PlanItem.objects.get(pk=second.pk).start == date(2023, 5, 29)


def test_counting_back_is_saved_as_it_was_looked_at(clients, make):
    work = make("施工", start=date(2023, 5, 15), due=date(2023, 5, 19), promised=date(2023, 6, 30))
    address = f"/plans/{work.pk}/replan/backward/"
    page = clients["officer"].get(address)
    clients["officer"].post(address, {"moves": "something else"})
    assert PlanItem.objects.get(pk=work.pk).due == date(2023, 5, 19)
    clients["officer"].post(address, {"moves": page.context["fingerprint"]})
    assert PlanItem.objects.get(pk=work.pk).due == date(2023, 6, 30)


def test_nonsense_days_are_refused_in_words(clients, park):
    answer = clients["officer"].get(f"/plans/{park.pk}/drag/?start=2023-05-22&due=2023-05-20")
    assert answer.status_code == 422
    assert clients["officer"].get(f"/plans/{park.pk}/drag/?start=never").status_code == 200


# ── one item ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_prints_the_rule_beside_the_number(clients, park):
    assert escape(rule_words("plans.project")) in text_of(clients["officer"].get(f"/plans/{park.pk}/"))


BUTTONS = {
    "leader": {"supervise", "cancel", "complete", "edit", "problem"},
    "officer": {"complete", "edit", "problem"},
    "dispatcher": {"supervise", "problem"},
}


@pytest.mark.parametrize("who", BUTTONS)
def test_only_lawful_buttons_are_drawn(clients, park, who):
    drawn = {
        link.url.rstrip("/").rsplit("/", 1)[1]
        for link in clients[who].get(f"/plans/{park.pk}/").context["buttons"]
    }
    assert drawn == BUTTONS[who]


def test_an_item_is_created_from_the_form_of_its_kind(clients, town, offices, people):
    assert clients["secretary"].get("/plans/new/").status_code == 200
    page = clients["secretary"].get("/plans/new/plans.project/")
    assert page.status_code == 200
    clients["secretary"].post("/plans/new/plans.project/", {
        "fields.plan:title": "新建停车场", "fields.plan:area": town.town.pk,
        "fields.plan:category": "livelihood",
        "fields.plan:lead_office": offices["enforcement"].pk, "fields.plan:leader": "欧阳正",
        "fields.plan:assisting": [offices["petitions"].pk], "fields.plan:start": "2023-05-15",
        "fields.plan:due": "2023-09-28", "fields.investment": "350",
    })  # fmt: skip
    item = PlanItem.objects.get(title="新建停车场")
    assert (item.leader, item.category, item.start, item.fields["investment"]) == (
        people["leader"], "livelihood", date(2023, 5, 15), 350,
    )  # fmt: skip
    assert item.assistance.get().office == offices["petitions"]


@pytest.mark.parametrize(
    "said",
    [
        {"title": ""},
        {"title": "甲", "start": "2023-06-02", "due": "2023-06-01"},
        {"title": "甲", "due": "someday"},
    ],
)
def test_a_form_that_is_wrong_comes_back_with_the_sentence(clients, town, said):
    sent = {
        "fields.plan:area": town.town.pk,
        **{f"fields.plan:{name}": value for name, value in said.items()},
    }
    answer = clients["secretary"].post("/plans/new/plans.task/", sent)
    assert answer.status_code == 422
    assert any(form.errors for form in answer.context["forms"])
    assert not PlanItem.objects.exists()


def test_an_item_is_edited_from_its_form(clients, park):
    page = clients["officer"].get(f"/plans/{park.pk}/edit/")
    seen, form = page.context["forms"]
    sent = {f"{name}": form.initial.get(name) or "" for name in form.fields} | {
        "version": seen.initial["version"]
    }
    answer = clients["officer"].post(f"/plans/{park.pk}/edit/", {**sent, "fields.plan:title": "东浦公园"})
    assert answer.status_code == 302, [form.errors for form in answer.context["forms"]]
    item = PlanItem.objects.get(pk=park.pk)
    assert (item.title, item.start, item.leader_id) == ("东浦公园", park.start, park.leader_id)


def test_a_form_over_an_older_version_is_refused(clients, park):
    sent = {"version": 99, "line": "正常"}
    answer = clients["officer"].post(f"/plans/{park.pk}/report/", sent)
    assert answer.status_code == 422
    assert park.title in str(answer.context["forms"][0].non_field_errors())


def test_the_week_is_reported_in_one_line_and_a_percent(clients, make):
    item = make("整治", "plans.task")
    clients["officer"].post(
        f"/plans/{item.pk}/report/", {"version": 1, "line": "完成三分之一", "percent": "33.3"}
    )
    assert ProgressEntry.objects.get().percent == Decimal("33.3")
    assert "完成三分之一" in text_of(clients["leader"].get(f"/plans/{item.pk}/"))


def test_an_item_ends_and_is_taken_back(clients, make):
    item = make("整治", "plans.task")
    clients["officer"].post(f"/plans/{item.pk}/complete/", {"version": 1, "on": timezone.localdate()})
    assert PlanItem.objects.get(pk=item.pk).state == State.DONE
    clients["leader"].post(f"/plans/{item.pk}/restore/")
    assert PlanItem.objects.get(pk=item.pk).state == State.OPEN
    clients["leader"].post(f"/plans/{item.pk}/cancel/", {"version": 3, "reason": "并入"})
    assert PlanItem.objects.get(pk=item.pk).state == State.CANCELLED


def test_a_leader_supervises_the_office_replies_the_leader_settles(clients, park, offices, today):
    clients["leader"].post(
        f"/plans/{park.pk}/supervise/",
        {"office": offices["enforcement"].pk, "text": "三日内复工", "due": today + timedelta(days=3)},
    )
    order = Supervision.objects.get(plan_item_id=park.pk)
    assert "三日内复工" in text_of(clients["officer"].get(f"/plans/{park.pk}/"))
    for who in ("officer", "leader"):
        assert park.title in text_of(clients[who].get("/supervision/"))
    clients["officer"].post(f"/plans/orders/{order.pk}/reply/", {"reply": "已复工"})
    clients["leader"].post(f"/plans/orders/{order.pk}/settle/")
    order.refresh_from_db()
    assert (order.state, order.reply) == ("closed", "已复工")


def test_a_problem_becomes_a_matter_and_stands_on_the_page(clients, park):
    form = clients["dispatcher"].get(f"/plans/{park.pk}/problem/").context["forms"][0]
    assert form.fields["kind"].choices
    clients["dispatcher"].post(f"/plans/{park.pk}/problem/", {"kind": "grid.event", "title": "管线迁改受阻"})
    assert Case.objects.get().title == "管线迁改受阻"
    assert "管线迁改受阻" in text_of(clients["dispatcher"].get(f"/plans/{park.pk}/"))


def test_life_investment_links_and_baselines_are_entered_at_the_desk(clients, park, make, today):
    other = make("勘察", start=today, due=today)
    client = clients["leader"]
    client.post(f"/plans/{park.pk}/life/", {"version": 1, "stage": "signed", "on": today})
    client.post(f"/plans/{park.pk}/investment/", {"version": 2, "year": 2023, "planned": "500", "done": "20"})
    answer = client.post(f"/plans/{park.pk}/links/", {"version": 2, "predecessor": other.pk, "lag": 2})
    assert answer["Location"].endswith("/replan/forward/")
    client.post("/plans/baselines/", {"name": "年初计划"})
    item = PlanItem.objects.get(pk=park.pk)
    assert (item.stage, item.investments.get().planned, item.dependencies.get().lag) == ("signed", 500, 2)
    assert Baseline.objects.get().name == "年初计划"
    assert client.get(f"/plans/{park.pk}/").status_code == 200


@pytest.mark.parametrize("act", ["edit", "complete", "report", "life", "investment"])
def test_who_may_not_act_is_refused_and_nothing_changes(clients, park, act, today):
    sent = {"version": 1, "line": "x", "on": today, "stage": "signed", "year": 2023, "planned": 1, "done": 1,
            "fields.plan:title": "改"}  # fmt: skip
    answer = clients["dispatcher"].post(f"/plans/{park.pk}/{act}/", sent)
    assert answer.status_code in (403, 422)
    item = PlanItem.objects.get(pk=park.pk)
    assert (item.version, item.title, item.life) == (1, "东浦口袋公园", {})


def test_pages_ask_no_more_when_the_plan_grows(clients, make, park, django_assert_max_num_queries):
    for number in range(15):
        make(f"任务{number}", "plans.task")
    for address, most in (("/plans/", 34), ("/plans/chart/", 30), ("/plans/gantt/", 34)):
        clients["leader"].get(address)
        with django_assert_max_num_queries(most):
            clients["leader"].get(address)
