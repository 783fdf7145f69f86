"""Random requests against the whole description: no crash, no answer that was not announced."""

import json
import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from zhenshu.wsgi import application

# Kept small on purpose: each run draws other examples. More are drawn with ZHENSHU_EXAMPLES.
EXAMPLES = int(os.environ.get("ZHENSHU_EXAMPLES", "6"))


@schemathesis.serializer("application/x-ndjson")
def serialize_lines(ctx, value):
    """A batch is a text of lines; what is no text goes out as one line of JSON."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture(autouse=True)
def _one_connection(token):
    """The real entry closes connections between requests; the test lives in a transaction of one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(people, token_of, opened):
    return token_of(people["dispatcher"])


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@pytest.mark.django_db
def test_every_operation_keeps_its_word(case, token):
    # The description tells shapes; whether a cursor, an area or a kind exists, only the registers can tell.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance]
    )
