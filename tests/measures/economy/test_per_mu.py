"""亩均论英雄: the arithmetic against sums done by hand, exemptions, and the way from draft to force."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.economy.conftest import steady

from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import PerMuKind
from zhenshu.measures.economy import assessing
from zhenshu.measures.economy.assessing import answer, assess, object_to, publish, put_in_force
from zhenshu.measures.economy.errors import (
    AssessmentInvalidError,
    AssessmentStateError,
    EconomyNotAllowedError,
    PanelNotFoundError,
)
from zhenshu.measures.economy.models import Assessment
from zhenshu.measures.economy.scoring import Term, grade_for, score
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.readings import add_reading

KIND = PerMuKind.model_validate(
    {
        "code": "mu", "pack": "x", "name": "x", "of": "firm",
        "measures": {
            "tax": {"name": "t", "sum": "tax", "per": "land"},
            "energy": {"name": "e", "sum": "tax", "per": "energy", "without": "full"},
            "emission": {"name": "m", "sum": "tax", "per": "emission"},
        },
        "classes": {"a": "A", "b": "B", "c": "C"},
        "years": {"2023": {
            "name": "x", "basis": "x", "weights": {"tax": 50, "energy": 30, "emission": 20},
            "bases": {"tax": 20, "energy": 3, "emission": 7},
            "caps": {"tax": 1.5, "energy": 1.2, "emission": 2},
            "cuts": {"a": 90, "b": 60},
        }},
    }
)  # fmt: skip
RULE = KIND.years["2023"]


def terms(**values):
    return {name: Term(Decimal(str(value))) for name, value in values.items()}


def points(**values):
    return {code: part.points for code, part in score(KIND, RULE, terms(**values)).parts.items()}


def test_points_are_value_over_base_times_weight_up_to_the_cap():
    # 100/10 ÷ 20 × 50 = 25; 100/50 ÷ 3 × 30 = 20; 100/30 ÷ 7 × 20 = 9.523…
    found = points(tax=100, land=10, energy=50, emission=30)
    assert found == {"tax": 25, "energy": 20, "emission": Decimal("9.52")}
    # 1000/10 ÷ 20 = 5, capped at 1.5 × 50; 1000/10 ÷ 3 = 33, capped at 1.2 × 30
    assert points(tax=1000, land=10, energy=10, emission=1e6) == {
        "tax": 75, "energy": 36, "emission": Decimal("0.00"),
    }  # fmt: skip


def test_nothing_to_divide_by_earns_what_the_pack_says():
    found = points(tax=100, land=10, energy=0, emission=0)
    assert (found["energy"], found["emission"]) == (36, 0)


def test_a_negative_value_earns_nothing_rather_than_taking_away():
    assert set(points(tax=-5, land=10, energy=10, emission=10).values()) == {Decimal("0.00")}


def test_what_is_missing_leaves_no_class():
    found = score(KIND, RULE, {**terms(tax=100, land=10, energy=1), "emission": Term(Decimal(9), 8, 12)})
    assert (found.score, found.grade, found.missing) == (None, "", (("emission", 8, 12),))


@given(st.decimals(0, 300, places=2))
def test_a_cut_belongs_to_the_class_above_it(reached):
    assert grade_for(KIND, RULE, reached) == ("a" if reached >= 90 else "b" if reached >= 60 else "c")


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=4))
def test_the_printed_parts_add_up_to_the_score_and_stay_below_their_caps(numbers):
    found = score(KIND, RULE, terms(**dict(zip(("tax", "land", "energy", "emission"), numbers, strict=True))))
    assert found.score == sum(part.points for part in found.parts.values())
    assert all(0 <= part.points <= part.cap * part.weight for part in found.parts.values())


def test_the_numbers_of_a_year_hold_until_a_later_year_is_declared(mu):
    assert mu.rule_for(2021) is None
    assert [mu.rule_for(year).code for year in (2022, 2023, 2024, 2030)] == ["2022", "2022", "2024", "2024"]


# ── from draft to force ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def firms(db, firm, scopes):
    """A gets 60 × 1.5 + 40 × 1.5, C 60 × 0.5 + 40 × 0.25."""
    made = {
        "甲": firm("甲", land=10, months=steady(2023, 2023, tax=50)),  # 600/10 = 60 per mu
        "丙": firm("丙", land=60, months=steady(2023, 2023, tax=50)),  # 10 per mu
        "缺": firm("缺", land=10, months={"2023-01": {"tax": 50}}),
        "小": firm("小", land=1, size="below"),
        "新": firm("新", land=1, opened=date(2022, 6, 1)),
        "后": firm("后", opened=date(2024, 1, 1)),
    }
    kind = library().dossier_kind("watch.firm")
    for name, energy in (("甲", 200), ("丙", 1200)):
        values = {"energy": energy}
        add_reading(
            made[name], kind, "yearly", period="2023", values=values, signer="统计员", by=scopes["officer"]
        )
    return made


@pytest.fixture
def drafted(firms, mu, town, scopes):
    return assess(mu, 2023, town.town, by=scopes["officer"])


def standings(row):
    return {one.dossier.title: one for one in row.standings.select_related("dossier")}


def test_everybody_is_classed_or_it_is_said_why_not(drafted):
    found = standings(drafted)
    assert {name: (one.score, one.grade) for name, one in found.items() if one.grade} == {
        "甲": (Decimal("150.00"), "a"), "丙": (Decimal("40.00"), "c"),
    }  # fmt: skip
    assert {name: one.exempt for name, one in found.items() if one.exempt} == {"小": "below", "新": "new"}
    assert found["缺"].missing == [["month.tax", 1, 12], ["yearly.energy", 0, 1]]
    assert "后" not in found  # it was not there in that year
    assert found["丙"].parts["tax"] == {
        "sum": "600", "per": "60", "value": "10", "base": "20", "weight": "60", "cap": "1.5", "points": "30",
    }  # fmt: skip


def listed(row, scopes, days_ago=20):
    return publish(row.pk, on=date.today() - timedelta(days=days_ago), by=scopes["officer"])


def test_a_list_holds_only_after_it_stood_in_public_unopposed(drafted, firms, scopes):
    row = publish(drafted.pk, on=date.today(), by=scopes["officer"])
    assert row.public_until > date.today()
    with pytest.raises(AssessmentInvalidError):
        put_in_force(row.pk, on=date.today(), by=scopes["officer"])
    assert Dossier.objects.get(pk=firms["甲"].pk).fields.get("class") is None


def test_in_force_the_classes_stand_in_the_dossiers(drafted, firms, scopes):
    put_in_force(listed(drafted, scopes).pk, on=date.today(), by=scopes["officer"])
    now = {name: Dossier.objects.get(pk=one.pk).fields.get("class") for name, one in firms.items()}
    assert now == {"甲": "a", "丙": "c", "缺": None, "小": None, "新": None, "后": None}
    assert [one.grade for one in assessing.classes_of(firms["丙"])] == ["c"]


def test_an_upheld_objection_works_the_subject_out_anew_from_the_records(drafted, firms, scopes):
    listed(drafted, scopes)
    said = object_to(
        standings(drafted)["丙"].pk, text="占地登记有误，实为 20 亩", on=date.today(), by=scopes["officer"]
    )
    with pytest.raises(AssessmentStateError):
        put_in_force(drafted.pk, on=date.today(), by=scopes["officer"])
    Dossier.objects.filter(pk=firms["丙"].pk).update(fields={**firms["丙"].fields, "land": 20})
    answer(said.pk, upheld=True, answer="核实为 20 亩，档案已更正", by=scopes["officer"])
    again = standings(drafted)["丙"]
    assert (again.score, again.grade) == (Decimal("100.00"), "a")  # 30 per mu: 1.5 × 60; 0.25 × 40
    put_in_force(drafted.pk, on=date.today(), by=scopes["officer"])
    assert Dossier.objects.get(pk=firms["丙"].pk).fields["class"] == "a"


def test_a_refused_objection_changes_nothing(drafted, firms, scopes):
    listed(drafted, scopes)
    standing = standings(drafted)["丙"]
    said = object_to(standing.pk, text="不服", on=date.today(), by=scopes["officer"])
    with pytest.raises(AssessmentStateError):
        object_to(standing.pk, text="再说一次", on=date.today(), by=scopes["officer"])
    Dossier.objects.filter(pk=firms["丙"].pk).update(fields={**firms["丙"].fields, "land": 20})
    answer(said.pk, upheld=False, answer="登记无误", by=scopes["officer"])
    assert standings(drafted)["丙"].grade == "c"


def test_a_listed_year_is_not_worked_out_again(drafted, mu, town, scopes):
    listed(drafted, scopes)
    with pytest.raises(AssessmentStateError):
        assess(mu, 2023, town.town, by=scopes["officer"])


def test_a_draft_worked_out_anew_follows_the_records(drafted, firms, mu, town, scopes):
    Dossier.objects.filter(pk=firms["丙"].pk).update(fields={**firms["丙"].fields, "size": "below"})
    again = assess(mu, 2023, town.town, by=scopes["officer"])
    assert (again.pk, Assessment.objects.count()) == (drafted.pk, 1)
    found = standings(again)["丙"]
    assert (found.grade, found.exempt, found.parts) == ("", "below", {})


def test_a_year_that_is_not_over_or_has_no_numbers_is_refused(firms, mu, town, scopes):
    for year in (date.today().year, 2021):
        with pytest.raises(AssessmentInvalidError):
            assess(mu, year, town.town, by=scopes["officer"])


def test_who_does_not_keep_figures_assesses_nothing(drafted, mu, town, scopes):
    for key in ("grid_worker", "second_officer", "leader", "viewer", "dispatcher"):
        with pytest.raises(EconomyNotAllowedError):
            assess(mu, 2022, town.town, by=scopes[key])
        with pytest.raises(EconomyNotAllowedError):
            publish(drafted.pk, on=date.today(), by=scopes[key])
    with pytest.raises(PanelNotFoundError):  # not for these eyes
        assessing.find_standing(standings(drafted)["甲"].pk, scopes["viewer"])
