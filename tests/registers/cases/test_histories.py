"""Matters of the past land as if they had been led through the loop on their days."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.histories import Past, import_finished
from zhenshu.registers.cases.loop import take_step
from zhenshu.registers.cases.models import Case

STAGES = ("dispatched", "handling", "answered", "verified", "called_back", "closed", "archived")


@pytest.fixture
def past(loop, more_people):
    """A matter that went through all stages, an hour each, from Monday 15 May 2023, 9:00."""

    def make(upto="closed", **changed):
        reached = {stage: loop.now + timedelta(hours=n + 1) for n, stage in enumerate(STAGES)}
        reached = {stage: reached[stage] for stage in STAGES[: STAGES.index(upto) + 1]}
        whole = Past(
            loop.draft(received_at=loop.now),
            reached,
            office=loop.offices["enforcement"].pk,
            handler=more_people["officer"].pk,
            verifier=more_people["dispatcher"].pk,
            answer="已修复",
        )
        return replace(whole, **changed)

    return make


def row(case):
    drop = {"id", "number", "version", "title", "reported_by_id", "verifier_id"}
    return {
        key: value for key, value in Case.objects.filter(pk=case.pk).values().get().items() if key not in drop
    }


def test_a_finished_matter_equals_one_that_was_led_through(loop, past):
    finished = past()
    [case] = import_finished([finished], by=loop.scopes["dispatcher"]).cases
    lived = loop.open(by="dispatcher")
    for stage, action, by, words in (
        ("dispatched", "dispatch", "dispatcher", {"office": loop.offices["enforcement"]}),
        ("handling", "accept", "officer", {}),
        ("answered", "answer", "officer", {"opinion": "已修复"}),
        ("verified", "verify", "second_dispatcher", {}),
        ("called_back", "call_back", "secretary", {"solved": "yes", "satisfied": "yes"}),
        ("closed", "close", "secretary", {}),
    ):
        loop.now = finished.reached[stage] - timedelta(seconds=1)
        loop.take(lived, action, by=by, **words)
    assert row(case) == row(lived)
    keys = ("key", "state", "started_at", "due_at", "near_at", "stopped_at")
    clocks = [list(each.clocks.order_by("key").values_list(*keys)) for each in (case, lived)]
    assert clocks[0] == clocks[1]


def test_the_story_is_signed_by_those_who_acted_on_their_days(loop, past, more_people):
    [case] = import_finished([past()], by=loop.scopes["secretary"]).cases
    entries = Entry.objects.filter(subject_id=case.pk, subject_kind="cases.case").order_by("seq")
    assert [(entry.action, entry.actor_name) for entry in entries] == [
        ("case.opened", "白砚"), ("case.dispatch", "白砚"), ("case.accept", "韩立行"),
        ("case.answer", "韩立行"),
        ("case.verify", "许澄"), ("case.call_back", "白砚"), ("case.close", "白砚"),
    ]  # fmt: skip
    assert [entry.at for entry in entries][1:] == list(past().reached.values())
    assert entries[2].actor_office == "综合执法队"


def test_an_archive_needs_one_entry_per_matter(loop, past):
    import_finished([past(), past()], by=loop.scopes["secretary"], step_by_step=False)
    entries = Entry.objects.filter(subject_kind="cases.case")
    assert [entry.action for entry in entries] == ["case.imported"] * 2
    assert entries[0].changes["stage"] == [None, "closed"]


def test_a_matter_without_an_end_goes_on_in_the_loop(loop, past):
    [case] = import_finished([past("handling")], by=loop.scopes["dispatcher"]).cases
    assert Case.objects.get(pk=case.pk).due_at is not None
    later = loop.now + timedelta(days=1)
    from zhenshu.registers.cases.given import Given

    case = take_step(case.pk, "answer", by=loop.scopes["officer"], given=Given(opinion="好了"), at=later)
    assert (case.stage, case.in_time) == ("answered", True)


def test_a_late_answer_is_judged_late(loop, past):
    slow = {stage: moment + timedelta(days=20) for stage, moment in past().reached.items()}
    slow["dispatched"] = past().reached["dispatched"]
    [case] = import_finished([past(reached=slow)], by=loop.scopes["dispatcher"]).cases
    assert case.in_time is False
    assert "handle" in case.missed


def test_numbers_belong_to_the_year_of_the_matter(loop, past):
    old = timezone.make_aware(datetime(2022, 3, 1, 9, 0))
    first = past(draft=loop.draft(received_at=old), reached={})
    cases = import_finished([first, past()], by=loop.scopes["dispatcher"]).cases
    assert [case.number for case in cases] == ["loop-2022-000001", "loop-2023-000001"]


@pytest.mark.parametrize("slip", ["backwards", "ahead", "undated"])
def test_impossible_dates_are_refused(loop, past, slip):
    day = timedelta(days=1)
    wrong = {
        "backwards": past(reached={"dispatched": loop.now + day, "handling": loop.now}),
        "ahead": past(reached={"dispatched": timezone.now() + day}),
        "undated": past(draft=loop.draft()),
    }[slip]
    intake = import_finished([wrong, past()], by=loop.scopes["dispatcher"])
    assert ([reject.place for reject in intake.rejects], len(intake.cases)) == ([0], 1)
