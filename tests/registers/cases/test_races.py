"""Two people at once, and a machine that dies: one wins, nothing is lost, nothing is half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.bulk import open_many
from zhenshu.registers.cases.errors import (
    AlreadyTakenInError,
    CaseChangedError,
    CaseError,
    StepNotLawfulError,
)
from zhenshu.registers.cases.escalation import escalate_due
from zhenshu.registers.cases.loop import Given, open_case, take_step
from zhenshu.registers.cases.models import Case, Notice

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run acts in threads of their own, all let go at the same moment; return results and errors in order."""
    barrier = Barrier(len(acts))

    def run(act):
        barrier.wait()
        try:
            return act()
        except (CaseError, DatabaseError) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def step_of(loop, case, action, by, **words):
    return lambda: take_step(case.pk, action, by=loop.scopes[by], given=Given(**words), at=loop.now)


def test_two_people_take_the_same_step(loop):
    case = loop.until("dispatched")
    outcomes = at_once(step_of(loop, case, "accept", "officer"), step_of(loop, case, "accept", "colleague"))
    [refusal] = [found for found in outcomes if isinstance(found, Exception)]
    [winner] = [found for found in outcomes if isinstance(found, Case)]
    assert isinstance(refusal, StepNotLawfulError)
    name = {loop.scopes[who].user_id: loop.scopes[who].name for who in ("officer", "colleague")}[
        winner.handler_id
    ]
    assert name in str(refusal)
    assert "2023-05-15" in str(refusal)
    assert Entry.objects.filter(action="case.accept").count() == 1


def test_two_people_change_what_both_have_read(loop):
    case = loop.until("handling")
    version = Case.objects.get(pk=case.pk).version
    acts = [
        lambda title=title: take_step(
            case.pk,
            "correct",
            by=loop.scopes["dispatcher"],
            given=Given(changes={"title": title}),
            version=version,
        )
        for title in ("甲", "乙")
    ]
    outcomes = at_once(*acts)
    assert [type(found) for found in outcomes if isinstance(found, Exception)] == [CaseChangedError]
    assert Case.objects.get(pk=case.pk).version == version + 1


def test_many_open_at_once_and_the_numbers_have_no_gap(loop):
    scope = loop.scopes["grid_worker"]
    at_once(
        *[
            lambda n=n: [open_case(loop.draft(title=f"{n}-{k}"), by=scope, at=loop.now) for k in range(5)]
            for n in range(4)
        ]
    )
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert numbers == [f"loop-2023-{n + 1:06d}" for n in range(20)]


def test_the_same_ticket_from_two_sides_becomes_one_case(loop):
    draft = loop.draft(source="12345", source_number="T1")
    scope = loop.scopes["dispatcher"]
    outcomes = at_once(*[lambda: open_case(draft, by=scope, at=loop.now)] * 3)
    assert sorted(type(found).__name__ for found in outcomes) == [
        "AlreadyTakenInError",
        "AlreadyTakenInError",
        "Case",
    ]
    assert Case.objects.get().number == "loop-2023-000001"
    [first, _] = [found for found in outcomes if isinstance(found, AlreadyTakenInError)]
    assert first.number == "loop-2023-000001"


def test_two_batches_with_the_same_tickets(loop):
    drafts = [loop.draft(source="12345", source_number=f"T{n}") for n in range(30)]
    scope = loop.scopes["dispatcher"]
    intakes = at_once(*[lambda: open_many(drafts, by=scope, at=loop.now)] * 2)
    assert sum(len(intake.cases) for intake in intakes) == Case.objects.count() == 30
    assert sum(len(intake.rejects) for intake in intakes) == 30
    assert sorted(Case.objects.values_list("number", flat=True))[-1] == "loop-2023-000030"


def test_two_workers_tell_nobody_twice(loop):
    for _ in range(5):
        loop.open()
    loop.at(16)
    assert sum(at_once(*[lambda: escalate_due(now=loop.now)] * 3)) == 5
    assert Notice.objects.filter(kind="escalated").count() == 5


# ── the machine dies ──────────────────────────────────────────────────────────────────────────────────

WORKER = """
    import os, sys
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhenshu.settings"
    from django.conf import settings
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    import django
    django.setup()
    from datetime import date
    from zhenshu.ground.people.models import User
    from zhenshu.ground.people.scope import scope_of
    from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step
    from zhenshu.registers.cases.bulk import open_many
    area, office = int(sys.argv[2]), int(sys.argv[3])
    by = scope_of(User.objects.get(username="dispatcher"), on=date.today())
    number = 0
    while True:
        number += 1
        if sys.argv[4] == "steps":
            case = open_case(Draft("loop.full", "灯", area, source="k", source_number=str(number)), by=by)
            print("opened", case.number, flush=True)
            take_step(case.pk, "dispatch", by=by, given=Given(office=office))
            print("dispatch", case.number, flush=True)
            take_step(case.pk, "comment", by=by, given=Given(opinion="关注"))
            print("comment", case.number, flush=True)
        else:
            first = number * 300
            names = [str(first + n) for n in range(300)]
            drafts = [Draft("loop.full", "灯", area, source="k", source_number=name) for name in names]
            for case in open_many(drafts, by=by).cases:
                print("opened", case.number, flush=True)
"""


@pytest.mark.parametrize(("work", "lines"), [("steps", 40), ("batch", 350)])
def test_what_was_acknowledged_before_the_kill_is_there_and_nothing_is_half_done(loop, work, lines):
    told = kill_after(loop, work, lines)
    for line in told:
        action, number = line.split()
        case = Case.objects.get(number=number)
        assert Entry.objects.filter(
            subject_kind="cases.case", subject_id=case.pk, action=f"case.{action}"
        ).exists()
    for case in Case.objects.prefetch_related("clocks", "assignments"):
        actions = list(
            Entry.objects.filter(subject_id=case.pk, subject_kind="cases.case").values_list(
                "action", flat=True
            )
        )
        assert actions[0] == "case.opened"
        assert case.version == len(actions)
        assert bool(case.assignments.all()) == ("case.dispatch" in actions)
        assert {clock.key for clock in case.clocks.all()} >= {"dispatch", "whole"}
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert [int(number[-6:]) for number in numbers] == list(range(1, len(numbers) + 1))
    again = open_many(
        [loop.draft(source="k", source_number="300"), loop.draft(source="k", source_number="1")],
        by=loop.scopes["dispatcher"],
    )
    assert Case.objects.filter(source="k", source_number__in=["300", "1"]).count() == 2
    assert len(again.cases) + len(again.rejects) == 2


def kill_after(loop, work, lines):
    """Let a process work, kill it without warning once it has acknowledged *lines* acts; return those."""
    connection.close()
    command = [
        sys.executable, "-c", textwrap.dedent(WORKER), str(settings.DATABASES["default"]["NAME"]),
        str(loop.town.micro_grids[0].pk), str(loop.offices["enforcement"].pk), work,
    ]  # fmt: skip
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    told = []
    try:
        for line in worker.stdout:
            told.append(line)
            if len(told) >= lines:
                break
    finally:
        worker.send_signal(signal.SIGKILL)
        rest, _ = worker.communicate()
    whole = [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    assert len(told) >= lines
    return [line for line in [*told, *whole] if line.endswith("\n")]
