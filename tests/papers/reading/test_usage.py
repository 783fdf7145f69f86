"""Turns of phrase that reports of other provinces and other years use, each in a sentence of our own."""

import pytest

from zhenshu.papers.reading import read_report

REVIEW, PLAN = "一、2024年工作回顾\n", "二、2025年工作安排\n"


def told(text, heading=REVIEW):
    return [(figure.value, figure.unit) for figure in read_report(heading + text).figures]


def names(text, heading=REVIEW):
    return [figure.name for figure in read_report(heading + text).figures]


VALUES = [
    ("年产量达8671吨。", [(8671, "吨")]),
    ("收购800吨蜜柚。", [(800, "吨")]),
    ("开展送课下乡1000课时。", [(1000, "课时")]),
    ("带动3000农户增收。", [(3000, "户")]),
    ("惠及10万群众。", [(10, "万人")]),
    ("培训农民420人（次）。", [(420, "人次")]),
    ("保障困难群众21万人次，支出低保金3347万。", [(21, "万人次"), (3347, "万元")]),
    ("收购价达到1.2元/斤。", [(1.2, "元/斤")]),
    ("积案100%化解、0再访。", [(100, "%"), (0, "起")]),
    ("全年实现零确诊、零传播。", [(0, "例"), (0, "例")]),
    ("义务教育阶段零辍学。", [(0, "人")]),
]


@pytest.mark.parametrize(("text", "found"), VALUES, ids=[row[0] for row in VALUES])
def test_quantity_is_read(text, found):
    assert told(text) == found


NOTHING = [
    "整治无牌三轮车和面包车。",
    "以南、北两支为轴提升沿线景观。",
    "按照每网格不超过20户要求划细网格。",
    "无连片2亩以上耕地抛荒。",
    "成功引进两河口电子等超亿元投资项目。",
    "20xx年全镇经济平稳运行。",
    "九对村级活动阵地进行完善。",
    "12345群众热线接通顺畅。",
    "新车间40万吨特种纤维、差别化丝线。",
]


@pytest.mark.parametrize("text", NOTHING)
def test_no_quantity_is_made_up(text):
    assert told(text) == []


NAMES = [
    ("计划生育率达98.5%。", ["计划生育率"]),
    ("高标准农田建设1048亩。", ["高标准农田建设面积"]),
    ("集中供养五保老人42人。", ["集中供养五保老人人数"]),
    ("基本农田补贴135万元。", ["基本农田补贴"]),
    ("粮食播种面积1.5万亩，产量8671吨。", ["粮食播种面积", "粮食产量"]),
    ("资助学生人数28人，金额5.2万元。", ["资助学生人数", "学生金额"]),
    ("财政总收入由2015年的673万元增长到799万元。", ["财政总收入", "财政总收入"]),
    ("税收从210万元增加至425万元。", ["税收", "税收"]),
    ("地区生产总值可达23.9亿元。", ["地区生产总值"]),
    ("经济总量在全市各县区中率先突破500亿元。", ["经济总量"]),
    ("综合实力前移至全市第13位。", ["综合实力全市排名"]),
    ("积案14件，全年交办14件积案100%化解。", ["积案", "交办积案", "积案化解率"]),
    ("13个重点项目累计完成投资35亿元，占年计划102%。", ["重点项目", "重点项目投资", "重点项目任务完成率"]),
    ("理工学院、农科院2所高校12家科研团队入驻。", ["高校", "科研团队"]),
    ("开展“以商招商”活动12次。", ["以商招商活动次数"]),
    ("在电子、农机等领域新招引产业项目6个。", ["新招引产业项目"]),
    ("新增1个社区综合为老服务中心。", ["新增社区综合为老服务中心"]),
    ("为800名独居老人安装报警器。", ["独居老人人数"]),
    ("对镇内7条河流加强管理。", ["河流"]),
    ("投资20万元对3座堰塘进行整治。", ["堰塘投资额", "堰塘"]),
    ("辖区内诈骗案件零发生、群众满意度达100%。", ["诈骗案件", "群众满意度"]),
    ("连续18年荣获全市平安镇称号。", ["全市平安镇连续年数"]),
    ("29个村（社区）检查出租屋1745栋。", ["村", "检查出租屋"]),
    ("对130棵存在安全隐患的树木进行修枝。", ["树木"]),
    ("全年16个村都建成健身场所。", ["村"]),
    ("确定12项联合整治行动。", ["联合整治行动"]),
    ("河道总长126公里，其中内河98公里。", ["河道总长长度", "内河长度"]),
    ("与学校食堂建立直供关系，年产值突破20万元。", ["年产值"]),
    ("完成75条195公里农村道路提升。", ["农村道路", "农村道路长度"]),
    ("核定编制52名，在编人员18名。", ["核定编制人数", "在编人员人数"]),
    ("5.完成林地品改800亩。", ["林地品改面积"]),
    ("二是投资300万元整修路面。", ["整修路面投资额"]),
    ("使集镇面积从3平方公里向5平方公里迈进。", ["集镇面积", "集镇面积"]),
    ("（一）制茶产业园项目：该项目位于东岭村，总投资120万元。", ["制茶产业园项目总投资"]),
    ("全面完成高标准农田2000亩建设。", ["高标准农田面积"]),
]


@pytest.mark.parametrize(("text", "wanted"), NAMES, ids=[row[0] for row in NAMES])
def test_name_says_what_is_measured(text, wanted):
    assert names(text) == wanted


EACH = [
    ("城镇和农村常住居民收入分别达到5.1万元和2.9万元。", ["城镇常住居民收入", "农村常住居民收入"]),
    ("城乡居民人均可支配收入分别增长5%、6%。", ["城镇居民人均可支配收入增长", "农村居民人均可支配收入增长"]),
    ("民间投资、产业投资占比分别达到73%、63%。", ["民间投资占比", "产业投资占比"]),
    ("工业产值12亿元，财政收入2亿元，增长5%和6%。", ["工业产值", "财政收入", "工业产值增长", "财政收入增长"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), EACH, ids=[row[0] for row in EACH])
def test_each_of_several_subjects_gets_its_own_figure(text, wanted):
    assert names(text) == wanted


def test_change_stands_beside_the_level_it_belongs_to():
    found = read_report(f"{PLAN}农民收入达1.2万元，增加1088元，增长10%。").figures
    assert [figure.kind for figure in found] == ["target", "level_change", "level_change"]
    assert {figure.of for figure in found[1:]} == {found[0].name}


def test_places_without_an_ordinal_are_ranks():
    found = read_report(f"{REVIEW}位列全国综合实力千强镇64位、镇域经济500强46位。").figures
    assert [(figure.kind, figure.value) for figure in found] == [("rank", 64), ("rank", 46)]


def test_level_told_after_its_growth_is_the_same_quantity():
    assert names("财政收入增长17%，达到560万元。", PLAN) == ["财政收入增长", "财政收入"]


def test_growth_rate_of_the_population_is_a_level():
    found = read_report(f"{PLAN}人口自然增长率控制在4‰以内。").figures
    assert [figure.kind for figure in found] == ["target"]


def roles(text):
    report = read_report(text)
    return [report.structure.section_at(figure.start).role for figure in report.figures]


BOTH = "柳溪街道2024年工作总结和2025年工作计划\n2024年是全面发力的关键之年，街道上下真抓实干。\n"
BODY = "完成投资3亿元。扎实推进各项工作，取得新的成绩，群众的获得感不断增强。" * 6


def test_title_that_names_both_parts_starts_the_review():
    assert set(roles(f"{BOTH}一、2024年工作完成情况\n{BODY}")) == {"review"}


def test_plan_without_a_numbered_heading():
    text = f"{BOTH}一、2024年工作完成情况\n{BODY}\n下一步，我们将聚焦重点抓落实。新建公厕3座。"
    assert roles(text)[-1] == "plan"
    assert set(roles(text)[:-1]) == {"review"}


def test_plan_under_a_bracketed_heading():
    text = f"{BOTH}一、2024年工作完成情况\n{BODY}\n（五）下一步工作打算\n新建公厕3座。"
    assert roles(text)[-1] == "plan"


def test_goals_announced_before_the_heading_belong_to_the_plan():
    goals = "2025年经济社会发展主要预期目标是：地区生产总值增长6%。\n"
    text = f"{BOTH}一、2024年工作完成情况\n{BODY}\n{goals}三、2025年重点工作安排\n新建公厕3座。"
    assert roles(text)[-2:] == ["plan", "plan"]


def test_account_of_key_work_is_no_plan():
    assert set(roles(f"柳溪乡政府工作报告\n一、基本情况\n{BODY}\n二、重点工作汇报\n{BODY}")) == {"review"}


def test_review_called_key_work_is_no_plan():
    assert set(roles(f"溪口街道2024年工作总结\n一、2024年重点工作成效\n{BODY}")) == {"review"}


def test_opening_of_a_review_that_praises_its_year_is_no_plan():
    text = f"政府工作报告\n一、2024年工作回顾\n2024年是“十四五”规划的攻坚之年。{BODY}"
    assert set(roles(text)) == {"review"}


NOT_PROMISED = ["力争到2026年，", "项目位于东岭村，", "该项目地处镇区，"]


@pytest.mark.parametrize("clause", NOT_PROMISED)
def test_date_or_place_alone_promises_nothing(clause):
    promised = read_report(f"{PLAN}{clause}新建公厕3座。").commitments
    assert [promise.quote for promise in promised] == ["新建公厕3座"]
