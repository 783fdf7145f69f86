"""Averages that a report states beside the total and the number they come from."""

from collections.abc import Iterator, Sequence

from zhenshu.papers.checking.finding import Finding
from zhenshu.papers.checking.growth import meets, stated_range
from zhenshu.papers.checking.numbers import (
    Number,
    Passage,
    bare,
    place_of,
    show,
    skeleton_pattern,
    unit_factor,
)
from zhenshu.papers.reading.document import Document

# What the word before 均 counts, and the units that count it.
COUNTED_BY = {
    "户": ("户",),
    "人": ("人", "名", "人次"),
    "村": ("个", "村"),
    "亩": ("亩",),
    "社区": ("个",),
    "企": ("家", "户"),
    "企业": ("家", "户"),
    "项目": ("个", "项"),
    "个项目": ("个", "项"),
    "店": ("家",),
    "场": ("场", "场次"),
    "件": ("件",),
    "月": ("个月",),
    "家": ("家", "户"),
    "网格": ("个",),
    "单": ("单",),
    "笔": ("笔",),
    "期": ("期",),
    "次": ("次",),
    "座": ("座",),
    "所": ("所",),
    "名": ("名", "人"),
    "吨": ("吨",),
}
_WHO = "|".join(sorted(COUNTED_BY, key=len, reverse=True))
_AVERAGE = skeleton_pattern(
    rf"(?:平均每?[个家户]?(?P<who2>{_WHO})|(?P<who>{_WHO})均|每(?P<who3>{_WHO})平均)(?P<what>[^#%@&，,；;]{{0,8}}?)(?P<average>#)"
)
# Statistics of their own, taken from surveys and not from the numbers beside them.
NOT_COMPUTED = ("可支配", "纯收入", "生产总值", "GDP", "公园", "住房", "预期", "月", "收入达", "税收")


def check_averages(document: Document, passage: Passage) -> Iterator[Finding]:
    """Contradictions between an average, its total and its count in *passage*."""
    for match in _AVERAGE.finditer(passage.skeleton):
        who = match["who"] or match["who2"] or match["who3"]
        average = passage.number_at(match.start("average"))
        if any(word in match["what"] for word in NOT_COMPUTED):
            continue
        earlier = passage.numbers[: passage.number_before(match.start("average"))]
        counts = [number for number in earlier if bare(number.unit) in COUNTED_BY[who]]
        totals = [number for number in earlier if number.like(average) and number.base > average.base]
        if (
            counts
            and totals
            and not _fits_any(totals, counts, average)
            and _beside(passage, totals[-1], average)
        ):
            yield _finding(document, totals[-1], counts[-1], average)


def _beside(passage: Passage, total: Number, average: Number) -> bool:
    """True when nothing but the average's own clause follows the total."""
    between = passage.text[total.end - passage.start : average.start - passage.start]
    return sum(between.count(mark) for mark in "，,；;") <= 2 and "；" not in between


def _fits_any(totals: Sequence[Number], counts: Sequence[Number], average: Number) -> bool:
    return any(_fits(total, count, average) for total in totals for count in counts if count.low > 0)


def _fits(total: Number, count: Number, average: Number) -> bool:
    low, high = total.low / _pieces(count.high, count), total.high / _pieces(count.low, count)
    factor = unit_factor(average.unit)
    return meets(stated_range(average), (low / factor, high / factor))


def _pieces(amount: float, count: Number) -> float:
    """An amount of base units as a number of what is counted: 3000 亩, not two million 平方米."""
    return amount / unit_factor(bare(count.unit))


def _finding(document: Document, total: Number, count: Number, average: Number) -> Finding:
    each = total.base / _pieces(count.base, count) / unit_factor(average.unit)
    computed = f"{show(each, max(1, average.decimals))}{average.unit}"
    return Finding(
        kind="average",
        message=f"{total.words}除以{count.words}应为{computed}，文中写作{average.words}。",
        places=(
            place_of(document, min(total.start, count.start), max(total.end, count.end)),
            place_of(document, average.start, average.end),
        ),
        stated=average.words,
        computed=computed,
        arithmetic=f"{total.words} ÷ {count.words} = {computed}",
    )
