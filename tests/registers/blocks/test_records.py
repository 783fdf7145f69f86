"""The kept record: what it asks, who may do what, and that each act moves ledger and tallies."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.packs.registry import UnknownKindError
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.explain import explain
from zhenshu.measures.indicators.tallies import build_missing, check
from zhenshu.registers.blocks.acts import (
    RecordDraft,
    correct_record,
    keep_record,
    open_record,
    withdraw_record,
)
from zhenshu.registers.blocks.errors import (
    BlockError,
    RecordChangedError,
    RecordInvalidError,
    RecordNotAllowedError,
    RecordNotFoundError,
    RecordStateError,
    RecordTakenError,
)
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.blocks.visibility import find_record, visible_records

pytestmark = pytest.mark.django_db
DAY = date(2023, 5, 3)


def visit(makes, firm, *, day=DAY, by="officer", **fields):
    draft = RecordDraft(kind="blocks.visit", day=day, subject=firm.pk, fields=fields)
    return keep_record(draft, by=makes.scopes[by])


def test_a_record_lies_where_its_subject_does_and_stands_in_the_ledger(makes):
    firm = makes.one("firm", "澄江铸造", colour="red")
    kept = visit(makes, firm, people="3")
    assert kept.fields == {"people": 3}
    assert (kept.grid_id, kept.village_id) == (firm.area_id, firm.area.village_id)
    assert kept.title == "澄江铸造 · 走访"
    (entry,) = entries_of("blocks.record", kept.pk)
    assert entry.action == "record.kept"
    assert entry.changes["fields.people"] == [None, 3]


@pytest.mark.usefixtures("in_english")
def test_what_is_wrong_is_said_field_by_field_and_nothing_is_kept(makes):
    elder = makes.one("elder", "钱阿婆", age=90)
    draft = RecordDraft(kind="blocks.visit", day=DAY, subject=elder.pk, fields={"people": "-1", "track": "x"})
    with pytest.raises(RecordInvalidError) as refusal:
        keep_record(draft, by=makes.scopes["secretary"])
    assert refusal.value.problems.keys() == {"people", "track", "subject"}
    with pytest.raises(RecordInvalidError) as refusal:
        keep_record(RecordDraft(kind="blocks.visit", day=DAY), by=makes.scopes["secretary"])
    assert refusal.value.problems.keys() == {"subject", "area"}
    assert not Record.objects.exists()


def test_a_kind_without_records_of_its_own_is_no_kind_of_record(makes):
    for code in ("blocks.hazard", "blocks.near", "blocks.firm"):
        with pytest.raises(UnknownKindError):
            keep_record(RecordDraft(kind=code, day=DAY), by=makes.scopes["secretary"])


def test_what_there_may_be_once_is_refused_twice_until_it_is_withdrawn(makes):
    firm = makes.one("firm", "甲", colour="red")
    draft = RecordDraft(kind="blocks.visit", day=DAY, subject=firm.pk, key="once")
    first = keep_record(draft, by=makes.scopes["officer"])
    with pytest.raises(RecordTakenError):
        keep_record(draft, by=makes.scopes["officer"])
    withdraw_record(first, version=1, reason="记错", by=makes.scopes["officer"])
    assert keep_record(draft, by=makes.scopes["officer"]).pk != first.pk


def test_an_older_page_changes_nothing(makes):
    kept = visit(makes, makes.one("firm", "甲", colour="red"), people=1)
    changed = correct_record(kept, {"people": 2}, version=1, by=makes.scopes["officer"])
    assert changed.version == 2
    with pytest.raises(RecordChangedError):
        correct_record(kept, {"people": 5}, version=1, by=makes.scopes["officer"])
    assert correct_record(changed, {"people": "2"}, version=2, by=makes.scopes["officer"]).version == 2
    with pytest.raises(RecordInvalidError):
        correct_record(changed, {}, version=2, by=makes.scopes["officer"], state="paid")


def test_withdrawing_needs_a_reason_and_leaves_the_record_readable(makes):
    kept = visit(makes, makes.one("firm", "甲", colour="red"))
    with pytest.raises(RecordInvalidError):
        withdraw_record(kept, version=1, reason=" ", by=makes.scopes["officer"])
    withdraw_record(kept, version=1, reason="走错了门", by=makes.scopes["officer"])
    assert open_record(kept.pk, by=makes.scopes["officer"]).state == State.WITHDRAWN
    assert entries_of("blocks.record", kept.pk).last().note == "走错了门"
    with pytest.raises(RecordStateError):
        correct_record(kept, {"people": 1}, version=2, by=makes.scopes["officer"])


# ── who sees and does what ────────────────────────────────────────────────────────────────────────────


def test_one_sees_the_records_of_ones_areas_only(makes):
    here = visit(makes, makes.one("firm", "甲", colour="red"))
    there = visit(makes, makes.one("firm", "乙", colour="red", area=makes.town.grids[2]))
    seen = {name: set(visible_records(scope)) for name, scope in makes.scopes.items()}
    assert seen["grid_worker"] == {here}
    assert seen["viewer"] == {there}
    assert seen["officer"] == {here, there}
    with pytest.raises(RecordNotFoundError):
        find_record(there.pk, makes.scopes["grid_worker"])


def test_a_record_about_a_sensitive_person_needs_the_right_and_leaves_a_line(makes):
    elder = makes.one("elder", "钱阿婆", age=90)
    kept = keep_record(
        RecordDraft(kind="blocks.allowance", day=DAY, subject=elder.pk), by=makes.scopes["secretary"]
    )
    assert kept.sensitive
    assert "钱阿婆" not in kept.title
    assert not visible_records(makes.scopes["leader"]).exists()
    open_record(kept.pk, by=makes.scopes["secretary"])
    assert [one.action for one in entries_of("blocks.record", kept.pk)] == ["record.kept", "record.viewed"]


@pytest.mark.parametrize(
    ("role", "keeps", "withdraws"),
    [
        ("dispatcher", True, True),
        ("grid_worker", True, False),
        ("officer", True, True),
        ("leader", True, True),
        ("secretary", True, True),
        ("administrator", True, True),
        ("viewer", False, False),
    ],
)
def test_each_role_may_do_what_its_rights_say(makes, role, keeps, withdraws):
    area = makes.town.grids[2] if role == "viewer" else makes.town.grids[0]
    firm = makes.one("firm", "甲", colour="red", area=area)
    kept = visit(makes, firm)
    if keeps:
        assert visit(makes, firm, by=role).pk
    else:
        with pytest.raises(RecordNotAllowedError):
            visit(makes, firm, by=role)
    if withdraws:
        withdraw_record(kept, version=1, reason="测", by=makes.scopes[role])
    else:
        with pytest.raises(RecordNotAllowedError):
            withdraw_record(kept, version=1, reason="测", by=makes.scopes[role])


# ── counting ──────────────────────────────────────────────────────────────────────────────────────────


def value(code, area, period="2023"):
    return evaluate(code, area.pk, period).value


def test_records_are_counted_in_the_writing_transaction_and_explained(makes):
    build_missing()
    red, blue = makes.one("firm", "甲", colour="red"), makes.one("firm", "乙", colour="blue")
    visit(makes, red, people=4, found="是")
    visit(makes, red, people=1)
    gone = visit(makes, blue, people=2, found="否")
    town = makes.town.town
    assert value("blocks.visits", town) == 3
    assert value("blocks.visits.found", town) == 1
    assert value("blocks.visits.people", town) == 7
    assert value("blocks.visits.firms", town) == 2
    withdraw_record(gone, version=1, reason="测", by=makes.scopes["officer"])
    assert value("blocks.visits", town, "2023-05") == 2
    assert value("blocks.visits.firms", makes.town.villages[0]) == 1
    assert value("blocks.visits", makes.town.villages[1]) == 0
    shown = explain("blocks.visits", town, "2023", scope=makes.scopes["officer"])
    assert {one.subject_id for one in shown.groups[0].records} == {red.pk}


acts = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.integers(0, 3), st.integers(0, 400), st.integers(0, 9), st.booleans()),
        st.tuples(st.just("correct"), st.integers(0, 9), st.integers(0, 400), st.integers(0, 9)),
        st.tuples(st.just("withdraw"), st.integers(0, 9)),
        st.tuples(st.just("fund"), st.sampled_from(["gift", "aid"]), st.integers(0, 99), st.integers(0, 400)),
        st.tuples(st.just("lease"), st.integers(0, 300), st.integers(0, 300)),
    ),
    max_size=14,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(acts)
def test_whatever_happens_to_records_the_tallies_equal_a_recount(makes, history):
    with transaction.atomic():
        build_missing()
        _play(makes, history)
        assert check() == []
        standing = Record.objects.filter(kind="blocks.visit").exclude(state=State.WITHDRAWN)
        by_hand = sum(one.fields.get("people", 0) for one in standing if one.day.year == 2023)
        assert (value("blocks.visits.people", makes.town.town) or 0) == by_hand
        on = date(2023, 6, 30)
        leases = Record.objects.filter(kind="blocks.lease", day__lte=on, ended_on__gt=on)
        leases = leases.exclude(state=State.WITHDRAWN)
        assert (value("blocks.leases", makes.town.town, "2023-06") or 0) == leases.count()
        transaction.set_rollback(True)


def _play(makes, history):
    by = makes.scopes["secretary"]
    firms = [makes.one("firm", f"厂{n}", colour="red", area=makes.town.grids[n]) for n in range(4)]
    room = makes.one("room", "厅")
    for act, *said in history:
        records = list(Record.objects.order_by("pk"))
        chosen = records[said[0] % len(records)] if records and isinstance(said[0], int) else None
        first = date(2023, 1, 1)
        try:
            match act:
                case "keep":
                    firm, days, people, found = said
                    visit(makes, firms[firm], day=first + timedelta(days=days), people=people, found=found)
                case "correct" if chosen is not None and chosen.block == "rounds":
                    day = first + timedelta(days=said[1])
                    correct_record(chosen, {"people": said[2]}, version=chosen.version, by=by, day=day)
                case "withdraw" if chosen is not None:
                    withdraw_record(chosen, version=chosen.version, reason="测", by=by)
                case "fund":
                    use, amount, days = said
                    fields = {"use": use, "amount": Decimal(amount) / 4}
                    day, area = first + timedelta(days=days), makes.town.villages[0].pk
                    keep_record(RecordDraft(kind="blocks.charity", day=day, area=area, fields=fields), by=by)
                case "lease":
                    day = first + timedelta(days=said[0])
                    ended = day + timedelta(days=said[1])
                    draft = RecordDraft(
                        kind="blocks.lease", day=day, subject=room.pk, ended_on=ended, fields={"amount": 5}
                    )
                    keep_record(draft, by=by)
        except BlockError:
            continue
