"""A case lives through the whole loop."""

from __future__ import annotations

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.models import Case

TRACK = ["opened", "dispatch", "accept", "answer", "verify", "call_back", "close", "archive"]


def test_the_whole_life_leaves_one_entry_per_step(loop, clocks_of):
    case = loop.until("archived", assist=("safety",))
    case.refresh_from_db()
    entries = Entry.objects.filter(subject_kind="cases.case", subject_id=case.pk).order_by("seq")
    assert [entry.action.removeprefix("case.") for entry in entries] == TRACK
    assert (case.stage, case.is_open, case.outcome, case.in_time) == ("archived", False, "resolved", True)
    states = {key: clock.state for key, clock in clocks_of(case).items()}
    assert states == {
        "dispatch": "met", "sign": "met", "contact": "met", "handle": "met", "verify": "met",
        "call_back": "met",
        "whole": "met", "file": "met", "help": "cancelled",
    }  # fmt: skip
    assert case.due_at is None
    assert not case.assignments.filter(live=True).exists()


def test_the_story_tells_each_stage_in_order(loop):
    case = loop.until("closed")
    stages = [
        entry.changes["stage"][1]
        for entry in Entry.objects.filter(subject_kind="cases.case", subject_id=case.pk).order_by("seq")
    ]
    assert stages == ["accepted", "dispatched", "handling", "answered", "verified", "called_back", "closed"]


def test_a_kind_without_dispatch_stays_with_the_office_that_took_it_in(loop):
    case = loop.open("loop.quick", by="officer")
    loop.take(case, "answer", by="colleague", opinion="已答复")
    case = loop.take(case, "close", by="officer")
    assert Case.objects.get(pk=case.pk).outcome == "resolved"
