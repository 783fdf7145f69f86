"""Ladders: what each rung still asks, what is near its limit, and going in and out with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, LadderKind
from zhenshu.registers.dossiers.errors import DossierNotAllowedError
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.engines import ladders
from zhenshu.registers.engines.climbing import Ladder, Watch
from zhenshu.registers.engines.errors import EngineInvalidError, EngineStateError
from zhenshu.registers.engines.ladders import enter, leave
from zhenshu.registers.engines.models import LadderPlace, Standing

DAY = date(2024, 5, 6)


@pytest.fixture
def rise(kind_of):
    return kind_of("rise")


@pytest.fixture
def officer(scopes):
    return scopes["officer"]


@pytest.fixture
def ladder(rise):
    return Ladder(rise, library().dossier_kind("engines.home"))


# ── the rule ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("record", "present", "following", "lacking", "watch"),
    [
        ({}, None, "first", ["workers"], None),
        ({"workers": 10}, None, "first", [], Watch.READY),
        ({"workers": 9}, None, "first", ["workers"], Watch.RISING),
        ({"workers": 8}, None, "first", ["workers"], None),
        ({"rung": "none", "workers": 12}, None, "first", [], Watch.READY),
        ({"rung": "first", "workers": 45, "finance.revenue": 950}, "first", "second", ["revenue", "workers"],
         Watch.RISING),
        ({"rung": "first", "workers": 60, "finance.revenue": 700}, "first", "second", ["revenue"], None),
        ({"rung": "first", "workers": 10}, "first", "second", ["revenue", "workers"], Watch.FALLING),
        ({"rung": "first", "workers": 9}, "first", "second", ["revenue", "workers"], Watch.BELOW),
        ({"rung": "second", "workers": 80, "finance.revenue": 5000}, "second", None, [], None),
        ({"rung": "second", "workers": 80}, "second", None, [], Watch.BELOW),
    ],
)  # fmt: skip
def test_where_a_dossier_stands(ladder, record, present, following, lacking, watch):
    found = ladder.climb(record)
    assert (found.present.code if found.present else None) == present
    assert (found.next.code if found.next else None) == following
    assert sorted(one.criterion.code for one in found.lacking) == lacking
    assert found.watch == watch


def test_without_a_share_in_the_pack_nothing_is_near(rise):
    bare = rise.model_copy(update={"near": None})
    assert Ladder(bare, library().dossier_kind("engines.home")).climb({"workers": 9.9}).watch is None


@given(st.floats(0, 30, allow_nan=False))
def test_near_means_within_the_share_of_the_limit(value):
    criteria = {"w": {"name": "w", "when": {"workers": {"gte": 10}}}}
    steps = {"first": {"name": "一级", "criteria": criteria}}
    said = {"code": "x", "pack": "engines", "name": "x", "of": "home", "field": "rung", "near": 0.1}
    kind = LadderKind.model_validate({**said, "steps": steps})
    (checked,) = Ladder(kind, _home()).climb({"workers": value}).of_next
    assert checked.fulfilled == (value >= 10)
    assert checked.near == (9 <= value < 11)


def _home():
    names = {"name": "text", "workers": "decimal", "rung": "text"}
    fields = {code: {"name": code, "type": sort} for code, sort in names.items()}
    said = {"code": "home", "pack": "engines", "name": "户", "title": "name", "fields": fields}
    return DossierKind.model_validate(said)


# ── the register ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
class TestPlaces:
    def test_the_latest_reading_speaks(self, make, rise, officer):
        home = make("陆家", rung="first", workers=60)
        kind = library().dossier_kind("engines.home")
        for year, revenue in (("2022", 1200), ("2023", 940)):
            add_reading(
                home, kind, "finance", period=year, values={"revenue": revenue}, signer="钱会计", by=officer
            )
        ((_home, climb),) = ladders.climbs(rise, ladders.climbers(rise, officer))
        (lacks,) = climb.lacking
        assert (lacks.criterion.code, lacks.value, climb.watch) == ("revenue", 940, Watch.RISING)

    def test_a_title_ends_the_reserve_and_moves_the_dossier_up(self, make, rise, officer):
        home = make("陆家", workers=12)
        reserve = enter(home, rise, "first", Standing.RESERVE, since=DAY, reason="列入培育库", by=officer)
        title = enter(
            home, rise, "first", Standing.TITLE, since=date(2024, 9, 1), reason="文号〔2024〕1号", by=officer
        )
        reserve.refresh_from_db()
        assert reserve.ended_on == date(2024, 9, 1)
        assert title.valid_until == date(2027, 9, 1)
        assert Dossier.objects.get(pk=home.pk).fields["rung"] == "first"

    def test_a_lost_title_moves_it_down_to_the_one_below(self, make, rise, officer):
        home = make("陆家")
        first = enter(home, rise, "first", Standing.TITLE, since=DAY, reason="认定", by=officer)
        second = enter(home, rise, "second", Standing.TITLE, since=DAY, reason="认定", by=officer)
        leave(second.pk, on=date(2025, 1, 1), reason="复核未通过", by=officer)
        assert Dossier.objects.get(pk=home.pk).fields["rung"] == "first"
        leave(first.pk, on=date(2025, 1, 1), reason="到期", by=officer)
        assert Dossier.objects.get(pk=home.pk).fields["rung"] == "none"
        actions = Entry.objects.filter(subject_kind="engines.ladderplace").order_by("seq")
        entered, left = "ladder.entered", "ladder.left"
        told = [(entered, "认定"), (entered, "认定"), (left, "复核未通过"), (left, "到期")]
        assert list(actions.values_list("action", "note")) == told

    def test_in_and_out_have_a_reason_and_happen_once(self, make, rise, officer):
        home = make("陆家")
        with pytest.raises(EngineInvalidError):
            enter(home, rise, "first", Standing.RESERVE, since=DAY, reason=" ", by=officer)
        place = enter(home, rise, "first", Standing.RESERVE, since=DAY, reason="列入", by=officer)
        with pytest.raises(EngineStateError):
            enter(home, rise, "first", Standing.RESERVE, since=DAY, reason="列入", by=officer)
        with pytest.raises(EngineInvalidError):
            leave(place.pk, on=DAY, reason="", by=officer)
        with pytest.raises(EngineInvalidError):
            leave(place.pk, on=date(2024, 5, 5), reason="迁出", by=officer)
        leave(place.pk, on=DAY, reason="迁出", by=officer)
        with pytest.raises(EngineStateError):
            leave(place.pk, on=DAY, reason="迁出", by=officer)
        assert LadderPlace.objects.count() == 1

    def test_who_may(self, make, rise, scopes):
        home = make("陆家")
        with pytest.raises(DossierNotAllowedError):
            enter(home, rise, "first", Standing.RESERVE, since=DAY, reason="列入", by=scopes["grid_worker"])
        enter(home, rise, "first", Standing.RESERVE, since=DAY, reason="列入", by=scopes["officer"])
        assert not ladders.places_of(rise, scopes["viewer"]).exists()
        assert not ladders.climbers(rise, scopes["viewer"]).exists()
