"""Growth that a report states beside the two levels it is computed from."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from zhenshu.papers.checking.finding import Finding, Kind, Place
from zhenshu.papers.checking.numbers import Number, Passage, show, sign_of, skeleton_pattern, unit_factor
from zhenshu.papers.reading.document import Document

UP = "增加|增长|提高|提升|上升|扩大|发展|跃升|攀升|上涨|增|升|涨"
DOWN = "下降|降低|减少|缩减|压减|回落|压降|下滑|降|减"
_LAST = "上年同期|去年同期|上年|去年|同期|前一年|上一年|20\\d\\d年"
_CHANGE = rf"(?P<way>{UP}|{DOWN}|翻)(?:了|比例|幅度|率|幅|速|收)*(?:高?达到?|为|约|近|超过?)?"
# Between the new level and the change may stand only words that keep speaking of the same thing.
_LINK = (
    "(?P<between>[，,、]?(?:同比|环比|年均|年平均|平均每年|累计|净|总体|五年|三年|实际|共|整体|其"
    "|较上年|比上年|较去年|比去年|实现)*)"
)
_TO = skeleton_pattern(
    rf"(?:由|从)(?P<lead>[^#%，,；;]{{0,24}})(?P<old>[#%])(?P<gap>[^#%@&，,；;]{{0,12}}?)[，,]?"
    rf"(?P<verb>{UP}|{DOWN})(?:了)?(?:到|至|为)(?:了)?(?P<lead2>[^#%@&，,；;]{{0,16}})(?P<new>[#%])"
    rf"{_LINK}{_CHANGE}[^#%@&，,]{{0,4}}?(?P<change>[#%@&])"
)
_TO_ONLY = skeleton_pattern(
    rf"(?:由|从)[^#%，,；;]{{0,24}}(?P<old>[#%])[^#%@&，,；;]{{0,12}}?[，,]?"
    rf"(?P<verb>{UP}|{DOWN})(?:了)?(?:到|至)(?:了)?[^#%@&，,；;]{{0,16}}(?P<new>[#%])"
)
_THAN_LAST = skeleton_pattern(
    rf"[，,]?(?:同?比|较|相比|相较)(?:于)?(?:{_LAST})(?:同期)?的?"
    r"(?:[^#%@&，,；;增减升降涨多]{0,6})(?P<old>[#%])"
    rf"{_LINK}{_CHANGE}[^#%@&，,]{{0,4}}?(?P<change>[#%@&])"
)
_LAST_FIRST = skeleton_pattern(
    rf"(?:{_LAST})(?:[^#%@&，,；;]{{0,12}})(?P<old>[#%])[，,](?:[^#%@&；;]{{0,20}}?)(?:今年|本年|当年|20\d\d年)"
    rf"(?:[^#%@&，,；;]{{0,12}})(?P<new>[#%]){_LINK}{_CHANGE}[^#%@&，,]{{0,4}}?(?P<change>[#%@&])"
)
_LAST_AFTER = skeleton_pattern(
    rf"(?P<new>[#%])[，,](?:而)?(?:{_LAST})(?:同期)?(?:为|是|仅|完成|实现|仅为|只有)(?P<old>[#%])[，,]"
    rf"{_LINK}{_CHANGE}[^#%@&，,]{{0,4}}?(?P<change>[#%@&])"
)
_BY_AND_RATE = skeleton_pattern(
    rf"(?P<new>#)[，,]?(?:同比|比(?:{_LAST})|较(?:{_LAST})|净)[^#%@&，,；;]{{0,3}}"
    rf"(?P<way1>{UP}|{DOWN}|净增|多增|增收|增产|增效)(?:了)?(?P<by>#)"
    rf"{_LINK}{_CHANGE}[^#%@&，,]{{0,4}}?(?P<change>[%&])"
)
_TIMES_LAST = skeleton_pattern(
    rf"(?P<new>#)[，,](?:是|为|达到?|相当于)(?:{_LAST})(?:同期)?的(?P<change>&)[，,](?:而)?(?:{_LAST})(?:同期)?"
    r"(?:为|是|仅|完成|实现|仅为|只有)(?P<old>#)"
)
LEVEL_PATTERNS = (_TO, _THAN_LAST, _LAST_FIRST, _LAST_AFTER)
_YEARLY = re.compile("年均|年平均|年增")
_YEARS = re.compile(r"(?:19|20)\d\d(?=年)")


class Change(NamedTuple):
    """Two levels and the change stated between them."""

    old: Number
    new: Number
    change: Number
    way: str
    yearly: bool


def check_growth(document: Document, passage: Passage) -> Iterator[Finding]:
    """Contradictions between stated levels and stated changes of *passage*."""
    seen: set[int] = set()
    for pattern in LEVEL_PATTERNS:
        for match in pattern.finditer(passage.skeleton):
            change = _change(passage, match)
            if change is None or change.change.start in seen or not change.old.like(change.new):
                continue
            seen.add(change.change.start)
            yield from _check_change(document, passage, change)
    yield from _check_directions(document, passage)
    yield from _check_by_and_rate(document, passage)
    yield from _check_multiples(document, passage)


def _change(passage: Passage, match: "re.Match[str]") -> Change | None:
    """The levels and the change of *match*; a new level it doesn't name is the last like number before it."""
    old, change = passage.number_at(match.start("old")), passage.number_at(match.start("change"))
    if "new" in match.re.groupindex:
        new = passage.number_at(match.start("new"))
    else:
        earlier = passage.numbers[: passage.number_before(match.start())]
        alike = [number for number in earlier if number.like(old) and sign_of(number) == sign_of(old)]
        if not alike:
            return None
        new = alike[-1]
    return Change(old, new, change, match["way"], bool(_YEARLY.search(match["between"])))


def _check_change(document: Document, passage: Passage, change: Change) -> Iterator[Finding]:
    if change.old.base <= 0:
        return
    if change.yearly:
        yield from _check_yearly(document, passage, change)
        return
    unit = sign_of(change.change)
    if change.change.unit == "%" and change.old.unit != "%":
        yield from _compare(document, change, _rate_range(change), "growth")
    elif change.change.unit in ("个百分点", "百分点") and change.old.unit == "%":
        yield from _compare(document, change, _difference_range(change), "difference")
    elif change.change.unit == "倍" or (change.way == "翻" and change.change.unit == "番"):
        yield from _compare(document, change, _times_range(change), "growth")
    elif unit == sign_of(change.old) and change.change.like(change.old):
        yield from _compare(document, change, _difference_range(change), "difference")


def _down(way: str) -> bool:
    return way in DOWN.split("|")


def _sign(way: str) -> int:
    return -1 if _down(way) else 1


def _rate_range(change: Change) -> tuple[float, float]:
    ends = [100 * (new / old - 1) for new in _ends(change.new) for old in _ends(change.old) if old > 0]
    return min(ends), max(ends)


def _difference_range(change: Change) -> tuple[float, float]:
    return change.new.low - change.old.high, change.new.high - change.old.low


def _times_range(change: Change) -> tuple[float, float]:
    """增长1.5倍 is 2.5 times as much; 翻一番 doubles, 翻两番 is four times as much."""
    ends = [new / old for new in _ends(change.new) for old in _ends(change.old) if old > 0]
    if change.change.unit == "番":
        return math.log2(min(ends)), math.log2(max(ends))
    return min(ends) - 1, max(ends) - 1


def _ends(number: Number) -> tuple[float, float]:
    return number.low, number.high


def stated_range(number: Number, sign: int = 1, *, cut: bool = True) -> tuple[float, float]:
    """What a computed value may be for *number* to state it, in its own unit and with its sign.

    Some round to the last digit and some *cut* off behind it, so the truth may lie half a step below or a
    whole step above what is written. A change told in 番 is no rounded number.
    """
    step = 0.1 if number.unit == "番" else 10.0**-number.decimals
    low, high = number.value - 0.5 * step, number.value + (1.0 if cut else 0.5) * step
    if number.approximate:
        spread = (number.high - number.low) * (number.value / number.base if number.base else 1.0)
        low, high = low - spread, high + spread
    return (low, high) if sign > 0 else (-high, -low)


def meets(stated: tuple[float, float], computed: tuple[float, float]) -> bool:
    """True when the two ranges have a value in common."""
    slack = 1e-9 * max(map(abs, (*stated, *computed)))
    return max(stated[0], min(computed)) <= min(stated[1], max(computed)) + slack


def _compare(
    document: Document, change: Change, computed: tuple[float, float], kind: Kind
) -> Iterator[Finding]:
    factor = (
        1.0 if change.change.family in ("percent", "factor") else change.change.base / change.change.value
    )
    low, high = (end / factor for end in computed)
    stated = stated_range(change.change, _sign(change.way), cut=kind != "difference")
    if not meets(stated, (low, high)):
        yield _finding(document, change, (low + high) / 2, kind)


def _finding(document: Document, change: Change, computed: float, kind: Kind) -> Finding:
    unit = change.change.unit
    shown = f"{show(abs(computed), max(1, change.change.decimals))}{unit}"
    way = "下降" if computed < 0 else "增长"
    stated = f"{change.way}{change.change.words}"
    return Finding(
        kind=kind,
        message=f"由{change.old.words}到{change.new.words}，应为{way}{shown}，文中写作{stated}。",
        places=(_span(document, change.old, change.new), _span(document, change.change, change.change)),
        stated=stated,
        computed=f"{way}{shown}",
        arithmetic=_arithmetic(change, computed, kind),
    )


def _span(document: Document, first: Number, last: Number) -> Place:
    start, end = document.place(min(first.start, last.start), max(first.end, last.end))
    return Place(start, end, document.text[start:end])


def _arithmetic(change: Change, computed: float, kind: Kind) -> str:
    old, new = change.old, change.new
    unit = change.change.unit
    if kind == "difference":
        return f"{show(new.value, 4)}{new.unit} − {show(old.value, 4)}{old.unit} = {show(computed, 4)}{unit}"
    if unit == "番":
        return f"log₂({show(new.value, 4)} ÷ {show(old.value, 4)}) = {show(computed)}番"
    quotient = f"{show(new.value, 4)}{new.unit} ÷ {show(old.value, 4)}{old.unit} − 1"
    return f"{quotient} = {show(computed)}{unit}"


def _check_yearly(document: Document, passage: Passage, change: Change) -> Iterator[Finding]:
    """年均增长 over the years named in the sentence is the root of the whole growth."""
    years = [int(year) for year in _YEARS.findall(passage.text[: change.new.end - passage.start])]
    span = max(years) - min(years) if len(years) > 1 else 0
    if span < 1 or change.change.unit != "%":
        return
    low, high = ((1 + rate / 100) ** (1 / span) * 100 - 100 for rate in _rate_range(change))
    yield from _compare(document, change, (low, high), "growth")


def _check_directions(document: Document, passage: Passage) -> Iterator[Finding]:
    for match in _TO_ONLY.finditer(passage.skeleton):
        old, new = passage.number_at(match.start("old")), passage.number_at(match.start("new"))
        if not old.like(new) or old.base == new.base:
            continue
        if (new.low > old.high and _down(match["verb"])) or (new.high < old.low and not _down(match["verb"])):
            truth = "上升" if new.base > old.base else "下降"
            yield Finding(
                kind="direction",
                message=f"由{old.words}到{new.words}是{truth}，文中写作“{match['verb']}”。",
                places=(_span(document, old, new),),
                stated=match["verb"],
                computed=truth,
                arithmetic=f"{old.words} {'<' if new.base > old.base else '>'} {new.words}",
            )


def _check_by_and_rate(document: Document, passage: Passage) -> Iterator[Finding]:
    """实现5亿元，同比增加1亿元，增长25%: the old level is the new one less the change."""
    for match in _BY_AND_RATE.finditer(passage.skeleton):
        new, by = passage.number_at(match.start("new")), passage.number_at(match.start("by"))
        stated = passage.number_at(match.start("change"))
        sign = _sign(match["way1"])
        if not new.like(by) or stated.unit != "%" or new.base - sign * by.base <= 0:
            continue
        ends = [
            100 * sign * change / (level - sign * change)
            for level in _ends(new)
            for change in _ends(by)
            if level - sign * change > 0
        ]
        if meets(stated_range(stated, _sign(match["way"])), (min(ends), max(ends))):
            continue
        yield _by_finding(document, new, by, stated, sign)


def _check_multiples(document: Document, passage: Passage) -> Iterator[Finding]:
    """30亿元，是上年的1.5倍，上年为20亿元."""
    for match in _TIMES_LAST.finditer(passage.skeleton):
        old, new, times = (passage.number_at(match.start(name)) for name in ("old", "new", "change"))
        if not new.like(old) or old.low <= 0 or times.unit != "倍":
            continue
        if not meets(stated_range(times), (new.low / old.high, new.high / old.low)):
            shown = f"{show(new.base / old.base, max(1, times.decimals))}倍"
            yield Finding(
                kind="growth",
                message=f"{new.words}是{old.words}的{shown}，文中写作{times.words}。",
                places=(_span(document, new, old), _span(document, times, times)),
                stated=times.words,
                computed=shown,
                arithmetic=f"{new.words} ÷ {old.words} = {shown}",
            )


def _by_finding(document: Document, new: Number, by: Number, stated: Number, sign: int) -> Finding:
    old = new.base - sign * by.base
    rate = 100 * by.base / old
    way = "增长" if sign > 0 else "下降"
    shown = f"{way}{show(rate, max(1, stated.decimals))}%"
    old_words = f"{show(old / unit_factor(new.unit), 4)}{new.unit}"
    more = "多" if sign > 0 else "少"
    return Finding(
        kind="growth",
        message=f"{new.words}比基数{more}{by.words}，基数即{old_words}，应为{shown}，文中写作{stated.words}。",
        places=(_span(document, new, by), _span(document, stated, stated)),
        stated=stated.words,
        computed=shown,
        arithmetic=f"{by.words} ÷ {old_words} = {show(rate)}%",
    )
