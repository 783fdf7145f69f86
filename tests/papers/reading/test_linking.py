"""Figures find their indicators; the unknown become proposals."""

from dataclasses import replace

import pytest

from zhenshu.papers.reading import read_report
from zhenshu.papers.reading.linking import (
    compile_catalogue,
    link,
    normal_name,
    propose_indicator,
    propose_plan_item,
)

CATALOGUE = [
    ("petitions.visits", "接待来访批次", "批", ["接待群众来访", "接待来访"], "petitions"),
    ("petitions.visitors", "接待来访人次", "人次", [], "petitions"),
    ("petitions.visits.leader", "领导接访批次", "批", ["领导接访约访"], "petitions"),
    ("safety.hazards", "排查隐患数", "处", ["发现隐患问题", "排查安全隐患"], "safety"),
    ("safety.hazards.fixed", "隐患整改数", "处", [], "safety"),
    ("economy.output", "规上工业总产值", "亿元", [], "economy"),
    ("economy.investment", "固定资产投资", "亿元", [], "economy"),
]


def read(text):
    return read_report("一、2024年工作回顾\n" + text).figures


LINKED = [
    ("接待群众来访153批。", "petitions.visits"),
    ("接待来访218人次。", "petitions.visitors"),
    ("领导接访102批。", "petitions.visits.leader"),
    ("排查隐患1274处。", "safety.hazards"),
    ("规模以上工业总产值86亿元。", "economy.output"),
    ("全社会固定资产投资完成90亿元。", "economy.investment"),
    ("固定资产投资增长8%。", "economy.investment"),
]


@pytest.mark.parametrize(("text", "code"), LINKED, ids=[row[0] for row in LINKED])
def test_figure_is_linked_by_name(text, code):
    found, confidence = link(read(text)[0], CATALOGUE)
    assert found == code
    assert 0.6 <= confidence <= 1


@pytest.mark.parametrize("text", ["栽植苗木1.6万株。", "改造老旧小区8个。"])
def test_unknown_figure_is_not_linked(text):
    code, confidence = link(read(text)[0], CATALOGUE)
    assert code is None
    assert confidence < 0.6


OTHERS = [
    "农业总产值12亿元。",
    "规上工业利润总额3亿元。",
    "第三产业增加值10亿元。",
    "万元工业产值能耗下降3%。",
    "固定资产投资占比46%。",
]


@pytest.mark.parametrize("text", OTHERS)
def test_name_that_says_another_thing_is_not_linked(text):
    assert link(read(text)[0], CATALOGUE)[0] is None


def test_likeliest_of_equals_does_not_depend_on_their_order():
    figure = read("引进亿元以上重大项目4个。")[0]
    entries = [
        (f"investment.{place}", f"引进{kind}项目数", "个", [], "investment")
        for place, kind in enumerate(["亿元", "重大", "产业", "外资"])
    ]
    assert len({link(figure, [*entries[turn:], *entries[:turn]])[0] for turn in range(4)}) == 1


def test_unit_of_another_kind_speaks_against_a_link():
    figure = read("排查隐患1274处。")[0]
    _, sure = link(figure, CATALOGUE)
    code, unsure = link(replace(figure, unit="万元"), CATALOGUE)
    assert code is None
    assert unsure < sure


FRAMED = [
    ("talent.flats", "改造人才公寓", "间", [], "talent"),
    ("agriculture.sown", "种植面积", "亩", [], "agriculture"),
    ("enterprises.up", "升规企业", "家", [], "enterprises"),
    ("talent.works", "人才公寓面积", "平方米", [], "talent"),
]


@pytest.mark.parametrize(
    ("name", "unit", "code"),
    [
        ("改造东部工业园区人才公寓", "间", "talent.flats"),
        ("新增本地小葱种植面积", "亩", "agriculture.sown"),
        ("升规企业户数", "户", "enterprises.up"),
        ("人才公寓东侧广场绿化", "平方米", None),
    ],
)
def test_a_modifier_before_or_inside_a_name_does_not_hide_it(name, unit, code):
    figure = replace(read("排查隐患1274处。")[0], name=name, unit=unit, of=None, kind="actual")
    assert link(figure, FRAMED)[0] == code


def test_compiled_catalogue_gives_the_same_answer():
    figure = read("领导接访102批。")[0]
    assert link(figure, compile_catalogue(CATALOGUE)) == link(figure, CATALOGUE)


def test_empty_catalogue_links_nothing():
    assert link(read("排查隐患3处。")[0], []) == (None, 0.0)


def test_wordings_of_one_name_are_equal():
    assert normal_name("规模以上工业总产值") == normal_name("规上工业总产值")
    assert normal_name("净增高企数") == normal_name("净增高新技术企业")


def test_proposed_indicator_stands_under_the_line_of_the_figure():
    proposal = propose_indicator(read("改造老旧小区8个。")[0])
    assert proposal.code.startswith("urban.")
    assert proposal.code.isascii()
    assert (proposal.name, proposal.unit, proposal.line) == ("改造老旧小区", "个", "urban")


def test_proposed_plan_item_names_office_words():
    report = read_report("二、2025年工作安排\n" + "我们要坚定信心。" * 20 + "\n年底前建成12座垃圾分类驿站。")
    item = propose_plan_item(report.commitments[0])
    assert item.due == "2025-12-31"
    assert item.office_words
    assert "12座" in item.quote


def test_of_names_alike_the_one_written_the_same_wins():
    alike = [
        ("safety.fixed_share", "整改率", "%", [], "safety"),
        ("governance.fixed_share", "问题整改率", "%", ["整改完成率"], "governance"),
    ]
    figure = replace(read("反馈问题的整改完成率98%。")[0], name="整改完成率", line="services")
    for catalogue in (alike, alike[::-1]):
        assert (
            link(replace(figure, name="整改完成率", line="services"), catalogue)[0]
            == "governance.fixed_share"
        )
