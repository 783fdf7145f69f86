"""Each repair does its work, is logged, and every character keeps its place in the text as found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.papers.reading.repair import repair
from zhenshu.papers.reading.sources import from_text

REPORT = (
    "各位代表，现在我代表镇人民政府向大会报告工作，请予审议。全年实现一般公共预算收入{income}，"
    "同比增长{growth}，实施重点项目12个，完成投资3.2亿元，群众满意度稳步提高，各项工作取得新的进展。\n"
)


def report(income="3.16亿元", growth="4.5%"):
    return REPORT.format(income=income, growth=growth)


def kinds(text):
    return {each.kind for each in repair(text).repairs}


REPAIRED = [
    ("field mark", "[bookmark: _Hlk159852996]三是改善民生", "三是改善民生"),
    ("field mark", "全年[bookmark: _Hlk1][bookmark: OLE_LINK2]开工3个", "全年开工3个"),
    ("pinyin debris", "十四五規(guī)劃開(kāi)局", "十四五规划开局"),
    ("pinyin debris", "全鎮（zhèn）上下", "全镇上下"),
    ("full-width character", "完成３．１６亿元，增长１２％", "完成3.16亿元，增长12%"),
    ("spread word", "政 府 工 作 报 告", "政府工作报告"),
    ("spread word", "政　府　工　作　报　告", "政府工作报告"),
    ("blank in number", "成立75 周年，增长 12 %", "成立75周年，增长12%"),
    ("invisible character", "全\u200b年完成\ufeff5亿元\x07", "全年完成5亿元"),
    ("broken number", "预算收入3.\n16亿元", "预算收入3.16亿元"),
    ("broken number", "预算收入3\n.16亿元", "预算收入3.16亿元"),
    ("broken number", "销售收入84.25\n亿元", "销售收入84.25亿元"),
    ("broken number", "调解矛盾12\n85余件", "调解矛盾1285余件"),
    ("broken number", "占地12\r\n  34亩", "占地1234亩"),
    ("web address", "详见http://www.example.gov.cn/a?id=3。", "详见。"),
]


@pytest.mark.parametrize(("kind", "found", "wanted"), REPAIRED)
def test_repaired_and_logged(kind, found, wanted):
    mended = repair(found)
    assert mended.clean == wanted
    assert kind in {each.kind for each in mended.repairs}


FURNITURE = [
    ("page mark", "第 3 页 共 21 页"),
    ("page mark", "— 12 —"),
    ("page mark", "- 4 -"),
    ("page mark", "3/21"),
    ("web navigation", "当前位置：首页 > 政务公开 > 工作报告"),
    ("web navigation", "来源: 镇人民政府 发布时间:2023-03-22 09:51 累计次数: 字体:[ ]"),
    ("web navigation", "【打印本页】 【关闭窗口】"),
    ("web navigation", "上一篇：关于召开会议的通知"),
    ("web navigation", "版权所有：某某镇人民政府 苏ICP备00000000号"),
    ("share-site banner", "2023年政府工作报告-某某文库-文档在线分享"),
    ("share-site banner", "更多精品文档请访问我的主页"),
    ("share-site banner", "下载后可任意编辑"),
    ("share-site banner", "本文由用户上传整理"),
]


@pytest.mark.parametrize(("kind", "line"), FURNITURE)
def test_line_of_the_carrier_is_dropped_and_its_break_kept(kind, line):
    mended = repair(f"{report()}{line}\n{report()}")
    assert mended.clean == f"{report()}\n{report()}"
    assert kind in {each.kind for each in mended.repairs}


KEPT = [
    "一是健全网格员队伍？我们怎么办？关键在人。",
    "1.建设道路3公里。\n2.修缮房屋12户。",
    "建成道路12\n3.完成绿化40亩",
    "（一）稳增长",
    "2023年工作回顾\n2023年是极不平凡的一年。",
    "第3页岩气田开工，全长3/4已经贯通。",
    "“四个走在前”（以下简称“四走”）",
    "使用 BIM 技术 新建厂房",
    "甲村28户、乙村35户、丙村17户，合计80户。",
    "办理来源：12345热线转办的事项1200件，其中按期办结1188件，按期办结率达到99%，群众满意率持续提高。",
]


@pytest.mark.parametrize("text", KEPT)
def test_nothing_to_repair(text):
    mended = repair(text)
    assert mended.clean == text
    assert mended.repairs == []


def test_counting_lines_are_page_numbers():
    page = report()
    assert repair(f"{page}1\n{page}2\n{page}3\n").clean == f"{page}\n{page}\n{page}\n"


def test_one_lonely_number_is_kept():
    text = f"{report()}17\n{report()}"
    assert repair(text).clean == text


def test_running_header_of_every_page_is_dropped():
    page = "澄江镇政府工作报告\n" + report() * 9
    assert "澄江镇政府工作报告" not in repair(page * 5).clean


def test_lines_of_prose_that_return_are_kept():
    wrapped = "推动各项工作再上新的台阶\n努力完成大会确定的任务，推动各项工作再上新\n的台阶。\n" * 20
    assert repair(wrapped).clean.count("努力完成大会确定的任务") == 20


def test_traditional_text_becomes_simplified_character_by_character():
    text = "全鎮經濟發展實現新突破，著力推動重點項目建設，為群眾辦實事，著名企業落戶開發區。" * 3
    mended = repair(text)
    assert (
        mended.clean == "全镇经济发展实现新突破，着力推动重点项目建设，为群众办实事，著名企业落户开发区。" * 3
    )
    assert list(mended.origin) == list(range(len(text)))


def test_one_traditional_name_in_a_simplified_text_stays():
    text = report() + "引进鴻瀚科技項目，鴻瀚公司已经开工。" + report() * 3
    assert "鴻瀚科技項目" in repair(text).clean


def test_unfinished_phrase_keeps_its_exception():
    text = "乾隆年間的古橋得到修繕，乾旱農田全部灌溉，實現農業產業發展，經濟運行穩中有進，項目建設全面開花。"
    assert repair(text).clean.startswith("乾隆年间的古桥得到修缮，干旱农田")


def test_lost_byte_is_marked_and_the_run_behind_it_moved_back():
    shifted = "安全感。??椕芑鶎又卫砭W(wǎng)絡。"
    mended = repair("增強人民群眾的獲得感、" + shifted)
    assert mended.clean.endswith("安全感。\ufffd密基层治理网络。") or mended.clean.endswith(
        "密基層治理網絡。"
    )
    assert {"lost character", "shifted bytes"} <= {each.kind for each in mended.repairs}


@given(
    st.sampled_from(["快速推进工业园区建设", "完善农村养老服务体系", "组织群众开展环境整治"]),
    st.integers(0, 5),
)
def test_any_shifted_run_is_moved_back(sentence, skipped):
    """Lose the first byte of a GBK run that ends at an ASCII letter: all but the first character return."""
    sentence = sentence[skipped:] + "W"
    packed = sentence.encode("gbk")[1:]
    read = packed[: len(packed) // 2 * 2].decode("gbk", errors="replace")
    if "\ufffd" in read:
        return
    mended = repair("工作扎实有效。??" + read + "，成效明显。")
    assert sentence[1:-1] in mended.clean or sentence[1:] in mended.clean


def test_mark_inside_a_word_is_a_lost_character():
    mended = repair("抓好建筑安全、危?品使用安全。")
    assert mended.clean == "抓好建筑安全、危\ufffd品使用安全。"


@pytest.mark.parametrize("found", ["财政收入.万元", "财政收入xx万元", "财政收入××万元", "财政收入**万元"])
def test_redacted_number_is_flagged_and_left(found):
    mended = repair(found)
    assert mended.clean == found
    (flag,) = mended.repairs
    assert (flag.kind, flag.was) == ("redacted number", flag.now)


def test_decimal_point_is_no_redaction():
    assert kinds("财政收入3.5万元、0.8万元") == set()


@pytest.mark.parametrize("encoding", ["gb18030", "cp1252"])
def test_text_saved_in_the_wrong_encoding_is_read_again(encoding):
    text = report() * 3
    broken = text.encode("utf-8").decode(encoding, errors="replace")
    if encoding == "cp1252":
        broken = "".join(
            chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
            for byte in text.encode("utf-8")
        )
    mended = repair(broken)
    assert "wrong encoding" in {each.kind for each in mended.repairs}
    assert mended.clean.count("4.5%") == mended.clean.count("实施重点项") == 3


def test_text_wrapped_at_a_fixed_width_flows_again():
    text = report() * 6
    wrapped = "\n".join(text.replace("\n", "")[at : at + 36] for at in range(0, len(text), 36))
    assert repair(wrapped).clean == text.replace("\n", "")


def test_sentence_goes_on_over_the_end_of_a_page():
    text = report().strip() * 6
    lines = [text[at : at + 36] for at in range(0, len(text), 36)]
    lines[4:4] = ["— 1 —", ""]
    assert repair("\n".join(lines)).clean == text


def test_paragraphs_of_a_normal_text_stay_apart():
    assert repair(report() * 12).clean == report() * 12


def test_document_quotes_the_text_as_found():
    document = from_text(report(income="３．１６\u200b亿元"))
    start = document.clean.index("3.16亿元")
    assert document.quote(start, start + 6) == "３．１６\u200b亿元"
    assert document.place(start, start + 6) == (document.text.index("３"), document.text.index("亿") + 2)


def test_empty_place_points_between_characters():
    document = from_text(report())
    assert document.place(3, 3) == (3, 3)
    assert document.place(len(document.clean), len(document.clean)) == (len(document.text),) * 2


PIECES = st.sampled_from(
    [
        "增长",
        "12",
        "%",
        "\n",
        " ",
        "　",
        "３",
        "\u200b",
        "規(guī)",
        "[bookmark: _H1]",
        "?",
        "亿元",
        ".",
        "第1页",
        "，",
        "。",
        "xx",
        "\ufffd",
    ]
    # fmt: skip
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_origin_is_ordered_and_inside_the_text(text):
    mended = repair(text)
    assert len(mended.origin) == len(mended.clean)
    assert list(mended.origin) == sorted(mended.origin)
    assert all(0 <= place < len(text) for place in mended.origin)
    assert all(0 <= each.start <= each.end <= len(text) for each in mended.repairs)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_digits_keep_their_own_places(text):
    mended = repair(text)
    for place, character in zip(mended.origin, mended.clean, strict=True):
        if character in "12":
            assert text[place] == character


@given(st.text(max_size=200))
def test_any_text_is_survived(text):
    mended = repair(text)
    assert len(mended.origin) == len(mended.clean)
