"""Contracts under the bell: each thing once, to who answers, as long before as the pack says."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from zhenshu.ground.people.models import Post
from zhenshu.registers.blocks import contracts
from zhenshu.registers.blocks.acts import RecordDraft, withdraw_record
from zhenshu.registers.blocks.reminding import remind_of_contracts
from zhenshu.registers.cases.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def lease(makes, people):
    """A lease of 300 a quarter from today for a year, held by the officer."""
    room, firm = makes.one("room", "老厂房"), makes.one("firm", "租户")
    today = timezone.localdate()
    draft = RecordDraft(
        kind="blocks.lease", day=today, subject=room.pk, party=firm.pk, fields={"amount": 300},
        holder=people["officer"].pk,
    )  # fmt: skip
    return contracts.sign_contract(draft, last_day=today + timedelta(days=364), by=makes.scopes["secretary"])


def after(days):
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=days), time(9)))


def told(user):
    return [notice.text for notice in Notice.objects.filter(user=user).order_by("pk")]


def test_each_thing_is_said_once_when_its_time_comes(lease, people, makes):
    contracts.add_payment(lease, Decimal(300), day=lease.day, by=makes.scopes["secretary"])
    second = contracts.due_days(lease.day, lease.day + timedelta(days=364), "quarter")[1]
    wait = (second - lease.day).days
    assert remind_of_contracts(after(wait - 16)) == 0
    assert remind_of_contracts(after(wait - 15)) == 1
    assert remind_of_contracts(after(wait - 14)) == 0
    assert remind_of_contracts(after(wait + 1)) == 1
    assert remind_of_contracts(after(wait + 30)) == 0
    soon, late = told(people["officer"])
    assert str(second) in soon
    assert str(second) in late
    assert soon != late


def test_the_end_is_announced_even_when_all_is_paid(lease, people, makes):
    contracts.add_payment(lease, Decimal(1200), day=lease.day, by=makes.scopes["secretary"])
    assert remind_of_contracts(after(333)) == 0
    assert remind_of_contracts(after(334)) == 1
    assert str(lease.day + timedelta(days=364)) in told(people["officer"])[0]
    assert remind_of_contracts(after(400)) == 0


def test_without_a_holder_the_officers_of_the_office_are_told(lease, people):
    office = Post.objects.get(user=people["officer"]).office
    type(lease).objects.filter(pk=lease.pk).update(holder=None, office=office)
    assert remind_of_contracts(after(1)) == 1
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.subject_kind, notice.subject_id) == (
        people["officer"], "blocks.record", lease.pk,
    )  # fmt: skip


def test_what_was_withdrawn_is_silent(lease, makes):
    withdraw_record(lease, version=lease.version, reason="重签", by=makes.scopes["secretary"])
    assert remind_of_contracts(after(200)) == 0
