"""Numbers that state no quantity are left alone."""

import pytest

from zhenshu.papers.reading import read_report

NO_FIGURES = [
    "2024年1月16日，镇三届人大五次会议召开。",
    "1-9月份经济运行平稳。",
    "前三季度形势较好。",
    "深入落实“四个走在前”“四个新”重大任务。",
    "健全“1+3+N”工作机制。",
    "坚决做到“两个维护”，增强四个意识。",
    "围绕三大主导产业推进新型工业化。",
    "落实安全生产十五条措施和防控20条措施。",
    "严格执行24小时值班值守制度。",
    "打造“15分钟养老服务圈”。",
    "联系电话0515-86320011。",
    "12345热线和110联动。",
    "启动市级轨道S8号线和G526支线。",
    "推广3.0版平台和5G应用。",
    "党的二十大胜利召开，全面实施三年行动。",
    "第一批项目已经完成，第三道防线建成。",
    "人才服务中心二期投用，花苑三期在建。",
    "年产60万套的智能门锁生产线进入调试。",
    "推进80吨级散货船交付。",
    "不断开展零距离服务，建成零工市场。",
    "坚持安全第一、预防为主。",
    "千方百计解决困难，干事创业一条心。",
    "为60周岁及以上老年人提供服务。",
    "把就业摆在首位。",
    "1.推进项目建设。\n2.推进城乡融合。",
    "实现千亿级产业、百强镇目标。",
    "召开大会一次、二次会议。",
]


@pytest.mark.parametrize("text", NO_FIGURES)
def test_no_figure(text):
    found = read_report("一、2024年工作回顾\n" + text).figures
    assert [(figure.value, figure.unit) for figure in found] == []


THRESHOLDS = [
    ("引进超5亿元项目3个。", [(3, "个")]),
    ("签约亿元以上项目8个，其中10亿元以上项目2个。", [(8, "个"), (2, "个")]),
    ("集体收入50万元以上的村3个。", [(3, "个")]),
    ("注册资金千万元以上46家。", [(46, "家")]),
    ("培育年出栏50头以上养殖大户23户。", [(23, "户")]),
    ("14家应税销售超亿元。", [(14, "家")]),
    ("销售超1、3、5亿元企业7家、5家、2家。", [(7, "家"), (5, "家"), (2, "家")]),
]


@pytest.mark.parametrize(("text", "found"), THRESHOLDS, ids=[row[0] for row in THRESHOLDS])
def test_thresholds_inside_names_are_no_figures(text, found):
    figures = read_report("一、2024年工作回顾\n" + text).figures
    assert [(figure.value, figure.unit) for figure in figures] == found


def test_amount_reached_at_the_end_is_a_figure():
    figures = read_report("二、2025年工作安排\n15个行政村实现集体收入20万元以上。").figures
    assert [(figure.value, figure.unit) for figure in figures] == [(15, "个"), (20, "万元")]
