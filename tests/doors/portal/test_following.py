"""Number and code open one matter; everything else opens nothing and says the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.doors.portal.conftest import ERRAND, MESSAGE, SNAPSHOT, Citizen

from zhenshu.ground.people.models import Post, Role, User
from zhenshu.ground.people.scope import scope_of
from zhenshu.registers.cases.errors import CaseNotFoundError
from zhenshu.registers.cases.loop import Given, lawful_steps, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import may_see, visible_cases
from zhenshu.registers.portal.codes import scope_of_holder
from zhenshu.registers.portal.limits import POLICY

pytestmark = pytest.mark.django_db


def body_of(answer) -> str:
    """Return what a page says, without the token that differs each time and what was typed."""
    lines = answer.content.decode().splitlines()
    return "\n".join(
        line for line in lines if "csrfmiddlewaretoken" not in line and 'name="number"' not in line
    )


def test_number_and_code_open_the_matter_however_they_are_typed(citizen):
    case, code = citizen.report()
    answer = Citizen(citizen.town).open(f" {case.number} ", code.lower().replace("-", " - "))
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/matter/{case.number}/")


def test_a_wrong_code_a_foreign_code_and_an_unknown_number_say_the_same(citizen):
    case, code = citizen.report()
    other, others_code = citizen.report(text="另一件事")
    stranger = Citizen(citizen.town)
    said = []
    for number, tried in (
        (case.number, "AAAAA-AAAAA"), (case.number, others_code), ("hotline-2020-000001", code),
        ("hotline-2020-000001", "AAAAA-AAAAA"), (other.number, code),
    ):  # fmt: skip
        answer = stranger.open(number, tried)
        assert answer.status_code == 422
        assert not answer.cookies.get("zs_matter")
        said.append(body_of(answer).replace(tried, ""))
    assert len(set(said)) == 1


def test_codes_cannot_be_tried_through(citizen):
    case, code = citizen.report()
    thief = Citizen(citizen.town, address="203.0.113.66")
    for number in range(POLICY.hourly["wrong_code"]):
        thief.open(case.number, f"AAAAA-AAA{number:02d}")
    assert thief.open(case.number, code).status_code == 422
    assert citizen.open(case.number, code).status_code == 302


def test_an_opened_matter_opens_no_other(citizen):
    mine, code = citizen.report()
    other, _code = citizen.report(text="别人的事")
    citizen.open(mine.number, code)
    assert citizen.client.get(f"/portal/matter/{mine.number}/").status_code == 200
    for number in (other.number, "hotline-2020-000001"):
        answer = citizen.client.get(f"/portal/matter/{number}/")
        assert (answer.status_code, answer["Location"]) == (302, f"/portal/follow/?number={number}")
    assert citizen.act(other.number, act="withdraw").status_code == 302
    assert Case.objects.get(pk=other.pk).is_open


@pytest.mark.parametrize("cookie", ["x", "hotline-2020-000001:abc", ""])
def test_a_proof_made_by_hand_opens_nothing(citizen, cookie):
    case, _code = citizen.report()
    client = Client()
    client.cookies["zs_matter"] = cookie
    assert client.get(f"/portal/matter/{case.number}/").status_code == 302


def test_leaving_closes_the_matter_on_this_phone(citizen):
    case, code = citizen.report()
    citizen.open(case.number, code)
    citizen.client.post("/portal/leave/")
    assert citizen.client.get(f"/portal/matter/{case.number}/").status_code == 302


def test_the_answer_is_told_once_it_was_verified_and_no_person_ever(citizen, bring, matters):
    case, code = citizen.report()
    citizen.open(case.number, code)
    address = f"/portal/matter/{case.number}/"
    bring(case, "answered", "已安排路灯所更换")
    early = citizen.client.get(address).content.decode()
    assert "已安排路灯所更换" not in early
    case.refresh_from_db()
    matters.step(case, "verify", "dispatcher", Given(opinion="内部：现场属实"))
    late = citizen.client.get(address).content.decode()
    assert "已安排路灯所更换" in late
    assert "综合执法队" in late
    for hidden in ("内部", "19900001234", "许满", "韩立行", "许澄"):
        assert hidden not in late


def test_the_citizens_word_is_the_call_back(citizen, bring):
    case, code = citizen.report()
    bring(case, "verified")
    citizen.open(case.number, code)
    answer = citizen.act(case.number, act="judge", solved="no", satisfied="no", words="还是不亮")
    assert answer.status_code == 200
    case.refresh_from_db()
    assert (case.stage, case.solved, case.satisfied) == ("called_back", "no", "no")
    again = citizen.act(case.number, act="judge", solved="yes", satisfied="yes")
    assert again.status_code == 422
    case.refresh_from_db()
    assert case.solved == "no"


def test_where_the_pack_lets_nobody_judge_the_word_is_a_note(citizen, matters):
    case, code = citizen.report(ERRAND, text="办理证明")
    clerk = User.objects.create(username="clerk", name="窗口")
    Post.objects.create(
        user=clerk, role=Role.OFFICER, office=matters.offices["services"], area=matters.town.town
    )
    take_step(case.pk, "close", by=scope_of(clerk, on=timezone.localdate()))
    citizen.open(case.number, code)
    assert citizen.act(case.number, act="judge", solved="yes", satisfied="yes").status_code == 200
    case.refresh_from_db()
    assert (case.solved, case.stage) == ("", "closed")


@pytest.mark.parametrize(
    ("solved", "satisfied"), [("", "yes"), ("yes", ""), ("unreached", "yes"), ("x", "y")]
)
def test_a_judgement_says_both_and_nothing_odd(citizen, bring, solved, satisfied):
    case, code = citizen.report()
    bring(case, "verified")
    citizen.open(case.number, code)
    assert citizen.act(case.number, act="judge", solved=solved, satisfied=satisfied).status_code == 422
    case.refresh_from_db()
    assert case.stage == "verified"


def test_a_closed_matter_is_opened_again_within_the_window_only(citizen, bring):
    case, code = citizen.report()
    bring(case, "closed")
    citizen.open(case.number, code)
    assert citizen.act(case.number, act="reopen", reason="not_solved", words="").status_code == 422
    assert citizen.act(case.number, act="reopen", reason="not_solved", words="又不亮了").status_code == 200
    case.refresh_from_db()
    assert (case.is_open, case.reopened) == (True, 1)
    late, code = citizen.report(text="井盖松动")
    bring(late, "closed")
    Case.objects.filter(pk=late.pk).update(closed_at=timezone.now() - timedelta(days=60))
    citizen.open(late.number, code)
    assert "reopen" not in citizen.client.get(f"/portal/matter/{late.number}/").context["progress"].acts
    assert citizen.act(late.number, act="reopen", reason="not_solved", words="又松了").status_code == 422


def test_a_report_is_taken_back_before_it_is_handled(citizen, bring):
    case, code = citizen.report()
    citizen.open(case.number, code)
    assert citizen.act(case.number, act="withdraw").status_code == 200
    case.refresh_from_db()
    assert (case.is_open, case.outcome) == (False, "withdrawn")


STAGES = ("accepted", "dispatched", "handling", "answered", "verified", "called_back", "closed")
CITIZENS = {"withdraw", "urge", "reopen", "call_back", "comment"}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", [SNAPSHOT, MESSAGE])
def test_the_holder_of_a_code_takes_the_citizens_steps_and_no_others(citizen, bring, kind, stage):
    case, _code = citizen.report(kind)
    if stage != "accepted":
        bring(case, stage)
    case = Case.objects.prefetch_related("assignments").get(pk=case.pk)
    offered = {step.action for step in lawful_steps(case, by=scope_of_holder(case.pk))}
    assert offered <= CITIZENS
    assert ("call_back" in offered) == (stage == "verified")
    with pytest.raises(CaseNotFoundError):
        take_step(case.pk, "comment", by=scope_of_holder(case.pk + 1), given=Given(opinion="x"))


@pytest.mark.parametrize("action", ["close", "verify", "dispatch", "comment", "correct", "call_back", ""])
def test_acts_that_are_not_the_citizens_are_refused(citizen, bring, action):
    case, code = citizen.report()
    bring(case, "verified")
    citizen.open(case.number, code)
    assert citizen.act(case.number, act=action, words="x").status_code == 422
    case.refresh_from_db()
    assert case.stage == "verified"


def test_the_holder_sees_one_matter_by_the_one_rule(citizen):
    case, _code = citizen.report()
    other, _code = citizen.report(text="另一件事")
    holder = scope_of_holder(case.pk)
    assert list(visible_cases(holder)) == [case]
    assert may_see(case, holder)
    assert not may_see(other, holder)
