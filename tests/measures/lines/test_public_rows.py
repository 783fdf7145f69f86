"""Rows of the table that no single figure proves: a comparison, a procedure that must be complete."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.doors.desk.matters import Matters

from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.scope import scope_of
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.indicators.compare import compare
from zhenshu.measures.indicators.evaluate import evaluate_board
from zhenshu.measures.indicators.reported import report_value
from zhenshu.registers.cases.errors import StepIncompleteError
from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step
from zhenshu.registers.dossiers.acts import create_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def matters(town, people, offices) -> Matters:
    return Matters(town, people, offices)


def test_fraud_cases_are_compared_with_last_year(matters, town):
    for period, cases in (("2023-05", 8), ("2024-05", 6)):
        report_value(
            "grid.fraud_cases", town.town, period, cases, by=matters.scope("secretary"), signer="派出所"
        )
    may = parse_period("2024-05")
    board = evaluate_board(["grid.fraud_cases"], [town.town], [may])
    told = compare(board, "grid.fraud_cases", town.town.pk, may)
    assert (told.value, told.over_year.change, told.over_year.percent) == (6, -2, -25)


def test_a_conversion_is_not_verified_without_its_notice(matters, town, offices):
    """The roster is reckoned, the villagers vote, the notice is posted: each step carries its proof."""
    office = Office.objects.create(key="civil_affairs", name="民政办公室", area=town.town)
    user = User.objects.create(username="civil", name="民政")
    Post.objects.create(user=user, role=Role.OFFICER, office=office, area=town.town)
    civil = scope_of(user, on=timezone.localdate())
    kind = library().dossier_kind("urban.converting_village")
    village = create_dossier(
        kind, {"name": "东浦村", "path": "converted"}, area=town.villages[0], opened_on=timezone.localdate(),
        by=matters.scope("dispatcher"),
    )  # fmt: skip
    draft = Draft("urban.conversion", "东浦村撤村建居", town.villages[0].pk, subject=village.pk)
    case = open_case(draft, by=matters.scope("dispatcher"))
    matters.step(case, "dispatch", "dispatcher", Given(office=office.pk))
    take_step(case.pk, "accept", by=civil)
    with pytest.raises(StepIncompleteError) as refused:
        take_step(case.pk, "answer", by=civil, given=Given(opinion="表决通过"))
    assert {"people", "cost", "met_on", "voted_for"} <= set(refused.value.problems)
    voted = {"people": 320, "cost": 2600, "met_on": "2024-05-10", "voted_for": 280}
    take_step(case.pk, "answer", by=civil, given=Given(opinion="表决通过", fields=voted))
    with pytest.raises(StepIncompleteError) as refused:
        matters.step(case, "verify", "dispatcher", Given(opinion="公示"))
    assert {"posted_on", "posted_until", "objections"} <= set(refused.value.problems)
    posted = {"posted_on": "2024-05-12", "posted_until": "2024-05-20", "objections": 0}
    assert matters.step(case, "verify", "dispatcher", Given(fields=posted)).stage == "verified"
