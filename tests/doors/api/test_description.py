"""The committed OpenAPI description is what the API says of itself."""

import json
from pathlib import Path

import pytest
from django.test import Client
from tests.doors.api.conftest import assert_problem

from zhenshu.doors.api.description import operations
from zhenshu.ground.people.tokens import SCOPES

pytestmark = pytest.mark.django_db
COMMITTED = Path(__file__).with_name("openapi.json")


@pytest.fixture
def described() -> dict:
    return Client().get("/api/v1/openapi.json").json()


def test_the_committed_description_is_the_real_one(described):
    """After a change on purpose: python -m zhenshu.doors.api.export tests/doors/api/openapi.json."""
    assert {**described, "info": {}} == {**json.loads(COMMITTED.read_text("utf-8")), "info": {}}


def test_it_is_openapi_3_1(described):
    assert described["openapi"].startswith("3.1")


def test_every_operation_has_its_own_name_summary_and_problems(described):
    found = list(operations(described))
    names = [operation["operationId"] for _, _, operation in found]
    assert len(set(names)) == len(names)
    for _, _, operation in found:
        assert operation["summary"]
        assert {"401", "403", "422"} <= set(operation["responses"])
        assert "application/problem+json" in operation["responses"]["401"]["content"]


def test_every_operation_names_a_scope_that_exists(described):
    wanted = [operation["security"][0]["BearerToken"] for _, _, operation in operations(described)]
    assert {scope for scopes in wanted for scope in scopes} <= set(SCOPES)
    assert wanted.count([]) == 1, "only /me takes any token"


def test_every_intake_and_step_takes_an_idempotency_key(described):
    posts = [(path, one) for path, method, one in operations(described) if method in ("post", "patch")]
    without = {
        path for path, one in posts if not any(p["name"] == "Idempotency-Key" for p in one["parameters"])
    }
    assert without == {
        "/api/v1/batch/cases",
        "/api/v1/suggestions",
        "/api/v1/webhooks/{webhook_id}/deliveries/{seq}/retry",
    }


def test_every_reference_leads_somewhere(described):
    text = json.dumps(described)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(described["components"]["schemas"])


def test_the_page_of_the_description_needs_nothing_from_outside(client):
    page = client.get("/api/v1/docs").content.decode()
    assert "swagger-ui" in page
    assert "http://" not in page
    assert "https://" not in page


def test_an_address_that_is_none_is_a_problem(client):
    assert_problem(client.get("/api/v1/nothing/here"), 404, "not-found")


def test_a_method_that_is_none_is_a_problem_and_names_the_others(client):
    response = client.put("/api/v1/cases", "{}", content_type="application/json")
    assert_problem(response, 405, "method-not-allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}


def test_a_token_is_answered_without_a_session(as_):
    response = as_("dispatcher").get("/me")
    assert response.status_code == 200
    assert not response.cookies
    assert response["Content-Length"] == str(len(response.content))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "language"), [("en", "en"), ("zh-CN", "zh-hans"), ("", "zh-hans"), ("xx", "zh-hans")]
)
def test_a_token_is_answered_in_the_language_asked_for(as_, asked, language):
    response = as_("dispatcher").client.get("/api/v1/cases/x", headers={"Accept-Language": asked})
    assert response["Content-Language"] == language


def test_an_address_that_is_none_is_a_problem_for_a_token_too(as_):
    assert_problem(as_("dispatcher").get("/nothing"), 404, "not-found")
