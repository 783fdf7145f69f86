"""Ranks that contradict each other or the number of those ranked."""

import re
from collections.abc import Iterator

from zhenshu.papers.checking.finding import Finding, Place
from zhenshu.papers.checking.numbers import place_of
from zhenshu.papers.reading.document import Document
from zhenshu.papers.reading.grammar.numerals import CHINESE, parse_number

_NUMBER = rf"(?:\d+|{CHINESE})"
_UP = "上升|前移|提升|跃升|跃居|进位|攀升|升|前进|提高"
_DOWN = "下降|后移|下滑|降|滑落"
_MOVED = re.compile(
    rf"(?:由|从)[^。，,；;]{{0,16}}?第\s*(?P<old>{_NUMBER})\s*[位名][^。；;]{{0,10}}?(?P<verb>{_UP}|{_DOWN})"
    rf"(?:到|至|为)?了?[^。；;第]{{0,8}}第\s*(?P<new>{_NUMBER})\s*[位名]?"
    rf"(?:[^。；;]{{0,6}}?(?:{_UP}|{_DOWN}|进|退)了?\s*(?P<by>{_NUMBER})\s*[位个名])?"
)
_MEMBERS = "乡镇街道|乡镇|镇街|街镇|镇乡|镇|街道|区镇|板块|村|社区|县区|县|区"
_AMONG = re.compile(
    rf"(?P<count>{_NUMBER})\s*个(?:{_MEMBERS})(?:中|里|内)"
    rf"[^。；;]{{0,14}}?(?:第|排名|位列|位居|列)第?\s*(?P<rank>{_NUMBER})\s*[位名]?"
)
_FIELD = "全[国省市县区州]|[省市县区]级?|同类地区"
_STANDING = re.compile(
    rf"(?:位列|位居|名列|排名|列|居|获|排在)(?P<field>{_FIELD})?[^。，,；;第\d]{{0,10}}?第\s*(?P<rank>{_NUMBER})"
    r"(?![\d一二三四五六七八九十]*\s*[届次批期季年个种类党十])\s*[位名]?"
)
_FILLER_AHEAD = re.compile(
    r"^(?:其中|同时|此外|另外|目前|全年|一年来|今年以来|我镇|全镇|镇|街道|我街道|综合|再次|继续|稳|成功"
    r"|连续[一二三四五六七八九十\d]+[年季月个度]*)+"
)
_FILLER_BEHIND = re.compile(r"(?:综合|总体|持续|成绩|再次|稳|均|继续|总分|得分)+$")
_OTHER_TIME = re.compile("上年|去年|季度|月|由|从|同比|半年|以来")
SHORTEST_SUBJECT = 4


def check_ranks(document: Document) -> Iterator[Finding]:
    """Contradictions between the ranks stated anywhere in *document*."""
    text = document.clean
    yield from _moves(document, text)
    yield from _beyond_count(document, text)
    yield from _two_standings(document, text)


def _moves(document: Document, text: str) -> Iterator[Finding]:
    for match in _MOVED.finditer(text):
        old, new = parse_number(match["old"]), parse_number(match["new"])
        rises = match["verb"] in _UP.split("|")
        if (new < old) is rises and new != old:
            yield from _move_length(document, match, abs(old - new))
            continue
        truth = "未变" if new == old else ("后移" if new > old else "前移")
        yield Finding(
            kind="rank",
            message=f"由第{match['old']}位到第{match['new']}位是位次{truth}，文中写作“{match['verb']}”。",
            places=(_place(document, match),),
            stated=match["verb"],
            computed=truth,
            arithmetic=f"{old:g} {'<' if new > old else '≥'} {new:g}",
        )


def _move_length(document: Document, match: "re.Match[str]", moved: float) -> Iterator[Finding]:
    if match["by"] is None or parse_number(match["by"]) == moved:
        return
    yield Finding(
        kind="rank",
        message=f"由第{match['old']}位到第{match['new']}位变动{moved:g}位，文中写作{match['by']}位。",
        places=(_place(document, match),),
        stated=f"{match['by']}位",
        computed=f"{moved:g}位",
        arithmetic=f"|{match['old']} − {match['new']}| = {moved:g}",
    )


def _beyond_count(document: Document, text: str) -> Iterator[Finding]:
    for match in _AMONG.finditer(text):
        count, rank = parse_number(match["count"]), parse_number(match["rank"])
        if rank > count > 1:
            yield Finding(
                kind="rank",
                message=f"{match['count']}个中不可能有第{match['rank']}位。",
                places=(_place(document, match),),
                stated=f"第{match['rank']}位",
                computed=f"≤ {count:g}",
                arithmetic=f"{rank:g} > {count:g}",
            )


def _two_standings(document: Document, text: str) -> Iterator[Finding]:
    """The same thing in the same field with two ranks."""
    seen: dict[tuple[str, str], re.Match[str]] = {}
    for match in _STANDING.finditer(text):
        clause = re.split(r"[。，,；;：:\n]", text[max(0, match.start() - 40) : match.start()])[-1]
        subject = _FILLER_BEHIND.sub("", _FILLER_AHEAD.sub("", clause.strip()))
        if len(subject) < SHORTEST_SUBJECT or _OTHER_TIME.search(clause):
            continue
        first = seen.setdefault((subject, (match["field"] or "")[-1:]), match)
        if parse_number(first["rank"]) != parse_number(match["rank"]):
            yield Finding(
                kind="rank",
                message=f"“{subject}”一处为第{first['rank']}位，一处为第{match['rank']}位。",
                places=(_place(document, first), _place(document, match)),
                stated=f"第{match['rank']}位",
                computed=f"第{first['rank']}位",
                arithmetic=f"{first['rank']} ≠ {match['rank']}",
            )


def _place(document: Document, match: "re.Match[str]") -> Place:
    return place_of(document, match.start(), match.end())
