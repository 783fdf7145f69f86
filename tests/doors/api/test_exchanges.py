"""A system above as a program: tickets down, reports up, receipts, lists."""

from __future__ import annotations

import pytest
from tests.doors.api.conftest import Api, assert_problem

from zhenshu.registers.cases.loop import Given, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.exchanges.models import Item
from zhenshu.registers.exchanges.set_up import set_up_channel

pytestmark = pytest.mark.django_db
UPPER = "/exchanges/trial.upper"


@pytest.fixture
def upper(people, scope_for, town, as_) -> Api:
    """The token of a dispatcher that opens exchanges and nothing else; both channels are set up."""
    for direction in ("in", "out"):
        keeper = scope_for(people["administrator"])
        set_up_channel("trial.upper", direction, area=town.town, transport="api", by=keeper)
    return as_("dispatcher", "exchanges")


@pytest.fixture
def answered(upper, people, scope_for, offices) -> Case:
    """A ticket from above that was answered and verified here."""
    sent = upper.post(f"{UPPER}/in", {"tickets": [{"编号": "S1", "标题": "路灯不亮"}]}).json()["items"][0]
    case = Case.objects.get(number=sent["case"])
    steps = (
        ("dispatch", "dispatcher", {"office": offices["enforcement"].pk}),
        ("accept", "officer", {}),
        ("answer", "officer", {"opinion": "已修好"}),
        ("verify", "leader", {}),
    )
    for action, who, given in steps:
        take_step(case.pk, action, by=scope_for(people[who]), given=Given(**given))
    return case


def test_tickets_are_answered_one_by_one_and_taken_once(upper):
    body = {"tickets": [{"编号": "S1", "标题": "路灯"}, {"编号": "", "标题": "无号"}]}
    first = upper.post(f"{UPPER}/in", body).json()["items"]
    assert [one["result"] for one in first] == ["taken", "refused"]
    again = upper.post(f"{UPPER}/in", {"tickets": [{"编号": "S1", "标题": "路灯坏了"}]}).json()["items"]
    assert (again[0]["result"], again[0]["case"]) == ("updated", first[0]["case"])
    assert Case.objects.count() == 1


def test_the_same_request_replays_its_answer(upper):
    body = {"tickets": [{"编号": "S1", "标题": "路灯"}]}
    first, second = (upper.post(f"{UPPER}/in", body, key="k-1") for _ in range(2))
    assert second["Idempotent-Replay"] == "true"
    assert first.json() == second.json()


def test_reports_are_fetched_until_they_are_confirmed(upper, answered):
    [report] = upper.get(f"{UPPER}/out").json()["items"]
    assert report["row"] == {"编号": "S1", "答复": "已修好"}
    assert len(upper.get(f"{UPPER}/out").json()["items"]) == 1
    receipt = {"message": report["message"], "accepted": True}
    heard = upper.post(f"{UPPER}/acks", {"receipts": [receipt, receipt]}).json()
    assert heard["items"] == ["confirmed", "repeated"]
    assert upper.get(f"{UPPER}/out").json()["items"] == []
    assert Item.objects.get(stage="verified").state == "acknowledged"


def test_a_list_is_compared(upper, answered):
    body = {"since": "2020-01-01", "until": "2020-01-31", "rows": [{"编号": "S1"}, {"编号": "S9"}]}
    response = upper.post(f"{UPPER}/balances", body)
    assert response.status_code == 201, response.content.decode()
    assert response.json()["counts"] == {"not_sent": 1, "not_taken": 1}
    wrong = {"since": "2020-02-01", "until": "2020-01-31", "rows": [{"编号": "S1"}]}
    assert_problem(upper.post(f"{UPPER}/balances", wrong), 422, "invalid")


def test_what_is_not_set_up_and_not_declared_does_not_exist(upper, as_):
    assert_problem(upper.get("/exchanges/trial.nowhere/out"), 404, "not-found")
    assert_problem(as_("officer", "exchanges").get(f"{UPPER}/out"), 404, "not-found")
    assert as_("officer", "exchanges").get("/exchanges").json() == {"items": []}
    assert [one["direction"] for one in upper.get("/exchanges").json()["items"]] == ["in", "out"]
