"""What the doctor notices."""

from datetime import timedelta

import pytest
from django.utils import timezone

from zhenshu.commands import doctor
from zhenshu.ground.ledger.record import SYSTEM, Change, record_many
from zhenshu.ground.ledger.seal import seal_entries

pytestmark = pytest.mark.django_db


def states(check):
    return [remark.state for remark in check()]


@pytest.fixture
def write(atomically):
    change = Change("thing.changed", "tests.thing", 1, None, None, {"a": 1})
    return lambda moment: atomically(lambda: record_many(SYSTEM, [change], at=moment))


def test_a_clock_set_back_is_an_error(write):
    assert states(doctor.check_clock) == ["good"]
    write(timezone.now() + timedelta(hours=1))
    assert states(doctor.check_clock) == ["error"]


def test_old_unsealed_entries_mean_that_no_worker_runs(write):
    write(timezone.now() - timedelta(hours=1))
    assert states(doctor.check_seals) == ["warning"]
    seal_entries()
    assert states(doctor.check_seals) == ["good"]


def test_missing_administrators_are_noticed(people):
    assert states(doctor.check_administrators) == []
    people["administrator"].is_active = False
    people["administrator"].save()
    assert states(doctor.check_administrators) == ["warning"]


def test_a_full_disk_is_an_error(monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 10**18)
    assert states(doctor.check_disk) == ["error"]


def test_debug_is_an_error(settings):
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["zs.example.gov.cn"]
    assert states(doctor.check_settings) == ["error"]


def test_every_remark_that_is_not_good_says_what_to_do(write):
    write(timezone.now() + timedelta(hours=1))
    for remark in doctor.examine(deep=True):
        assert remark.state == "good" or remark.advice, str(remark)
