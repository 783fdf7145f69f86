"""The clauses of a plan, each a possible promise; every item of a list of figures stands alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from .grammar.promising import opens_with_act
from .scan import Candidate, Sentence
from .structure import Structure

_CLAUSE = re.compile(
    r"(?:“[^“”\n]{1,40}”|《[^《》\n]{1,40}》|[(（][^()（）\n]{1,40}[)）]|"
    r"[^,，;；。！!？\n:：①-⑳])+"
)
_COMMA = re.compile("、")
_GOALS = re.compile(r"(?:预期|奋斗|发展|主要|工作)(?:目标|指标)[^。\n]{0,12}[:：]")
_POLITICS = re.compile(
    r"廉洁|作风|党风|八项规定|依法行政|阳光下|自觉接受|从严治党|形式主义|两个维护|"
    r"两个确立|政治|紧日子|干部队伍|服务型政府"
)
_GROWN = re.compile(r"^\s*(?:同比|较上年|比上年)?(?:增长|下降|提高|增幅|增速|降低)")


@dataclass(slots=True)
class Clause:
    """A stretch of the clean text between two commas, or one item of a list of figures."""

    start: int
    end: int
    text: str
    figures: list[Candidate]
    place: float
    """How far into the plan it stands, from 0 to 1."""
    first: bool
    last: bool
    politics: bool
    goals: bool
    after_figure: bool = False
    before_figure: bool = False


def read_clauses(text: str, structure: Structure, sentences: list[Sentence]) -> Iterator[list[Clause]]:
    """Yield the clauses of each sentence that looks ahead."""
    plans = [section for section in structure.sections if section.role == "plan"]
    if not plans:
        return
    begin, end = plans[0].start, plans[-1].end
    paragraphs = _Paragraphs(text)
    for sentence in sentences:
        if sentence.start < begin or structure.section_at(sentence.start).role != "plan":
            continue
        place = (sentence.start - begin) / max(1, end - begin)
        yield _cut(sentence, place=place, politics=paragraphs.speaks_of_itself(sentence.start))


class _Paragraphs:
    """Which paragraphs are about the government's own conduct rather than its work."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(found.end() for found in re.finditer(r"\n", text))]
        ends = [*self.starts[1:], len(text)]
        self.politics = [
            len(_POLITICS.findall(text, start, end)) >= 3
            for start, end in zip(self.starts, ends, strict=True)
        ]

    def speaks_of_itself(self, place: int) -> bool:
        return self.politics[bisect_left(self.starts, place + 1) - 1]


def _cut(sentence: Sentence, *, place: float, politics: bool) -> list[Clause]:
    """Return the clauses of *sentence*; a list of figures gives one clause for each item."""
    found = list(_CLAUSE.finditer(sentence.text))
    goals = _GOALS.search(sentence.text)
    starts = [one.start for one in sentence.candidates]
    clauses: list[Clause] = []
    for index, match in enumerate(found):
        begin, end = match.start() + sentence.start, match.end() + sentence.start
        inside = sentence.candidates[bisect_left(starts, begin) : bisect_left(starts, end)]
        after_goals = bool(goals) and match.start() >= (goals.end() if goals else 0)
        for start, stop in _items(sentence, begin, end, inside):
            figures = sentence.candidates[bisect_left(starts, start) : bisect_left(starts, stop)]
            words = sentence.text[start - sentence.start : stop - sentence.start]
            clauses.append(
                Clause(
                    start,
                    stop,
                    words.strip(),
                    figures,
                    place,
                    index == 0,
                    index == len(found) - 1,
                    politics,
                    after_goals,
                )
            )
    return _joined(_neighboured(clauses))


def _items(sentence: Sentence, begin: int, end: int, figures: list[Candidate]) -> list[tuple[int, int]]:
    """Return where the items of a list lie: each with its own figure, or each with a verb of its own."""
    cuts = [begin]
    if not figures:
        cuts += _acts(sentence, begin, end)
    for one, other in zip(figures, figures[1:], strict=False):
        mark = sentence.text.find("、", one.end - sentence.start, other.start - sentence.start)
        if mark >= 0:
            cuts.append(mark + sentence.start + 1)
    stops = [cut - 1 for cut in cuts[1:]] + [end]
    return list(zip(cuts, stops, strict=True))


def _acts(sentence: Sentence, begin: int, end: int) -> list[int]:
    """Return where new acts begin in a list of acts: 完成甲规划编制、启动乙规划编制."""
    words = sentence.text[begin - sentence.start : end - sentence.start]
    if "、" not in words:
        return []
    places = [mark.end() for mark in _COMMA.finditer(words) if mark.start() >= 8]
    return [begin + place for place in places if opens_with_act(words[place : place + 12])]


def _neighboured(clauses: list[Clause]) -> list[Clause]:
    for one, other in zip(clauses, clauses[1:], strict=False):
        one.before_figure = bool(other.figures)
        other.after_figure = bool(one.figures)
    return clauses


def _joined(clauses: list[Clause]) -> list[Clause]:
    """Return *clauses* with each bare growth rate joined to the level before it: 675亿元,增长10%."""
    kept: list[Clause] = []
    for clause in clauses:
        if kept and kept[-1].figures and clause.figures and _GROWN.match(clause.text):
            kept[-1].end = clause.end
            kept[-1].text = f"{kept[-1].text},{clause.text}"
            kept[-1].figures += clause.figures
        else:
            kept.append(clause)
    return kept
