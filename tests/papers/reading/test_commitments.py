"""Promises of the plan: what is one, where it stands, by when it is due."""

import pytest

from zhenshu.papers.reading import read_report

REVIEW = "一、2024年工作回顾\n" + "一年来，我们圆满完成各项任务，项目建设稳步推进。" * 12 + "\n"
PLAN = "二、2025年工作安排\n" + "聚焦高质量发展，我们要坚定信心、乘势而上。" * 6 + "\n"


def promises(text):
    return read_report(REVIEW + PLAN + text).commitments


PROMISES = [
    "启动镇卫生院综合楼建设",
    "完成老街片区雨污分流改造工程",
    "建立“一企一档”安全监管制度",
    "举办第五届荷花旅游节",
    "建成镇级综合文化服务中心",
    "新建农村公路12公里",
    "推进清源路东延工程建设",
    "力争粮食总产量稳定在1.9万吨",
]


@pytest.mark.parametrize("clause", PROMISES)
def test_checkable_act_is_a_promise(clause):
    found = promises(f"不断提升工作水平，{clause}，推动各项事业发展。")
    assert clause in [promise.quote for promise in found]


EXHORTATIONS = [
    "坚持以人民为中心的发展思想",
    "不断提高政治判断力",
    "营造浓厚氛围",
    "树牢“过紧日子”思想",
    "持续增强发展活力",
    "自觉接受社会各界监督",
    "坚决纠治形式主义",
    "让群众获得感更足",
]


@pytest.mark.parametrize("clause", EXHORTATIONS)
def test_exhortation_is_no_promise(clause):
    assert promises(f"不断开拓进取，{clause}，再创佳绩。") == []


def test_review_promises_nothing():
    text = "一、2024年工作回顾\n" + "建成镇级综合文化服务中心，新建农村公路12公里。" * 10
    assert read_report(text).commitments == []


def test_each_item_of_a_list_of_figures_is_a_promise():
    found = promises("建成2个田园乡村、3个美丽乡村、7个康居乡村。")
    assert [promise.quote for promise in found] == ["建成2个田园乡村", "3个美丽乡村", "7个康居乡村"]


def test_growth_joins_the_level_before_it():
    found = promises("规上工业总产值675亿元，增长10%。")
    assert [promise.quote for promise in found] == ["规上工业总产值675亿元，增长10%"]


def test_subjects_that_share_a_figure_are_promised_one_by_one():
    found = promises("地方财政收入、工业增加值、固定资产投资均增长10%以上。")
    assert len(found) == 3
    assert found[0].quote == "地方财政收入"


def test_income_in_step_with_growth_is_a_promise():
    found = promises("主要预期目标是：居民收入增长与经济增长基本同步。")
    assert [promise.quote for promise in found] == ["居民收入增长与经济增长基本同步"]


DUE = [
    ("新建农村公路12公里", "2025"),
    ("确保3月底前建成12个驿站", "2025-03-31"),
    ("上半年完成12个小区改造", "2025-06-30"),
    ("年底前建成12座公厕", "2025-12-31"),
    ("一季度开工12个项目", "2025-03-31"),
]


@pytest.mark.parametrize(("clause", "due"), DUE, ids=[row[0] for row in DUE])
def test_due(clause, due):
    assert promises(f"{clause}。")[0].due == due


def test_action_and_object():
    promise = promises("启动镇卫生院综合楼建设。")[0]
    assert (promise.action, promise.object, promise.line) == ("启动", "镇卫生院综合楼建设", "health")


def test_quote_stands_at_its_place():
    text = REVIEW + PLAN + "(一)聚焦产业。启动望舒湖提升工程，新建泵站3座。"
    report = read_report(text)
    assert report.commitments
    for promise in report.commitments:
        assert text[promise.start : promise.end] == promise.quote
