"""Rows read and written by remembered statements are the rows Django reads and writes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils import timezone

from zhenshu.doors.api.models import Delivery, StoredAnswer, Webhook
from zhenshu.ground.people.models import Office, User
from zhenshu.ground.statements import Select, insert_row, update_row

pytestmark = pytest.mark.django_db


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.fixture
def hook(people):
    return Webhook.objects.create(
        owner=people["officer"], name="县", url="http://10.0.0.1/", events=["case.*"]
    )


@pytest.mark.parametrize("model", [Office, User], ids=["office", "user"])
def test_rows_are_those_of_django(people, model):
    """Text, numbers, moments, days, JSON and null come back as Django gives them."""
    found = Select(model, "id > %s", order="id").rows(0)
    assert [values(row) for row in found] == [values(row) for row in model.objects.order_by("id")]
    assert not any(row._state.adding for row in found)


def test_only_rows_for_which_the_condition_holds(offices):
    question = Select(Office, '"key" = %s', order="name")
    assert {office.key for office in question.rows("village")} == {"village"}
    assert question.rows("none") == []
    assert question.first("none") is None
    assert question.first("safety").pk == offices["safety"].pk


def test_a_lock_needs_no_more_than_a_transaction(offices):
    with transaction.atomic():
        assert Select(Office, "id = %s", lock=True).first(offices["safety"].pk) is not None


def test_a_new_row_is_stored_with_its_id_and_defaults(hook):
    at = timezone.now()
    message = Delivery(
        webhook=hook, seq=7, event="case.opened", payload={"名": ["𠮷", 1, None]}, created_at=at
    )
    insert_row(message)
    assert values(Delivery.objects.get(pk=message.pk)) == values(message)
    assert not message._state.adding


def test_moments_that_set_themselves_are_set(people):
    hook = Webhook(owner=people["officer"], name="市", url="http://10.0.0.2/", events=[], secret="s")
    insert_row(hook)
    assert Webhook.objects.get(pk=hook.pk).created_at == hook.created_at


def test_a_row_that_breaks_a_constraint_is_refused_as_by_django(people):
    row = StoredAnswer(user=people["officer"], key="k", digest="d", at=timezone.now())
    insert_row(row)
    twin = StoredAnswer(user=people["officer"], key="k", digest="d", at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_row(twin)


def test_named_columns_are_changed_and_the_others_left(hook):
    Webhook.objects.filter(pk=hook.pk).update(name="省")
    hook.events, hook.active, hook.name = ["case.closed"], False, "村"
    update_row(hook, ["events", "active"])
    stored = Webhook.objects.get(pk=hook.pk)
    assert (stored.events, stored.active, stored.name) == (["case.closed"], False, "省")


def test_without_names_all_columns_are_changed(hook):
    hook.name, hook.area_id, hook.created_at = "村", None, timezone.now() - timedelta(days=9)
    update_row(hook)
    assert values(Webhook.objects.get(pk=hook.pk)) == values(hook)


def test_a_foreign_key_is_named_by_itself_or_its_column(hook, town):
    hook.area = town.town
    update_row(hook, ["area_id"])
    assert Webhook.objects.get(pk=hook.pk).area_id == town.town.pk


def test_a_row_that_is_gone_is_noticed(hook):
    Webhook.objects.filter(pk=hook.pk).delete()
    with pytest.raises(ObjectDoesNotExist):
        update_row(hook, ["name"])
