"""Parts that a report states beside their whole."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations, dropwhile
from typing import NamedTuple

from zhenshu.papers.checking.finding import Finding, Kind, Place
from zhenshu.papers.checking.numbers import Number, Passage, show, skeleton_pattern
from zhenshu.papers.reading.document import Document

_AMONG = re.compile("其中|，包括|,包括")
# 共 with a noun behind it (共有企业) speaks of a stock, 累计 of earlier years: neither is a sum.
_TOTAL = skeleton_pattern(
    r"(?P<before>^|[^#%]|[#%])[，,；;、](?:以上|上述|[两三四五几]项|各项)?(?:共计|合计|总计|总共|共)"
    r"(?:为|达到?|完成|发放|支出|投入|安排|争取|整治|培训)?(?P<total>#)"
)
# Two of these names together leave nothing out.
_PAIRS = """
初访/重访 初次/重复 初信/重信 初件/重件 来访/来信 上门/电话 线上/线下 主办/协办 建议/意见
男/女 男性/女性 成人/儿童 常住/流动 户籍/流动 户籍/外来 党员/非党员 集体/个人
城镇/农村 城市/农村 城镇/乡村 水田/旱地 农业/非农业 工业/服务业 干线/支线
内资/外资 公办/民办 国有/民营 政府/社会 财政/社会 经营性/非经营性 税收/非税
新建/改建 新建/续建 新建/改造 完工/在建 竣工/在建 办结/在办 办结/正在办理
已整改/未整改 已整改/正在整改 一般/重大
"""
OPPOSITES = tuple(frozenset(pair.split("/")) for pair in _PAIRS.split())
ANYTHING = frozenset({"个", "项", "处", "条", "次", "点"})
# Parts that overlap pass their whole by far; a slip of the pen passes it by little.
SLIGHTLY_OVER = 0.08
NEAR_MISS = 0.02
MOST_PARTS = 7
_NAME_BREAK = re.compile(r"[，,；;、：:]|其中|包括|\d[\d.]*[^\d\u4e00-\u9fff]*")
_OWN_AMOUNT = re.compile(
    r"平均|均$|户均|人均|村均|增加$|增长$|减少$|同比|上年|去年|每|超$|以上的?$|目标|计划|总投资|投资额"
)


class Sum(NamedTuple):
    """A whole with the parts stated for it, and the names of the parts."""

    whole: Number
    parts: tuple[Number, ...]
    names: tuple[str, ...]
    exhaustive: bool


def check_parts(document: Document, passage: Passage) -> Iterator[Finding]:
    """Contradictions between wholes and parts of *passage*."""
    for total in (*_after_whole(passage), *_before_total(passage)):
        finding = _check_sum(document, total)
        if finding is not None:
            yield finding


def _after_whole(passage: Passage) -> Iterator[Sum]:
    """…153批218人次，其中初访102批142人次，重访51批76人次: one sum for each unit."""
    skeleton = passage.skeleton
    for cue in _AMONG.finditer(skeleton):
        following = _until_next(skeleton, cue.end())
        first = passage.number_before(cue.start())
        wholes = _adjacent_wholes(passage, cue.start(), first)
        last = passage.number_before(following)
        parts = passage.numbers[first:last]
        sums = [total for whole in wholes for total in _sum_for(passage, whole, parts)]
        divided = {len(total.parts) for total in sums if _adds_up(total)}
        for total in sums:
            yield total._replace(exhaustive=total.exhaustive or len(total.parts) in divided)


def _adds_up(total: Sum) -> bool:
    """True when the parts make the whole; the same parts counted in another unit must then do so too."""
    low, high = sum(part.low for part in total.parts), sum(part.high for part in total.parts)
    return len(total.parts) > 1 and low <= total.whole.high and high >= total.whole.low


def _until_next(skeleton: str, start: int) -> int:
    """Where the parts end: at the next 其中, or at a semicolon unless the parts are apart by semicolons."""
    again = _AMONG.search(skeleton, start)
    end = again.start() if again is not None else len(skeleton)
    stop = re.search("[；;]", skeleton[start:end])
    return start + stop.start() if stop is not None else end


def _adjacent_wholes(passage: Passage, cue: int, count: int) -> list[Number]:
    """The quantities of the clause right before 其中; percentages and dates between don't matter."""
    clause_start = max(passage.skeleton.rfind(mark, 0, max(0, cue - 1)) for mark in "，,；;：:")
    earlier = passage.skeleton[clause_start + 1 : cue]
    if not re.search(skeleton_pattern("#"), earlier):
        clause_start = max(passage.skeleton.rfind(mark, 0, max(0, clause_start)) for mark in "，,；;：:")
    first = passage.number_before(clause_start + 1)
    return [number for number in passage.numbers[first:count] if number.family not in ("percent", "factor")]


def _sum_for(passage: Passage, whole: Number, parts: Sequence[Number]) -> Iterator[Sum]:
    chosen: list[Number] = []
    names: list[str] = []
    for part in parts:
        name = _name_before(passage, part)
        if not part.like(whole) or _not_a_part(name) or _other_things(whole, part):
            continue
        chosen.append(part)
        names.append(name)
    if chosen and len(chosen) <= MOST_PARTS:
        yield Sum(whole, tuple(chosen), tuple(names), _exhaustive(names))


def _name_before(passage: Passage, part: Number) -> str:
    """The words between the mark before a number (or the number before it) and the number."""
    before = passage.text[: part.start - passage.start]
    return next((words for words in reversed(_NAME_BREAK.split(before)) if words), "")


def _not_a_part(name: str) -> bool:
    """True for what is an amount of its own inside a part: 平均, 增加, 每…, 总投资."""
    return bool(_OWN_AMOUNT.search(name))


def _other_things(whole: Number, part: Number) -> bool:
    """True for more pieces than the whole has, counted in a word for anything: 8个村，其中12个小组."""
    return part.unit in ANYTHING and part.value > whole.value


def _exhaustive(names: Sequence[str]) -> bool:
    return any(
        any(word in one for word in pair) and any(word in other for word in pair - _words_in(pair, one))
        for pair in OPPOSITES
        for one, other in combinations(names, 2)
        if len(names) == 2
    )


def _words_in(pair: frozenset[str], name: str) -> set[str]:
    return {word for word in pair if word in name}


def _before_total(passage: Passage) -> Iterator[Sum]:
    """甲12个、乙8个、丙5个，共计25个: all like quantities since the sentence or clause group began."""
    for match in _TOTAL.finditer(passage.skeleton):
        whole = passage.number_at(match.start("total"))
        opening = passage.skeleton.rfind("；", 0, match.start("total"))
        first = passage.number_before(opening + 1)
        count = passage.number_before(match.start("total"))
        stated = passage.numbers[first:count]
        parts = tuple(dropwhile(partial(_unlike, whole), stated))
        plain = all(not _not_a_part(_name_before(passage, part)) for part in parts)
        listed = all(part.like(whole) for part in parts)
        open_list = match["before"] == "等" or "其中" in passage.skeleton
        if 2 <= len(parts) <= MOST_PARTS and plain and listed and not open_list:
            yield Sum(whole, parts, tuple(_name_before(passage, part) for part in parts), True)


def _unlike(whole: Number, number: Number) -> bool:
    return not number.like(whole)


def _check_sum(document: Document, total: Sum) -> Finding | None:
    whole, parts = total.whole, total.parts
    biggest = max(parts, key=lambda part: part.base)
    if biggest.low > whole.high:
        vague = whole.approximate or biggest.approximate
        return None if vague else _finding(document, total, (biggest,), "parts")
    if len(parts) < 2 or _adds_up(total) or _some_add_up(whole, parts):
        return None
    return _finding(document, total, parts, "parts") if _must_add_up(total) else None


def _must_add_up(total: Sum) -> bool:
    """True when parts that don't make their whole can't be explained by overlaps or by parts left out."""
    whole, parts = total.whole, total.parts
    excess = sum(part.low for part in parts) - whole.high
    if excess > 0:
        # 常住、户籍、外来人口 overlap.
        people = any("人口" in name for name in total.names)
        return not people and (_disjoint(total) or excess <= SLIGHTLY_OVER * whole.base)
    gap = whole.base - sum(part.base for part in parts)
    near = 0 < gap <= NEAR_MISS * whole.base and not any(part.approximate for part in (*parts, whole))
    return total.exhaustive or near


def _disjoint(total: Sum) -> bool:
    """Overlapping parts are common (线上80场，党员参与60场); alike names mean parts of one division."""
    if total.exhaustive:
        return True
    ends = {name[-1:] for name in total.names}
    return len(ends) == 1 or len(total.parts) >= 3


def _some_add_up(whole: Number, parts: Sequence[Number]) -> bool:
    """True when some of the parts make up the whole; the others stand beside it."""
    return any(
        sum(part.low for part in some) <= whole.high and sum(part.high for part in some) >= whole.low
        for size in range(2, len(parts))
        for some in combinations(parts, size)
    )


def _finding(document: Document, total: Sum, parts: Sequence[Number], kind: Kind) -> Finding:
    factor = total.whole.base / total.whole.value if total.whole.value else 1.0
    computed = sum(part.base for part in parts) / factor
    shown = f"{show(computed, 4)}{total.whole.unit}"
    words = " + ".join(part.words for part in parts)
    if len(parts) == 1:
        message = f"其中的{words}大于总数{total.whole.words}。"
        arithmetic = f"{words} > {total.whole.words}"
    else:
        message = f"各部分相加为{shown}，与总数{total.whole.words}不符。"
        arithmetic = f"{words} = {shown}"
    places = [_place(document, number) for number in (total.whole, *parts)]
    return Finding(kind, message, tuple(places), total.whole.words, shown, arithmetic)


def _place(document: Document, number: Number) -> Place:
    start, end = document.place(number.start, number.end)
    return Place(start, end, document.text[start:end])
