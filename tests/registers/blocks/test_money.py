"""Money: dues and arrears of contracts, pay runs that pay nobody twice, funds that never go below nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.registers.blocks import contracts, funds, payouts
from zhenshu.registers.blocks.acts import RecordDraft, withdraw_record
from zhenshu.registers.blocks.errors import BlockError, RecordInvalidError, RecordStateError, RecordTakenError
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.dossiers.acts import close_dossier

# ── contracts ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("month", [date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 31)]),
        ("quarter", [date(2023, 1, 31)]),
        ("once", [date(2023, 1, 31)]),
    ],
)
def test_dues_fall_on_the_day_of_the_first_or_the_last_of_a_shorter_month(every, days):
    assert contracts.due_days(date(2023, 1, 31), date(2023, 4, 29), every) == days


money = st.integers(1, 10_000).map(lambda cents: Decimal(cents) / 100)


@given(
    st.lists(st.dates(date(2023, 1, 1), date(2025, 1, 1)), min_size=1, max_size=12, unique=True),
    money,
    st.data(),
)
def test_nothing_of_what_was_paid_is_lost_or_made(days, amount, data):
    whole = amount * len(days)
    paid = data.draw(st.decimals(0, whole, places=2))
    parts = contracts.schedule(sorted(days), amount, paid)
    assert sum(one.paid for one in parts) == paid
    assert sum(one.open for one in parts) == whole - paid
    assert all(0 <= one.paid <= one.amount for one in parts)
    opened = [one.open > 0 for one in parts]
    assert opened == sorted(opened), "an older due is paid before a younger one"


@pytest.fixture
def lease(makes, kinds):
    """A lease of 300 a quarter that began a year ago and ends in a year."""
    room, firm = makes.one("room", "老厂房"), makes.one("firm", "租户", colour="blue")
    first = timezone.localdate() - timedelta(days=370)
    draft = RecordDraft(
        kind="blocks.lease", day=first, subject=room.pk, party=firm.pk, fields={"amount": 300}
    )
    return contracts.sign_contract(draft, last_day=first + timedelta(days=740), by=makes.scopes["secretary"])


@pytest.mark.django_db
def test_payments_go_to_the_oldest_due_and_arrears_follow(lease, makes, kinds):
    by, today = makes.scopes["secretary"], timezone.localdate()
    assert lease.due == lease.day
    (owing,) = contracts.owing(kinds["lease"], by)
    assert owing.arrears == 5 * 300
    paid = contracts.add_payment(lease, Decimal("450.50"), day=today, by=by)
    parts = contracts.instalments_of(paid)
    assert [one.paid for one in parts[:3]] == [300, Decimal("150.50"), 0]
    assert paid.due == parts[1].due
    contracts.add_payment(paid, Decimal("1049.50"), day=today, by=by)
    assert not [one for one in contracts.owing(kinds["lease"], by) if one.arrears]
    for wrong in (Decimal(0), Decimal(-5), Decimal(100_000)):
        with pytest.raises(RecordInvalidError):
            contracts.add_payment(paid, wrong, day=today, by=by)
    with pytest.raises(RecordInvalidError):
        contracts.add_payment(paid, Decimal(1), day=today + timedelta(days=1), by=by)
    with pytest.raises(RecordStateError):
        withdraw_record(Record.objects.get(pk=paid.pk), version=3, reason="测", by=by)


@pytest.mark.django_db
def test_an_early_end_stops_the_dues_and_a_renewal_follows_once(lease, makes, kinds):
    by, today = makes.scopes["secretary"], timezone.localdate()
    ended = contracts.end_contract(lease, last_day=today, reason="搬离", version=1, by=by)
    assert max(one.due for one in contracts.instalments_of(ended)) <= today
    assert ended.state == State.ENDED
    new = contracts.renew_contract(ended, last_day=today + timedelta(days=200), amount=Decimal(350), by=by)
    assert (new.day, new.amount, new.party_id) == (today + timedelta(days=1), 350, lease.party_id)
    with pytest.raises(RecordTakenError):
        contracts.renew_contract(ended, last_day=today + timedelta(days=300), amount=None, by=by)


@pytest.mark.django_db
def test_a_contract_reminds_before_its_due_and_before_its_end(lease, makes, kinds):
    by = makes.scopes["secretary"]
    parts = contracts.instalments_of(lease)
    contracts.add_payment(lease, Decimal(1500), day=timezone.localdate(), by=by)
    next_due = parts[5].due
    (soon,) = contracts.owing(kinds["lease"], by, today=next_due - timedelta(days=3))
    assert (soon.due_soon, soon.arrears) == (True, 0)
    assert contracts.owing(kinds["lease"], by, today=next_due - timedelta(days=40)) == []
    last = contracts.last_day_of(lease)
    (ending,) = contracts.owing(kinds["lease"], by, today=last - timedelta(days=5))
    assert ending.ends_soon


# ── payouts ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_each_is_entitled_to_the_first_standard_that_fits(makes, kinds):
    makes.one("elder", "九十六", age=96)
    makes.one("elder", "八十五", age=85, own=120)
    makes.one("elder", "八十", age=80)
    makes.one("elder", "七十九", age=79)
    found = payouts.roster(kinds["allowance"], makes.scopes["secretary"])
    assert [(one.subject.title, one.rate.code, one.amount) for one in found] == [
        ("九十六", "old", 200), ("八十五", "own", 120), ("八十", "plain", 100),
    ]  # fmt: skip
    assert payouts.roster(kinds["allowance"], makes.scopes["leader"]) == [], "sensitive people stay unseen"


@pytest.mark.django_db
def test_a_period_is_listed_published_and_paid_once(makes, kinds):
    kind, by, today = kinds["allowance"], makes.scopes["secretary"], timezone.localdate()
    makes.one("elder", "甲", age=95)
    assert len(payouts.prepare_run(kind, "2023-05", by=by)) == 1
    assert payouts.prepare_run(kind, "2023-05", by=by) == []
    makes.one("elder", "乙", age=81)
    assert [one.subject.title for one in payouts.prepare_run(kind, "2023-05", by=by)] == ["乙"]
    with pytest.raises(RecordInvalidError):
        payouts.confirm_paid(kind, "2023-05", day=today, by=by)  # the list still stands in public
    Record.objects.update(due=today - timedelta(days=1))
    paid = payouts.confirm_paid(kind, "2023-05", day=today, by=by)
    assert sum(one.amount for one in paid) == 300
    with pytest.raises(RecordStateError):
        payouts.confirm_paid(kind, "2023-05", day=today, by=by)
    for wrong in ("2023", "五月", "2023-05..2023-06"):
        with pytest.raises(RecordInvalidError):
            payouts.prepare_run(kind, wrong, by=by)


@pytest.mark.django_db
def test_entitled_but_unpaid_and_paid_but_not_entitled_both_show(makes, kinds):
    kind, by, today = kinds["allowance"], makes.scopes["secretary"], timezone.localdate()
    gone, stays = makes.one("elder", "走了", age=95), makes.one("elder", "还在", age=95)
    payouts.prepare_run(kind, "2023-05", by=by)
    Record.objects.update(due=today - timedelta(days=1))
    only = Record.objects.filter(subject=gone).values_list("pk", flat=True)
    payouts.confirm_paid(kind, "2023-05", day=today, by=by, only=only)
    close_dossier(gone, version=1, on=today, by=by)
    stands = payouts.balance(kind, "2023-05", by)
    assert [one.subject.title for one in stands.unpaid] == ["还在"]
    assert [one.subject_id for one in stands.unentitled] == [gone.pk]
    assert [one.subject_id for one in stands.waiting] == [stays.pk]


@pytest.mark.django_db(transaction=True)
def test_two_who_run_a_period_at_once_list_nobody_twice(makes, kinds):
    kind, by = kinds["allowance"], makes.scopes["secretary"]
    for number in range(4):
        makes.one("elder", f"老人{number}", age=90 + number)

    def run(_number: int) -> str:
        try:
            payouts.prepare_run(kind, "2023-05", by=by)
        except BlockError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "listed"

    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(run, range(3)))
    assert "listed" in said
    assert Record.objects.filter(bundle="2023-05").count() == 4


# ── funds ─────────────────────────────────────────────────────────────────────────────────────────────


def move(kinds, makes, use: str, amount: object, *, kind: str = "charity") -> Record:
    about = {"area": makes.town.town.pk}
    draft = RecordDraft(
        kind=f"blocks.{kind}", day=date(2023, 5, 4), fields={"use": use, "amount": amount}, **about
    )
    return funds.move_money(kinds[kind], draft, by=makes.scopes["secretary"])


@pytest.mark.django_db
def test_a_fund_pays_out_what_it_has_and_not_more(makes, kinds):
    gift = move(kinds, makes, "gift", 500)
    move(kinds, makes, "aid", "300.5")
    with pytest.raises(RecordStateError):
        move(kinds, makes, "aid", 200)
    stands = funds.balance(kinds["charity"])
    assert (stands.incoming, stands.outgoing, stands.left) == (500, Decimal("300.5"), Decimal("199.5"))
    with pytest.raises(RecordStateError):
        funds.take_back(gift, version=1, reason="退回", by=makes.scopes["secretary"])
    with pytest.raises(RecordStateError):
        funds.correct_movement(gift, {"amount": 100}, version=1, by=makes.scopes["secretary"])
    gift.refresh_from_db()
    assert (gift.state, gift.amount) == (State.KEPT, 500)


@pytest.mark.django_db
def test_a_debt_may_be_repaid_beyond_what_stands_here(makes, kinds):
    room = makes.one("room", "镇政府")
    fields = {"use": "paid", "amount": 40}
    draft = RecordDraft(kind="blocks.loan", day=date(2023, 5, 4), subject=room.pk, fields=fields)
    funds.move_money(kinds["loan"], draft, by=makes.scopes["secretary"])
    assert funds.balance(kinds["loan"], room.pk).left == -40


@pytest.mark.django_db(transaction=True)
def test_two_who_spend_the_last_money_at_once_do_not_both_get_it(makes, kinds):
    move(kinds, makes, "gift", 100)

    def spend(_number: int) -> bool:
        try:
            move(kinds, makes, "aid", 80)
        except RecordStateError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(spend, range(2))) == [False, True]
    assert funds.balance(kinds["charity"]).left == 20
