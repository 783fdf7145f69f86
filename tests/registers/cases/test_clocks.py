"""Deadlines against a calendar worked out by hand.

May 2023: Monday 15 to Friday 19 are worked, 20 and 21 are the weekend. June 2023: Thursday 22 to Saturday
24 are the Dragon Boat holiday and Sunday 25 is worked instead. The office closes at 17:30.
"""

from __future__ import annotations

import pytest
from django.utils import timezone

from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.registers.cases.errors import StepIncompleteError, StepNotAllowedError, StepNotLawfulError
from zhenshu.registers.cases.models import Case


def when(moment):
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


def dues(case):
    return {clock.key: when(clock.due_at) for clock in case.clocks.order_by("pk")}


def test_clocks_start_with_their_stages(loop):
    case = loop.open()
    assert dues(case) == {"dispatch": "05-15 11:00", "whole": "07-14 17:30"}
    loop.at(15, 10)
    case = loop.dispatch(case, assist=("safety",))
    assert dues(case) == {
        "dispatch": "05-15 11:00", "whole": "07-14 17:30", "sign": "05-15 15:30", "contact": "05-16 17:30",
        "handle": "05-22 17:30", "help": "05-17 17:30",
    }  # fmt: skip


def test_the_case_is_due_when_its_first_clock_is(loop):
    case = loop.until("dispatched")
    assert when(case.due_at) == "05-15 14:30"  # to sign for
    case = loop.take(case, "accept", by="officer")
    assert when(case.due_at) == "05-16 17:30"  # to contact the caller
    case = loop.take(case, "contact", by="officer", opinion="已联系")
    assert when(case.due_at) == "05-22 17:30"
    assert case.promise_due_at == case.due_at == case.queue_at
    assert when(case.near_at) == "05-19 17:30"


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ({}, "05-22 17:30"),
        ({"category": "light/dark"}, "05-22 17:30"),
        ({"category": "light/broken"}, "05-17 17:30"),
        ({"category": "road"}, "05-25 17:30"),
        ({"priority": "urgent"}, "05-15 14:30"),
        ({"priority": "urgent", "category": "road"}, "05-15 14:30"),
    ],
)
def test_the_limit_follows_priority_then_category_then_clock(loop, said, due):
    case = loop.dispatch(loop.open(**said))
    assert dues(case)["handle"] == due


def test_a_condition_decides_whether_a_clock_applies(loop):
    assert "many" not in dues(loop.open(fields={"people": 4}))
    assert dues(loop.open(fields={"people": 5}))["many"] == "05-18 09:00"


def test_a_last_day_on_a_holiday_moves_to_the_make_up_sunday(loop):
    loop.at(24, 9, month=4)  # sixty days later is Friday 23 June, in the holiday
    assert dues(loop.open())["whole"] == "06-25 17:30"


def test_working_days_count_the_make_up_sunday(loop):
    loop.at(20, 9, month=6)
    case = loop.dispatch(loop.open())
    assert dues(case)["handle"] == "06-28 17:30"  # 21, 25, 26, 27, 28 June


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "05-22 17:30"),
        ([((16, 9), (16, 16))], "05-22 17:30"),  # the office did not close in it
        ([((16, 9), (17, 9))], "05-23 17:30"),
        ([((16, 9), (18, 9))], "05-24 17:30"),
        ([((16, 9), (17, 9)), ((18, 9), (19, 9))], "05-24 17:30"),
        ([((19, 18), (22, 8))], "05-22 17:30"),  # over the weekend only
    ],
)
def test_pauses_move_the_end_by_the_closings_they_take(loop, clocks_of, pauses, due):
    case = loop.until("handling")
    for start, end in pauses:
        loop.at(*start)
        case = loop.take(case, "pause", by="officer", reason="weather", opinion="暴雨")
        assert case.due_at is None
        loop.at(*end)
        case = loop.take(case, "resume", by="officer")
    assert when(clocks_of(case)["handle"].due_at) == due


def test_a_clock_that_does_not_pause_runs_on(loop):
    case = loop.until("handling")
    case = loop.take(case, "supervise", by="leader", opinion="请尽快")
    case = loop.take(case, "pause", by="dispatcher", reason="weather", opinion="暴雨")
    assert when(case.due_at) == "05-22 17:30"  # the order, seven days


def test_parking_stands_still_until_it_is_taken_up_again(loop, clocks_of):
    case = loop.until("handling")
    loop.at(16, 9)
    case = loop.take(case, "park", by="leader", opinion="需上级资金")
    assert case.parked
    with pytest.raises(StepNotAllowedError):
        loop.take(case, "unpark", by="officer")
    loop.at(18, 9)
    case = loop.take(case, "unpark", by="leader")
    assert not case.parked
    assert when(clocks_of(case)["handle"].due_at) == "05-24 17:30"


def test_a_paused_matter_can_be_parked_and_both_stretches_count(loop, clocks_of):
    case = loop.until("handling")
    loop.at(16, 9)
    loop.take(case, "pause", by="officer", reason="weather", opinion="暴雨")
    loop.at(17, 9)
    case = loop.take(case, "park", by="leader", opinion="需上级资金")
    assert (case.paused, case.parked) == (False, True)
    loop.at(18, 9)
    case = loop.take(case, "unpark", by="leader")
    assert when(clocks_of(case)["handle"].due_at) == "05-24 17:30"
    assert not case.pauses.filter(ended_at=None).exists()


def test_an_extension_is_added_to_the_end_once(loop, clocks_of):
    case = loop.until("handling")
    case = loop.take(case, "ask_extension", by="officer", opinion="等材料", limit="3 工作日")
    assert case.extending
    with pytest.raises(StepNotLawfulError):
        loop.take(case, "ask_extension", by="officer", opinion="等材料")
    case = loop.take(case, "decide_extension", by="leader", granted=True)
    assert when(clocks_of(case)["handle"].due_at) == "05-25 17:30"
    with pytest.raises(StepNotLawfulError, match="once|一次"):
        loop.take(case, "ask_extension", by="officer", opinion="再等")


def test_a_refused_extension_moves_nothing_and_may_be_asked_again(loop, clocks_of):
    case = loop.until("handling")
    loop.take(case, "ask_extension", by="officer", opinion="等材料")
    case = loop.take(case, "decide_extension", by="dispatcher", granted=False, opinion="理由不足")
    assert when(clocks_of(case)["handle"].due_at) == "05-22 17:30"
    assert loop.take(case, "ask_extension", by="officer", opinion="等材料二").extending


@pytest.mark.parametrize("limit", ["6 工作日", "5 日", "许多天"])
def test_an_extension_beyond_what_the_pack_allows_is_refused(loop, limit):
    case = loop.until("handling")
    with pytest.raises(StepIncompleteError) as refusal:
        loop.take(case, "ask_extension", by="officer", opinion="等材料", limit=limit)
    assert set(refusal.value.problems) == {"limit"}


def test_a_pause_before_and_an_extension_after_both_count(loop, clocks_of):
    case = loop.until("handling")
    loop.at(16, 9)
    loop.take(case, "pause", by="officer", reason="weather", opinion="暴雨")
    loop.at(17, 9)
    loop.take(case, "resume", by="officer")
    loop.take(case, "ask_extension", by="officer", opinion="等材料", limit="2 工作日")
    case = loop.take(case, "decide_extension", by="leader", granted=True)
    assert when(clocks_of(case)["handle"].due_at) == "05-25 17:30"


def test_an_answer_in_time_and_one_too_late(loop):
    case = loop.until("handling")
    loop.at(22, 17, 29)
    assert loop.take(case, "answer", by="officer", opinion="已修复").in_time is True
    late = loop.until("handling")
    loop.at(30, 17, 31)
    late = loop.take(late, "answer", by="officer", opinion="已修复")
    assert late.in_time is False
    assert "handle" in late.missed


def test_a_returned_answer_runs_on_towards_the_old_end(loop, clocks_of):
    case = loop.until("answered")
    loop.at(18, 9)
    case = loop.take(case, "return", by="dispatcher", opinion="未修好", reason="incomplete")
    states = {key: clock.state for key, clock in clocks_of(case).items()}
    assert (states["handle"], states["verify"], states["sign"]) == ("running", "cancelled", "met")
    assert when(clocks_of(case)["handle"].due_at) == "05-22 17:30"
    assert (case.stage, case.in_time, case.answered_at) == ("handling", None, None)
    loop.at(23, 9)
    case = loop.take(case, "answer", by="officer", opinion="这次修好了")
    assert case.in_time is False
    assert clocks_of(case)["verify"].state == "running"


def test_a_return_after_the_call_back_starts_verification_anew(loop):
    case = loop.until("called_back")
    case = loop.take(case, "return", by="leader", opinion="群众不认可", reason="incomplete")
    case = loop.take(case, "answer", by="officer", opinion="已返工")
    assert case.verifier_id is None
    case = loop.take(case, "verify", by="dispatcher")
    keys = [clock.key for clock in case.clocks.filter(state="met").order_by("pk")]
    assert keys.count("verify") == 2


def test_a_matter_taken_back_keeps_the_clocks_of_the_case(loop, clocks_of):
    case = loop.until("dispatched", assist=("safety",))
    loop.at(16, 9)
    case = loop.take(case, "take_back", by="dispatcher", opinion="派错了")
    clocks = clocks_of(case)
    assert [clocks[key].state for key in ("handle", "sign", "help")] == ["running", "cancelled", "cancelled"]
    assert (clocks["dispatch"].state, when(clocks["dispatch"].due_at)) == ("running", "05-16 11:00")
    assert (case.stage, case.lead_office_id, case.handler_id) == ("accepted", None, None)
    case = loop.dispatch(case, lead="safety", assist=("enforcement",))
    assert case.clocks.filter(key="handle").count() == 1
    assert when(clocks_of(case)["sign"].due_at) == "05-16 14:30"


def test_reopening_starts_the_clocks_anew(loop, clocks_of):
    case = loop.until("closed")
    loop.at(20, 9)
    case = loop.take(case, "reopen", by="grid_worker", opinion="又不亮了", reason="again")
    clocks = clocks_of(case)
    assert (case.stage, case.is_open, case.in_time, case.reopened) == ("dispatched", True, None, 1)
    assert when(clocks["handle"].due_at) == "05-26 17:30"
    assert clocks["file"].state == "cancelled"
    assert clocks["dispatch"].state == "met"


@pytest.mark.parametrize(("day", "opened"), [(25, True), (26, False)])
def test_the_window_for_reopening(loop, day, opened):
    case = loop.until("closed")
    loop.at(day, 9)
    if opened:
        assert loop.take(case, "reopen", by="leader", opinion="又坏了", reason="again").is_open
        return
    with pytest.raises(StepNotLawfulError, match="2023-05-25"):
        loop.take(case, "reopen", by="leader", opinion="又坏了", reason="again")


def test_a_case_is_opened_again_once_only(loop):
    case = loop.until("closed")
    loop.take(case, "reopen", by="leader", opinion="又坏了", reason="again")
    loop.take(case, "accept", by="officer")
    loop.take(case, "answer", by="officer", opinion="修好")
    loop.take(case, "verify", by="dispatcher")
    loop.take(case, "call_back", by="secretary", solved="no", satisfied="no")
    case = loop.take(case, "close", by="secretary")
    assert case.outcome == "unresolved"
    with pytest.raises(StepNotLawfulError):
        loop.take(case, "reopen", by="leader", opinion="又坏了", reason="again")


def test_words_move_no_clock(loop):
    case = loop.until("handling")
    before = list(case.clocks.order_by("pk").values_list("started_at", "due_at", "near_at", "state"))
    loop.at(17)
    loop.take(case, "comment", by="leader", opinion="关注")
    loop.take(case, "urge", by="leader")
    loop.take(case, "correct", by="dispatcher", changes={"title": "路灯全不亮", "address": "东浦路 3 号"})
    assert list(case.clocks.order_by("pk").values_list("started_at", "due_at", "near_at", "state")) == before


def test_a_corrected_category_gives_the_right_limit_from_the_old_start(loop, clocks_of):
    case = loop.until("handling")
    loop.at(17)
    case = loop.take(case, "correct", by="dispatcher", changes={"category": "road"})
    assert when(clocks_of(case)["handle"].due_at) == "05-25 17:30"


def test_correcting_a_paused_case_counts_when_it_resumes(loop, clocks_of):
    case = loop.until("handling")
    loop.at(16)
    loop.take(case, "pause", by="officer", reason="weather", opinion="暴雨")
    loop.take(case, "correct", by="dispatcher", changes={"category": "road"})
    loop.at(17)
    case = loop.take(case, "resume", by="officer")
    assert when(clocks_of(case)["handle"].due_at) == "05-26 17:30"


@pytest.mark.parametrize(
    ("end", "states"),
    [
        ("merge", {"dispatch": "cancelled", "whole": "cancelled"}),
        ("withdraw", {"dispatch": "cancelled", "whole": "cancelled"}),
        ("reject", {"dispatch": "met", "whole": "met", "file": "running"}),
    ],
)
def test_early_ends_leave_no_clock_of_the_handling(loop, clocks_of, end, states):
    case, other = loop.open(), loop.open(title="另一盏")
    given = {"merge": {"into": other.number}, "reject": {"reason": "repeated"}, "withdraw": {}}[end]
    case = loop.take(case, end, by="grid_worker" if end == "withdraw" else "dispatcher", **given)
    found = {key: clock.state for key, clock in clocks_of(case).items()}
    assert {key: found[key] for key in states} == states
    assert not case.is_open


def test_a_clock_set_back_dates_no_step_before_the_last(loop):
    case = loop.until("handling")
    last = case.changed_at
    loop.at(14)
    case = loop.take(case, "pause", by="officer", reason="weather", opinion="暴雨")
    assert case.changed_at == last
    assert loop.take(case, "resume", by="officer").due_at is not None


def test_a_case_keeps_the_pack_it_was_opened_under(loop, clocks_of, settings):
    case = loop.until("accepted")
    from zhenshu.ground.packs.registry import forget_library, library

    place = settings.INSTALLATION.packs / "loop.yaml"
    text = place.read_text(encoding="utf-8").replace("limit: 5 工作日\n", "limit: 1 工作日\n")
    place.write_text(text.replace("effective: 2020-01-01", "effective: 2021-01-01"), encoding="utf-8")
    forget_library()
    assert str(library().case_kind("loop.full").clocks["handle"].limit) == "1 工作日"
    assert str(case_kind_of(case.pack_version_id, case.kind).clocks["handle"].limit) == "5 工作日"
    case = loop.dispatch(Case.objects.get(pk=case.pk))
    assert when(clocks_of(case)["handle"].due_at) == "05-22 17:30"
