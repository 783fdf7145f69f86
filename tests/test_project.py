"""The project starts: migrations are complete, the health address answers, the headers are set."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.models import Entry


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


@pytest.mark.django_db
def test_health_answers_without_log_in():
    response = Client().get("/healthz")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_transactional_tests_start_clean_although_the_ledger_refuses_removal(town, turn):
    assert Entry.objects.filter(action="area.created").count() == Area.objects.count() == 16
