"""Planted contradictions are found and sound sentences left alone."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.papers.checking.cases import MISSED, PLANTED, SOUND

from zhenshu.papers.checking.check import check_report
from zhenshu.papers.reading.report import read_report as read


def kinds(text):
    return [finding.kind for finding in check_report(read(text))]


@pytest.mark.parametrize(("kind", "text"), PLANTED, ids=[text[:24] for _, text in PLANTED])
def test_planted_contradiction_is_found_alone(kind, text):
    assert kinds(text) == [kind]


@pytest.mark.parametrize("text", SOUND, ids=[text[:24] for text in SOUND])
def test_sound_sentence_is_left_alone(text):
    assert [finding.message for finding in check_report(read(text))] == []


def test_at_least_95_of_100_contradictions_are_found():
    found = sum(bool(kinds(text)) for text in [text for _, text in PLANTED] + MISSED)
    assert found >= 0.95 * (len(PLANTED) + len(MISSED))


def test_all_planted_in_one_report_are_found_in_order():
    """Contradictions and sound sentences by turns in one text; repeated names are told besides."""
    planted = [(kind, text) for kind, text in PLANTED if "\n" not in text and kind not in ("repeat", "rank")]
    sound = [text for text in SOUND if "\n" not in text]
    lines = [line for pair in zip([text for _, text in planted], sound, strict=False) for line in pair]
    found = [finding for finding in check_report(read("\n".join(lines))) if finding.kind != "repeat"]
    assert [finding.kind for finding in found] == [kind for kind, _ in planted[: len(sound)]]
    assert [finding.places[0].start for finding in found] == sorted(
        finding.places[0].start for finding in found
    )


def test_finding_quotes_both_places_and_shows_the_arithmetic():
    text = "财政总收入由2.66亿元增加到4.559亿元,增长比例达55%。"
    (finding,) = check_report(read(text))
    assert [place.quote for place in finding.places] == ["2.66亿元增加到4.559亿元", "55%"]
    assert all(text[place.start : place.end] == place.quote for place in finding.places)
    assert finding.computed == "增长71.4%"
    assert finding.arithmetic == "4.559亿元 ÷ 2.66亿元 − 1 = 71.39%"
    assert "71.4%" in finding.message


def test_places_are_those_of_the_text_as_found():
    text = "全 年 工 作\n财政总收入由２.６６亿元增加到4.\n559亿元,增长比例达55%。"
    (finding,) = check_report(read(text))
    assert finding.places[0].quote == "２.６６亿元增加到4.\n559亿元"


def test_other_parts_may_stand_beside_those_that_add_up():
    """102 + 51 make the 153 visits, 142 + 76 the 218 visitors; the joint consultations stand beside them."""
    text = "接待来访153批218人次，其中接访、约访102批142人次，下访51批76人次，会商会办52批68人次。"
    assert kinds(text) == []
    assert kinds(text.replace("102批", "112批")) == ["parts"]
    assert kinds(text.replace("76人次", "86人次")) == ["parts"]


AMOUNTS = st.integers(200, 99_999).map(lambda cents: cents / 100)


@given(AMOUNTS, AMOUNTS)
def test_growth_computed_from_the_levels_is_sound(old, new):
    rate = round((new / old - 1) * 100, 1)
    assume(abs(rate) >= 0.1 and rate < 900)
    way, verb = ("增长", "增加") if rate > 0 else ("下降", "减少")
    assert kinds(f"财政收入由{old}亿元{verb}到{new}亿元，{way}{abs(rate)}%。") == []


@given(AMOUNTS, st.floats(1.1, 5), st.sampled_from([-1, 1]), st.floats(4, 60))
def test_growth_off_by_more_than_rounding_is_found(old, times, side, error):
    new = round(old * times, 2)
    wrong = round(abs((new / old - 1) * 100 + side * error), 1)
    assume(abs(wrong - (new / old - 1) * 100) > 3)
    assert kinds(f"财政收入由{old:.2f}亿元增加到{new:.2f}亿元，增长{wrong}%。") == ["growth"]


@given(AMOUNTS, AMOUNTS)
def test_wrong_direction_is_found(old, new):
    assume(abs(new - old) > 0.02)
    verb = "下降" if new > old else "上升"
    assert kinds(f"用电量由{old:.2f}万吨{verb}到{new:.2f}万吨。") == ["direction"]


NAMES = ["初访", "重访", "联名访", "越级访", "网上访"]


@given(st.lists(st.integers(3, 400), min_size=2, max_size=5), st.sampled_from(["批", "人次", "件"]))
def test_parts_that_make_up_the_whole_are_sound(parts, unit):
    told = "，".join(f"{name}{part}{unit}" for name, part in zip(NAMES, parts, strict=False))
    assert kinds(f"共接待来访{sum(parts)}{unit}，其中{told}。") == []


@given(st.lists(st.integers(20, 400), min_size=2, max_size=5), st.integers(1, 15))
def test_parts_that_exceed_the_whole_are_found(parts, surplus):
    whole = sum(parts) - surplus
    told = "，".join(f"{name}{part}件" for name, part in zip(NAMES, parts, strict=False))
    assert kinds(f"共接待来访{whole}件，其中{told}。") == ["parts"]


@given(st.lists(st.integers(20, 400), min_size=2, max_size=6), st.sampled_from([-7, -1, 1, 9]))
def test_total_behind_its_parts(parts, error):
    told = "、".join(f"第{'一二三四五六'[place]}批发放{part}户" for place, part in enumerate(parts))
    assert kinds(f"{told}，合计{sum(parts)}户。") == []
    assert kinds(f"{told}，合计{sum(parts) + error}户。") == ["parts"]


@given(st.integers(50, 5000), st.integers(1, 100), st.floats(5, 40))
def test_share_of_its_whole(whole, percent, error):
    part = round(whole * percent / 100)
    assume(0 < part < whole)
    share = round(100 * part / whole, 1)
    assert kinds(f"办理建议{whole}件，其中主办{part}件，占比{share}%。") == []
    assert kinds(f"办理建议{whole}件，其中主办{part}件，占比{round(share + error, 1)}%。") == ["share"]


@given(st.integers(5, 400), st.integers(2, 90), st.integers(2, 9))
def test_average_of_a_total(households, each, factor):
    assert kinds(f"为{households}户家庭发放补贴{households * each}元，户均{each}元。") == []
    wrong = each * factor
    assume(factor < households)
    assert kinds(f"为{households}户家庭发放补贴{households * each}元，户均{wrong}元。") == ["average"]


@given(st.integers(1950, 2030), st.integers(-30, 30))
def test_anniversaries_of_the_republic(year, error):
    count = year - 1949 + error
    assume(count >= 5)
    assert kinds(f"{year}年是新中国成立{count}周年。") == ([] if error == 0 else ["anniversary"])


@given(st.integers(2, 40), st.integers(2, 40))
def test_rank_that_moved(old, new):
    assume(old != new)
    verb = "上升" if new < old else "下滑"
    wrong = "下滑" if new < old else "上升"
    assert kinds(f"综合考核由全区第{old}位{verb}到第{new}位。") == []
    assert kinds(f"综合考核由全区第{old}位{wrong}到第{new}位。") == ["rank"]


@given(st.text(alphabet="全镇完成投资由增加到其中占比，。0123456789.%亿元个户批第位年\n", max_size=120))
def test_any_text_is_survived(text):
    if text.strip():
        for finding in check_report(read(text)):
            assert finding.message.endswith("。")
            assert finding.places
