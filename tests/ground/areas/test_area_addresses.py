"""From words to areas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.areas.addresses import Gazetteer, find_area_in_text, fold_text
from zhenshu.ground.areas.tree import rename_area
from zhenshu.ground.ledger.record import SYSTEM


def first(text, **options):
    """Return the surest area and its words, (None, ()) when nothing is found."""
    found = find_area_in_text(text, **options)
    return (found[0].area_id, found[0].words) if found else (None, ())


class TestFold:
    @pytest.mark.parametrize(
        ("written", "folded"),
        [
            ("东浦村 三网格", "东浦村第3网格"),
            ("第十二网格", "第12网格"),
            ("二十网格", "第20网格"),
            ("０３网格", "第3网格"),
            ("3号网格02号微网格", "第3网格第2微网格"),
            ("第一网格微网格1", "第1网格第1微网格"),
            ("第3网格2号楼", "第3网格2号楼"),
            ("网格员", "网格员"),
            ("", ""),
        ],
    )
    def test_spellings_of_a_number_become_one(self, written, folded):
        assert fold_text(written) == folded

    @given(st.text(max_size=40))
    def test_folding_twice_changes_nothing_more_in_length(self, text):
        assert not any(letter.isspace() for letter in fold_text(text))

    @given(st.integers(1, 99))
    def test_every_chinese_number_below_a_hundred_is_read(self, number):
        tens, ones = divmod(number, 10)
        digits = "零一二三四五六七八九"
        written = ("" if tens < 2 else digits[tens]) + ("十" if tens else "") + (digits[ones] if ones else "")
        assert fold_text(f"第{written}网格") == f"第{number}网格"


class TestFind:
    @pytest.mark.parametrize(
        ("text", "level", "index"),
        [
            ("云川区澄江镇东浦村委会门口积水", "villages", 0),
            ("东浦那边夜间烧秸秆", "villages", 0),
            ("孝丰社区居民委员会", "villages", 1),
            ("东浦村第二网格垃圾未清运", "grids", 1),
            ("东浦2网格 垃圾未清运", "grids", 1),
            ("孝丰社区里的二网格", "grids", 3),
            ("孝丰一网格2号微网格路灯不亮", "micro_grids", 5),
        ],
    )
    def test_named_area_comes_first(self, town, text, level, index):
        assert first(text)[0] == getattr(town, level)[index].pk

    def test_longer_name_wins_over_the_one_inside_it(self, town):
        words = {"东浦大道": (town.villages[1].pk,)}
        assert first("东浦大道12号", landmarks=words) == (town.villages[1].pk, ("东浦大道",))

    def test_number_alone_is_unsure_between_villages(self, town):
        found = find_area_in_text("第一网格有人占道")
        assert {c.area_id for c in found} == {town.grids[0].pk, town.grids[2].pk}
        assert all(c.confidence < 0.5 for c in found)

    def test_village_named_beside_makes_the_number_sure(self, town):
        found = find_area_in_text("孝丰社区反映：第一网格有人占道")
        assert [c.area_id for c in found] == [town.grids[2].pk]
        assert set(found[0].words) == {"孝丰社区", "第1网格"}

    def test_town_named_beside_raises_confidence(self, town):
        alone, beside = find_area_in_text("东浦村")[0], find_area_in_text("澄江镇东浦村")[0]
        assert alone.confidence < beside.confidence < 1

    def test_road_through_one_village_means_the_village(self, town):
        words = {"滨江路": tuple(m.pk for m in town.micro_grids[:3])}
        assert first("滨江路井盖缺失", landmarks=words)[0] == town.villages[0].pk

    def test_road_through_both_villages_is_narrowed_by_the_one_named(self, town):
        words = {"人民路": (town.micro_grids[0].pk, town.micro_grids[4].pk)}
        assert first("孝丰社区人民路", landmarks=words)[0] == town.micro_grids[4].pk

    def test_two_villages_named_are_both_told(self, town):
        found = {c.area_id for c in find_area_in_text("东浦村与孝丰社区交界处")}
        assert found == {village.pk for village in town.villages}

    def test_landmark_of_an_area_that_is_gone_is_passed_over(self, town):
        assert find_area_in_text("老码头", landmarks={"老码头": (10**9,)}) == []

    @pytest.mark.parametrize("text", ["", " ", "😀", "没有地址的投诉", "网格", "\x00", "第网格"])
    def test_text_without_a_name_finds_nothing(self, town, text):
        assert find_area_in_text(text) == []

    def test_new_name_is_known_at_once(self, town):
        assert find_area_in_text("双浦社区") == []
        rename_area(town.villages[0], "双浦社区", by=SYSTEM)
        assert first("双浦社区")[0] == town.villages[0].pk

    @given(st.text(max_size=60))
    def test_any_text_at_all_is_survived_by_an_empty_dictionary(self, text):
        assert Gazetteer([]).find(text, {"码头": (1,)}) == []

    def test_confidence_lies_between_zero_and_one_and_falls(self, town):
        found = find_area_in_text("澄江镇东浦村第一网格，孝丰二网格，微网格1，东浦、孝丰")
        confidences = [c.confidence for c in found]
        assert confidences == sorted(confidences, reverse=True)
        assert all(0 < confidence < 1 for confidence in confidences)
