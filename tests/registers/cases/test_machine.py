"""Random lawful lives: whatever people do, the promises of the loop hold after every step."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.errors import CaseError, CaseNotFoundError
from zhenshu.registers.cases.loop import STEPS, Given, lawful_steps, open_case, take_step
from zhenshu.registers.cases.models import END_OF_TIME, Case
from zhenshu.registers.cases.queries import page_of, read_query
from zhenshu.registers.cases.visibility import may_see, visible_cases

PEOPLE = (
    "dispatcher", "second_dispatcher", "grid_worker", "officer", "colleague", "second_officer", "leader",
    "secretary",
    "uninvolved", "viewer",
)  # fmt: skip
KINDS = ("loop.full", "loop.full", "loop.quick", "loop.secret")
LIVE = ("running", "paused")
# One move: who, which of the steps offered to them, what they say, how many hours later, on which case.
MOVES = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE), st.integers(0, 40), st.booleans(), st.integers(0, 80), st.integers(0, 3)
    ),
    min_size=1,
    max_size=25,
)


def words(loop, action, yes, other):
    """Return what a sensible person gives with a step."""
    offices = [loop.offices[name] for name in ("enforcement", "safety", "services")]
    reasons = {
        "pause": "weather",
        "object": "not_ours",
        "return": "incomplete",
        "reject": "repeated",
        "reopen": "again",
    }
    return Given(
        opinion="情况说明",
        office=offices[yes].pk,
        assist=(offices[2].pk,) if yes and action == "dispatch" else (),
        handler=loop.scopes["colleague" if yes else "officer"].user_id,
        reason=reasons.get(action, ""),
        granted=yes,
        solved="yes" if yes else "no",
        satisfied="mostly",
        into=other,
        changes={"category": "road" if yes else "light/broken"} if action == "correct" else {},
    )


def row_of(case):
    return Case.objects.prefetch_related("assignments").get(pk=case.pk)


def clock_ends(case):
    return {clock.pk: (clock.started_at, clock.due_at) for clock in case.clocks.all()}


def check_case(case):
    """What holds for a case at any time."""
    clocks, shares = list(case.clocks.all()), list(case.assignments.all())
    running = [clock for clock in clocks if clock.state == "running"]
    leads = [share for share in shares if share.role == "lead" and share.state != "taken_back"]
    assert len(leads) <= 1
    assert case.lead_office_id == (leads[0].office_id if leads else None)
    assert case.due_at == min((clock.due_at for clock in running), default=None)
    assert case.queue_at == (case.due_at or END_OF_TIME)
    live = Counter(clock.key for clock in clocks if clock.state in LIVE and not clock.assignment_id)
    assert all(number == 1 for key, number in live.items() if key != "supervision")
    assert case.is_open == (case.outcome == "")
    assert all(share.live == (case.is_open and share.state != "taken_back") for share in shares)
    still = [pause for pause in case.pauses.all() if pause.ended_at is None]
    assert len(still) == (case.paused + case.parked) <= 1
    assert all(
        clock.state == "running" or clock.stopped_at is not None or (case.paused or case.parked)
        for clock in clocks
    )
    if not case.is_open:
        assert {clock.key for clock in clocks if clock.state in LIVE} <= {"file"}
    for clock in clocks:
        assert (clock.stopped_at is None) == (clock.state in LIVE)
        assert clock.started_at <= clock.near_at
        assert clock.near_at <= clock.due_at


def check_story(case):
    """The ledger, read from the beginning, arrives at the row."""
    told = {}
    for entry in Entry.objects.filter(subject_kind="cases.case", subject_id=case.pk).order_by("seq"):
        for name, (before, after) in entry.changes.items():
            assert told.get(name) == before or (name not in told and not before)
            told[name] = after
    for name in ("stage", "is_open", "outcome", "paused", "parked", "lead_office_id", "returned", "reopened"):
        assert (told.get(name) or 0) == (getattr(case, name) or 0), name


def check_seeing(loop, cases):
    for name in PEOPLE:
        scope = loop.scopes[name]
        seen = {case.pk for case in cases if may_see(case, scope)}
        assert set(visible_cases(scope).values_list("pk", flat=True)) == seen
        listed = page_of(scope, read_query({"state": "open"}), size=100).cases
        assert {case.pk for case in listed} == {case.pk for case in cases if case.pk in seen and case.is_open}


def check_against_before(action, before, ends, case):
    """Words move no clock; a pause and its end never shorten; a step that is refused changes nothing."""
    after = clock_ends(case)
    if action in ("comment", "urge", "group", "ungroup", "hand_over", "contact"):
        assert {pk: after[pk] for pk in ends} == ends
    if action in ("pause", "park", "resume", "unpark"):
        assert all(after[pk][1] >= due for pk, (_, due) in ends.items())
    assert all(after[pk][0] == start for pk, (start, _) in ends.items())
    assert case.version == before.version + 1


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(moves=MOVES)
def test_random_lives_keep_every_promise(loop, moves):
    from django.db import transaction

    with transaction.atomic():
        live_through(loop, moves)
        transaction.set_rollback(True)


def refusal_of(act):
    try:
        act()
    except CaseError as error:
        return error
    return None


def live_through(loop, moves):
    cases = [
        open_case(
            loop.draft(kind, title=f"第{n}件"),
            by=loop.scopes["grid_worker" if n % 2 else "officer"],
            at=loop.now,
        )
        for n, kind in enumerate(KINDS)
    ]
    now = loop.now
    for name, which, yes, hours, target in moves:
        now += timedelta(hours=hours)
        case, other = row_of(cases[target]), cases[(target + 1) % len(cases)].number
        scope = loop.scopes[name]
        offered = lawful_steps(case, by=scope) if may_see(case, scope) else []
        action = offered[which % len(offered)].action if offered else sorted(STEPS)[which % len(STEPS)]
        ends = clock_ends(case)
        given_words = words(loop, action, yes, other)
        refused = refusal_of(partial(take_step, case.pk, action, by=scope, given=given_words, at=now))
        if refused is None:
            check_against_before(action, case, ends, row_of(case))
        else:
            assert offered or isinstance(refused, CaseNotFoundError)
            assert row_of(case).version == case.version
            assert clock_ends(row_of(case)) == ends
        check_case(row_of(case))
    stored = list(Case.objects.prefetch_related("assignments").order_by("number"))
    for case in stored:
        check_story(case)
    check_seeing(loop, stored)
    assert [case.number for case in stored] == [f"loop-2023-{n + 1:06d}" for n in range(len(cases))]
