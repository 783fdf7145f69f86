"""The demo township adds up to what it promises, and is the same for the same seed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import Count, Q

from zhenshu.demo.build import build
from zhenshu.demo.targets import TOTALS
from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.models import User
from zhenshu.registers.cases.models import Case, Clock, ClockState, Supervision

# The large, plain series are shortened; everything else is the whole year.
SMALL = replace(TOTALS, applications=240, grid_events=220, tickets=160, other_urban=30, disputes=12)
NOW = datetime(2024, 1, 31, 16, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def township(django_db_setup, django_db_blocker):
    """One township for all tests of this module, taken away again when they are done."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            built = build(totals=SMALL, now=NOW)
            yield built
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture(autouse=True)
def in_township(township, django_db_blocker):
    with django_db_blocker.unblock():
        yield


def scalar(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def year(kind: str):
    return Case.objects.filter(kind=kind, opened_at__year=2023)


def test_the_tree_has_the_villages_and_grids_of_the_report():
    assert list(Area.objects.values_list("level").annotate(n=Count("id")).order_by("level")) == [
        (1, 1), (2, 1), (3, 13), (4, 51), (5, 272),
    ]  # fmt: skip


def test_all_applications_are_closed_within_the_promise():
    applications = year("services.application")
    assert applications.count() == SMALL.applications
    assert applications.filter(in_time=True, outcome="resolved").count() == SMALL.applications


def test_checks_hazards_orders_and_penalties_add_up():
    hazards = year("safety.hazard")
    assert year("safety.inspection").count() == 285
    assert hazards.count() == 576
    assert len({h.fields["order_number"] for h in hazards if h.fields.get("order_number")}) == 122
    assert len(set(year("safety.penalty").values_list("subject", flat=True))) == 3


def test_each_hazard_was_raised_by_a_check_of_the_same_enterprise():
    assert not year("safety.hazard").filter(raised_by=None).exists()
    for hazard in year("safety.hazard").select_related("raised_by")[:50]:
        assert hazard.subject_id == hazard.raised_by.subject_id


@pytest.mark.parametrize(
    ("channel", "batches", "persons"), [("leader", 102, 142), ("outreach", 51, 76), ("joint", 52, 68)]
)
def test_visits_add_up_by_channel(channel, batches, persons):
    visits = [visit for visit in year("petitions.visit") if visit.channel == channel]
    assert (len(visits), sum(visit.fields["people"] for visit in visits)) == (batches, persons)


def test_old_petitions_are_settled():
    assert year("petitions.backlog").filter(outcome="resolved", closed_at__year=2023).count() == 18


def test_street_cases_and_illegal_structures_add_up():
    street = Q(category__in=["street/shop_outside", "street/vendor"])
    assert year("urban.case").filter(street).count() == 950
    illegal = [case.fields for case in year("urban.illegal_building")]
    assert len(illegal) == 24
    assert round(sum(fields["demolished_size"] for fields in illegal), 2) == 1293.33
    assert all(fields["demolished_on"].startswith("2023") for fields in illegal)
    assert year("urban.billboard").filter(fields__treatment="removed").count() == 10


def test_some_grid_events_and_tickets_were_late_and_most_in_time():
    for kind in ("grid.event", "hotline.ticket"):
        closed = year(kind).exclude(in_time=None)
        late = closed.filter(in_time=False).count()
        assert 0 < late < closed.count() / 4


def test_the_inbox_of_today_has_fresh_and_turned_matters():
    waiting = Case.objects.filter(is_open=True)
    assert waiting.filter(stage="accepted").count() >= 10
    assert waiting.exclude(lead_office=None).exists()
    assert Supervision.objects.exists()


def test_no_clock_of_a_closed_case_still_runs():
    still = [ClockState.RUNNING, ClockState.PAUSED]
    assert not Clock.objects.filter(case__is_open=False, state__in=still, case__stage="archived").exists()
    assert scalar("SELECT count(*) FROM cases_case WHERE stage = 'closed' AND outcome = ''") == 0


def test_numbers_run_without_gaps():
    for pack in ("grid", "hotline", "safety"):
        serials = sorted(
            int(number.rsplit("-", 1)[1])
            for number in Case.objects.filter(number__startswith=f"{pack}-2023-").values_list(
                "number", flat=True
            )
        )
        assert serials == list(range(1, len(serials) + 1))


def test_every_page_can_know_that_it_is_invented():
    assert Entry.objects.order_by("seq").first().action == "demo.planted"


def test_only_the_demo_log_ins_have_a_password(township):
    able = [user.username for user in User.objects.all() if user.has_usable_password()]
    assert sorted(able) == sorted(username for username, _title in township.log_ins)


def fingerprint() -> str:
    rows = Case.objects.filter(opened_at__year=2023).order_by("number")
    content = list(rows.values_list("number", "title", "category", "channel", "answer"))
    return sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def test_no_phrase_has_an_unfilled_slot():
    assert not Case.objects.filter(Q(title__contains="{") | Q(description__contains="{")).exists()
    assert len(fingerprint()) == 64
