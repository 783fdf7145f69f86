"""Four-colour grading: the score of a version, its band, and the visits that follow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.registry import forget_library
from zhenshu.ground.packs.schema import ScaleKind
from zhenshu.registers.dossiers.errors import DossierNotAllowedError
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.engines import scales
from zhenshu.registers.engines.errors import EngineInvalidError, EngineStateError
from zhenshu.registers.engines.models import Grading
from zhenshu.registers.engines.scales import grade, score

DAY = date(2024, 5, 6)
HIGH, LOW = {"l": "10", "c": 7}, {"l": "0.2", "c": 7}
LEC = ScaleKind.model_validate(
    {
        "code": "lec", "pack": "x", "name": "x", "version": "1",
        "factors": {
            "l": {"name": "L", "values": {"10": "高", "0.2": "低"}},
            "c": {"name": "C", "min": 1, "max": 100},
        },
        "bands": {
            "low": {"name": "低", "from": 0, "colour": "blue"},
            "major": {"name": "重大", "from": 70, "colour": "red"},
        },
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("factors", "result", "band"),
    [
        ({"l": "10", "c": 7}, 70, "major"),  # a limit belongs to the band above it
        ({"l": "10", "c": "6.9"}, 69, "low"),
        ({"l": "0.2", "c": 100}, 20, "low"),
    ],
)
def test_a_score_and_its_band(factors, result, band):
    found = score(LEC, factors)
    assert (found.score, found.band.code) == (result, band)


@pytest.mark.parametrize(
    "factors",
    [{}, {"l": "10"}, {"l": "5", "c": 7}, {"l": "10", "c": 0}, {"l": "10", "c": 101}, {"l": "x", "c": 7},
     {"l": "10", "c": "NaN"}, {"l": "10", "c": 7, "e": 1}],
)  # fmt: skip
def test_a_value_the_scale_does_not_have_is_refused(factors):
    with pytest.raises(EngineInvalidError):
        score(LEC, factors)


@given(st.sampled_from(["10", "0.2"]), st.decimals(1, 100, places=1))
def test_every_score_is_the_product_and_reaches_its_band(likely, harm):
    found = score(LEC, {"l": likely, "c": harm})
    assert found.score == float(Decimal(likely) * harm)
    assert found.band.code == ("major" if found.score >= 70 else "low")


@pytest.fixture
def lec(kind_of):
    return kind_of("lec")


@pytest.fixture
def officer(scopes):
    return scopes["officer"]


@pytest.mark.django_db
class TestGrading:
    def test_the_version_is_kept_and_the_dossier_follows(self, make, lec, officer):
        home = make("陆家", colour="blue")
        made = grade(home, lec, HIGH, on=DAY, by=officer)
        assert (made.version, made.score, made.band, made.colour) == ("2024 版", 70, "major", "red")
        assert Dossier.objects.get(pk=home.pk).fields["colour"] == "red"
        assert scales.frequency_of(lec, made) == "30 日"

    def test_a_later_one_replaces_and_the_earlier_stays(self, make, lec, officer):
        home = make("陆家")
        grade(home, lec, HIGH, on=DAY, by=officer)
        grade(home, lec, LOW, on=date(2024, 6, 1), by=officer, note="整改后复评")
        assert list(Grading.objects.order_by("pk").values_list("band", "current")) == [
            ("major", False),
            ("low", True),
        ]
        assert Dossier.objects.get(pk=home.pk).fields["colour"] == "blue"
        line = Entry.objects.get(action="grading.changed")
        assert line.changes["score"] == [70, 1.4]
        with pytest.raises(EngineStateError):
            grade(home, lec, HIGH, on=DAY, by=officer)

    def test_a_new_version_of_the_scale_asks_for_grading_anew(
        self, make, lec, officer, engines_pack, kind_of
    ):
        done, never = make("陆家"), make("沈家")
        grade(done, lec, LOW, on=DAY, by=officer)
        anew = [dossier for dossier, one in scales.graded(lec, officer) if scales.wants_grading(lec, one)]
        assert anew == [never]
        text = engines_pack.read_text(encoding="utf-8")
        engines_pack.write_text(text.replace("version: 2024 版", "version: 2025 版"), encoding="utf-8")
        forget_library()
        newer = kind_of("lec")
        found = scales.graded(newer, officer)
        assert {dossier for dossier, one in found if scales.wants_grading(newer, one)} == {done, never}
        grade(done, newer, LOW, on=DAY, by=officer)
        assert sorted(Grading.objects.values_list("version", "current")) == [
            ("2024 版", False),
            ("2025 版", True),
        ]
        assert len(set(Grading.objects.values_list("pack_version_id", flat=True))) == 2

    def test_other_dossiers_and_other_people_are_refused(self, make, lec, scopes):
        with pytest.raises(EngineInvalidError):
            grade(make("岗位", "job"), lec, LOW, on=DAY, by=scopes["officer"])
        home = make("陆家")
        with pytest.raises(DossierNotAllowedError):
            grade(home, lec, LOW, on=DAY, by=scopes["leader"])
        grade(home, lec, LOW, on=DAY, by=scopes["officer"])
        assert not scales.gradings_of(lec, scopes["viewer"]).exists()
