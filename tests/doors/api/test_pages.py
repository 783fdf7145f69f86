"""Lists come in pages that stay in step while matters come in; their number of queries is fixed."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.api.conftest import assert_problem

from zhenshu.doors.api.errors import CursorError
from zhenshu.doors.api.filters import read_mark
from zhenshu.doors.api.pages import Order, read_cursor

pytestmark = pytest.mark.django_db

# Queries a list may take, whatever the number of rows; a known token and its posts are remembered.
BUDGETS = {
    "/cases": 5, "/cases?count=true": 9, "/dossiers": 1, "/areas": 1, "/offices": 1, "/packs": 0,
    "/webhooks": 1,     "/areas/geojson": 1, "/me": 0,
}  # fmt: skip
CASE_BUDGET = 8
STEP_BUDGET = 16
CREATE_BUDGET = 14


@pytest.fixture
def api(as_):
    return as_("dispatcher")


@pytest.fixture
def many(api, draft, town):
    """Seven matters in two grids."""
    numbers = []
    for index in range(7):
        area = town.grids[index % 2].pk
        numbers.append(api.post("/cases", draft | {"title": f"第{index}件", "area": area}).json()["number"])
    return numbers


def walk(api, **query):
    """Return the numbers of all pages."""
    numbers, cursor = [], ""
    while cursor is not None:
        page = api.get("/cases", cursor=cursor, **query).json()
        numbers += [row["number"] for row in page["items"]]
        cursor = page["next_cursor"]
    return numbers


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_hold_every_matter_once(api, many, limit):
    assert walk(api, limit=limit, sort="newest") == many[::-1]
    assert walk(api, limit=limit, sort="oldest") == many
    assert sorted(walk(api, limit=limit, sort="due")) == many


def test_a_matter_that_comes_in_moves_no_page(api, many, draft):
    first = api.get("/cases", limit=3, sort="newest").json()
    api.post("/cases", draft)
    second = api.get("/cases", limit=3, sort="newest", cursor=first["next_cursor"]).json()
    assert [row["number"] for row in second["items"]] == many[::-1][3:6]


def test_filters_join_with_and(api, many, town, offices):
    api.post(f"/cases/{many[0]}/steps/dispatch", {"office": offices["safety"].pk})
    assert walk(api, area=town.grids[0].pk, sort="oldest") == many[::2]
    assert walk(api, area=town.villages[0].pk, sort="oldest") == many
    assert walk(api, stage="dispatched") == [many[0]]
    assert walk(api, office=offices["safety"].pk) == [many[0]]
    assert walk(api, stage="dispatched", area=town.grids[1].pk) == []
    assert walk(api, text="第3件") == [many[3]]
    assert sorted(walk(api, clock="normal")) == many
    assert walk(api, clock="overdue") == []
    assert sorted(walk(api, mine="reported")) == many
    assert walk(api, mine="handled") == []
    assert walk(api, area=999_999) == []
    assert walk(api, kind="trial", sort="oldest", state="all") == many
    assert walk(api, state="closed") == []


def test_a_matter_is_found_by_its_number_in_the_other_system(as_, api, many, draft):
    number = api.post("/cases", draft | {"source": "12345", "source_number": "T-1"}).json()["number"]
    found = api.get("/cases", source="12345", source_number="T-1").json()["items"]
    assert [row["number"] for row in found] == [number]
    assert api.get("/cases", source="12345", source_number="T-2").json()["items"] == []
    assert as_("viewer").get("/cases", source="12345", source_number="T-1").json()["items"] == []


def test_a_count_is_given_when_asked_for(api, many):
    assert api.get("/cases", limit=2).json()["count"] is None
    page = api.get("/cases", limit=2, count="true").json()
    assert (page["count"], page["count_capped"]) == (7, False)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "WyJkdWUiLCJ4Iiwi", "WzEsMiwzXQ", "W10"])
def test_a_foreign_cursor_is_refused(api, cursor):
    assert_problem(api.get("/cases", cursor=cursor), 422, "invalid")


def test_a_cursor_of_another_order_is_refused(api, many):
    cursor = api.get("/cases", limit=2, sort="newest").json()["next_cursor"]
    assert_problem(api.get("/cases", cursor=cursor, sort="due"), 422, "invalid")


ORDERS = (Order("id", "pk"), Order("path", "path"), Order("newest", "on", descending=True))


@given(st.text(alphabet="ABCxyz019-_", max_size=60), st.sampled_from(ORDERS))
def test_no_text_breaks_a_cursor(text, order):
    with contextlib.suppress(CursorError):
        read_cursor(order, text)
    with contextlib.suppress(CursorError):
        read_mark(text, "queue_at+")


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"limit": "many"}, {"sort": "title"}, {"clock": "late"}]
)
def test_a_question_out_of_bounds_is_refused(api, query):
    assert_problem(api.get("/cases", **query), 422, "invalid")


@pytest.mark.parametrize(("path", "budget"), BUDGETS.items())
def test_a_list_asks_the_database_as_often_as_agreed(api, many, path, budget, django_assert_num_queries):
    api.get("/me")
    api.get(path)
    with django_assert_num_queries(budget):
        assert api.get(path).status_code == 200


def test_reading_a_matter_keeps_its_budget(api, many, django_assert_max_num_queries):
    api.get("/me")
    with django_assert_max_num_queries(CASE_BUDGET):
        api.get(f"/cases/{many[0]}")


def test_taking_in_and_a_step_keep_their_budgets(api, draft, many, offices, django_assert_max_num_queries):
    with django_assert_max_num_queries(CREATE_BUDGET):
        assert api.post("/cases", draft, key="budget").status_code == 201
    with django_assert_max_num_queries(STEP_BUDGET):
        body = {"office": offices["safety"].pk}
        assert api.post(f"/cases/{many[1]}/steps/dispatch", body, key="budget-2").status_code == 200
