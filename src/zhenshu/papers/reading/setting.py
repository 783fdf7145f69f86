"""One figure among its words: what stands left and right of it, and what was spoken of before."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .grammar import phrases
from .grammar.units import MEASURE_NOUNS
from .scan import Candidate

QUANTITY_END = re.compile(
    r"(?:额|数|率|比|比例|占比|收入|值|量|度|重|资金|产值|投资|销售|规模|人次|税收|面积|"
    r"支出|存款|贷款|客流|GDP|外资|利润|工资|收益|能耗|水平|亏损|产能"
    r"|里程|长度|进度|补贴|金|费|分红|债务|积分|得分|税费|价格|时限|投入|增收|创收|营收|到账|能力|次|批)$"
)
COORDINATED = re.compile(r"、|和(?!谐|美|平)|及(?!时|格|早)|与(?!会)")
RESPECTIVELY = re.compile(r"分别|分列|依次")
MEASURING = frozenset(
    [
        "产量",
        "总产",
        "总产量",
        "年产量",
        "产值",
        "总产值",
        "年产值",
        "金额",
        "总金额",
        "涉及金额",
        "面积",
        "人数",
    ]
)
_POINTING = re.compile(r"^(?:该|位于|地处|坐落)")
_AMOUNTS = frozenset(["税收", "收入", "利润", "销售", "税收收入"])
_MEASURED = re.compile(r"(?:(?:播种|种植|养殖|栽培)?(?:总)?面积|人数|人次|户数|数量|总数|产量)$")
_SHARED_HEAD = re.compile(
    r"(?:[两三四五六七八九]大)?(?P<head>(?:常住)?(?:居民)?(?:人均)?(?:可支配收入|纯收入|收入)|"
    r"(?:产业)?增加值|(?:主导|支柱)?(?:产业|企业|工业)?(?:总)?产值|占比|比重|(?:播种|种植|养殖)?面积|产量|投资|税收|营收|"
    r"销售额|人数|户数|[一-龥]{2}率)$"
)
"""What several subjects can share at the end of the last one."""
_DEED = re.compile(r"(?:建立|签订|达成|形成|健全|完善)[^,，]*(?:关系|机制|制度|体系|模式|合作|协议)$")
"""A clause that tells a deed names nothing the next figure could be about."""
_JOINED = ("、", "和", "与", "及", "以及")
_MEASURES = {
    "轮": "轮次",
    "批": "批次",
    "场": "场次",
    "人次": "人次",
    "万人次": "人次",
    "批次": "批次",
    "年": "年数",
    "大类": "类别数",
    "次": "次数",
}


@dataclass(slots=True)
class Topic:
    """What the text has spoken of so far."""

    thing: str = ""
    verb: str = ""
    level: str = ""
    rank: str = ""
    change: str | None = None
    consumed: int = 0
    subjects: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    """The levels that this sentence has stated, for 分别增长5%和8%."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The name of one figure, what it is a change or a share of, and the direction of a change."""

    name: str
    of: str | None = None
    direction: str | None = None
    change: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One candidate with the words on its two sides."""

    candidate: Candidate
    left: str
    """All words since the last figure."""
    clause: str
    """The words of *left* after its last comma."""
    right: str
    """The words up to the next comma or figure."""
    ahead: str
    """When the next figure follows without a comma: the words after it."""
    followed: bool
    """Whether the next figure follows without a comma."""
    run: int
    """How many figures stand on one list from this one on: 5%、7%和9% are three."""

    @property
    def told_apart(self) -> bool:
        """Whether each of several subjects gets a figure of its own: 分别达到8%和9%."""
        return self.run > 1 and bool(RESPECTIVELY.search(self.clause))

    @property
    def joined(self) -> bool:
        """Whether the figure goes on a list: 3个, 和5个."""
        return self.left.startswith(_JOINED) and self.left == self.clause


def split_subjects(subject: str, *, each: bool = False) -> list[str]:
    """Return the coordinated quantities of *subject*: 面复率和满意率 → both; a plain noun stays whole.

    With *each*, a word said once for all is given to each: 城镇和农村居民收入 → 城镇居民收入, 农村居民收入.
    """
    if each and subject.startswith("城乡"):
        return [f"城镇{subject[2:]}", f"农村{subject[2:]}"]
    parts = [part for part in COORDINATED.split(subject) if part]
    if each and len(parts) > 1:
        return _completed(parts)
    if len(parts) < 2 or not all(QUANTITY_END.search(part) for part in parts):
        return [subject]
    return parts


def _completed(parts: list[str]) -> list[str]:
    """Return *parts* each with the head that stands at the last one only: 小麦, 玉米播种面积."""
    head = _SHARED_HEAD.search(parts[-1])
    if head is None or head.start() == 0:
        return parts
    last, tail = parts[-1][: head.start()], head["head"]
    alike = not QUANTITY_END.search(parts[0]) or parts[0][-2:] == last[-2:]
    return [join(part, tail) for part in (*parts[:-1], last)] if alike else parts


def noun_after(right: str) -> str:
    """Return the noun that opens *right*, or nothing when it opens with a verb (178户受益)."""
    words = phrases.DESCRIBED.sub("", right.lstrip("的 "))
    head = re.split(r"[、�?？ ]|(?<=[一-龥])(?:累计|共计|合计)", words, maxsplit=1)[0]
    head = phrases.SPECIFICS.sub("", head)
    if head.endswith(("性", "型", "类", "化")) and "、" in words:
        head = re.split(r"[�?？ ]", words, maxsplit=1)[0].replace("、", "", 1)
    if head[2:3] in ("和", "与") and head[:2] in phrases.GENERIC:
        return head[:2]
    end = phrases.NOUN_END.search(head, 2 if phrases.JOINTLY.match(head) else 0)
    if end:
        noun, rest = head[: end.start()], head[end.start() :]
        if (
            noun in phrases.GENERIC
            and not QUANTITY_END.search(rest)
            and len(rest) <= 6
            and "的" not in rest
            and not rest.startswith(("全", "已", "均"))
        ):
            return f"{rest}{noun}"
        head = noun
    entity = phrases.ENTITY.match(head) or phrases.ACTOR.match(head)
    if entity:
        head = entity[1]
    head = head[:24].rstrip("和与及")
    return phrases.NOUN_TAIL.sub("", head) or head


def context_of(setting: Setting, topic: Topic) -> str:
    """Return what a name without a thing of its own is about: the clause or the thing before."""
    parts = [peel(part) for part in phrases.CLAUSE_BREAK.split(setting.left)[:-1]]
    parts = [
        part
        for part in parts
        if len(part) > 1 and part not in phrases.GENERIC and not (_DEED.search(part) or _POINTING.match(part))
    ]
    if not parts:
        return "" if ";" in setting.left or "；" in setting.left else topic.thing
    return phrases.KEPT_FRONT.sub("", phrases.SPECIFICS.sub("", parts[-1]))[-12:]


def with_measure(name: str, candidate: Candidate) -> str:
    """Return *name* ending in a word for what is measured."""
    name = (phrases.NOUN_TAIL.sub("", name) or name) if name.endswith(("工作", "任务", "目标")) else name
    for word, canonical in phrases.CANONICAL_WORDS:
        name = name.replace(word, canonical)
    if candidate.family == "money" and phrases.PAYING.match(name) and not name.endswith("额"):
        return f"{name}金额"
    if QUANTITY_END.search(name):
        return name
    measure = _MEASURES.get(candidate.unit, MEASURE_NOUNS[candidate.family])
    return name if name.endswith(measure) else name + measure


def peel(words: str) -> str:
    """Return *words* without openings of time, place and manner and without linking verbs at the end."""
    words = words.strip()
    while True:
        shorter = phrases.LINK_TAIL.sub("", phrases.FRONT.sub("", words))
        if shorter == words:
            return words
        words = shorter


def join(context: str, core: str) -> str:
    """Return *core* after *context*, a word shared by both said once: 医保参保, 参保率 → 医保参保率.

    What the context measures gives way to what the core measures: 粮食播种面积, 产量 → 粮食产量.
    """
    if core in MEASURING:
        context = _MEASURED.sub("", context)
    if core in _AMOUNTS and QUANTITY_END.search(context):
        return core
    for size in range(min(len(context), len(core)), 1, -1):
        if context.endswith(core[:size]):
            return context + core[size:]
    return context + core
