"""The figures of a report: each number with what it measures, its kind and its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .document import Document
from .lines import line_of
from .naming import name_figures
from .scan import Candidate, Sentence, scan_sentences
from .setting import Naming, Topic
from .structure import Section, Structure, read_structure
from .wholes import assign_wholes

Kind = Literal["actual", "target", "level_change", "rank"]

_DONE = re.compile(r"(?:已经|已|了[\d超近约]*$|(?<!实)现有|原有|目前|去年|上年|以来)")
_PROMISED = re.compile(r"(?:年初确定|年初承诺|年初安排|年初提出)[^已,，]*$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a report; ``start`` and ``end`` are places in the text as found."""

    value: float | None
    value_to: float | None
    unit: str
    bound: str
    name: str
    of: str | None
    year: int | None
    kind: Kind
    target: bool
    direction: str | None
    start: int
    end: int
    quote: str
    line: str
    indicator: str | None
    whole: int | None
    section: str


def read_figures(
    document: Document, structure: Structure | None = None, sentences: list[Sentence] | None = None
) -> list[Figure]:
    """Return the figures of *document* in the order of the text."""
    structure = structure or read_structure(document.clean)
    sentences = sentences if sentences is not None else list(scan_sentences(document.clean))
    topic = Topic()
    figures: list[Figure] = []
    for sentence in sentences:
        if not sentence.candidates:
            continue
        section = structure.section_at(sentence.start)
        for candidate, names in zip(sentence.candidates, name_figures(sentence, topic), strict=True):
            figures += [_figure(document, section, sentence, candidate, name) for name in names]
    return assign_wholes(figures, document.text)


def _figure(
    document: Document, section: Section, sentence: Sentence, candidate: Candidate, naming: Naming
) -> Figure:
    start, end = document.place(candidate.start, candidate.end)
    planned = section.role == "plan"
    place = candidate.start - sentence.start
    lead = sentence.text[max(0, place - 16) : place]
    context = document.clean[max(0, sentence.start - 30) : sentence.start + len(sentence.text)]
    if planned and _DONE.search(lead):
        planned = False
    if not planned and _PROMISED.search(lead):
        planned = True
    kind: Kind = "target" if planned else "actual"
    if candidate.rank:
        kind = "rank"
    elif naming.change:
        kind = "level_change"
    return Figure(
        value=candidate.value,
        value_to=candidate.value_to,
        unit=candidate.unit,
        bound=candidate.bound,
        name=naming.name,
        of=naming.of,
        year=section.year,
        kind=kind,
        target=planned and kind in ("target", "level_change"),
        direction=naming.direction,
        start=start,
        end=end,
        quote=document.quote(candidate.opening, candidate.closing),
        line=line_of(naming.name, context),
        indicator=None,
        whole=None,
        section=section.title,
    )
