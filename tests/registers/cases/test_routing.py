"""Suggestions: where a matter belongs and why; a person confirms, nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.opening import open_case
from zhenshu.registers.cases.routing import Matter, shelf, suggest
from zhenshu.registers.cases.suggestions.duplicates import likeness

PACK = Path(__file__).with_name("lane.yaml")
KIND = "lane.event"


@pytest.fixture(autouse=True)
def lane_pack(loop_pack) -> Iterator[None]:
    """The pack of these tests stands in the data folder; no model is trained yet."""
    place = settings.INSTALLATION.packs / "lane.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    shelf.cache_clear()
    yield
    place.unlink()
    forget_library()
    shelf.cache_clear()


def ask(text="", **known):
    return suggest(Matter(text=text, **{"kind": KIND, **known}))


# ── area ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_point_is_surer_than_an_address(town):
    found = ask(lon=120.005, lat=31.005, address="孝丰社区")
    assert (found.area.area, found.area.confidence > 0.9) == (town.micro_grids[0], True)


def test_an_address_is_surer_than_the_text(town):
    found = ask("东浦村有人说孝丰社区那边不好", address="孝丰社区12号")
    assert (found.area.area, found.area.words) == (town.villages[1], ("孝丰社区",))


def test_a_point_outside_leaves_the_address(town):
    assert ask(lon=100.0, lat=25.0, address="孝丰社区").area.area == town.villages[1]


def test_nothing_said_nothing_suggested(town):
    assert ask("嗯").area is None


def test_a_known_village_is_not_doubted(town):
    areas = ask("孝丰社区", area_id=town.villages[0].pk).areas
    assert [guess.area for guess in areas] == [town.villages[0]]


def test_under_the_whole_township_narrower_areas_come_first(town):
    areas = ask("孝丰社区门口", area_id=town.town.pk).areas
    assert [guess.area for guess in areas] == [town.villages[1], town.town]


# ── kind and category by the words of the packs ──────────────────────────────────────────────────────


def test_words_of_the_pack_name_the_kind(town):
    found = suggest(Matter(text="东浦路流动摊贩占道摆摊"))
    assert KIND in [guess.label for guess in found.kinds]


def test_words_of_the_pack_name_the_category_and_are_shown(town):
    best = ask("有流动摊贩占道").categories[0]
    assert (best.label, set(best.words)) == ("stall", {"占道", "流动摊贩"})
    assert 0 < best.confidence < 1


def test_a_retired_category_is_not_suggested(town):
    assert ask("旧类").categories == []


def test_a_category_that_is_known_stands(town):
    assert [guess.label for guess in ask("流动摊贩", category="lamp").categories] == ["lamp"]


def test_a_text_that_says_nothing_has_no_kind(town):
    assert suggest(Matter(text="嗯嗯")).kinds == ()


# ── office ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_directory_names_lead_and_assisting_offices_with_its_basis(town, offices):
    found = ask("流动摊贩占道")
    assert (found.office.office, found.office.basis) == (offices["enforcement"], "派单目录第一条")
    assert list(found.assisting) == [offices["safety"]]


def test_a_category_may_name_its_office(town, offices):
    assert ask("路灯不亮").office.office == offices["services"]


def test_a_line_whose_office_is_gone_gives_way_to_the_next(town, offices):
    assert ask("井盖坏了", channel="web").office.office == offices["command"]
    assert ask("井盖坏了").office is None


def test_a_closed_office_is_not_suggested(town, offices):
    offices["services"].closed_on = timezone.localdate()
    offices["services"].save()
    assert ask("路灯不亮").office is None


# ── duplicates ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def stored(loop):
    """A matter of yesterday in the first village."""

    def store(title="东浦路23号门口路灯不亮", **said):
        at = timezone.now() - timedelta(**said.pop("ago", {"days": 1}))
        said = {
            "area": loop.town.micro_grids[0].pk,
            "received_at": at,
            "reporter_phone": "13800001234",
            **said,
        }
        return open_case(Draft(KIND, title, **said), by=loop.scopes["dispatcher"])

    return store


def likes(loop, text="东浦路23号门口的路灯不亮了", **known):
    return ask(text, **{"area_id": loop.town.micro_grids[0].pk, **known}).duplicates


def test_the_same_words_in_the_same_place_are_a_likely_duplicate(loop, stored):
    case = stored()
    [found] = likes(loop, category="lamp")
    assert found.case == case
    assert {"text", "place"} <= set(found.reasons)
    assert 0.6 <= found.score <= 1


def test_another_matter_in_the_same_place_is_none(loop, stored):
    stored("楼道里堆满纸箱子")
    assert likes(loop) == []


def test_the_same_caller_with_like_words_is_certain(loop, stored):
    stored("路灯一直坏着没人修，东浦路")
    [found] = likes(loop, "东浦路路灯坏着", phone="13800001234")
    assert (found.score, found.reasons[0]) == (1.0, "same:reporter_phone")


def test_the_same_caller_with_other_words_is_not(loop, stored):
    stored("楼道里堆满纸箱子")
    assert likes(loop, phone="13800001234") == []


def test_equal_fields_of_the_kind_count_too(loop, stored):
    stored("餐馆油烟扰民", fields={"licence": "A1"}, reporter_phone="")
    [found] = likes(loop, "餐馆油烟大", fields={"licence": "A1"})
    assert found.reasons[0] == "same:licence"


def test_far_points_lower_what_near_points_raise(loop, stored):
    stored(lon=120.001, lat=31.001)
    near = likes(loop, lon=120.0012, lat=31.001)[0]
    far = likes(loop, lon=120.009, lat=31.009)
    assert near.metres == pytest.approx(19, abs=1)
    assert not far or far[0].score < near.score


@pytest.mark.parametrize(
    ("said", "shown"),
    [({"ago": {"days": 14}}, 1), ({"ago": {"days": 17}}, 0), ({"ago": {"minutes": 1}}, 1)],
    ids=["within", "too old", "just now"],
)
def test_only_the_days_of_the_rule_count(loop, stored, said, shown):
    stored(**said)
    assert len(likes(loop)) == shown


def test_for_a_matter_of_the_past_only_its_own_time_counts(loop, stored):
    stored()
    assert likes(loop, at=timezone.now() - timedelta(days=300)) == []


def test_another_village_is_not_looked_into(loop, stored):
    stored(area=loop.town.micro_grids[-1].pk)
    assert likes(loop) == []


def test_a_matter_is_not_its_own_duplicate(loop, stored):
    case = stored()
    assert suggest(Matter.of_case(case)).duplicates == []


def test_a_kind_without_a_rule_has_none(loop, stored):
    stored()
    assert likes(loop, kind="lane.notice") == []


def test_duplicates_are_found_in_few_questions(loop, stored, django_assert_max_num_queries):
    for n in range(8):
        stored(description=f"第{n}次反映")
    likes(loop)
    with django_assert_max_num_queries(6):
        assert len(likes(loop, category="lamp")) == 5


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_suggestion_stores_nothing(loop, stored):
    case = stored()
    before = (Case.objects.values().get(pk=case.pk), Entry.objects.count())
    suggest(Matter.of_case(case))
    assert before == (Case.objects.values().get(pk=case.pk), Entry.objects.count())


# ── likeness ─────────────────────────────────────────────────────────────────────────────────────────


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_both_ways(left, right):
    assert likeness(left, right) == likeness(right, left)
    assert 0 <= likeness(left, right) <= 1


@given(st.text(alphabet="东西南北灯路村水", min_size=1))
def test_a_text_is_like_itself(text):
    assert likeness(text, text) == 1


def test_a_slip_of_typing_is_like_what_was_meant():
    assert likeness("东浦路路灯不亮", "东埔路路灯不亮") > 0.6 > likeness("东浦路路灯不亮", "井盖破损请修理")


def test_every_kind_we_ship_can_be_asked(town, offices):
    for code in library().case_kinds:
        suggest(Matter(text="路灯不亮，请处理", kind=code, area_id=town.villages[0].pk))
