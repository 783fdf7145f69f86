"""Figures as townships write them: value, unit, bound, kind and name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.papers.reading import read_report

REVIEW, PLAN = "一、2024年工作回顾\n", "二、2025年工作安排\n"


def figures(text, heading=REVIEW):
    return read_report(heading + text).figures


def only(text, heading=REVIEW):
    found = figures(text, heading)
    assert len(found) == 1, [(figure.value, figure.unit, figure.name) for figure in found]
    return found[0]


VALUES = [
    ("全年发放慰问金21.5万元。", 21.5, "万元"),
    ("工业投资完成1,250万元。", 1250, "万元"),
    ("植树1.1万余株。", 1.1, "万株"),
    ("清理河道17公里。", 17, "公里"),
    ("违建整治4.5万m²。", 4.5, "万m²"),
    ("新增污水处理能力500吨/日。", 500, "吨/日"),
    ("开展两轮集中排查工作。", 2, "轮"),
    ("办好十件民生实事。", 10, "件"),
    ("办结率达百分之九十五。", 95, "%"),
    ("办结率达百分之三点五。", 3.5, "%"),
    ("满意度提高2.3个百分点。", 2.3, "个百分点"),
    ("满意度提高2.3百分点。", 2.3, "个百分点"),
    ("村均经营性收入超千万元。", 1000, "万元"),
    ("电商企业总数破百。", 100, "家"),
    ("近万名干部群众参与值守。", 10000, "名"),
    ("实现粮食产量“十二连丰”。", 12, "年"),
    ("行业许可实现0.5个工作日办结。", 0.5, "个工作日"),
    ("空气优良天数332天。", 332, "天"),
    ("投资1000万的停车场项目启动。", 1000, "万元"),
    ("直播观看人次突破4000万。", 4000, "万人次"),
    ("全年实现零进京上访。", 0, "起"),
    ("零就业家庭动态为零。", 0, "户"),
    ("三个村完成污水管网改造。", 3, "个"),
    ("创成市级和美乡村两个。", 2, "个"),
    ("实现GDP19.9亿元。", 19.9, "亿元"),
    ("力争实现工业产值翻一番。", 1, "番"),
]


@pytest.mark.parametrize(("text", "value", "unit"), VALUES, ids=[row[0] for row in VALUES])
def test_value_and_unit_as_written(text, value, unit):
    figure = only(text)
    assert (figure.value, figure.unit) == (value, unit)


BOUNDS = [
    ("新增就业不少于500人。", ">="),
    ("新增就业500人以上。", ">="),
    ("新增就业500余人。", ">="),
    ("带动就业突破500人。", ">="),
    ("新增就业500人左右。", "~"),
    ("新增就业约500人。", "~"),
    ("失业人数控制在500人以内。", "<="),
    ("失业人数不超过500人。", "<="),
    ("新增就业500人。", "="),
    ("家庭医生签约500人。", "="),
    ("附近居民500人搬迁。", "="),
]


@pytest.mark.parametrize(("text", "bound"), BOUNDS, ids=[row[0] for row in BOUNDS])
def test_bound_by_the_words_around(text, bound):
    assert only(text).bound == bound


@pytest.mark.parametrize("mark", ["-", "—", "～", "至", "到"])
def test_range_has_both_ends(mark):
    figure = only(f"再培育3{mark}5家专精特新企业。")
    assert (figure.value, figure.value_to, figure.unit) == (3, 5, "家")


@pytest.mark.parametrize("text", ["完成固定资产投资.万元。", "完成固定资产投资xx万元。", "投资完成××亿元。"])
def test_struck_out_number_is_unknown(text):
    assert only(text).value is None


CHANGES = [
    ("财政收入3亿元，同比增长12.4%。", "财政收入", "up"),
    ("固定资产投资增长8%左右。", "固定资产投资", "up"),
    ("刑事案件同比下降21.5%。", "刑事案件", "down"),
    ("审批时限压缩45%。", "审批时限", "down"),
    ("压减“三公”经费12%。", "三公经费", "down"),
    ("农村居民人均可支配收入增长7%。", "农村居民人均可支配收入", "up"),
    ("实现20%以上的增长。", None, "up"),
]


@pytest.mark.parametrize(("text", "of", "direction"), CHANGES, ids=[row[0] for row in CHANGES])
def test_change_knows_what_it_is_a_change_of(text, of, direction):
    figure = figures(text)[-1]
    assert (figure.kind, figure.direction) == ("level_change", direction)
    assert of is None or figure.of == of


@pytest.mark.parametrize(
    "text", ["占比提高到35%。", "清单事项增至55项。", "失业率降至3.2%。", "工业增加值14亿元。"]
)
def test_level_reached_is_no_change(text):
    assert only(text).kind == "actual"


RANKS = [
    ("政务公开列区镇第二。", 2),
    ("综合考核位居全县第3名。", 3),
    ("增量居全县首位。", 1),
    ("成绩位列全市前三。", 3),
    ("小学被命名为全区唯一一所红军小学。", 1),
]


@pytest.mark.parametrize(("text", "place"), RANKS, ids=[row[0] for row in RANKS])
def test_rank(text, place):
    figure = only(text)
    assert (figure.kind, figure.value) == ("rank", place)


def test_plan_states_targets_and_review_states_results():
    text = REVIEW + "新增规上企业5家。\n" + PLAN + "新增规上企业6家，工业投资增长8%。"
    found = read_report(text).figures
    assert [(one.kind, one.target, one.year) for one in found] == [
        ("actual", False, 2024),
        ("target", True, 2025),
        ("level_change", True, 2025),
    ]


def test_promise_of_last_year_is_a_target_inside_the_review():
    promised, done = figures("年初确定的12件民生实事已完成11件。")
    assert (promised.kind, done.kind) == ("target", "actual")


def test_result_inside_the_plan_is_actual():
    assert only("经征集梳理形成了6项民生实事候选项目。", PLAN).kind == "actual"


def test_shared_number_gives_one_figure_for_each_subject():
    found = figures("面复率和满意率均为100%。")
    assert [figure.name for figure in found] == ["面复率", "满意率"]
    assert found[0].start == found[1].start


def test_numbers_told_apart_by_respectively():
    found = figures("事故起数、死亡人数分别下降23.3%和16.1%。")
    assert [(figure.name, figure.value) for figure in found] == [
        ("事故起数下降", 23.3),
        ("死亡人数下降", 16.1),
    ]


def test_respectively_reaches_back_to_the_levels_before():
    found = figures("工业总产值255亿元，其中规上企业产值120亿元，分别增长5.5%和11.2%。")
    assert [figure.of for figure in found[2:]] == ["工业总产值", "规上企业产值"]


def test_minus_sign_is_a_decline():
    found = figures("地区生产总值60亿元，一般公共预算收入2亿元，同比分别-6.2%、-19.3%。")
    assert [(one.value, one.direction) for one in found[2:]] == [(6.2, "down"), (19.3, "down")]
    assert found[3].of == "一般公共预算收入"


def test_each_of_a_list_has_the_same_number():
    assert [figure.value for figure in figures("自主更新项目累计开竣工各60个。")] == [60, 60]


NAMES = [
    ("排查道路安全隐患31处，整改到位27处。", ["排查道路安全隐患", "道路安全隐患整改"]),
    ("新建高标准农田2万亩、提标4.5万亩。", ["新建高标准农田面积", "提标高标准农田面积"]),
    ("新增农民合作社3家、家庭农场2家。", ["新增农民合作社", "新增家庭农场"]),
    ("完成3座矿山修复工程。", ["矿山修复工程"]),
    ("推进投资5.4亿元的风能发电项目。", ["风能发电项目投资额"]),
    ("民生支出39亿元，占一般公共预算支出的84%。", ["民生支出", "民生支出占比"]),
    ("累计发放孤儿生活费63.5万元。", ["发放孤儿生活费金额"]),
    ("城乡居民医保参保4.7万人，参保率94.5%。", ["城乡居民医保参保人数", "城乡居民医保参保率"]),
    ("新识别监测户16户69人。", ["新识别监测户户数", "监测户人数"]),
    ("一般公共预算收入409万元，完成年度任务的51%。", ["一般公共预算收入", "一般公共预算收入任务完成率"]),
    ("双河等8家劳务合作社劳务收入1238万元。", ["劳务合作社", "劳务收入"]),
]


@pytest.mark.parametrize(("text", "names"), NAMES, ids=[row[0] for row in NAMES])
def test_names(text, names):
    assert [figure.name for figure in figures(text)] == names


def test_parts_know_their_whole():
    found = figures(
        "接待来访153批218人次，其中领导接访102批142人次，带案下访51批76人次；会商会办52批68人次。"
    )
    first = found[0].whole
    assert first is None
    assert [figure.whole for figure in found[2:6]] == [0, 1, 0, 1]
    assert [figure.whole for figure in found[6:]] == [None, None]


def test_part_is_never_larger_than_its_whole():
    found = figures("新增企业3家，其中老企业用地50家。")
    assert found[1].whole is None


def test_growth_is_no_part():
    found = figures("工业总产值840亿元，其中规上产值613亿元，同比增长2%。")
    assert [figure.whole for figure in found] == [None, 0, None]


@given(st.integers(2, 99_999_999), st.sampled_from(["件", "家", "亩", "人次", "万元", "公里"]))
def test_any_number_is_read_back_from_its_place(value, unit):
    text = f"{REVIEW}全年办理各类事项{value}{unit}，成效明显。"
    figure = next(one for one in read_report(text).figures if one.unit == unit)
    assert figure.value == value
    assert text[figure.start : figure.end] == f"{value}{unit}"


@given(st.decimals(min_value="0.01", max_value="9999", places=2))
def test_any_decimal_is_read_back(value):
    figure = only(f"完成工业投资{value}亿元。")
    assert figure.value == float(value)


@pytest.mark.parametrize("mark", ["，", "、", "推进", "；"])
def test_text_without_sentences_is_read_to_its_end(mark):
    assert len(figures(f"新建泵站5座{mark}" * 3000)) == 3000


@given(st.text(alphabet="一二十百千万亿零两3.,，。、项个家元%第“”《》()（）增长至其中年月日\n", max_size=80))
def test_any_jumble_is_read_without_error(text):
    report = read_report(f"一、2024年工作回顾\n{text}")
    for figure in report.figures:
        assert report.document.text[figure.start : figure.end] in figure.quote
