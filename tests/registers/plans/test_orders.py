"""A problem becomes a case and points back; an order about an item is replied to and settled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.registers.plans.conftest import MONDAY

from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.packs.registry import library
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.errors import CaseInvalidError
from zhenshu.registers.cases.models import Case, Notice, Supervision
from zhenshu.registers.plans.errors import (
    PlanInvalidError,
    PlanNotAllowedError,
    PlanNotFoundError,
    PlanStateError,
)
from zhenshu.registers.plans.orders import (
    Order,
    cases_of,
    items_of_case,
    orders_of,
    raise_problem,
    reply_to_order,
    settle_order,
    supervise,
    tie_case,
)


@pytest.fixture
def order(planning):
    def make(item, *, by="leader", text="本周内完成管线迁改", **said):
        said.setdefault("due", planning.now + timedelta(days=3))
        return supervise(item, Order(text=text, **said), by=planning.scopes[by], at=planning.now)

    return make


# ── problems ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def problem_kind():
    """A kind that a dispatcher opens with a title alone."""
    kinds = library().case_kinds.items()
    plain = (code for code, kind in kinds if not any(field.required for field in kind.fields.values()))
    return next(code for code in plain if "dispatcher" in library().case_kind(code).opened_by)


def test_a_problem_of_an_item_is_a_case_in_its_area_and_both_know_it(planning, problem_kind):
    item = planning.project()
    dispatcher = planning.scopes["dispatcher"]
    case = raise_problem(
        item, Draft(problem_kind, area="", title="管线迁改受阻"), by=dispatcher, at=planning.now
    )
    assert case.area_id == item.area_id
    assert [link.case for link in cases_of(item, dispatcher)] == [case]
    assert list(items_of_case(case, dispatcher)) == [item]
    assert entries_of("plans.planitem", item.pk).last().note == case.number


def test_a_problem_that_is_refused_leaves_no_tie(planning, problem_kind):
    item = planning.project()
    with pytest.raises(CaseInvalidError):
        raise_problem(
            item, Draft(problem_kind, area="", title=""), by=planning.scopes["dispatcher"], at=planning.now
        )
    assert not Case.objects.exists()
    assert not item.case_links.exists()


def test_a_case_that_is_here_already_is_tied_once(planning, problem_kind):
    first, second = planning.project(), planning.project()
    dispatcher = planning.scopes["dispatcher"]
    case = raise_problem(first, Draft(problem_kind, area="", title="积水"), by=dispatcher, at=planning.now)
    tie_case(second, case, by=dispatcher, at=planning.now)
    tie_case(second, case, by=dispatcher, at=planning.now)
    assert second.case_links.count() == 1
    assert set(items_of_case(case, dispatcher)) == {first, second}


def test_a_stranger_raises_no_problem(planning, problem_kind):
    with pytest.raises(PlanNotFoundError):
        raise_problem(
            planning.project(), Draft(problem_kind, area="", title="积水"), by=planning.scopes["uninvolved"]
        )


# ── orders ────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_goes_to_the_leading_office_and_under_its_bells(planning, order):
    item = planning.project()
    made = order(item)
    assert (made.office, made.plan_item_id) == (planning.offices["enforcement"], item.pk)
    assert list(orders_of(item)) == [made]
    assert list(Notice.objects.values_list("user__username", flat=True)) == ["officer"]
    assert entries_of("plans.planitem", item.pk).last().action == "plan.supervised"


@pytest.mark.parametrize("said", [{"text": " "}, {"due": MONDAY}, {"office": 999_999}])
def test_an_order_without_words_day_to_come_or_office_is_refused(planning, order, said):
    with pytest.raises(PlanInvalidError):
        order(planning.project(), **said)
    assert not Supervision.objects.exists()


@pytest.mark.parametrize("who", ["officer", "assistant", "administrator"])
def test_who_does_not_drive_orders_nothing(planning, order, who):
    with pytest.raises(PlanNotAllowedError):
        order(planning.project(assisting=(planning.offices["petitions"].pk,)), by=who)


def test_the_office_replies_and_the_leader_settles(planning, order):
    made = order(planning.project())
    with pytest.raises(PlanNotFoundError):
        reply_to_order(made.pk, "已完成", by=planning.scopes["assistant"])
    with pytest.raises(PlanNotAllowedError):
        reply_to_order(made.pk, "已完成", by=planning.scopes["leader"])
    with pytest.raises(PlanStateError):
        settle_order(made.pk, by=planning.scopes["leader"])
    replied = reply_to_order(made.pk, "管线已迁改", by=planning.scopes["officer"], at=planning.now)
    assert (replied.state, replied.reply) == ("replied", "管线已迁改")
    assert Notice.objects.filter(user=planning.people["leader"]).exists()
    settled = settle_order(made.pk, by=planning.scopes["leader"], at=planning.now)
    assert settled.state == "closed"
    with pytest.raises(PlanStateError):
        reply_to_order(made.pk, "补充", by=planning.scopes["officer"])


def test_an_empty_reply_is_refused(planning, order):
    made = order(planning.project())
    with pytest.raises(PlanInvalidError):
        reply_to_order(made.pk, "  ", by=planning.scopes["officer"])
