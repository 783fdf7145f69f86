"""Meetings, ballots, bookings, surveys, ties, learning and coverage: the rules that must hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.packs.schema import BallotKind
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.registers.blocks import ballots, bookings, coverage, learning, meetings, surveys, ties
from zhenshu.registers.blocks.acts import RecordDraft, keep_record
from zhenshu.registers.blocks.errors import RecordInvalidError, RecordStateError, RecordTakenError
from zhenshu.registers.blocks.models import AnswerCount, Record, State

DAY = date(2023, 5, 4)

# ── meetings ──────────────────────────────────────────────────────────────────────────────────────────


def meet(kinds, makes, present, **said):
    area = makes.town.town
    called = meetings.roll_of(kinds["joint"], area.path, DAY)
    return meetings.hold_meeting(
        kinds["joint"], day=DAY, area=area.pk, by=makes.scopes["secretary"], called=called,
        present=present(called), **said,
    )  # fmt: skip


@pytest.mark.django_db
def test_the_roll_is_who_holds_its_roles_and_without_quorum_nothing_is_decided(makes, kinds, people):
    kept = meet(kinds, makes, lambda called: [pk for pk, _name in called[:1]], minutes="人不齐")
    roll = {one["user"] for one in kept.detail["roll"]}
    assert roll == {people[name].pk for name in ("officer", "second_officer", "leader", "secretary")}
    assert kept.fields == {"people": 1, "decisions": 0}
    with pytest.raises(RecordInvalidError):
        meet(kinds, makes, lambda called: [called[0][0]], decisions=[meetings.Decision("修路")])
    with pytest.raises(RecordInvalidError):
        meet(kinds, makes, lambda called: [people["viewer"].pk])


@pytest.mark.django_db
def test_a_carried_decision_becomes_a_task_once_and_a_lost_one_never(makes, kinds, offices):
    decisions = [
        meetings.Decision("修路", votes_for=3, office=offices["safety"].pk, due=date(2023, 6, 30)),
        meetings.Decision("涨补贴", votes_for=2),
    ]
    topics = [{"matter": "道路"}]
    kept = meet(kinds, makes, lambda called: [pk for pk, _ in called], decisions=decisions, topics=topics)
    item = meetings.carry_out(kept, 0, by=makes.scopes["secretary"])
    assert (item.title, item.due, item.lead_office_id) == ("修路", date(2023, 6, 30), offices["safety"].pk)
    assert item.came_from.record == kept
    for number in (0, 1, 7):
        with pytest.raises(RecordStateError):
            meetings.carry_out(kept, number, by=makes.scopes["secretary"])
    with pytest.raises(RecordInvalidError):
        meet(kinds, makes, lambda called: [], topics=[{}])


# ── ballots ───────────────────────────────────────────────────────────────────────────────────────────


def rules(**said) -> BallotKind:
    return BallotKind(name="票决", roll="deputies", candidates="project", **said)


@pytest.mark.parametrize(
    ("said", "count", "chosen", "tied"),
    [
        ({"choose": 2}, (60, 58, 58, (("甲", 50), ("乙", 31), ("丙", 40))), ("甲", "丙"), ()),
        # one half of the whole roll is not more than one half
        ({"choose": 2}, (60, 58, 58, (("甲", 30), ("乙", 31))), ("乙",), ()),
        ({"of_all": False}, (60, 50, 50, (("甲", 26), ("乙", 25))), ("甲",), ()),
        ({"choose": 2}, (60, 58, 58, (("甲", 50), ("乙", 40), ("丙", 40))), ("甲",), ("乙", "丙")),
        (
            {"choose": 2, "ties": "both"},
            (60, 58, 58, (("甲", 50), ("乙", 40), ("丙", 40))),
            ("甲", "乙", "丙"),
            (),
        ),
        ({"pass_at": "2/3"}, (60, 58, 58, (("甲", 40), ("乙", 39))), ("甲",), ()),
    ],
)
def test_votes_are_counted_by_the_rules_of_the_pack(said, count, chosen, tied):
    roll, given_out, returned, votes = count
    outcome = ballots.decide(rules(**said), ballots.Count(roll, given_out, returned, 0, votes))
    assert (outcome.chosen, outcome.tied) == (chosen, tied)


def test_a_vote_without_quorum_or_with_too_many_papers_stands_for_nothing():
    votes = (("甲", 39),)
    assert ballots.decide(rules(), ballots.Count(60, 39, 39, 0, votes)).invalid_because
    assert ballots.decide(rules(), ballots.Count(60, 50, 51, 0, votes)).invalid_because
    assert not ballots.decide(rules(), ballots.Count(60, 40, 40, 0, votes)).invalid_because


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.integers(1, 8))
def test_nobody_is_chosen_over_somebody_with_more_votes(votes, choose):
    named = tuple((f"项目{number}", n) for number, n in enumerate(votes))
    outcome = ballots.decide(rules(choose=choose), ballots.Count(60, 60, 60, 0, named))
    counts = dict(named)
    out = [n for name, n in named if name not in outcome.chosen and name not in outcome.tied]
    assert len(outcome.chosen) <= choose
    assert all(counts[name] > 30 for name in (*outcome.chosen, *outcome.tied))
    assert not outcome.chosen or min(counts[name] for name in outcome.chosen) >= max(out, default=0)


@pytest.mark.django_db
def test_numbers_that_cannot_be_right_are_refused_and_a_winner_becomes_a_task_once(makes, kinds):
    by, area = makes.scopes["secretary"], makes.town.town.pk
    wrong = [
        ballots.Count(60, 61, 50, 0, (("甲", 40),)),
        ballots.Count(60, 58, 50, 51, (("甲", 0),)),
        ballots.Count(60, 58, 50, 5, (("甲", 46),)),
        ballots.Count(60, 58, 50, 0, (("甲", 40), ("甲", 5))),
        ballots.Count(60, 58, 50, 0, ()),
    ]
    for count in wrong:
        with pytest.raises(RecordInvalidError):
            ballots.keep_ballot(kinds["vote"], count, day=DAY, area=area, by=by)
    right = ballots.Count(60, 58, 58, 0, (("公园", 40), ("路", 20)))
    kept = ballots.keep_ballot(kinds["vote"], right, day=DAY, area=area, by=by, title="票决")
    assert ballots.make_plan(kept, "公园", by=by).title == "公园"
    for name in ("公园", "路"):
        with pytest.raises(RecordStateError):
            ballots.make_plan(kept, name, by=by)


# ── bookings ──────────────────────────────────────────────────────────────────────────────────────────


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


NOW = at(date(2023, 5, 4), 8)


def test_monday_to_friday_means_the_days_that_are_worked(kinds):
    days = {
        day: len(bookings.slots_of(kinds["hall"], day, WorkCalendar()))
        for day in (date(2023, 5, 5), date(2023, 5, 6), date(2023, 5, 7), date(2023, 5, 1))
    }
    # 6 May 2023, a Saturday, was worked for the Labour Day holiday
    assert list(days.values()) == [2, 2, 0, 0]
    opening = bookings.read_opening("周六、周日 09:00-10:00、14:00–15:30")
    assert (opening.weekdays, len(opening.hours), opening.working) == (frozenset({5, 6}), 2, False)


@pytest.mark.django_db
def test_a_time_is_booked_once_freed_by_cancelling_and_held_to_its_limits(makes, kinds):
    room, by = makes.one("room", "会议室"), makes.scopes["officer"]
    start, fields = at(date(2023, 5, 5), 9), {"matter": "开会"}

    def book(when, now=NOW):
        return bookings.book(kinds["hall"], room.pk, when, by=by, fields=fields, now=now)

    kept = book(start)
    with pytest.raises(RecordTakenError):
        book(start)
    assert [
        slot.free for slot in bookings.free_slots(kinds["hall"], room.pk, DAY + timedelta(days=1), now=NOW)
    ] == [0, 1]
    for wrong in (
        at(date(2023, 5, 5), 9, 30),
        at(date(2023, 5, 7), 9),
        at(date(2023, 5, 3), 9),
        at(date(2023, 8, 1), 9),
    ):
        with pytest.raises(RecordInvalidError):
            book(wrong)
    with pytest.raises(RecordStateError):
        bookings.cancel_booking(kept, reason="忘了", version=1, by=by, now=at(date(2023, 5, 5), 6))
    bookings.cancel_booking(kept, reason="改期", version=1, by=by, now=at(date(2023, 5, 5), 4))
    assert book(start).pk != kept.pk


@pytest.mark.django_db(transaction=True)
def test_two_who_book_the_same_hour_at_once_do_not_both_get_it(makes, kinds):
    room, by = makes.one("room", "会议室"), makes.scopes["officer"]

    def book(_number: int) -> bool:
        try:
            bookings.book(
                kinds["hall"], room.pk, at(date(2023, 5, 5), 9), by=by, fields={"matter": "会"}, now=NOW
            )
        except RecordTakenError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(book, range(3))) == [False, False, True]
    assert Record.objects.exclude(state=State.WITHDRAWN).count() == 1


# ── surveys ───────────────────────────────────────────────────────────────────────────────────────────


@given(st.sets(st.integers(1, 500), max_size=60), st.integers(0, 40), st.text(min_size=1, max_size=9))
def test_a_draw_is_the_same_for_the_same_seed_whatever_the_order(ids, count, seed):
    drawn = surveys.draw(ids, count, seed)
    assert drawn == surveys.draw(sorted(ids, reverse=True), count, seed)
    assert len(set(drawn)) == len(drawn) == min(count, len(ids))
    assert set(drawn) <= ids


@pytest.mark.django_db
def test_a_survey_draws_per_village_asks_each_once_and_tells_sums_only(makes, kinds):
    by = makes.scopes["secretary"]
    firms = [makes.one("firm", f"厂{n}", area=makes.town.grids[0 if n < 8 else 2]) for n in range(11)]
    kept = surveys.start_survey(kinds["peace"], day=DAY, area=makes.town.town.pk, seed="公证处", by=by)
    sample = set(kept.detail["sample"])
    assert len(sample & {one.pk for one in firms[:8]}) == 6  # the pack asks six of a village
    assert len(sample & {one.pk for one in firms[8:]}) == 3  # a village that has no six
    first = [one.pk for one in firms[:8] if one.pk in sample]
    for number, pk in enumerate(first[:4]):
        surveys.take_answers(kept, pk, {"knows": number > 0, "feels": "good", "words": "我家在三号"}, by=by)
    assert surveys.results(kept, kinds["peace"]) == [], "four answers would tell too much"
    surveys.take_answers(kept, first[4], {"knows": True, "feels": "bad"}, by=by)
    (knows, feels) = sorted(surveys.results(kept, kinds["peace"]), key=lambda one: one.code, reverse=True)
    assert (knows.counts, feels.counts) == ({"yes": 4, "no": 1}, {"good": 4, "bad": 1})
    assert surveys.villages_told(kept, kinds["peace"]) == [makes.town.villages[0].pk]
    for refused in (first[0], next(one.pk for one in firms if one.pk not in sample)):
        with pytest.raises(RecordStateError):
            surveys.take_answers(kept, refused, {"knows": True}, by=by)
    said = str([(one.changes, one.note) for one in entries_of("blocks.record", kept.pk)])
    kept.refresh_from_db()
    for word in ("我家在三号", "good", "feels", "knows"):
        assert word not in said
        assert word not in str(kept.detail) + str(kept.fields)
    assert not AnswerCount.objects.filter(question="words").exists()
    assert kept.fields["answers"] == 5


# ── ties ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_who_answers_is_known_for_every_day_also_after_a_handing_over(makes, kinds, people):
    firm, free = makes.one("firm", "甲厂"), makes.one("firm", "乙厂")
    by, sponsor = makes.scopes["leader"], kinds["sponsor"]
    first = ties.bind(sponsor, firm.pk, people["officer"].pk, since=DAY, by=by)
    with pytest.raises(RecordInvalidError):
        ties.bind(sponsor, firm.pk, people["officer"].pk, since=DAY, by=by)
    with pytest.raises(RecordInvalidError):
        ties.bind(sponsor, firm.pk, people["viewer"].pk, since=DAY, by=by)
    ties.hand_over(first, people["second_officer"].pk, on=date(2023, 7, 1), version=1, by=by, note="轮岗")

    def on(day):
        return {
            one.subject: [tie.holder for tie in one.ties] for one in ties.who_answers(sponsor, by, on=day)
        }

    assert on(date(2023, 6, 30)) == {firm: [people["officer"]], free: []}
    assert on(date(2023, 7, 1)) == {firm: [people["second_officer"]], free: []}
    assert on(date(2023, 5, 3)) == {firm: [], free: []}
    with pytest.raises(RecordStateError):
        ties.release(Record.objects.get(pk=first.pk), last_day=date(2023, 8, 1), version=2, by=by)


# ── learning and coverage ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_units_without_a_session_in_the_period_come_first(makes, kinds, offices):
    area, by = makes.town.town.pk, makes.scopes["secretary"]
    for day in (date(2023, 5, 9), date(2023, 4, 9)):
        fields = {"topic": "law", "people": 12}
        draft = RecordDraft(
            kind="blocks.class", day=day, area=area, office=offices["safety"].pk, fields=fields
        )
        keep_record(draft, by=by)
    period, units = learning.sessions_by_unit(kinds["class"], by, on=date(2023, 5, 20))
    assert period is not None
    assert period.key == "2023-05"
    assert units[-1].office == offices["safety"]
    assert [len(one.sessions) for one in units] == [*[0] * (len(units) - 1), 1]


@pytest.mark.django_db
def test_coverage_weighs_places_and_leaves_out_those_that_cannot_be_placed(makes, kinds):
    scope = makes.scopes["secretary"]
    makes.one("room", "会议室", place="120.010, 31.010")
    makes.one("firm", "近", place="120.012, 31.010", staff=30)  # some 190 metres off
    makes.one("firm", "远", place="120.030, 31.010", staff=10)  # some 1,900 metres off
    makes.one("firm", "不知在哪", staff=500)
    found = coverage.measure(kinds["near"], scope)
    assert found.limit == 15 * 80
    assert (found.covered, found.counted, found.unknown, found.share) == (30, 40, 1, 0.75)
    near = next(one for one in found.places if one.dossier.title == "近")
    assert near.metres == pytest.approx(190.6 * 1.3, rel=0.01)


def test_distances_on_the_globe_agree_with_known_ones():
    beijing, shanghai = (116.407, 39.904), (121.474, 31.230)
    assert coverage.metres_between(beijing, shanghai) == pytest.approx(1_067_000, rel=0.01)
    assert coverage.metres_between(beijing, beijing) == 0
