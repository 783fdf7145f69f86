"""Villagers' points: rules with evidence and caps, rewards, lapse; never a point lost or printed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.registers.engines.conftest import at_once

from zhenshu.ground.ledger.models import Entry
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.explain import explain
from zhenshu.measures.indicators.tallies import build_missing, check
from zhenshu.registers.dossiers.errors import DossierNotAllowedError, DossierNotFoundError
from zhenshu.registers.engines import points
from zhenshu.registers.engines.errors import EngineError, EngineInvalidError, EngineStateError
from zhenshu.registers.engines.models import PointAccount, PointTransfer
from zhenshu.registers.engines.points import Said, award, lapse, redeem, reverse

DAY = date(2024, 5, 6)


@pytest.fixture
def merit(kind_of):
    return kind_of("merit")


@pytest.fixture
def officer(scopes):
    return scopes["officer"]


def said(on=DAY, **more):
    return Said(on, evidence="评议会记录", **more)


def balance(home):
    return PointAccount.objects.get(holder=home).balance


def assert_nothing_lost_or_printed(kind):
    assert sum(PointAccount.objects.filter(kind=kind.full_code).values_list("balance", flat=True)) == 0
    assert points.wrong_accounts() == []


@pytest.mark.django_db
class TestAwarding:
    def test_a_rule_gives_its_points_and_leaves_a_line(self, make, merit, officer):
        home = make("陆家")
        made = award(home, merit, "help", said(), by=officer, times=3)
        assert balance(home) == Decimal("7.5")
        line = Entry.objects.get(subject_kind="engines.pointtransfer", subject_id=made.pk)
        assert (line.action, line.actor_id, line.area_id) == ("points.award", officer.user_id, home.area_id)

    def test_a_rule_may_ask_for_evidence(self, make, merit, officer):
        with pytest.raises(EngineInvalidError) as refusal:
            award(make("陆家"), merit, "tidy", Said(DAY), by=officer)
        assert set(refusal.value.problems) == {"evidence"}
        assert not PointTransfer.objects.exists()

    def test_a_cap_holds_for_its_period_and_counts_no_reversed_points(self, make, merit, officer):
        home = make("陆家")
        first = award(home, merit, "tidy", said(), by=officer, times=2)
        award(home, merit, "tidy", said(date(2024, 5, 31)), by=officer)
        with pytest.raises(EngineInvalidError):
            award(home, merit, "tidy", said(date(2024, 5, 20)), by=officer)
        award(home, merit, "tidy", said(date(2024, 6, 1)), by=officer, times=3)
        reverse(first, reason="拍错了院子", by=officer)
        award(home, merit, "tidy", said(date(2024, 5, 20)), by=officer, times=2)
        assert balance(home) == 60

    def test_a_deduction_takes_what_is_there_and_no_more(self, make, merit, officer):
        home = make("陆家")
        award(home, merit, "help", said(), by=officer, times=3)
        award(home, merit, "litter", said(), by=officer)
        with pytest.raises(EngineStateError):
            award(home, merit, "litter", said(), by=officer)
        assert balance(home) == Decimal("2.5")

    def test_tomorrow_earns_nothing_today(self, make, merit, officer):
        with pytest.raises(EngineInvalidError):
            award(make("陆家"), merit, "help", said(timezone.localdate() + timedelta(days=1)), by=officer)

    def test_who_may(self, make, merit, scopes, town):
        home = make("陆家")
        award(home, merit, "help", said(), by=scopes["grid_worker"])
        with pytest.raises(DossierNotAllowedError):
            award(home, merit, "help", said(), by=scopes["leader"])
        with pytest.raises(DossierNotFoundError):
            award(home, merit, "help", said(), by=scopes["viewer"])
        assert not points.accounts_of(merit, scopes["viewer"]).exists()
        assert points.accounts_of(merit, scopes["leader"]).count() == 1

    def test_the_same_form_moves_points_once(self, make, merit, officer):
        home = make("陆家")
        first = award(home, merit, "help", said(key="abc"), by=officer)
        assert award(home, merit, "help", said(key="abc"), by=officer) == first
        assert balance(home) == Decimal("2.5")


@pytest.mark.django_db
class TestLapsing:
    def test_the_oldest_points_are_spent_first_and_only_the_rest_lapses(self, make, merit, officer):
        home = make("陆家")
        award(home, merit, "help", said(date(2023, 1, 10)), by=officer, times=8)  # 20
        award(home, merit, "help", said(date(2023, 9, 1)), by=officer, times=4)  # 10
        redeem(home, merit, "soap", said(date(2023, 9, 2)), by=officer)  # 12 of the 20
        assert lapse(merit, on=date(2024, 1, 10)) == []  # the last day of the twelve months
        (made,) = lapse(merit, on=date(2024, 1, 11))
        assert (made.points, balance(home)) == (8, 10)
        assert lapse(merit, on=date(2024, 1, 12)) == []

    def test_a_reversed_redemption_gives_back_what_then_lapses(self, make, merit, officer):
        home = make("陆家")
        award(home, merit, "help", said(date(2023, 1, 10)), by=officer, times=8)
        had = redeem(home, merit, "soap", said(date(2023, 2, 1)), by=officer)
        lapse(merit, on=date(2024, 3, 1))
        reverse(had, reason="缺货退回", by=officer)
        lapse(merit, on=date(2024, 3, 2))
        assert balance(home) == 0
        assert_nothing_lost_or_printed(merit)


@pytest.mark.django_db
class TestReversing:
    def test_only_once_and_no_reversal_of_a_reversal(self, make, merit, officer):
        home = make("陆家")
        made = award(home, merit, "help", said(), by=officer)
        back = reverse(made, reason="重复登记", by=officer)
        for again in (made, back):
            with pytest.raises(EngineStateError):
                reverse(again, reason="再试", by=officer)
        assert balance(home) == 0

    def test_spent_points_are_not_taken_back(self, make, merit, officer):
        home = make("陆家")
        made = award(home, merit, "help", said(), by=officer, times=6)
        redeem(home, merit, "soap", said(), by=officer)
        with pytest.raises(EngineStateError):
            reverse(made, reason="误登", by=officer)
        assert balance(home) == 3

    def test_a_grid_worker_does_not_reverse(self, make, merit, scopes):
        made = award(make("陆家"), merit, "help", said(), by=scopes["officer"])
        with pytest.raises(DossierNotAllowedError):
            reverse(made, reason="误登", by=scopes["grid_worker"])


@pytest.mark.django_db
def test_the_database_itself_refuses_an_account_below_zero(make, merit, officer):
    home = make("陆家")
    award(home, merit, "help", said(), by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        PointAccount.objects.filter(holder=home).update(balance=-1)


def _told(area):
    codes = ("given", "redeemed", "homes")
    return {code: evaluate(f"engines.{code}", area, "2024-05").value for code in codes}


@pytest.mark.django_db
def test_indicators_count_what_was_not_reversed(make, merit, officer, town, scopes):
    build_missing()
    home, other = make("陆家"), make("沈家", area=town.villages[1])
    award(home, merit, "help", said(), by=officer, times=8)  # 20
    award(home, merit, "litter", said(), by=officer)  # -5
    wrong = award(other, merit, "help", said(), by=officer)
    redeem(home, merit, "towel", said(), by=officer)
    told = {
        code: evaluate(f"engines.{code}", town.town, "2024-05").value
        for code in ("given", "redeemed", "homes")
    }
    assert told == {"given": 17.5, "redeemed": 1, "homes": 2}
    reverse(wrong, reason="误登", by=officer)
    told = {
        code: evaluate(f"engines.{code}", town.town, "2024-05").value
        for code in ("given", "redeemed", "homes")
    }
    assert told == {"given": 15, "redeemed": 1, "homes": 1}
    assert evaluate("engines.given", town.villages[1], "2024-05").value == 0
    (group,) = explain("engines.given", town.town, "2024-05", scope=scopes["officer"]).groups
    assert (group.count, group.seen) == (2, 2)
    assert check() == []


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["tidy", "help", "litter", "soap", "towel", "lapse", "reverse"]),
        st.integers(0, 2),
        st.integers(1, 3),
        st.integers(0, 700),
    ),
    max_size=25,
)


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acts=ACTS)
def test_after_any_history_all_accounts_add_up_to_zero(make, merit, officer, acts):
    build_missing()
    point = transaction.savepoint()
    homes = [make(name) for name in ("陆家", "沈家", "钱家")]
    for what, who, times, after in acts:
        _do(what, homes[who], merit, officer, times, date(2022, 1, 1) + timedelta(days=after))
        assert_nothing_lost_or_printed(merit)
        assert (
            min(PointAccount.objects.exclude(role="issuing").values_list("balance", flat=True), default=0)
            >= 0
        )
    assert check() == []
    transaction.savepoint_rollback(point)


def _do(what, home, merit, officer, times, day):
    try:
        if what == "lapse":
            lapse(merit, on=day)
        elif what == "reverse":
            made = PointTransfer.objects.filter(holder=home).order_by("-pk")[:times].first()
            if made:
                reverse(made, reason="抽查", by=officer)
        elif what in merit.rewards:
            redeem(home, merit, what, said(day), by=officer, quantity=times)
        else:
            award(home, merit, what, said(day), by=officer, times=times)
    except EngineError:
        pass


@pytest.mark.django_db(transaction=True)
def test_of_two_redemptions_at_one_moment_one_wins(make, merit, officer):
    home = make("陆家")
    award(home, merit, "help", said(), by=officer, times=6)  # 15: enough for one of 12
    outcomes = at_once(*[lambda: redeem(home, merit, "soap", said(), by=officer)] * 2)
    assert sorted(type(one).__name__ for one in outcomes) == ["EngineStateError", "PointTransfer"]
    assert balance(home) == 3
    assert_nothing_lost_or_printed(merit)


@pytest.mark.django_db(transaction=True)
def test_the_first_points_of_many_at_one_moment_open_one_account_each(make, merit, officer):
    homes = [make(name) for name in ("陆家", "沈家", "钱家")]
    at_once(*[lambda home=home: award(home, merit, "help", said(), by=officer) for home in homes])
    assert [balance(home) for home in homes] == [Decimal("2.5")] * 3
    assert_nothing_lost_or_printed(merit)
