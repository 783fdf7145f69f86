"""Sealing and verifying: what was sealed is found again, what was tampered with is named."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import drop_ledger_triggers

from zhenshu.ground.ledger import seal as sealing
from zhenshu.ground.ledger.models import Entry, Seal
from zhenshu.ground.ledger.record import SYSTEM, Change, record_many
from zhenshu.ground.ledger.seal import merkle_root, seal_entries, verify

pytestmark = pytest.mark.usefixtures("in_english")


def write(count):
    with transaction.atomic():
        return record_many(
            SYSTEM,
            [Change("thing.changed", "tests.thing", n, None, None, {"值": f"𠮷{n}"}) for n in range(count)],
        )


@pytest.fixture
def sealed(db):
    """Three seals over nine lines."""
    entries = []
    for _ in range(3):
        entries += write(3)
        assert seal_entries() == 3
    assert verify() is None
    drop_ledger_triggers()
    return entries


def test_nothing_to_seal(db):
    assert seal_entries() == 0
    assert verify() is None


def test_runs_are_cut_at_the_limit(db, monkeypatch):
    monkeypatch.setattr(sealing, "RUN_LIMIT", 4)
    write(10)
    assert seal_entries() == 10
    assert list(Seal.objects.order_by("last_seq").values_list("count", flat=True)) == [4, 4, 2]
    heard = []
    assert verify(heard.append) is None
    assert sum(heard) == 10


TAMPERS = {
    "a changed note": lambda e: Entry.objects.filter(pk=e[4].pk).update(note="x"),
    "a changed value": lambda e: Entry.objects.filter(pk=e[4].pk).update(changes={"值": [None, "y"]}),
    "another actor": lambda e: Entry.objects.filter(pk=e[4].pk).update(actor_name="别人"),
    "another time": lambda e: Entry.objects.filter(pk=e[4].pk).update(at="2000-01-01T00:00:00+08:00"),
}


@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=TAMPERS)
def test_a_changed_entry_is_named(sealed, tamper):
    tamper(sealed)
    assert verify().seq == sealed[4].pk


def test_a_removed_entry_is_noticed_at_its_place(sealed):
    Entry.objects.filter(pk=sealed[4].pk).delete()
    fault = verify()
    assert fault.seq == sealed[5].pk
    assert "removed" in fault.reason


def test_the_removed_last_entry_of_a_run_is_noticed(sealed):
    Entry.objects.filter(pk=sealed[5].pk).delete()
    fault = verify()
    assert fault.seq == sealed[5].pk
    assert "missing" in fault.reason


def test_a_slipped_in_entry_is_noticed(sealed):
    Entry.objects.filter(pk=sealed[4].pk).delete()
    Entry.objects.filter(pk=sealed[5].pk).delete()
    for seq in (sealed[4].pk, sealed[5].pk):
        forged = Entry(seq=seq, at=sealed[3].at, actor_name="x", action="y", subject_kind="z", subject_id=1)
        forged.save(force_insert=True)
    assert verify().seq == sealed[4].pk


def test_an_entry_slipped_in_between_is_named(db):
    entries = write(3)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER SEQUENCE ledger_entry_seq_seq RESTART WITH %s" % (entries[-1].pk + 10))
        else:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = %s WHERE name = 'ledger_entry'", [entries[-1].pk + 10]
            )
    write(2)
    seal_entries()
    gap = entries[-1].pk + 4
    Entry(seq=gap, at=entries[0].at, actor_name="x", action="y", subject_kind="z", subject_id=1).save(
        force_insert=True
    )
    fault = verify()
    assert fault.seq == gap
    assert "slipped in" in fault.reason


def test_a_removed_seal_breaks_the_chain(sealed):
    Seal.objects.order_by("last_seq")[1].delete()
    assert verify() is not None


def test_a_seal_made_to_fit_a_changed_entry_breaks_the_chain(sealed):
    Entry.objects.filter(pk=sealed[1].pk).update(note="x")
    seal = Seal.objects.order_by("last_seq").first()
    leaves = [sealing.digest_entry(e) for e in Entry.objects.filter(seq__lte=seal.last_seq).order_by("seq")]
    seal.leaves, seal.root = b"".join(leaves), merkle_root(leaves)
    seal.chain = sealing.chain_link(sealing.FIRST_LINK, seal.root, seal.first_seq, seal.last_seq)
    seal.save()
    fault = verify()
    second = Seal.objects.order_by("last_seq")[1]
    assert (fault.seq, "chain" in fault.reason) == (second.first_seq, True)


LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


@given(LEAVES, st.data())
def test_another_leaf_gives_another_root(leaves, data):
    place = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves]
    changed[place] = hashlib.sha256(leaves[place]).digest()
    assert merkle_root(changed) != merkle_root(leaves)


@given(LEAVES)
def test_a_leaf_more_or_less_gives_another_root(leaves):
    assert merkle_root([*leaves, hashlib.sha256(leaves[-1]).digest()]) != merkle_root(leaves)


@pytest.mark.django_db(transaction=True)
def test_sealing_while_many_write_leaves_nothing_out():
    """Writers in several threads, a sealer beside them: every line is sealed, the chain holds."""

    def writer(_):
        try:
            for _ in range(15):
                write(2)
        finally:
            connection.close()

    def sealer():
        try:
            return sum(seal_entries() for _ in range(15))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(writer, n) for n in range(3)]
        sealers = pool.submit(sealer)
        for task in writers:
            task.result()
        early = sealers.result()
    assert early + seal_entries() == Entry.objects.count() == 90
    assert sum(Seal.objects.values_list("count", flat=True)) == 90
    assert verify() is None
