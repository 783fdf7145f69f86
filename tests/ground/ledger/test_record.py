"""Writing lines: in the transaction of the change, in values that JSON can hold, heard by followers."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.ledger import record as ledger
from zhenshu.ground.ledger.history import EntryQuestion, entries_for, entries_of
from zhenshu.ground.ledger.models import Entry, Seal
from zhenshu.ground.ledger.record import SYSTEM, Actor, Change, LedgerError, difference, record_many
from zhenshu.ground.ledger.seal import seal_entries


def change(number, action="thing.changed", before=None, after=None, area_id=None):
    return Change(action, "tests.thing", number, area_id, before, after or {"value": number})


@pytest.fixture
def write(db):
    def run(count=1, *, start=0, **rest):
        with transaction.atomic():
            return record_many(SYSTEM, [change(start + n, **rest) for n in range(count)])

    return run


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written():
    with pytest.raises(LedgerError):
        record_many(SYSTEM, [change(1)])
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_line_disappears_with_its_change():
    with transaction.atomic():
        record_many(SYSTEM, [change(1)])
        transaction.set_rollback(True)
    assert not Entry.objects.exists()


def test_lines_keep_their_order_and_what_changed(write):
    entries = write(3)
    assert [entry.seq for entry in entries] == sorted(entry.seq for entry in entries)
    assert [entry.changes for entry in Entry.objects.order_by("seq")] == [
        {"value": [None, n]} for n in range(3)
    ]


class Listener:
    def __init__(self):
        self.heard = []

    def follow(self, changes, entries):
        self.heard += [(c.subject_id, e.seq) for c, e in zip(changes, entries, strict=True)]


@pytest.fixture
def listener():
    before = list(ledger._followers)
    listener = Listener()
    ledger.register_followers([listener])
    yield listener
    ledger.register_followers(before)


def test_followers_hear_each_change_with_its_line(write, listener):
    entries = write(2)
    assert listener.heard == [(0, entries[0].seq), (1, entries[1].seq)]


def test_a_failing_follower_takes_the_change_with_it(db, listener):
    def fail(changes, entries):
        raise ZeroDivisionError

    listener.follow = fail
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_many(SYSTEM, [change(1)])
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET note = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_seal SET chain = 'x'",
        "DELETE FROM ledger_seal",
    ],
)
def test_the_database_refuses_to_change_and_to_remove(write, statement):
    write()
    seal_entries()
    with pytest.raises(DatabaseError, match="cannot be"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (Entry.objects.count(), Seal.objects.count()) == (1, 1)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_postgresql_refuses_to_truncate(write):
    write()
    with pytest.raises(DatabaseError, match="cannot be"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_entry")


def test_inner_fields_are_told_one_by_one():
    before = {"stage": "accepted", "fields": {"people": 1, "note": "a"}}
    after = {"stage": "accepted", "fields": {"people": 2, "note": "a"}}
    assert difference(before, after) == {"fields.people": [1, 2]}
    assert difference(None, after) == {
        "stage": [None, "accepted"],
        "fields.people": [None, 2],
        "fields.note": [None, "a"],
    }
    assert difference(before, before) == {}


def test_values_are_spelled_for_json():
    facts = {
        "on": date(2023, 5, 6),
        "at": datetime(2023, 5, 6, tzinfo=UTC),
        "sum": Decimal("1.50"),
        "ids": (1, 2),
    }
    assert difference(None, facts) == {
        "on": [None, "2023-05-06"],
        "at": [None, "2023-05-06T00:00:00+00:00"],
        "sum": [None, "1.50"],
        "ids": [None, [1, 2]],
    }


FACTS = st.dictionaries(
    st.text(max_size=5),
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    max_size=5,
)


@given(FACTS, FACTS)
def test_a_difference_turns_before_into_after(before, after):
    changed = difference(before, after)
    json.dumps(changed)
    expected = {key: ledger.plain(value) for key, value in before.items()}
    expected |= {key: pair[1] for key, pair in changed.items()}
    wanted = {key: ledger.plain(value) for key, value in after.items()}
    assert {k: v for k, v in expected.items() if v is not None} == {
        k: v for k, v in wanted.items() if v is not None
    }


class TestHistory:
    def test_of_one_record_in_order(self, write):
        write(2), write(1, action="thing.closed")
        assert [e.action for e in entries_of("tests.thing", 0)] == ["thing.changed", "thing.closed"]

    def test_questions_narrow_the_list(self, write):
        write(2, area_id=7), write(1, start=5, action="thing.closed")
        with transaction.atomic():
            record_many(Actor(9, "何敏"), [change(8, action="things.other")])
        counts = {
            "all": EntryQuestion(),
            "action": EntryQuestion(action="thing"),
            "one": EntryQuestion(action="thing.closed"),
            "area": EntryQuestion(area_ids=[7]),
            "actor": EntryQuestion(actor_id=9),
            "future": EntryQuestion(since=datetime(2200, 1, 1, tzinfo=UTC)),
        }
        found = {name: entries_for(question).count() for name, question in counts.items()}
        assert found == {"all": 4, "action": 3, "one": 1, "area": 2, "actor": 1, "future": 0}
        assert entries_for(EntryQuestion())[0].subject_id == 8
