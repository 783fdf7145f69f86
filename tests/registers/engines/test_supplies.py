"""Emergency supplies: never below zero, first what expires first, stock-taking with its reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.registers.engines.conftest import at_once

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.loop import Draft, open_case
from zhenshu.registers.dossiers.errors import DossierNotAllowedError
from zhenshu.registers.engines import supplies
from zhenshu.registers.engines.errors import EngineError, EngineInvalidError, EngineStateError
from zhenshu.registers.engines.models import StockBatch, StockMove
from zhenshu.registers.engines.supplies import Moved, count_stock, holdings, take_in, take_out, transfer

DAY = date(2024, 5, 6)


@pytest.fixture
def goods(kind_of):
    return kind_of("goods")


@pytest.fixture
def officer(scopes):
    return scopes["officer"]


@pytest.fixture
def stores(make):
    return make("镇仓库", "store"), make("村仓库", "store")


def held(kind, scope, item, store, on=DAY):
    return next(one for one in holdings(kind, scope, on=on) if (one.item.code, one.store) == (item, store))


def assert_moves_explain_the_stock():
    for batch in StockBatch.objects.all():
        assert batch.quantity == sum(batch.moves.values_list("quantity", flat=True), Decimal(0))
        assert batch.quantity >= 0


@pytest.mark.django_db
class TestMoving:
    def test_what_expires_first_goes_first_and_what_is_out_of_date_stays(self, stores, goods, officer):
        store, _other = stores
        for made in (date(2023, 9, 1), date(2023, 3, 1), date(2023, 6, 1)):
            take_in(store, goods, "food", 10, Moved(made), by=officer, made_on=made)
        moves = take_out(store, goods, "food", 12, Moved(DAY, reason="转移安置"), by=officer)
        assert [(one.batch.expires_on, one.quantity) for one in moves] == [
            (date(2024, 6, 1), -10),
            (date(2024, 9, 1), -2),
        ]
        found = held(goods, officer, "food", store)
        assert (found.usable, found.out_of_date, found.next_expiry) == (8, 10, date(2024, 9, 1))
        with pytest.raises(EngineStateError):
            take_out(store, goods, "food", 9, Moved(DAY), by=officer)

    def test_low_counts_what_can_be_used_and_what_was_never_there(self, stores, goods, officer):
        store, other = stores
        take_in(store, goods, "sandbag", 50, Moved(DAY), by=officer)
        assert not held(goods, officer, "sandbag", store).is_low
        take_out(store, goods, "sandbag", Decimal("0.5"), Moved(DAY), by=officer)
        assert held(goods, officer, "sandbag", store).is_low
        assert held(goods, officer, "food", other).is_low

    def test_between_stores_nothing_is_lost_and_the_day_stays(self, stores, goods, officer):
        store, other = stores
        take_in(store, goods, "food", 10, Moved(DAY), by=officer, made_on=DAY)
        transfer(store, other, goods, "food", 4, Moved(DAY), by=officer)
        assert [held(goods, officer, "food", one).quantity for one in stores] == [6, 4]
        assert held(goods, officer, "food", other).next_expiry == date(2025, 5, 6)
        assert_moves_explain_the_stock()

    def test_to_a_matter(self, stores, goods, officer, town):
        case = open_case(Draft(kind="engines.found", title="积水", area=town.micro_grids[0].pk), by=officer)
        take_in(stores[0], goods, "sandbag", 80, Moved(DAY), by=officer)
        (move,) = take_out(stores[0], goods, "sandbag", 30, Moved(DAY, case=case.number), by=officer)
        assert move.case == case
        assert Entry.objects.filter(action="stock.out", subject_id=move.pk).exists()
        with pytest.raises(EngineInvalidError):
            take_out(stores[0], goods, "sandbag", 1, Moved(DAY, case="nothing-1"), by=officer)
        assert held(goods, officer, "sandbag", stores[0]).quantity == 50

    def test_an_item_with_a_shelf_life_says_when_it_was_made(self, stores, goods, officer):
        with pytest.raises(EngineInvalidError):
            take_in(stores[0], goods, "food", 1, Moved(DAY), by=officer)
        for quantity in (0, -1, Decimal("0.001")):
            with pytest.raises(EngineInvalidError):
                take_in(stores[0], goods, "sandbag", quantity, Moved(DAY), by=officer)

    def test_the_same_form_moves_once(self, stores, goods, officer):
        take_in(stores[0], goods, "sandbag", 10, Moved(DAY, key="form"), by=officer)
        take_in(stores[0], goods, "sandbag", 10, Moved(DAY, key="form"), by=officer)
        assert held(goods, officer, "sandbag", stores[0]).quantity == 10

    def test_who_may(self, stores, goods, scopes):
        with pytest.raises(DossierNotAllowedError):
            take_in(stores[0], goods, "sandbag", 10, Moved(DAY), by=scopes["leader"])
        take_in(stores[0], goods, "sandbag", 10, Moved(DAY), by=scopes["officer"])
        assert not supplies.batches_of(goods, scopes["viewer"]).exists()
        assert not supplies.moves_of(goods, scopes["viewer"]).exists()


@pytest.mark.django_db
def test_a_difference_at_stock_taking_has_its_reason(stores, goods, officer):
    take_in(stores[0], goods, "sandbag", 10, Moved(DAY), by=officer)
    batch = StockBatch.objects.get()
    assert count_stock(batch.pk, goods, Decimal(10), Moved(DAY), by=officer) is None
    with pytest.raises(EngineInvalidError):
        count_stock(batch.pk, goods, Decimal(7), Moved(DAY), by=officer)
    move = count_stock(batch.pk, goods, Decimal(7), Moved(DAY, reason="破损报废"), by=officer)
    assert (move.quantity, move.reason) == (-3, "破损报废")
    assert_moves_explain_the_stock()


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["in", "out", "transfer", "count"]),
        st.sampled_from(["sandbag", "food"]),
        st.integers(0, 1),
        st.integers(0, 20),
        st.integers(0, 500),
    ),
    max_size=20,
)


@pytest.mark.django_db
@settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acts=ACTS)
def test_after_any_history_the_moves_explain_the_stock(make, goods, officer, acts):
    point = transaction.savepoint()
    pair = make("镇仓库", "store"), make("村仓库", "store")
    for act, item, which, quantity, after in acts:
        day = timezone.localdate() - timedelta(days=after)
        whole = sum(StockBatch.objects.values_list("quantity", flat=True))
        try:
            _do(act, item, pair[which], pair[1 - which], quantity, day, goods, officer)
        except EngineError:
            assert sum(StockBatch.objects.values_list("quantity", flat=True)) == whole
        if act == "transfer":
            assert sum(StockBatch.objects.values_list("quantity", flat=True)) == whole
        assert_moves_explain_the_stock()
    transaction.savepoint_rollback(point)


def _do(act, item, store, other, quantity, day, goods, officer):
    moved = Moved(day, reason="抽查")
    if act == "in":
        take_in(store, goods, item, quantity, moved, by=officer, made_on=day)
    elif act == "out":
        take_out(store, goods, item, quantity, moved, by=officer)
    elif act == "transfer":
        transfer(store, other, goods, item, quantity, moved, by=officer)
    elif batch := StockBatch.objects.filter(store=store, item=item).first():
        count_stock(batch.pk, goods, Decimal(quantity), moved, by=officer)


@pytest.mark.django_db(transaction=True)
def test_of_two_dispatches_at_one_moment_one_wins(stores, goods, officer):
    take_in(stores[0], goods, "sandbag", 15, Moved(DAY), by=officer)
    act = lambda: take_out(stores[0], goods, "sandbag", 10, Moved(DAY), by=officer)  # noqa: E731
    outcomes = at_once(act, act)
    assert sorted(type(one).__name__ for one in outcomes) == ["EngineStateError", "list"]
    assert StockBatch.objects.get().quantity == 5
    assert StockMove.objects.count() == 2
