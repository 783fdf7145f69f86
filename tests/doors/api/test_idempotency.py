"""The same request again gets the same answer and does nothing twice."""

import json
import threading

import pytest
from django.db import connection
from tests.doors.api.conftest import Api, assert_problem

from zhenshu.doors.api.idempotency import forget_answers
from zhenshu.doors.api.models import StoredAnswer
from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db


def test_the_same_request_gets_the_same_answer(as_, draft):
    api = as_("dispatcher")
    first, again = api.post("/cases", draft, key="a-1"), api.post("/cases", draft, key="a-1")
    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    assert "Idempotent-Replay" not in first
    assert again["Idempotent-Replay"] == "true"
    assert Case.objects.count() == 1


def test_another_request_under_the_same_key_is_refused(as_, draft):
    api = as_("dispatcher")
    api.post("/cases", draft, key="a-1")
    assert_problem(api.post("/cases", draft | {"title": "另一件"}, key="a-1"), 422, "key-reused")
    assert Case.objects.count() == 1


def test_a_key_belongs_to_one_user(as_, draft):
    assert as_("dispatcher").post("/cases", draft, key="a-1").status_code == 201
    other = as_("grid_worker").post("/cases", draft, key="a-1")
    assert "Idempotent-Replay" not in other
    assert Case.objects.count() == 2


def test_without_a_key_each_request_counts(as_, draft):
    for _time in range(2):
        as_("dispatcher").post("/cases", draft)
    assert Case.objects.count() == 2


def test_a_step_is_taken_once(as_, opened, offices):
    path, body = f"/cases/{opened}/steps/dispatch", {"office": offices["enforcement"].pk}
    first = as_("dispatcher").post(path, body, key="d-1")
    again = as_("dispatcher").post(path, body, key="d-1")
    assert (again.status_code, again.content) == (200, first.content)
    assert Entry.objects.filter(action="case.dispatch").count() == 1
    assert_problem(as_("dispatcher").post(path, body, key="d-2"), 409, "step-not-lawful")


def test_a_refused_request_leaves_its_key_free(as_, draft):
    api = as_("dispatcher")
    assert_problem(api.post("/cases", draft | {"title": " "}, key="a-1"), 422, "invalid")
    assert not StoredAnswer.objects.exists()
    assert api.post("/cases", draft, key="a-1").status_code == 201


@pytest.mark.parametrize(
    "key", ["", "a" * 101, "mit leer", "键"], ids=["empty", "long", "blank", "not ascii"]
)
def test_a_key_must_be_plain_text(as_, draft, key):
    assert_problem(as_("dispatcher").post("/cases", draft, key=key), 422, "invalid")
    assert Case.objects.count() == 0


def test_old_answers_are_forgotten(as_, draft):
    as_("dispatcher").post("/cases", draft, key="a-1")
    at = StoredAnswer.objects.get().at
    assert forget_answers(at) == 0
    assert forget_answers(at.replace(year=at.year + 1)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_one_wins_and_the_others_replay(people, token_of, draft):
    token = token_of(people["dispatcher"])
    answers = []

    def send():
        try:
            answers.append(Api(token).post("/cases", draft, key="race"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _one in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [response.status_code for response in answers] == [201] * 6
    assert len({response.content for response in answers}) == 1
    assert sum("Idempotent-Replay" not in response for response in answers) == 1
    assert Case.objects.count() == 1
    assert Entry.objects.filter(action="case.opened").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_one_takes_the_step_and_the_other_hears_of_it(people, token_of, draft, offices):
    token = token_of(people["dispatcher"])
    number = Api(token).post("/cases", draft).json()["number"]
    answers = []

    def send(office):
        try:
            body = {"office": office, "version": 1}
            answers.append(Api(token).post(f"/cases/{number}/steps/dispatch", body))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(offices[key].pk,)) for key in ("safety", "enforcement")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(response.status_code for response in answers) == [200, 409]
    refused = next(response for response in answers if response.status_code == 409)
    assert "许澄" in json.loads(refused.content)["detail"]
