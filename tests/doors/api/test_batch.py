"""A batch takes in what is right, names what is not, and takes nothing in twice."""

import io
import json
import threading

import pytest
from django.db import connection
from tests.doors.api.conftest import Api, assert_problem

from zhenshu.doors.api import batching
from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db


def send(api, lines):
    """Send lines and return the results, one per line."""
    body = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    response = api.client.generic("POST", "/api/v1/batch/cases", body, content_type="application/x-ndjson")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.getvalue().splitlines()]


@pytest.fixture
def api(as_):
    return as_("dispatcher", "intake")


def test_each_line_becomes_a_matter_with_its_ledger_line(api, draft):
    results = send(api, [draft | {"title": f"第{n}件"} for n in range(5)])
    assert [result["line"] for result in results] == [1, 2, 3, 4, 5]
    assert all(result["accepted"] for result in results)
    numbers = [result["number"] for result in results]
    assert list(Case.objects.order_by("pk").values_list("number", flat=True)) == numbers
    assert Entry.objects.filter(action="case.opened").count() == 5
    assert Case.objects.filter(due_at=None).count() == 0


def test_broken_lines_are_named_and_the_others_taken_in(api, draft):
    lines = [
        draft,
        b'{"kind": "trial.event", ',
        draft | {"title": ""},
        b"",
        draft | {"area": 999_999},
        draft | {"reported_at": "31.02."},
        draft | {"fields": {"people": "="}},
        [1],
        draft | {"title": "𠮷 🚧 =1+1"},
    ]
    results = send(api, lines)
    assert [(r["line"], r["accepted"]) for r in results] == [
        (1, True), (2, False), (3, False), (5, False), (6, False), (7, False), (8, False), (9, True),
    ]  # fmt: skip
    assert all(result["detail"] for result in results if not result["accepted"])
    assert list(results[2]["problems"]) == ["title"]
    assert list(results[3]["problems"]) == ["area"]
    assert list(results[4]["problems"]) == ["reported_at"]
    assert Case.objects.count() == 2


def test_refused_lines_leave_no_gap_in_the_numbers(api, draft):
    results = send(api, [draft, draft | {"title": ""}, draft])
    serials = [int(r["number"].rpartition("-")[2]) for r in results if r["accepted"]]
    assert serials == [1, 2]


def test_the_same_batch_again_makes_nothing_twice(api, draft):
    lines = [draft | {"key": f"k-{n}"} for n in range(3)]
    first, again = send(api, lines), send(api, lines)
    assert [r["number"] for r in first] == [r["number"] for r in again]
    assert [r["replayed"] for r in again] == [True] * 3
    assert Case.objects.count() == 3


def test_a_key_with_another_matter_is_refused(api, draft):
    send(api, [draft | {"key": "k"}])
    result = send(api, [draft | {"key": "k", "title": "另一件"}])[0]
    assert (result["accepted"], Case.objects.count()) == (False, 1)


def test_a_key_that_comes_twice_in_one_batch(api, draft):
    results = send(api, [draft | {"key": "k"}, draft | {"key": "k"}, draft | {"key": "k", "title": "另一件"}])
    assert [r["accepted"] for r in results] == [True, True, False]
    assert results[0]["number"] == results[1]["number"]
    assert Case.objects.count() == 1


def test_a_number_of_the_other_system_comes_once(api, draft):
    line = draft | {"source": "12345", "source_number": "T-9"}
    first = send(api, [line, draft, line])
    again = send(api, [line])
    assert [r["accepted"] for r in first] == [True, True, True]
    assert again[0]["replayed"]
    assert {first[0]["number"], first[2]["number"], again[0]["number"]} == {first[0]["number"]}
    assert Case.objects.count() == 2


def test_who_may_not_take_in_is_told_line_by_line(as_, draft):
    results = send(as_("viewer", "intake"), [draft])
    assert [r["accepted"] for r in results] == [False]


def test_blank_lines_have_no_results(api):
    assert send(api, [b"", b"  ", b""]) == []


def test_a_batch_without_a_body_is_refused(api):
    response = api.client.generic("POST", "/api/v1/batch/cases", b"", content_type="application/x-ndjson")
    assert_problem(response, 400, "unreadable")


def test_a_line_without_end_is_refused_and_what_came_before_is_kept(api, draft):
    results = send(api, [draft, b" " * (batching.LINE_LIMIT + 10), draft])
    assert [(r["line"], r["accepted"]) for r in results] == [(1, True), (2, False)]


def test_results_come_while_the_lines_come(people, scope_for, draft, monkeypatch):
    """The first chunk is stored and answered before the rest has been read."""
    monkeypatch.setattr(batching, "CHUNK", 2)
    lines = io.BytesIO(b"\n".join(json.dumps(draft).encode() for _one in range(6)))
    caller = batching.Caller(people["dispatcher"], scope_for(people["dispatcher"]), None)
    results = batching.results_of(lines, caller)
    assert next(results).count(b"\n") == 2
    assert Case.objects.count() == 2
    assert b"".join(results).count(b"\n") == 4


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_with_the_same_keys(people, token_of, draft):
    token = token_of(people["dispatcher"], "intake")
    lines = [draft | {"key": f"k-{n}"} for n in range(20)]
    answers = []

    def run():
        try:
            answers.append(send(Api(token), lines))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _one in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 3
    assert {tuple(r["number"] for r in results) for results in answers} == {
        tuple(r["number"] for r in answers[0])
    }
    assert Case.objects.count() == 20
