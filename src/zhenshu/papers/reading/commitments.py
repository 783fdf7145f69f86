"""The promises of a report: each clause of the plan that can be checked later, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .clauses import Clause, read_clauses
from .document import Document
from .grammar import periods, promising, weights
from .lines import line_of
from .scan import Candidate, Sentence, scan_sentences
from .setting import split_subjects
from .structure import Structure, read_structure

_SHARED = re.compile(r"^(?P<subjects>[^,，]+?)(?:均|都|双双|分别)")
_ACTUAL = re.compile(r"(?:已经?|目前|(?<!实)现有|去年|上年)[^,，]{0,8}$|了$")
_SYNCHRONOUS = re.compile(
    r"与经济(?:增长|发展)[^,，]{0,6}同步|完成[^,，]{0,6}(?:下达|各项|目标)[^,，]{0,4}任务"
)
"""The two promises among goals that state no number: income in step, the upper level's quota met."""
_ONLY_DATE = re.compile(
    r"^(?:力争|确保|争取|计划|预计|同时)?[到至]?\d{4}年(?:年?[底末初]|\d{1,2}[-—至]?\d{0,2}月份?)?$"
)
_LOCATED = re.compile(r"^(?:该|此)?(?:项目)?(?:位于|地处|坐落)")
_LEADING = re.compile(
    r"^[\s(（]*(?:\d{1,2}[.．](?!\d)|[一二三四五六七八九十]+[)）、]|[一二三四五六七八九十]是)?\s*"
)


@dataclass(frozen=True, slots=True)
class Commitment:
    """A checkable promise; ``start`` and ``end`` are places in the text as found."""

    quote: str
    start: int
    end: int
    action: str
    object: str
    due: str | None
    figure: bool
    line: str


def read_commitments(
    document: Document, structure: Structure | None = None, sentences: list[Sentence] | None = None
) -> list[Commitment]:
    """Return the promises of *document* in the order of the text."""
    structure = structure or read_structure(document.clean)
    sentences = sentences if sentences is not None else list(scan_sentences(document.clean))
    found: list[Commitment] = []
    for clauses in read_clauses(document.clean, structure, sentences):
        context = _context(document, clauses)
        for clause in clauses:
            if _is_promise(clause):
                year = structure.section_at(clause.start).year
                found += [_commitment(document, part, year, context) for part in _parts(clause)]
    return found


def _is_promise(clause: Clause) -> bool:
    """Tell whether *clause* promises something: it states a planned figure, or reads like a checkable act."""
    if clause.figures:
        return any(not _ACTUAL.search(_before(clause, figure)) for figure in clause.figures)
    if len(clause.text) < 4 or _ONLY_DATE.match(clause.text) or _LOCATED.match(clause.text):
        return False
    if clause.goals and _SYNCHRONOUS.search(clause.text):
        return True
    features = promising.describe_clause(
        clause.text,
        place=clause.place,
        first=clause.first,
        last=clause.last,
        politics=clause.politics,
        goals=clause.goals,
    )
    if clause.before_figure:
        features.append("figure_next")
    if clause.after_figure:
        features.append("figure_before")
    return promising.probability(clause.text, features) >= weights.THRESHOLD


def _before(clause: Clause, figure: Candidate) -> str:
    return clause.text[: max(0, figure.opening - clause.start)]


def _parts(clause: Clause) -> Iterator[Clause]:
    """Yield one clause for each subject that shares a figure: 甲、乙、丙均增长10%."""
    shared = _SHARED.match(clause.text) if clause.figures else None
    subjects = split_subjects(shared["subjects"]) if shared else []
    if len(subjects) < 2:
        yield clause
        return
    begin = clause.start
    for index, subject in enumerate(subjects):
        end = clause.end if index == len(subjects) - 1 else begin + len(subject)
        yield replace(
            clause, start=begin, end=end, text=f"{subject}{clause.text[shared.end() :]}" if shared else ""
        )
        begin = end + 1


def _context(document: Document, clauses: list[Clause]) -> str:
    """Return the sentence of *clauses* with a little of what stands before it."""
    if not clauses:
        return ""
    return document.clean[max(0, clauses[0].start - 30) : clauses[-1].end]


def _commitment(document: Document, clause: Clause, year: int | None, context: str) -> Commitment:
    text = document.clean[clause.start : clause.end]
    skipped = _LEADING.match(text)
    begin = clause.start + (skipped.end() if skipped else 0)
    end = clause.start + len(text.rstrip())
    start, stop = document.place(begin, end)
    action, thing = promising.split_action(clause.text)
    if clause.figures:
        action = action or "达到"
    dated = bool(clause.figures) or periods.names_period(clause.text)
    return Commitment(
        quote=document.text[start:stop],
        start=start,
        end=stop,
        action=action,
        object=thing,
        due=periods.due_date(clause.text, year) if dated else None,
        figure=bool(clause.figures),
        line=line_of(clause.text, context),
    )
