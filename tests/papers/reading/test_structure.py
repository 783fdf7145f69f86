"""Title, place, years and the turn from review to plan."""

import pytest

from zhenshu.papers.reading import read_structure

FULL = (
    "望舒镇2024年政府工作报告\n各位代表：\n现在，我代表望舒镇人民政府向大会报告工作。\n"
    "一、2024年工作回顾\n" + "一年来，我们圆满完成各项任务，项目建设稳步推进。" * 12 + "\n"
    "二、2025年工作安排\n" + "建设高标准农田，推进老旧小区改造。" * 12
)


def test_title_place_and_year():
    structure = read_structure(FULL)
    assert structure.title == "望舒镇2024年政府工作报告"
    assert (structure.place, structure.year) == ("望舒镇", 2024)


def test_roles_and_years_of_sections():
    sections = {one.title: one for one in read_structure(FULL).sections}
    assert (sections["2024年工作回顾"].role, sections["2024年工作回顾"].year) == ("review", 2024)
    assert (sections["2025年工作安排"].role, sections["2025年工作安排"].year) == ("plan", 2025)


def test_sections_cover_the_text_without_gap():
    sections = read_structure(FULL).sections
    assert sections[0].start == 0
    assert sections[-1].end == len(FULL)
    assert all(one.end == other.start for one, other in zip(sections, sections[1:], strict=False))


@pytest.mark.parametrize(
    "turn",
    [
        "对2025年政府工作的建议\n",
        "新的一年，我们工作的总体要求是：坚持稳中求进。",
        "2025年是“十四五”规划的收官之年。",
        "明年经济社会发展的主要预期目标是：收入稳步增长。",
    ],
)
def test_turn_without_numbered_heading(turn):
    body = "一年来，我们圆满完成各项任务，项目建设稳步推进。" * 20
    text = f"一、真抓实干，稳中向好\n{body}\n{turn}" + "建设高标准农田，推进老旧小区改造。" * 12
    structure = read_structure(text)
    assert structure.section_at(100).role == "review"
    assert structure.section_at(len(text) - 5).role == "plan"


def test_report_that_only_looks_ahead():
    text = "2025年是“十四五”收官之年。今年工作的总体要求是：坚持稳中求进。" + "推进老旧小区改造。" * 60
    assert {one.role for one in read_structure(text).sections} == {"plan"}


def test_both_parts_headed_with_one_year_keep_it():
    text = FULL.replace("2025年工作安排", "2024年工作安排")
    plan = [one for one in read_structure(text).sections if one.role == "plan"]
    assert plan[0].year == 2024


def test_plan_that_says_next_year():
    text = FULL.replace(
        "二、2025年工作安排\n", "二、守正创新，再启新程\n2024年工作刚刚结束，明年主要预期目标是："
    )
    assert read_structure(text).sections[-1].year == 2025


def test_empty_structure_of_a_short_text():
    structure = read_structure("路面平整。")
    assert (structure.title, structure.place, structure.year) == ("", "", None)


def test_year_of_a_heading_goes_before_the_day_of_the_meeting():
    text = FULL.replace("现在，我代表", "2025年2月10日，我代表")
    assert read_structure(text).year == 2024


def test_place_is_a_name_and_not_a_kind_of_town():
    text = "一、2024年工作回顾\n" + "全镇上下齐心，动员全镇力量，打造特色小镇。" * 9 + "望舒镇面貌一新。"
    assert read_structure(text).place == "望舒镇"
