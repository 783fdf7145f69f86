"""The map, the supervision board and the offices' load: each number is the length of the list it opens."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from zhenshu.doors.desk.load_figures import Span, percentile, times_of
from zhenshu.ground.packs.registry import library
from zhenshu.registers.cases.loop import Given

pytestmark = pytest.mark.django_db


def numbers_of(page):
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in page.context["table"].rows}


# ── the map ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_map_counts_open_matters_by_village(clients, matters, town):
    matters.overdue("路灯不亮")
    matters.report("井盖松动", area=town.micro_grids[-1].pk, lon=120.035, lat=31.015)
    assert numbers_of(clients["dispatcher"].get("/map/")) == {
        "东浦村": ["1", "0", "1"],
        "孝丰社区": ["1", "0", "0"],
    }


def test_each_number_of_the_map_opens_a_list_of_that_length(clients, matters):
    matters.overdue("路灯不亮")
    matters.report("井盖松动")
    page = clients["dispatcher"].get("/map/")
    for row in page.context["table"].rows:
        for cell in row.cells[1:]:
            if cell.url:
                listed = clients["dispatcher"].get(cell.url)
                assert listed.status_code == 200
                assert listed.content.count(b'class="zs-row') >= int(cell.text)


def test_the_map_draws_points_in_the_colour_of_their_deadline(clients, matters):
    late, new = matters.overdue("路灯不亮"), matters.report("井盖松动")
    spec = clients["dispatcher"].get("/map/points/").json()
    tones = {one["properties"]["url"]: one["properties"]["tone"] for one in spec["points"]["features"]}
    assert tones == {f"/cases/{late.number}/": "bad", f"/cases/{new.number}/": "good"}


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("clock=overdue", 1),
        ("clock=normal", 1),
        ("kind=grid.event", 2),
        ("kind=safety.hazard", 0),
        ("clock=parked", 0),
        ("clock=dragon", 0),
    ],
)
def test_conditions_narrow_the_map(clients, matters, asked, left):
    matters.overdue("路灯不亮")
    matters.report("井盖松动")
    assert len(clients["dispatcher"].get(f"/map/points/?{asked}").json()["points"]["features"]) == left


def test_the_map_of_a_grid_worker_shows_the_own_grid_alone(clients, matters, town):
    matters.report("路灯不亮")
    matters.report("井盖松动", area=town.micro_grids[-1].pk, lon=120.035, lat=31.015)
    spec = clients["grid_worker"].get("/map/points/").json()
    assert [one["properties"]["title"] for one in spec["points"]["features"]] == ["路灯不亮"]


def test_drawn_by_grid_the_areas_are_grids(clients, matters):
    areas = clients["dispatcher"].get("/map/points/?level=grid").json()["areas"]["features"]
    assert len(areas) == 4


# ── supervision ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def order(matters):
    case = matters.overdue("路灯不亮")
    return matters.step(case, "supervise", "leader", Given(opinion="请本周内修复"))


def test_an_order_stands_on_the_board_with_its_office_and_words(clients, order):
    (row,) = clients["leader"].get("/supervision/").context["table"].rows
    assert (row.cells[0].text, row.cells[2].text) == ("请本周内修复", "执法")
    assert row.url == f"/cases/{order.number}/"


def test_the_office_that_was_ordered_sees_it_and_another_village_does_not(clients, order):
    assert len(clients["officer"].get("/supervision/").context["table"].rows) == 1
    assert clients["viewer"].get("/supervision/").context["table"].rows == []


def test_tiles_count_what_their_lists_hold(clients, order):
    for tile in clients["leader"].get("/supervision/").context["tiles"]:
        assert len(clients["leader"].get(tile.url).context["table"].rows) == tile.value


def test_a_replied_order_waits_to_be_settled_and_then_leaves_the_board(clients, order, matters):
    matters.step(order, "reply_supervision", "officer", Given(opinion="已派人"))
    assert len(clients["leader"].get("/supervision/?view=replied").context["table"].rows) == 1
    matters.step(order, "settle_supervision", "leader")
    assert clients["leader"].get("/supervision/").context["table"].rows == []
    assert len(clients["leader"].get("/supervision/?view=closed").context["table"].rows) == 1


# ── the offices' load ─────────────────────────────────────────────────────────────────────────────────


def test_the_board_tells_what_lies_on_each_table(clients, matters):
    matters.overdue("路灯不亮")
    matters.dispatched("井盖松动")
    matters.dispatched("消防通道堵塞", office="safety")
    numbers = numbers_of(clients["leader"].get("/loads/"))
    assert numbers["综合执法队"][:3] == ["2", "0", "1"]
    assert numbers["应急管理办公室"][:3] == ["1", "0", "0"]


def test_closed_matters_are_timed(clients, matters):
    case = matters.answer(matters.dispatched("路灯不亮", at=timezone.now() - timedelta(days=2)))
    for action, who, given_ in (
        ("verify", "dispatcher", Given(opinion="属实")),
        ("call_back", "secretary", Given(opinion="已回访", solved="yes", satisfied="yes")),
        ("close", "secretary", Given(opinion="办结")),
    ):
        if action in _lawful(case):
            case = matters.step(case, action, who, given_)
    page = clients["leader"].get("/loads/")
    row = numbers_of(page)["综合执法队"]
    assert (row[0], row[4]) == ("0", "1")
    assert 1.9 <= float(row[6]) <= 2.1
    assert page.context["office_times"]["rows"][0]["n"] == 1


def _lawful(case):
    kind = library().case_kind(case.kind)
    names = {"verify": "verified", "call_back": "called_back", "close": "closed"}
    return [action for action, stage in names.items() if stage in kind.stages]


def test_the_board_comes_as_an_excel_file_with_its_columns(clients, matters):
    matters.overdue("路灯不亮")
    answer = clients["leader"].get("/loads/?as=xlsx")
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:2] == ["综合执法队", 1]


def test_nobody_is_ranked_by_person(clients, matters, people):
    matters.overdue("路灯不亮")
    content = clients["leader"].get("/loads/").content.decode()
    main = content[content.index("zs-content") :]
    assert not [user.name for user in people.values() if user.name in main and user.username != "leader"]


values = st.lists(st.floats(min_value=0, max_value=1e5), min_size=1, max_size=60).map(sorted)


@given(values, st.floats(min_value=0, max_value=100))
def test_a_percentile_lies_between_the_least_and_the_greatest(sample, percent):
    assert sample[0] <= percentile(sample, percent) <= sample[-1] + 1e-6


@given(values)
def test_percentiles_rise(sample):
    times = times_of(sample)
    assert times.p25 <= times.p50 <= times.p75 <= times.p90
    assert times.n == len(sample)


@given(st.floats(min_value=0, max_value=1e5))
def test_all_percentiles_of_one_value_are_that_value(value):
    times = times_of([value])
    assert {times.p25, times.p90} == {round(value, 1)}


def test_a_percentile_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        percentile([], 50)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_a_span_holds_both_its_ends(first, length):
    days = Span(first, first + timedelta(days=length)).days
    assert (days[0], days[-1], len(days)) == (first, first + timedelta(days=length), length + 1)
