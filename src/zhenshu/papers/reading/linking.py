"""Figures to indicators, and what cannot be linked to proposals: a reported indicator, a plan item."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

from .commitments import Commitment
from .figures import Figure
from .grammar import units

Entry = tuple[str, str, str, Sequence[str], str]
"""Code, canonical name, unit, aliases, business line."""

CERTAIN = 0.98
ENOUGH = 0.6
"""Below this confidence a figure counts as unknown."""

_SAME_WORDS = (
    ("规模以上", "规上"),
    ("限额以上", "限上"),
    ("高企", "高新技术企业"),
    ("百分点", ""),
    ("总数", "数"),
    ("件数", "数"),
    ("家数", "数"),
    ("户数", "户"),
    ("个数", "数"),
    ("条数", "数"),
    ("公里", "里程"),
    ("长度", "里程"),
    ("接待群众", "接待"),
    ("增速", "增长"),
    ("增幅", "增长"),
    ("增长率", "增长"),
    ("降幅", "下降"),
    ("占比", "比重"),
    ("全镇", ""),
    ("全社会", ""),
    ("累计", ""),
    ("完成", ""),
    ("实现", ""),
)
# Farms and enterprises are counted in 户 as well as in 家, 个.
_UNITS_OF_THINGS = {"households", "count"}
# Of two names that differ in one of these words, one can't be the other.
_OPPOSED = tuple(
    re.compile(words)
    for words in (
        r"农业|林业|渔业|工业(?!园)|服务业|建筑业|批发业|零售业|住宿|餐饮|第[一二三]产业|[一二三]产",
        r"城镇|农村",
        r"收入|支出|产值|增加值|利润|投资(?!额)",
        r"能耗|用电|失业|负债|亏损",
        r"预算内|预算外|税收(?!收入)|非税",
    )
)
_SPECIAL_HEADS = re.compile(r"(?:能耗|失业率|用电量|负债|亏损|占比|比重)")
_DIFFERENT = 0.6
_SHORTEST_FRAME = 4
_MARKS = re.compile(r"[“”\"《》（）()、,，\s]|率$|数$|金额$|总额$|额$")
_OFFICES = {
    "grid": ("社会治理", "网格", "指挥中心"),
    "hotline": ("指挥中心", "便民服务"),
    "petitions": ("信访", "司法", "综治"),
    "safety": ("应急", "安监"),
    "enforcement": ("综合执法", "司法", "公安"),
    "urban": ("建设", "城管"),
    "rural": ("农业农村", "乡村振兴"),
    "village_economy": ("农经", "农业农村"),
    "agriculture": ("农业农村", "农技"),
    "land": ("自然资源", "建设", "拆迁"),
    "rivers": ("水利", "农业农村"),
    "environment": ("生态环境", "建设"),
    "projects": ("项目", "经济发展"),
    "investment": ("招商", "经济发展"),
    "enterprises": ("经济发展", "工业"),
    "innovation": ("科技", "经济发展"),
    "talent": ("人才", "组织"),
    "economy": ("经济发展", "统计"),
    "finance": ("财政",),
    "services": ("便民服务", "行政审批"),
    "livelihood": ("党政", "人大"),
    "relief": ("民政", "退役军人"),
    "employment": ("人社", "便民服务"),
    "education": ("教育", "文教"),
    "health": ("卫健", "卫生"),
    "culture": ("文化", "宣传"),
    "transport": ("建设", "交通"),
    "deputies": ("人大", "党政"),
    "governance": ("党政", "纪检"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """One name of an indicator, as *written* in its pack and ready to be compared."""

    code: str
    written: str
    name: str
    family: str
    line: str
    pairs: frozenset[str]


@dataclass(frozen=True)
class Catalogue:
    """The indicators a figure may be linked to, indexed by the pairs of characters in their names."""

    exact: dict[str, list[Known]] = field(default_factory=dict)
    by_pair: dict[str, list[Known]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndicatorProposal:
    """A reported indicator that would hold a figure nobody defines yet."""

    code: str
    name: str
    unit: str
    line: str


@dataclass(frozen=True, slots=True)
class PlanProposal:
    """A plan item that would follow a promise up."""

    action: str
    object: str
    due: str | None
    line: str
    office_words: tuple[str, ...]
    quote: str


def compile_catalogue(entries: Iterable[Entry]) -> Catalogue:
    """Return *entries* indexed for linking; build it once for many figures."""
    exact: dict[str, list[Known]] = defaultdict(list)
    by_pair: dict[str, list[Known]] = defaultdict(list)
    for code, name, unit, aliases, line in entries:
        for one in (name, *aliases):
            plain = normal_name(one)
            known = Known(code, one, plain, units.family(unit), line, _pairs(plain))
            exact[plain].append(known)
            for pair in known.pairs:
                by_pair[pair].append(known)
    return Catalogue(dict(exact), dict(by_pair))


def link(figure: Figure, catalogue: Catalogue | Sequence[Entry]) -> tuple[str | None, float]:
    """Return the code of the indicator *figure* is a value of, and the confidence from 0 to 1.

    A change (增长5%) is linked to the indicator it is a change of, since comparisons are derived.
    """
    compiled = catalogue if isinstance(catalogue, Catalogue) else compile_catalogue(catalogue)
    written = figure.of if figure.kind == "level_change" and figure.of else figure.name
    name = normal_name(written)
    family = None if figure.kind == "level_change" else units.family(figure.unit)
    best: tuple[str | None, float] = (None, 0.0)
    rank = (0.0, False)  # of names equally sure, the one that stands there word by word wins
    for known in _candidates(name, compiled):
        confidence = _confidence(name, known, family=family, line=figure.line)
        if (confidence, known.written == written) > rank:
            rank = confidence, known.written == written
            best = known.code, confidence
    return best if best[1] >= ENOUGH else (None, best[1])


def normal_name(name: str) -> str:
    """Return *name* in the wording that names are compared in."""
    for words, same in _SAME_WORDS:
        name = name.replace(words, same)
    return _MARKS.sub("", name)


def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[place : place + 2] for place in range(len(name) - 1)) or frozenset({name})


def _candidates(name: str, catalogue: Catalogue) -> list[Known]:
    """Return the indicators that share most pairs of characters with *name*."""
    if name in catalogue.exact:
        return catalogue.exact[name]
    shared: Counter[Known] = Counter()
    for pair in _pairs(name):
        shared.update(catalogue.by_pair.get(pair, ()))
    # Ties by code, not by the order of a set, which differs from one process to the next.
    return nsmallest(12, shared, key=lambda known: (-shared[known], known.code, known.written))


def _confidence(name: str, known: Known, *, family: str | None, line: str) -> float:
    """Return how surely *name* means *known*: alike in words, in what the unit measures, in business line."""
    if name == known.name:
        likeness = 1.0
    else:
        pairs = _pairs(name)
        common = len(pairs & known.pairs)
        dice = 2 * common / (len(pairs) + len(known.pairs))
        contained = common / max(1, min(len(pairs), len(known.pairs)))
        likeness = max(0.6 * dice + 0.35 * contained, _framed(name, known.name))
    if family is not None and family != known.family and {family, known.family} != _UNITS_OF_THINGS:
        likeness *= 0.5
    if name != known.name and _differ(name, known.name):
        likeness *= _DIFFERENT
    return min(CERTAIN, likeness * (1.0 if line == known.line else 0.92))


def _differ(name: str, known: str) -> bool:
    """Tell whether both names say which of several things they mean, and not the same: 农业产值, 工业产值."""
    if bool(_SPECIAL_HEADS.search(name)) != bool(_SPECIAL_HEADS.search(known)):
        return True
    for words in _OPPOSED:
        one, other = set(words.findall(name)), set(words.findall(known))
        if one and other and not one & other:
            return True
    return False


def _framed(name: str, known: str) -> float:
    """Return how surely *name* is *known* with a modifier before it or inside it, 0 when it is not.

    The head of a Chinese name stands at its end, what is done with it often at the beginning: 改造…人才公寓
    is 改造人才公寓 of some place, 某菜种植面积 is 种植面积 of some crop.
    """
    if len(known) < _SHORTEST_FRAME or len(known) >= len(name):
        return 0.0
    nearness = 0.55 + 0.35 * len(known) / len(name)
    if name.endswith(known):
        return nearness + 0.05
    splits = range(2, len(known) - 1)
    inside = any(name.startswith(known[:place]) and name.endswith(known[place:]) for place in splits)
    return nearness if inside else 0.0


def propose_indicator(figure: Figure) -> IndicatorProposal:
    """Return the reported indicator that would hold *figure*, under its business line."""
    name = figure.of if figure.kind == "level_change" and figure.of else figure.name
    return IndicatorProposal(f"{figure.line}.{_slug(name)}", name, figure.unit, figure.line)


def propose_plan_item(commitment: Commitment) -> PlanProposal:
    """Return the plan item that would follow *commitment* up, with the words to look for in office names."""
    return PlanProposal(
        commitment.action,
        commitment.object,
        commitment.due,
        commitment.line,
        _OFFICES.get(commitment.line, ()),
        commitment.quote,
    )


def _slug(name: str) -> str:
    from pypinyin import lazy_pinyin  # heavy, and only needed for proposals

    letters = "_".join(lazy_pinyin(re.sub(r"[^一-龥A-Za-z0-9]", "", name)))
    return re.sub(r"[^a-z0-9_]", "", letters.lower())[:60].strip("_") or "reported"
