"""Shares, rates and completion that a report states beside the numbers they come from."""

import re
from collections.abc import Iterator, Sequence

from zhenshu.papers.checking.finding import Finding, Kind
from zhenshu.papers.checking.growth import meets, stated_range
from zhenshu.papers.checking.numbers import Number, Passage, place_of, show, skeleton_pattern
from zhenshu.papers.reading.document import Document
from zhenshu.papers.reading.figures import Figure

_SHARE = skeleton_pattern(
    r"占(?:比|总数|总量|总额|全部|全镇|全年|其|到)?(?P<of>[^#%@&，,；;]{0,20}?)(?P<share>%)"
)
_RATE = skeleton_pattern(
    r"(?P<how>按时|按期|及时|限时|一次性|有效|综合|平均|首次|规范)?(?P<stem>办结|化解|整改|处置|调处|回复|答复|签约|开工|竣工|销号|结案|达标"
    r"|合格|参保|就业|入户|检测|整治|兑现|入住|完成|安置|救助|治愈|接种|签订|拆除|见面|采纳)率(?:高达|达到?|为|超过?|约)?(?P<rate>%)"
)
_OF_AMOUNT = skeleton_pattern(
    r"(?P<part>#)[^%@&；;]{0,12}?[，,]占[^#%@&，,；;]{2,16}(?P<whole>#)的(?P<share>%)"
)
_RECEIVED = (
    "实施|安排|确定|列入|纳入|推进|现有|受理|接收|接报|接到|收到|交办|排查|发现"
    "|查出|摸排|承办|办理|登记|上报|检查|抽检|计划|应|共有|共|总"
)
_COMPLETION = skeleton_pattern(
    r"(?:计划|任务|目标|预算|指标)(?:数|投资|总投资|任务|完成)?[^#%@&，,；;]{0,8}(?P<plan>#)[，,]"
    r"(?:(?!计划|任务|目标|预算)[^%@&；;]){0,30}?(?:完成|实现|到位|入库)[^#%@&，,；;]{0,10}(?P<done>#)[，,](?:占|完成|为|达到?)?[^#%@&，,；;]{0,8}"
    r"(?:计划|任务|目标|预算|进度|完成率|指标)[^#%@&，,；;]{0,8}(?P<rate>%)"
)
_OF_PLAN = skeleton_pattern(
    r"(?P<done>#)[，,](?:占|完成|达到?|为)[^#%@&，,；;]{0,8}(?:计划|任务|目标|预算|指标)[^#%@&，,；;]{0,6}(?P<plan>#)的(?P<rate>%)"
)
_PART_OF = skeleton_pattern(
    r"(?P<whole>#)[^#%@&；;]{0,30}?(?:其中|中)[，,]?(?P<gap>[^%@&；;]{0,40}?)(?P<part>#)[^#@&；;]{0,14}?占"
)
_ABOVE_HUNDRED = skeleton_pattern(
    r"(?P<name>办结|化解|整改|满意|合格|达标|覆盖|参保|普及|入学|就业|见面|回访|知晓|检测|绿化|回收|利用|处置|调处|及时响应|响应|入户)率"
    r"(?:高达|达到?|为|提高到|提升至|保持在?|稳定在?)?(?P<rate>%)"
)
_STRUCTURE = re.compile(
    r"(?:产业|结构|比重|比例|占比)[^。；;\d]{0,14}(?P<parts>\d+(?:\.\d+)?%?(?:\s*[:：∶]\s*\d+(?:\.\d+)?%?){1,4})"
)
SHORTEST_SUBJECT = 4
HUNDRED = 100.0
# Vaccinations and the like are told as coverage of the number ordered, which may be passed by far.
SURELY_A_TARGET = 110.0


def check_shares(document: Document, passage: Passage, figures: Sequence[Figure]) -> Iterator[Finding]:
    """Contradictions between shares and their parts and wholes in *passage*."""
    yield from _stated_shares(document, passage, figures)
    yield from _shares_of_amounts(document, passage)
    yield from _rates(document, passage)
    yield from _completions(document, passage)
    yield from _sums_of_shares(document, passage)
    yield from _over_hundred(document, passage)
    yield from _structures(document, passage)


def _stated_shares(document: Document, passage: Passage, figures: Sequence[Figure]) -> Iterator[Finding]:
    for match in _SHARE.finditer(passage.skeleton):
        share = passage.number_at(match.start("share"))
        earlier = passage.numbers[: passage.number_before(match.start())]
        part = _part(earlier, passage, share)
        if part is None or share.unit != "%" or _of_another(passage, part, match.start()):
            continue
        whole = _whole(passage, part, earlier) or _named_whole(match["of"], part, passage, figures)
        if whole is not None and whole[0] > 0:
            yield from _compare(document, part, whole, share, "share")


def _shares_of_amounts(document: Document, passage: Passage) -> Iterator[Finding]:
    """面积3.2万亩，占耕地面积4.5万亩的71.1%: the whole stands inside the share."""
    for match in _OF_AMOUNT.finditer(passage.skeleton):
        part, whole, share = (passage.number_at(match.start(name)) for name in ("part", "whole", "share"))
        planned = re.search("计划|任务|目标|预算", match[0])
        if part.like(whole) and share.unit == "%" and whole.low > 0 and not planned:
            stated = (whole.low, whole.high, whole.words, whole.start, whole.end)
            yield from _compare(document, part, stated, share, "share")


def _part(earlier: Sequence[Number], passage: Passage, share: Number) -> Number | None:
    """The quantity a share belongs to: the last one before it in the same group of clauses."""
    for number in reversed(earlier):
        if "；" in passage.text[number.end - passage.start : share.start - passage.start]:
            return None
        if number.family not in ("percent", "factor"):
            return number
    return None


def _of_another(passage: Passage, part: Number, share: int) -> bool:
    """True when the words right before 占 name a thing of their own, which the part's clause doesn't name."""
    clause = re.split("[，,；;：:]", passage.text[part.end - passage.start : share])
    subject = clause[-1].strip().lstrip("其均各共约、") if len(clause) > 1 else ""
    return len(subject) >= SHORTEST_SUBJECT and subject[-2:] not in _clause(passage, part)


Whole = tuple[float, float, str, int, int]


def _whole(passage: Passage, part: Number, earlier: Sequence[Number]) -> Whole | None:
    """The like quantity before 其中, when the part stands behind it."""
    before = passage.text[: part.start - passage.start]
    cue = max(before.rfind("其中"), before.rfind("中，"), before.rfind("中,"))
    if cue < 0 or "；" in before[cue:]:
        return None
    for number in reversed(earlier):
        if number.end - passage.start <= cue + 1 and number.like(part) and number is not part:
            return number.low, number.high, number.words, number.start, number.end
    return None


def _named_whole(of: str, part: Number, passage: Passage, figures: Sequence[Figure]) -> Whole | None:
    """The one figure of the report that carries the name 占…的 names, in the unit of the part."""
    name = re.sub(
        r"^(?:全镇|全街道|全区|全县|全市|我镇|同期|当年|全年)|的?(?:比重|比例|总量|总数|总额)?(?:为|达到?|约|近|超过?)?的?$",
        "",
        of,
    )
    if len(name) < 4:
        return None
    named = [
        figure
        for figure in figures
        if figure.name == name and figure.value and figure.kind == "actual" and figure.unit == part.unit
    ]
    if len(named) != 1 or named[0].value is None:
        return None
    figure = named[0]
    factor = part.base / part.value if part.value else 1.0
    return (
        named[0].value * factor * 0.999,
        named[0].value * factor * 1.001,
        figure.quote,
        figure.start,
        figure.end,
    )


def _compare(document: Document, part: Number, whole: Whole, share: Number, kind: Kind) -> Iterator[Finding]:
    low, high = 100 * part.low / whole[1], 100 * part.high / whole[0]
    if meets(stated_range(share), (low, high)):
        return
    computed = f"{show((low + high) / 2, max(1, share.decimals))}%"
    yield Finding(
        kind=kind,
        message=f"{part.words}占{whole[2]}的{computed}，文中写作{share.words}。",
        places=(place_of(document, part.start, part.end), place_of(document, share.start, share.end)),
        stated=share.words,
        computed=computed,
        arithmetic=f"{part.words} ÷ {whole[2]} = {computed}",
    )


def _rates(document: Document, passage: Passage) -> Iterator[Finding]:
    """受理1200件，办结1180件，办结率98.3%."""
    for match in _RATE.finditer(passage.skeleton):
        rate = passage.number_at(match.start("rate"))
        earlier = passage.numbers[: passage.number_before(match.start("rate"))]
        part = _done(passage, earlier, match["stem"], match["how"] or "")
        whole = _received(passage, earlier, part) if part is not None else None
        if part is not None and whole is not None and rate.unit == "%" and whole.base > 0:
            stated = (whole.low, whole.high, whole.words, whole.start, whole.end)
            yield from _compare(document, part, stated, rate, "rate")


def _done(passage: Passage, earlier: Sequence[Number], stem: str, how: str) -> Number | None:
    """The last quantity whose own clause says the rate's verb, with the same qualifier or without any."""
    for number in reversed(earlier):
        if number.family == "percent":
            continue
        clause = _clause(passage, number)
        if stem in clause and f"{stem}率" not in clause and not clause.startswith("应"):
            return (
                number if (how in clause if how else not re.search("按时|按期|及时|限时", clause)) else None
            )
    return None


def _received(passage: Passage, earlier: Sequence[Number], part: Number) -> Number | None:
    """What was due; else the last like quantity before the part, if it speaks of what came in."""
    due = [number for number in earlier if number.like(part) and _clause(passage, number).startswith("应")]
    if due:
        return due[-1]
    before = [number for number in earlier if number.end <= part.start and number.like(part)]
    if not before or "；" in passage.text[before[-1].end - passage.start : part.start - passage.start]:
        return None
    whole = before[-1]
    return whole if re.search(_RECEIVED, _clause(passage, whole)) and whole.base >= part.base * 0.5 else None


def _clause(passage: Passage, number: Number) -> str:
    before = passage.text[: number.start - passage.start]
    start = max(before.rfind(mark) for mark in "，,；;：:、")
    return before[start + 1 :]


def _completions(document: Document, passage: Passage) -> Iterator[Finding]:
    for pattern in (_COMPLETION, _OF_PLAN):
        for match in pattern.finditer(passage.skeleton):
            plan, done, rate = (passage.number_at(match.start(name)) for name in ("plan", "done", "rate"))
            if plan.like(done) and rate.unit == "%" and plan.base > 0:
                # A plan is set, not measured: its number is exact.
                whole = (plan.base, plan.base, plan.words, plan.start, plan.end)
                yield from _compare(document, done, whole, rate, "completion")


def _sums_of_shares(document: Document, passage: Passage) -> Iterator[Finding]:
    """Shares of one whole, told in one sentence, can't exceed 100 % together."""
    for group in re.split("；|;|其中", passage.skeleton):
        offset = passage.skeleton.find(group)
        matches = [
            match for match in _SHARE.finditer(group) if match["of"] in ("", "比", "分别", "比重", "比为")
        ]
        listed = _listed_shares(passage, group, offset)
        shares = [passage.number_at(offset + match.start("share")) for match in matches] + listed
        total = sum(share.value for share in shares)
        if len(shares) >= 2 and (listed or _alike(group, matches)) and total > HUNDRED + len(shares):
            yield _total_finding(document, shares, total)


def _alike(group: str, matches: "Sequence[re.Match[str]]") -> bool:
    """True when the shares divide one thing: three or more of them, or names that end alike (一产, 二产)."""
    return len(matches) >= 3 or len({group[match.start() - 1 : match.start()] for match in matches}) == 1


def _listed_shares(passage: Passage, group: str, offset: int) -> list[Number]:
    """甲、乙、丙分别占30%、40%、50%: the percentages in a row behind the first."""
    listed: list[Number] = []
    for match in re.finditer(
        skeleton_pattern("占(?:比|总数|全部)?(?:分别)?[^#%@&，,；;]{0,8}%((?:[、和及，,]%)+)"), group
    ):
        start = offset + match.start(1)
        listed += [
            passage.number_at(start + place) for place, sign in enumerate(match[1]) if sign == "\ue001"
        ]
    return listed


def _total_finding(document: Document, shares: Sequence[Number], total: float) -> Finding:
    shown = f"{show(total, 2)}%"
    return Finding(
        kind="shares-total",
        message=f"各项占比相加为{shown}，超过100%。",
        places=tuple(place_of(document, share.start, share.end) for share in shares),
        stated="、".join(share.words for share in shares),
        computed=shown,
        arithmetic=" + ".join(share.words for share in shares) + f" = {shown}",
    )


def _over_hundred(document: Document, passage: Passage) -> Iterator[Finding]:
    """A rate that has a whole can't exceed it; 完成率 may."""
    for match in _ABOVE_HUNDRED.finditer(passage.skeleton):
        rate = passage.number_at(match.start("rate"))
        against_target = match["name"] == "覆盖" and rate.value > SURELY_A_TARGET
        if rate.unit == "%" and rate.value > HUNDRED and not against_target:
            yield Finding(
                kind="over-hundred",
                message=f"{match['name']}率不可能超过100%，文中写作{rate.words}。",
                places=(place_of(document, rate.start, rate.end),),
                stated=rate.words,
                computed="≤ 100%",
                arithmetic=f"{rate.words} > 100%",
            )


def _structures(document: Document, passage: Passage) -> Iterator[Finding]:
    """三次产业结构为5.2:48.3:46.5: the parts make 100."""
    for match in _STRUCTURE.finditer(passage.text):
        parts = [float(part.strip().rstrip("%")) for part in re.split("[:：∶]", match["parts"])]
        total = sum(parts)
        if not 80 < total < 120 or len(parts) < 2 or abs(total - HUNDRED) <= 0.1 * len(parts):
            continue
        start = passage.start + match.start("parts")
        place = place_of(document, start, passage.start + match.end("parts"))
        yield Finding(
            kind="shares-total",
            message=f"结构比例{match['parts']}相加为{show(total)}，不是100。",
            places=(place,),
            stated=match["parts"],
            computed=show(total),
            arithmetic=" + ".join(show(part) for part in parts) + f" = {show(total)}",
        )
