"""Who gets in where: nobody 401, the wrong scope 403, another area 404, the right one 2xx."""

import json

import pytest
from django.test import Client
from tests.doors.api.conftest import Api, assert_problem

from zhenshu.doors.api.models import Webhook
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.tokens import SCOPES
from zhenshu.registers.blocks.acts import RecordDraft, keep_record
from zhenshu.registers.cases.attachments import Upload, add_attachment
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.exchanges.set_up import set_up_channel

pytestmark = pytest.mark.django_db

# Method, path, body, the scope it needs, and whether a person of another area is told it does not exist.
OPERATIONS = (
    ("GET", "/me", None, "", False),
    ("GET", "/cases", None, "cases:read", False),
    ("POST", "/cases", "draft", "cases:write", False),
    ("GET", "/cases/{case}", None, "cases:read", True),
    ("GET", "/cases/{case}/steps", None, "cases:read", True),
    ("GET", "/cases/{case}/story", None, "cases:read", True),
    ("POST", "/cases/{case}/steps/comment", {"opinion": "看过"}, "cases:write", True),
    ("POST", "/cases/{case}/attachments", "file", "cases:write", True),
    ("GET", "/cases/{case}/attachments/{attachment}", None, "cases:read", True),
    ("POST", "/suggestions", {"text": "路口垃圾满溢"}, "cases:read", False),
    ("POST", "/batch/cases", "lines", "intake", False),
    ("GET", "/dossiers", None, "dossiers:read", False),
    ("POST", "/dossiers", "dossier", "dossiers:write", False),
    ("GET", "/dossiers/{dossier}", None, "dossiers:read", True),
    ("PATCH", "/dossiers/{dossier}", {"version": 1, "fields": {"seats": 9}}, "dossiers:write", True),
    ("GET", "/dossiers/{dossier}/readings", None, "dossiers:read", True),
    ("POST", "/dossiers/{dossier}/readings", "reading", "dossiers:write", True),
    ("GET", "/records", None, "records:read", False),
    ("POST", "/records", "record", "records:write", False),
    ("GET", "/records/{record}", None, "records:read", True),
    ("PATCH", "/records/{record}", {"version": 1, "fields": {"found": 2}}, "records:write", True),
    ("GET", "/areas", None, "reference:read", False),
    ("GET", "/areas/geojson", None, "reference:read", False),
    ("GET", "/areas/locate?lon=120.005&lat=31.005", None, "reference:read", False),
    ("GET", "/areas/{area}", None, "reference:read", False),
    ("GET", "/offices", None, "reference:read", False),
    ("GET", "/offices/{office}", None, "reference:read", False),
    ("GET", "/packs", None, "reference:read", False),
    ("GET", "/packs/trial", None, "reference:read", False),
    ("GET", "/packs/kinds/cases/trial.event", None, "reference:read", False),
    ("GET", "/packs/kinds/dossiers/trial.shop", None, "reference:read", False),
    ("GET", "/reports", None, "indicators:read", False),
    ("GET", "/exchanges", None, "exchanges", False),
    ("POST", "/exchanges/trial.upper/in", {"tickets": [{"编号": "S1", "标题": "路灯"}]}, "exchanges", True),
    ("GET", "/exchanges/trial.upper/out", None, "exchanges", True),
    ("POST", "/exchanges/trial.upper/acks", {"receipts": [{"accepted": True}]}, "exchanges", True),
    ("POST", "/exchanges/trial.upper/balances", "list", "exchanges", True),
    ("GET", "/webhooks", None, "webhooks", False),
    (
        "POST",
        "/webhooks",
        {"name": "县级", "url": "http://10.1.2.3/", "events": ["case.*"]},
        "webhooks",
        False,
    ),
    ("GET", "/webhooks/{webhook}", None, "webhooks", True),
    ("PATCH", "/webhooks/{webhook}", {"active": False}, "webhooks", True),
    ("GET", "/webhooks/{webhook}/deliveries", None, "webhooks", True),
    ("DELETE", "/webhooks/{webhook}", None, "webhooks", True),
)
IDS = [f"{method} {path}" for method, path, *_ in OPERATIONS]


@pytest.fixture
def places(people, scope_for, opened, town, offices):
    """What the paths name: all of it lies in the first village or belongs to the dispatcher."""
    kind = library().dossier_kind("trial.shop")
    by = scope_for(people["dispatcher"])
    shop = create_dossier(
        kind, {"name": "河边小吃"}, area=town.grids[0], opened_on=town.town.valid_from, by=by
    )
    visit = keep_record(
        RecordDraft(kind="trial.visit", day=town.town.valid_from, subject=shop.pk, fields={"found": 1}), by=by
    )
    by_number = Case.objects.get(number=opened)
    file = add_attachment(by_number.pk, Upload("说明.txt", "井盖缺失".encode()), by=by)
    hook = Webhook.objects.create(
        owner=people["dispatcher"], name="旧", url="http://10.0.0.1/", events=["case.*"], secret="s"
    )
    for direction in ("in", "out"):
        keeper = scope_for(people["administrator"])
        set_up_channel("trial.upper", direction, area=town.town, transport="api", by=keeper)
    office = offices["enforcement"].pk
    return {
        "case": opened, "dossier": shop.pk, "area": town.town.pk, "office": office, "webhook": hook.pk,
        "attachment": file.pk, "record": visit.pk,
    }  # fmt: skip


@pytest.fixture
def bodies(draft, town, places):
    line = json.dumps({"kind": "trial.event", "title": "批量", "area": town.grids[0].pk})
    return {
        "draft": draft,
        "lines": line.encode(),
        "list": {"since": "2023-05-01", "until": "2023-05-31", "rows": [{"编号": "S1"}]},
        "dossier": {"kind": "trial.shop", "area": town.grids[0].pk, "fields": {"name": "新店"}},
        "record": {"kind": "trial.visit", "subject": places["dossier"], "fields": {"found": 0}},
        "reading": {"series": "power", "period": "2023-05", "values": {"kwh": 12.5}, "signer": "许澄"},
    }


@pytest.fixture
def call(places, bodies):
    def send(api, method, path, body):
        if body == "file":
            return api.upload(path.format(**places), "说明.txt", "第二份".encode())
        body = bodies[body] if isinstance(body, str) else body
        return api.send(method, path.format(**places), body)

    return send


@pytest.mark.parametrize(("method", "path", "body", "scope", "hidden"), OPERATIONS, ids=IDS)
def test_each_operation(as_, call, method, path, body, scope, hidden):
    assert_problem(call(Api(), method, path, body), 401, "not-authenticated")
    assert_problem(call(Api("zs_made-up"), method, path, body), 401, "not-authenticated")
    others = set(SCOPES) - {scope}
    if scope:
        assert_problem(call(as_("dispatcher", *others), method, path, body), 403, "scope-missing")
    if hidden:
        assert_problem(call(as_("viewer"), method, path, body), 404, "not-found")
    response = call(as_("dispatcher", scope or "intake"), method, path, body)
    assert 200 <= response.status_code < 300, response.content.decode()


def test_what_the_table_leaves_out(clients):
    """Every operation of the description stands in the table, so that none is forgotten."""
    described = Client().get("/api/v1/openapi.json").json()
    named = {
        (m, p.partition("?")[0].count("/"), p.split("/")[1].partition("?")[0]) for m, p, *_ in OPERATIONS
    }
    for path, methods in described["paths"].items():
        short = path.removeprefix("/api/v1")
        for method in methods:
            if not short.endswith(EXEMPT):
                assert (method.upper(), short.count("/"), short.split("/")[1]) in named, (method, short)


# These have tests of their own.
EXEMPT = ("/retry", "/{report_id}")


def test_a_viewer_takes_no_matter_in(as_, draft):
    assert_problem(as_("viewer").post("/cases", draft), 403, "not-allowed")


def test_a_step_of_another_role_is_refused(as_, opened, offices):
    problem = as_("leader").post(f"/cases/{opened}/steps/dispatch", {"office": offices["safety"].pk})
    assert_problem(problem, 403, "not-allowed")


def test_an_officer_keeps_no_webhook(as_):
    body = {"name": "我的", "url": "http://10.1.2.3/", "events": ["case.*"]}
    assert_problem(as_("officer").post("/webhooks", body), 403, "not-allowed")


def test_lists_hold_what_the_caller_may_see(as_, opened):
    assert [row["number"] for row in as_("dispatcher").get("/cases").json()["items"]] == [opened]
    assert [row["number"] for row in as_("grid_worker").get("/cases").json()["items"]] == [opened]
    assert as_("viewer").get("/cases").json()["items"] == []
    assert as_("second_officer").get("/cases").json()["items"] == []


def test_a_revoked_token_is_no_longer_good(people, scope_for):
    from zhenshu.ground.people.tokens import issue_token, revoke_token

    by = scope_for(people["officer"])
    token, text = issue_token(people["officer"], "门户", scopes=["cases:read"], by=by)
    assert Api(text).get("/cases").status_code == 200
    revoke_token(token, by=by)
    assert_problem(Api(text).get("/cases"), 401, "not-authenticated")


def test_a_session_of_the_desk_reads_without_and_writes_with_the_token_of_its_page(people, draft):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["dispatcher"])
    assert client.get("/api/v1/me").json()["scopes"] is None
    refused = client.post("/api/v1/cases", draft, content_type="application/json")
    assert_problem(refused, 403, "not-allowed")
    client.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32}
    made = client.post("/api/v1/cases", draft, content_type="application/json", headers=headers)
    assert made.status_code == 201


def test_a_bearer_token_needs_no_token_of_a_page(token_of, people, draft):
    client = Client(
        enforce_csrf_checks=True, headers={"Authorization": f"Bearer {token_of(people['dispatcher'])}"}
    )
    assert client.post("/api/v1/cases", draft, content_type="application/json").status_code == 201


def test_sensitive_fields_are_masked_and_named(as_, people, draft):
    draft["fields"] = {"contact": "欧阳小满", "people": 3}
    number = as_("dispatcher").post("/cases", draft).json()["number"]
    seen = as_("dispatcher").get(f"/cases/{number}").json()
    assert seen["fields"]["people"] == 3
    assert "小满" not in seen["fields"]["contact"]
    assert seen["masked"] == ["contact"]
    people["dispatcher"].posts.update(sensitive=True)
    assert as_("dispatcher").get(f"/cases/{number}").json()["fields"]["contact"] == "欧阳小满"


def test_who_only_watches_reads_no_name_and_number_of_a_reporter(as_, draft):
    draft |= {"reporter_name": "王小明", "reporter_phone": "13800001234"}
    number = as_("dispatcher").post("/cases", draft).json()["number"]
    assert as_("dispatcher").get(f"/cases/{number}").json()["reporter_phone"] == "13800001234"
    watched = as_("leader").get(f"/cases/{number}").json()
    assert (watched["reporter_name"], watched["reporter_phone"]) == ("王**", "138****1234")
    assert watched["masked"] == ["reporter_name", "reporter_phone"]


def test_a_story_repeats_no_name_and_number_of_a_reporter(as_, draft):
    draft |= {"reporter_name": "王小明", "reporter_phone": "13800001234"}
    number = as_("dispatcher").post("/cases", draft).json()["number"]
    body = {"changes": {"reporter_phone": "13900004321"}}
    assert as_("dispatcher").post(f"/cases/{number}/steps/correct", body).status_code == 200
    story = as_("leader").get(f"/cases/{number}/story").content.decode()
    assert "13800001234" not in story
    assert "13900004321" not in story
    assert "王小明" not in story
