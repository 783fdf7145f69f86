"""Who may take which step: every step × every person, on a case in village 0, led by 综合执法队."""

from __future__ import annotations

import pytest

from zhenshu.registers.cases.errors import CaseNotFoundError, StepNotAllowedError
from zhenshu.registers.cases.loop import STEPS, lawful_steps
from zhenshu.registers.cases.models import Case

# grid_worker reported the case; officer signed for it, colleague sits in the same office;
# second_officer sits in the assisting office; uninvolved in an office without a share.
EVERYBODY = (
    "dispatcher", "second_dispatcher", "grid_worker", "officer", "colleague", "second_officer", "leader",
    "secretary",
    "administrator", "viewer", "far_worker", "far_dispatcher", "far_leader", "uninvolved",
)  # fmt: skip
BLIND = {"viewer", "far_worker", "far_dispatcher", "far_leader", "uninvolved"}
DISPATCHERS = {"dispatcher", "second_dispatcher"}
LEAD = {"officer", "colleague"}
CLOSERS = {*DISPATCHERS, "secretary"}
SEEING = set(EVERYBODY) - BLIND

YES = {"solved": "yes", "satisfied": "yes"}
WHY = {"opinion": "情况说明"}
# step: (stage the case stands at, what must have happened, what is given, who may)
TABLE = {
    "dispatch": ("accepted", (), {"office": "enforcement"}, DISPATCHERS),
    "accept": ("dispatched", (), {}, LEAD),
    "answer": ("handling", (), WHY, LEAD),
    "verify": ("answered", (), {}, {*DISPATCHERS, "leader", "grid_worker"}),
    "call_back": ("verified", (), YES, CLOSERS),
    "close": ("called_back", (), {}, CLOSERS),
    "archive": ("closed", (), {}, CLOSERS),
    "contact": ("handling", (), WHY, {*DISPATCHERS, *LEAD}),
    "add_assist": ("handling", (), {"office": "petitions"}, {*DISPATCHERS, *LEAD}),
    "reply_assist": ("handling", (), WHY, {"second_officer"}),
    "object": ("dispatched", (), {**WHY, "reason": "not_ours"}, LEAD),
    "decide_objection": ("dispatched", ("object",), {**WHY, "granted": False}, DISPATCHERS),
    "ask_extension": ("handling", (), WHY, LEAD),
    "decide_extension": ("handling", ("ask_extension",), {"granted": False}, {*DISPATCHERS, "leader"}),
    "hand_over": ("handling", (), {"handler": "colleague"}, LEAD),
    "pause": ("handling", (), {**WHY, "reason": "weather"}, {*DISPATCHERS, *LEAD}),
    "resume": ("handling", ("pause",), {}, {*DISPATCHERS, *LEAD}),
    "park": ("handling", (), WHY, {*DISPATCHERS, "leader"}),
    "unpark": ("handling", ("park",), {}, {*DISPATCHERS, "leader"}),
    "return": ("answered", (), {**WHY, "reason": "incomplete"}, {*DISPATCHERS, "leader"}),
    "take_back": ("dispatched", (), WHY, DISPATCHERS),
    "reopen": ("closed", (), {**WHY, "reason": "again"}, {*DISPATCHERS, "leader", "grid_worker"}),
    "reject": ("accepted", (), {"reason": "repeated"}, DISPATCHERS),
    "withdraw": ("dispatched", (), {}, {"grid_worker"}),
    "merge": ("handling", (), {"into": "other"}, DISPATCHERS),
    "group": ("handling", (), {"into": "other"}, CLOSERS),
    "ungroup": ("handling", ("group",), {}, CLOSERS),
    "supervise": ("handling", (), WHY, {*CLOSERS, "leader"}),
    "reply_supervision": ("handling", ("supervise",), WHY, LEAD),
    "settle_supervision": ("handling", ("supervise",), {}, {*CLOSERS, "leader"}),
    "comment": ("handling", (), WHY, SEEING),
    "urge": ("handling", (), {}, {*CLOSERS, "leader", "grid_worker"}),
    "correct": ("handling", (), {"changes": {"title": "更正"}}, CLOSERS),
}
# By whom the step that must have happened is taken.
TAKEN_BY = {
    "object": "officer", "ask_extension": "officer", "pause": "officer", "park": "leader",
    "group": "secretary",
    "supervise": "leader",
}  # fmt: skip


def given(loop, people, raw):
    named = {"office": loop.offices, "handler": people}
    return {key: named[key][value] if key in named else value for key, value in raw.items()}


@pytest.fixture
def standing(loop, more_people):
    """Return the function that brings a case to where the step starts."""

    def prepare(action):
        stage, before, raw, _ = TABLE[action]
        other = loop.open(title="另一盏路灯")
        case = loop.until(stage, assist=("safety",))
        for earlier in before:
            words = {**TABLE[earlier][2], "into": other.number}
            wanted = {key: words[key] for key in TABLE[earlier][2]}
            loop.take(case, earlier, by=TAKEN_BY[earlier], **given(loop, more_people, wanted))
        if "into" in raw:
            raw = {**raw, "into": other.number}
        return Case.objects.get(pk=case.pk), given(loop, more_people, raw)

    return prepare


def test_the_table_names_every_step():
    assert set(TABLE) == set(STEPS)


@pytest.mark.parametrize("action", TABLE)
def test_exactly_these_people_are_offered_the_step(loop, standing, action):
    case, _ = standing(action)
    offered = {
        name
        for name in SEEING
        if action
        in {step.action for step in lawful_steps(Case.objects.get(pk=case.pk), by=loop.scopes[name])}
    }
    assert offered == TABLE[action][3]


@pytest.mark.parametrize("action", TABLE)
def test_nobody_else_can_take_it(loop, standing, action):
    case, words = standing(action)
    version = case.version
    for name in set(EVERYBODY) - TABLE[action][3]:
        unseen = BLIND if TABLE[action][0] != "accepted" else {*BLIND, *LEAD, "second_officer"}
        error = CaseNotFoundError if name in unseen else StepNotAllowedError
        with pytest.raises(error):
            loop.take(case, action, by=name, **words)
    assert Case.objects.get(pk=case.pk).version == version


@pytest.mark.parametrize("action", TABLE)
def test_those_who_may_take_it_can(loop, standing, action):
    case, words = standing(action)
    name = sorted(TABLE[action][3])[0]
    assert loop.take(case, action, by=name, **words).version == case.version + 1


def test_the_pack_changes_who_takes_a_step(loop):
    case = loop.until("handling", "loop.strict")
    case = loop.take(case, "answer", by="officer", opinion="整改", fields={"order": "7"}, attachments=1)
    with pytest.raises(StepNotAllowedError):
        loop.take(case, "verify", by="dispatcher", opinion="属实")
    assert loop.take(case, "verify", by="leader", opinion="属实").stage == "verified"


@pytest.mark.parametrize("helped", ["handler", "assistant"])
def test_who_handled_the_case_does_not_verify_it(loop, more_people, helped):
    """A small township: one person is officer and dispatcher at once."""
    user = more_people["officer" if helped == "handler" else "second_officer"]
    grant_dispatching(loop, user, name="both")
    case = loop.until("handling", assist=("safety",))
    loop.take(case, "reply_assist", by="second_officer", opinion="已配合")
    loop.take(case, "answer", by="officer", opinion="已修复")
    with pytest.raises(StepNotAllowedError):
        loop.take(case, "verify", by="both")
    loop.take(case, "verify", by="dispatcher")
    with pytest.raises(StepNotAllowedError):
        loop.take(case, "call_back", by="both", solved="yes", satisfied="yes")


def grant_dispatching(loop, user, name):
    from zhenshu.ground.people.models import Post, Role
    from zhenshu.ground.people.scope import scope_of

    Post.objects.create(user=user, role=Role.DISPATCHER, office=loop.offices["command"], area=loop.town.town)
    loop.scopes[name] = scope_of(user, on=loop.now.date())


def test_an_officer_with_a_post_over_the_whole_town_does_not_pause_what_another_office_leads(loop):
    case = loop.open(by="uninvolved")
    loop.dispatch(case)
    with pytest.raises(StepNotAllowedError):
        loop.take(case, "pause", by="uninvolved", reason="weather", opinion="雨")


@pytest.mark.parametrize(("name", "may"), [("grid_worker", True), ("viewer", False), ("administrator", True)])
def test_who_may_report(loop, name, may):
    if may:
        assert loop.open(by=name).pk
        return
    with pytest.raises(StepNotAllowedError):
        loop.open(by=name)
