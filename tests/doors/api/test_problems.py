"""What is refused is refused with a sentence, the field, and nothing lost."""

import pytest
from tests.doors.api.conftest import assert_problem

from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(as_):
    return as_("dispatcher")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": 5}, "title"),
        ({"area": 999_999}, "area"),
        ({"area": None}, "area"),
        ({"area": -1}, "area"),
        ({"area": "1"}, "area"),
        ({"kind": "trial.nothing"}, "kind"),
        ({"category": "noise/day"}, "category"),
        ({"channel": "smoke"}, "channel"),
        ({"priority": "whenever"}, "priority"),
        ({"reported_at": "昨天"}, "reported_at"),
        ({"reported_at": "0001-01-01T00:00:00+23:00"}, "reported_at"),
        ({"reported_at": 1_700_000_000}, "reported_at"),
        ({"reported_at": "2999-01-01T00:00:00+08:00"}, "reported_at"),
        ({"lon": 200, "lat": 31.0}, "lon"),
        ({"lon": 120.001}, "lon"),
        ({"lon": 121.5, "lat": 31.005}, "lon"),
        ({"lon": 31.005, "lat": 80.0}, "lon"),
        ({"subject": 77}, "subject"),
        ({"raised_by": "trial-2020-999999"}, "raised_by"),
        ({"fields": {"people": 0}}, "fields.people"),
        ({"fields": {"people": "多"}}, "fields.people"),
        ({"fields": {"colour": "red"}}, "fields.colour"),
        ({"fields": {"kind_of_place": "river"}}, "fields.kind_of_place"),
        ({"fields": []}, "fields"),
        ({"surprise": 1}, "surprise"),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else "",
)
def test_a_wrong_part_is_named(api, draft, change, field):
    problem = assert_problem(api.post("/cases", draft | change), 422, "invalid")
    assert list(problem["problems"]) == [field]
    assert problem["problems"][field]
    assert Case.objects.count() == 0


def test_all_wrong_parts_are_named_at_once(api, draft):
    wrong = draft | {"title": "", "category": "x", "fields": {"people": 0}}
    problem = assert_problem(api.post("/cases", wrong), 422, "invalid")
    assert set(problem["problems"]) == {"title", "category", "fields.people"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"title": NaN}', b'{"title": "\\ud800"}', b"[" * 5000],
    ids=["empty", "broken", "list", "text", "bytes", "nan", "half a character", "deep"],
)
def test_a_body_that_is_no_matter(api, body):
    response = api.post("/cases", body)
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "title", ["=cmd|' /C calc'!A0", "𠮷野家门口积水 🚧", "a\u200bb", "'; DROP TABLE cases_case;--"]
)
def test_rare_and_odd_text_is_kept_as_it_is(api, draft, title):
    number = api.post("/cases", draft | {"title": title}).json()["number"]
    assert api.get(f"/cases/{number}").json()["title"] == title


def test_control_characters_are_left_out(api, draft):
    number = api.post("/cases", draft | {"title": "井盖\x00缺失\x07"}).json()["number"]
    assert api.get(f"/cases/{number}").json()["title"] == "井盖缺失"


def test_a_long_title_moves_into_the_description(api, draft):
    number = api.post("/cases", draft | {"title": "长" * 500}).json()["number"]
    whole = api.get(f"/cases/{number}").json()
    assert len(whole["title"]) <= 120
    assert "长" * 500 in whole["description"]


def test_a_position_finds_its_area(api, draft, town):
    del draft["area"]
    number = api.post("/cases", draft | {"lon": 120.005, "lat": 31.005}).json()["number"]
    assert api.get(f"/cases/{number}").json()["area"]["id"] == town.micro_grids[0].pk


def test_a_code_finds_its_area(api, draft, town):
    del draft["area"]
    number = api.post("/cases", draft | {"area_code": town.grids[1].code}).json()["number"]
    assert api.get(f"/cases/{number}").json()["area"]["id"] == town.grids[1].pk


def test_a_position_outside_says_how_far(api, draft):
    problem = assert_problem(api.post("/cases", draft | {"lon": 120.2, "lat": 31.0}), 422, "invalid")
    assert "km" in problem["problems"]["lon"] or "公里" in problem["problems"]["lon"]


def test_a_number_of_the_other_system_comes_once(api, draft):
    draft |= {"source": "12345", "source_number": "T-1"}
    number = api.post("/cases", draft).json()["number"]
    problem = assert_problem(api.post("/cases", draft), 409, "already-taken-in")
    assert problem["number"] == number


def test_a_step_names_what_it_must_carry(api, opened):
    problem = assert_problem(api.post(f"/cases/{opened}/steps/dispatch", {}), 422, "step-incomplete")
    assert list(problem["problems"]) == ["office"]


def test_a_step_says_the_reasons_to_choose_from(api, opened):
    body = {"reason": "tired", "opinion": "暂停"}
    problem = assert_problem(api.post(f"/cases/{opened}/steps/pause", body), 422, "step-incomplete")
    assert "weather" in problem["problems"]["reason"]


def test_a_step_at_the_wrong_time_says_who_was_there(api, opened):
    problem = assert_problem(api.post(f"/cases/{opened}/steps/close", {}), 409, "step-not-lawful")
    assert "许澄" in problem["detail"]


def test_an_older_version_is_told_of_the_change(api, opened):
    assert api.post(f"/cases/{opened}/steps/comment", {"opinion": "一"}).status_code == 200
    refused = api.post(f"/cases/{opened}/steps/comment", {"opinion": "二", "version": 1})
    assert_problem(refused, 409, "changed")


@pytest.mark.parametrize("number", ["trial-2020-999999", "trial-1-1", "%00", "a" * 300, "x y"])
def test_a_number_that_is_none(api, number):
    response = api.get(f"/cases/{number}")
    assert response.status_code in (404, 422)
    assert response["Content-Type"] == "application/problem+json"


def test_a_step_that_is_none(api, opened):
    assert_problem(api.post(f"/cases/{opened}/steps/forget", {}), 422, "invalid")


def test_a_kind_that_is_none(api):
    assert_problem(api.get("/packs/kinds/cases/trial.nothing"), 404, "not-found")
    assert_problem(api.get("/packs/nothing"), 404, "not-found")


def test_sentences_come_in_the_language_asked_for(api, draft):
    chinese = api.client.get("/api/v1/cases/trial-2020-000009", headers={"Accept-Language": "zh-Hans"}).json()
    english = api.client.get("/api/v1/cases/trial-2020-000009", headers={"Accept-Language": "en"}).json()
    assert english["detail"] == "There is no matter trial-2020-000009 that you may see."
    assert chinese["status"] == english["status"]
