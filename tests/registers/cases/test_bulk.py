"""Many matters at once obey the same rules as one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.bulk import BATCH, open_many
from zhenshu.registers.cases.errors import AlreadyTakenInError, CaseInvalidError, StepNotAllowedError
from zhenshu.registers.cases.loop import open_case
from zhenshu.registers.cases.models import Case, Clock

SAID = {"title": "路灯不亮", "category": "light/dark", "channel": "phone", "fields": {"people": 7}}


def told(case):
    """Everything a stored case and its rows say, but for its number and ids."""
    row = Case.objects.filter(pk=case.pk).values().get()
    clocks = Clock.objects.filter(case=case).order_by("pk").values()
    drop = {"id", "number", "case_id", "title"}
    entry = Entry.objects.get(subject_kind="cases.case", subject_id=case.pk)
    changes = {key: value for key, value in entry.changes.items() if key not in drop}
    return (
        {key: value for key, value in row.items() if key not in drop},
        [{key: value for key, value in clock.items() if key not in drop} for clock in clocks],
        (entry.action, entry.actor_id, entry.actor_name, entry.area_id, entry.at, changes),
    )


def test_a_batch_stores_what_opening_singly_stores(loop):
    single = open_case(loop.draft(**SAID), by=loop.scopes["dispatcher"], at=loop.now)
    many = open_many([loop.draft(**SAID)] * 3, by=loop.scopes["dispatcher"], at=loop.now).cases
    assert [told(case) for case in many] == [told(single)] * 3


def test_numbers_follow_the_order_given_without_gaps(loop):
    drafts = [loop.draft(title=f"第{n}件") for n in range(5)]
    drafts[2] = replace(drafts[2], title="")
    intake = open_many(drafts, by=loop.scopes["dispatcher"], at=loop.now)
    assert [case.title for case in Case.objects.order_by("number")] == ["第0件", "第1件", "第3件", "第4件"]
    assert [case.number for case in intake.cases] == [f"loop-2023-{n:06d}" for n in range(1, 5)]
    assert intake.places == [0, 1, 3, 4]
    assert [(reject.place, type(reject.error)) for reject in intake.rejects] == [(2, CaseInvalidError)]


def test_the_same_file_twice_makes_no_second_case(loop):
    drafts = [loop.draft(source="12345", source_number=f"T{n}") for n in range(4)]
    first = open_many(drafts[:2], by=loop.scopes["dispatcher"], at=loop.now)
    again = open_many([*drafts, drafts[3]], by=loop.scopes["dispatcher"], at=loop.now)
    assert [reject.error.number for reject in again.rejects[:2]] == [case.number for case in first.cases]
    assert [type(reject.error) for reject in again.rejects] == [AlreadyTakenInError] * 3
    assert Case.objects.count() == 4


def test_a_matter_taken_in_meanwhile_spoils_only_itself(loop, monkeypatch):
    """Another intake stores one of the tickets between our look and our write."""
    from zhenshu.registers.cases import bulk

    drafts = [loop.draft(source="12345", source_number=f"T{n}") for n in range(3)]
    open_case(drafts[1], by=loop.scopes["dispatcher"], at=loop.now)
    monkeypatch.setattr(bulk, "_known_sources", lambda drafts: {})
    intake = open_many(drafts, by=loop.scopes["dispatcher"], at=loop.now)
    assert (len(intake.cases), len(intake.rejects)) == (2, 1)
    assert sorted(Case.objects.values_list("number", flat=True)) == [f"loop-2023-{n:06d}" for n in (1, 2, 3)]


def test_more_than_one_batch(loop):
    drafts = [loop.draft(title=f"第{n}件") for n in range(BATCH + 1)]
    assert len(open_many(drafts, by=loop.scopes["dispatcher"], at=loop.now).cases) == BATCH + 1
    assert Entry.objects.filter(action="case.opened").count() == BATCH + 1


def test_each_kind_asks_its_own_right(loop):
    intake = open_many([loop.draft(), loop.draft("loop.quick")], by=loop.scopes["viewer"], at=loop.now)
    assert [type(reject.error) for reject in intake.rejects] == [StepNotAllowedError] * 2


def test_an_undispatched_kind_stands_with_its_office(loop):
    drafts = [loop.draft("loop.quick", office=loop.offices["services"].pk)] * 2
    for case in open_many(drafts, by=loop.scopes["dispatcher"], at=loop.now).cases:
        share = case.assignments.get()
        assert (share.office, share.role, case.lead_office) == (
            loop.offices["services"],
            "lead",
            share.office,
        )


@pytest.mark.parametrize("count", [1, 500])
def test_a_batch_asks_few_questions(loop, django_assert_max_num_queries, count):
    drafts = [loop.draft(title=f"第{n}件") for n in range(count)]
    open_many(drafts[:1], by=loop.scopes["dispatcher"], at=loop.now)
    with django_assert_max_num_queries(25):
        open_many(drafts, by=loop.scopes["dispatcher"], at=loop.now)
