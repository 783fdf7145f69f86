"""Duty rosters: fair over the working calendar, swapped with a reason, handed over."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.registers.engines.conftest import at_once

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.schema import DutyKind
from zhenshu.ground.worktime import WorkCalendar
from zhenshu.registers.dossiers.errors import DossierNotAllowedError
from zhenshu.registers.engines import duties
from zhenshu.registers.engines.duties import hand_over, make_roster, open_event, replace, swap
from zhenshu.registers.engines.errors import EngineInvalidError, EngineNotFoundError, EngineStateError
from zhenshu.registers.engines.models import DutyTurn
from zhenshu.registers.engines.rostering import assign, slots

WATCH = DutyKind.model_validate(
    {
        "code": "w", "pack": "x", "name": "x",
        "shifts": {
            "night": {"name": "夜", "start": "17:30", "end": "08:30", "people": 2},
            "day": {"name": "白", "start": "08:30", "end": "17:30", "days": "working"},
            "rest": {"name": "休", "start": "08:30", "end": "17:30", "days": "rest"},
        },
    }
)  # fmt: skip


# ── the rule ──────────────────────────────────────────────────────────────────────────────────────────


def test_make_up_days_and_holidays_come_from_the_calendar():
    wanted = slots(WATCH, date(2024, 5, 1), date(2024, 5, 12), WorkCalendar())
    days = {slot.day: slot.shift.code for slot in wanted if slot.shift.code != "night"}
    assert days[date(2024, 5, 1)] == "rest"  # Wednesday, Labour Day
    assert days[date(2024, 5, 6)] == "day"
    assert days[date(2024, 5, 11)] == "day"  # Saturday, worked instead
    assert days[date(2024, 5, 12)] == "rest"


@given(st.lists(st.integers(1, 99), min_size=2, max_size=9, unique=True), st.integers(0, 60))
def test_everybody_takes_the_same_turns(people, length):
    wanted = list(slots(WATCH, date(2024, 4, 20), date(2024, 4, 20) + timedelta(days=length), WorkCalendar()))
    turns = assign(wanted, people)
    assert [slot for slot, _chosen in turns] == wanted
    counts = {True: Counter(dict.fromkeys(people, 0)), False: Counter(dict.fromkeys(people, 0))}
    for slot, chosen in turns:
        assert len(set(chosen)) == slot.shift.people
        counts[slot.rest].update(chosen)
        for found in counts.values():
            assert max(found.values()) - min(found.values()) <= 1
    assert turns == assign(wanted, people)


def test_nobody_has_the_same_shift_every_time():
    wanted = list(slots(WATCH, date(2024, 5, 13), date(2024, 5, 15), WorkCalendar()))
    turns = assign(wanted, [7, 8, 9])
    assert {who for slot, chosen in turns for who in chosen if slot.shift.code == "day"} == {7, 8, 9}


# ── the register ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def watch(kind_of):
    return kind_of("watch")


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def crew(people):
    return [people[who].pk for who in ("officer", "second_officer", "leader")]


@pytest.fixture
def roster(watch, town, scopes, crew, today):
    return make_roster(watch, town.town, today, today + timedelta(days=6), crew, by=scopes["secretary"])


@pytest.mark.django_db
class TestRoster:
    def test_what_stands_stays(self, roster, watch, town, scopes, crew, today):
        assert len(roster) == 14
        again = make_roster(watch, town.town, today, today + timedelta(days=7), crew, by=scopes["secretary"])
        assert {turn.day for turn in again} == {today + timedelta(days=7)}
        assert Entry.objects.filter(action="duty.planned").count() == 16

    def test_the_next_roster_begins_with_whoever_rested_longest(self, watch, town, scopes, crew, today):
        by = scopes["secretary"]
        (first,) = [
            turn for turn in make_roster(watch, town.town, today, today, crew, by=by) if turn.shift != "night"
        ]
        tomorrow = today + timedelta(days=1)
        DutyTurn.objects.filter(day=today, shift="night").delete()
        turns = make_roster(watch, town.town, tomorrow, tomorrow, crew, by=by)
        assert first.people[0] not in turns[0].people
        assert set(crew) == {who for turn in turns for who in turn.people}

    def test_too_few_or_unknown_people_or_days_are_refused(self, watch, town, scopes, crew, today):
        by = scopes["secretary"]
        before = today - timedelta(days=1)
        wrong = [(today, today, crew[:1]), (today, before, crew), (today, today, [*crew, 999999])]
        for first, last, people in wrong:
            with pytest.raises(EngineInvalidError):
                make_roster(watch, town.town, first, last, people, by=by)
        with pytest.raises(DossierNotAllowedError):
            make_roster(watch, town.town, today, today, crew, by=scopes["officer"])
        assert not DutyTurn.objects.exists()

    def test_everybody_of_the_town_knows_who_is_on_duty(self, roster, watch, scopes):
        for who in ("grid_worker", "viewer", "officer"):
            assert duties.visible_turns(watch, scopes[who]).count() == 14

    def test_a_night_runs_into_the_next_morning(self, roster, scopes, today):
        at = timezone.make_aware(
            datetime.combine(today + timedelta(days=1), datetime.min.time()).replace(hour=3)
        )
        (night,) = [one for one in duties.on_duty(scopes["viewer"], at=at) if one.runs(at)]
        assert (night.turn.day, night.turn.shift, len(night.names)) == (today, "night", 2)


@pytest.mark.django_db
class TestChanging:
    def turns(self, roster):
        """Two day turns of different people."""
        singles = [turn for turn in roster if len(turn.people) == 1]
        return next((a, b) for a in singles for b in singles if a.people != b.people)

    def test_two_exchange_their_turns(self, roster, scopes):
        first, second = self.turns(roster)
        swap(
            first.pk,
            second.pk,
            mine=first.people[0],
            theirs=second.people[0],
            reason="出差",
            by=scopes["secretary"],
        )
        assert DutyTurn.objects.get(pk=first.pk).people == second.people
        assert DutyTurn.objects.get(pk=second.pk).people == first.people
        notes = Entry.objects.filter(action="duty.swapped").values_list("note", flat=True)
        assert list(notes) == ["出差", "出差"]

    def test_somebody_stands_in_once_with_a_reason(self, roster, scopes, people):
        night = next(turn for turn in roster if len(turn.people) == 2)
        out, stays = night.people
        with pytest.raises(EngineInvalidError):
            replace(night.pk, out=out, into=stays, reason="病假", by=scopes["secretary"])
        with pytest.raises(EngineInvalidError):
            replace(night.pk, out=out, into=people["dispatcher"].pk, reason=" ", by=scopes["secretary"])
        replace(night.pk, out=out, into=people["dispatcher"].pk, reason="病假", by=scopes["secretary"])
        assert DutyTurn.objects.get(pk=night.pk).people == [people["dispatcher"].pk, stays]

    def test_only_who_stands_it_or_plans_may(self, roster, scopes, people):
        turn = next(turn for turn in roster if people["officer"].pk not in turn.people)
        with pytest.raises(DossierNotAllowedError):
            replace(
                turn.pk, out=turn.people[0], into=people["officer"].pk, reason="换班", by=scopes["officer"]
            )
        own = next(turn for turn in roster if people["officer"].pk in turn.people)
        replace(
            own.pk,
            out=people["officer"].pk,
            into=people["dispatcher"].pk,
            reason="换班",
            by=scopes["officer"],
        )

    def test_a_turn_that_is_over_stays(self, roster, scopes, people, today):
        turn = roster[0]
        DutyTurn.objects.filter(pk=turn.pk).update(day=today - timedelta(days=3))
        with pytest.raises(EngineStateError):
            replace(
                turn.pk, out=turn.people[0], into=people["dispatcher"].pk, reason="补", by=scopes["secretary"]
            )


@pytest.mark.django_db
class TestOnDuty:
    def test_what_is_left_is_handed_over(self, roster, scopes, today):
        turn = roster[0]
        with pytest.raises(EngineInvalidError):
            hand_over(turn.pk, {}, note="", by=scopes["secretary"])
        done = hand_over(turn.pk, {"left": "东浦泵站待复查"}, note="其余平安", by=scopes["secretary"])
        assert done.hand_over == {"left": "东浦泵站待复查"}
        assert done.handed_over_by_id == scopes["secretary"].user_id
        later = next(one for one in roster if one.day > today)
        with pytest.raises(EngineStateError):
            hand_over(later.pk, {"left": "无"}, note="", by=scopes["secretary"])

    def test_what_happens_becomes_a_matter(self, roster, scopes, people):
        turn = next(turn for turn in roster if people["officer"].pk in turn.people)
        case = open_event(turn.pk, "群众来电反映停电", "东浦村", by=scopes["officer"])
        assert turn.events.get().case == case
        with pytest.raises(DossierNotAllowedError):
            open_event(turn.pk, "其他", "", by=scopes["viewer"])

    def test_another_town_sees_nothing(self, roster, scopes):
        with pytest.raises(EngineNotFoundError):
            duties.find_turn(roster[-1].pk + 1, scopes["officer"])


@pytest.mark.django_db(transaction=True)
def test_two_rosters_at_one_moment_make_each_turn_once(watch, town, scopes, crew, today):
    act = lambda: make_roster(watch, town.town, today, today, crew, by=scopes["secretary"])  # noqa: E731
    outcomes = at_once(act, act)
    assert sorted(len(one) for one in outcomes) == [0, 2]
