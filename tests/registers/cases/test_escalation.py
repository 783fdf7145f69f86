"""Late clocks are told up the line; rules of the pack propose orders; every day is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.models import Post, Role
from zhenshu.registers.cases.errors import StepNotAllowedError
from zhenshu.registers.cases.escalation import escalate_due
from zhenshu.registers.cases.models import Case, Clock, DayState, Notice, Proposal
from zhenshu.registers.cases.snapshots import catch_up, write_days
from zhenshu.registers.cases.triggers import dismiss_proposal, propose_orders


def told(kind="escalated"):
    return list(Notice.objects.filter(kind=kind).order_by("pk").values_list("user__username", flat=True))


@pytest.fixture
def line(loop, more_people):
    """The officer's superior is the head of the office, whose superior is the leader."""
    head = Post.objects.create(
        user=more_people["uninvolved"], role=Role.LEADER, office=loop.offices["enforcement"],
        area=loop.town.villages[1], supervisor=Post.objects.get(user=more_people["leader"]),
    )  # fmt: skip
    Post.objects.filter(user=more_people["officer"]).update(supervisor=head)
    return head


def test_nothing_is_told_before_the_end(loop, line):
    loop.until("handling")
    assert escalate_due(now=loop.now) == 0
    assert told() == []


def test_a_late_clock_goes_up_one_level_after_each_further_limit(loop, line):
    case = loop.until("handling")
    loop.take(case, "contact", by="officer", opinion="已联系")
    loop.at(22, 17, 31)  # the promise ran out a minute ago; five working days to the next level
    assert escalate_due(now=loop.now) == 1
    assert escalate_due(now=loop.now) == 0
    assert told() == ["uninvolved"]
    loop.at(29, 17, 31)
    assert escalate_due(now=loop.now) == 1
    assert told() == ["uninvolved", "leader"]
    entries = Entry.objects.filter(action="case.escalated", subject_id=case.pk)
    assert [entry.actor_name for entry in entries] == ["系统"] * 2
    loop.at(20, month=6)
    assert escalate_due(now=loop.now) == 0
    assert Clock.objects.get(case=case, key="handle").escalate_at is None


def test_after_a_long_silence_one_level_is_told_at_a_time(loop, line):
    case = loop.until("handling")
    loop.take(case, "contact", by="officer", opinion="已联系")
    loop.at(1, month=7)
    assert escalate_due(now=loop.now) == 1
    assert escalate_due(now=loop.now) == 0


def test_the_longest_overdue_is_told_first(loop, line):
    cases = []
    for day in (15, 16, 17):
        loop.at(day)
        cases.append(loop.open())
    loop.at(30)
    assert escalate_due(now=loop.now, at_most=2) == 2
    assert [notice.case for notice in Notice.objects.order_by("pk").distinct()][:2] == cases[:2]


def test_before_the_dispatch_the_dispatchers_superior_hears_of_it(loop):
    loop.open()
    loop.at(15, 12)
    assert escalate_due(now=loop.now) == 1
    assert told() == ["leader"]


def test_a_clock_that_stands_still_is_not_told(loop, line):
    case = loop.until("handling")
    loop.take(case, "pause", by="officer", reason="weather", opinion="暴雨")
    loop.at(30)
    assert escalate_due(now=loop.now) == 0


def test_an_extension_after_the_end_waits_for_the_new_end(loop, line):
    case = loop.until("handling")
    loop.take(case, "contact", by="officer", opinion="已联系")
    loop.take(case, "ask_extension", by="officer", opinion="等材料")
    loop.at(23)
    assert escalate_due(now=loop.now) == 1
    loop.take(case, "decide_extension", by="leader", granted=True)
    loop.at(29)
    assert escalate_due(now=loop.now) == 0
    loop.at(30)
    assert escalate_due(now=loop.now) == 1


def test_telling_does_not_disturb_those_who_read_the_case(loop, line):
    case = loop.until("handling")
    loop.at(30)
    escalate_due(now=loop.now)
    assert Case.objects.get(pk=case.pk).version == case.version


# ── proposals ─────────────────────────────────────────────────────────────────────────────────────────


def proposed():
    return sorted(Proposal.objects.values_list("trigger", flat=True))


def test_half_of_the_time_gone_without_a_step(loop):
    loop.dispatch(loop.open())
    busy = loop.until("handling")
    loop.at(17, 9)
    assert propose_orders(now=loop.now) == 0
    loop.at(18, 16)
    assert propose_orders(now=loop.now) == 1
    assert Proposal.objects.get().case_id != busy.pk
    assert propose_orders(now=loop.now) == 0
    assert set(told("proposed")) == {"dispatcher", "second_dispatcher"}


def test_the_same_caller_reports_again(loop):
    loop.until("handling")
    first = loop.open(reporter_phone="13800001234")
    loop.at(20)
    loop.open(reporter_phone="13800001234")
    propose_orders(now=first.opened_at + timedelta(hours=1))
    assert list(Proposal.objects.filter(trigger="again").values_list("case_id", flat=True)) == [first.pk]


@pytest.mark.parametrize(("days", "found"), [(4, []), (6, ["back"])])
def test_returned_and_left_lying(loop, days, found):
    case = loop.until("answered")
    loop.take(case, "return", by="dispatcher", opinion="未办结", reason="incomplete")
    propose_orders(now=loop.now + timedelta(days=days))
    assert [name for name in proposed() if name == "back"] == found


def test_an_assisting_office_stays_silent(loop):
    case = loop.until("handling", assist=("safety",))
    other = loop.until("handling", assist=("safety",))
    loop.take(other, "reply_assist", by="second_officer", opinion="已配合")
    propose_orders(now=loop.now + timedelta(days=4))
    assert [p.case_id for p in Proposal.objects.filter(trigger="silent")] == [case.pk]


def test_overdue_for_a_working_day(loop):
    loop.until("handling")
    loop.at(23, 17, 31)
    propose_orders(now=loop.now)
    assert "late" in proposed()


def test_a_person_orders_or_dismisses(loop):
    case, other = loop.dispatch(loop.open()), loop.dispatch(loop.open())
    loop.at(18, 16)
    propose_orders(now=loop.now)
    loop.take(case, "supervise", by="leader", opinion="请说明", reason="idle")
    proposal = Proposal.objects.get(case=other)
    with pytest.raises(StepNotAllowedError):
        dismiss_proposal(proposal.pk, by=loop.scopes["officer"], opinion="不必")
    dismiss_proposal(proposal.pk, by=loop.scopes["dispatcher"], opinion="已电话催办")
    assert sorted(Proposal.objects.values_list("state", flat=True)) == ["dismissed", "ordered"]
    assert case.supervisions.get().trigger == "idle"


# ── the state of every day ────────────────────────────────────────────────────────────────────────────


def totals(day):
    rows = DayState.objects.filter(day=day)
    return tuple(
        sum(getattr(row, name) for row in rows) for name in ("open", "near", "overdue", "opened", "closed")
    )


def test_days_are_counted_as_they_ended(loop):
    case = loop.until("handling")
    loop.take(case, "contact", by="officer", opinion="已联系")
    loop.at(16)
    loop.open()
    loop.at(24)
    for action, by, words in (
        ("answer", "officer", {"opinion": "修好"}), ("verify", "dispatcher", {}),
        ("call_back", "secretary", {"solved": "yes", "satisfied": "yes"}), ("close", "secretary", {}),
    ):  # fmt: skip
        loop.take(case, action, by=by, **words)
    write_days(date(2023, 5, 14), date(2023, 5, 24))
    assert totals(date(2023, 5, 14)) == (0, 0, 0, 0, 0)
    assert totals(date(2023, 5, 15)) == (1, 0, 0, 1, 0)
    assert totals(date(2023, 5, 16)) == (2, 0, 1, 1, 0)  # the second was not dispatched in time
    assert totals(date(2023, 5, 19)) == (2, 1, 1, 0, 0)
    assert totals(date(2023, 5, 22)) == (2, 0, 2, 0, 0)
    assert totals(date(2023, 5, 24)) == (1, 0, 1, 0, 1)


def test_counting_again_changes_nothing(loop):
    loop.until("closed")
    first = write_days(date(2023, 5, 10), date(2023, 5, 20))
    assert write_days(date(2023, 5, 10), date(2023, 5, 20)) == first == DayState.objects.count()


def test_missed_nights_are_made_up(loop):
    loop.until("handling")
    assert catch_up(date(2023, 5, 18)) == 3
    assert catch_up(date(2023, 5, 18)) == 0
    assert catch_up(date(2023, 5, 20)) == 2
    assert [totals(date(2023, 5, day))[0] for day in range(15, 20)] == [1] * 5


def test_a_reopened_case_was_closed_in_between(loop):
    case = loop.until("closed")
    loop.at(18)
    loop.take(case, "reopen", by="leader", opinion="又坏了", reason="again")
    write_days(date(2023, 5, 15), date(2023, 5, 19))
    assert [totals(date(2023, 5, day))[0] for day in range(15, 20)] == [0, 0, 0, 1, 1]


def test_no_case_no_day(db):
    assert catch_up(timezone.localdate()) == 0
