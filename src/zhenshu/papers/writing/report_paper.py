"""A composed report as an official document and as JSON, every figure with its source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from zhenshu.ground.worktime.periods import parse_period
from zhenshu.papers.writing.compose import Composed, Part, Section
from zhenshu.papers.writing.figures import ComposedFigure
from zhenshu.papers.writing.paper import Block, Heading, OfficialPaper, Paragraph, Run, Source

MARKS = "一二三四五六七八九"


def title_of(composed: Composed) -> str:
    """Return the title of a report: its own, or the plain one."""
    return composed.title or plain_title(composed.area.name, composed.year)


def plain_title(area_name: str, year: int) -> str:
    """Return 澄江镇2023年工作报告."""
    return f"{area_name}{year}年工作报告"


def paper_of(composed: Composed) -> OfficialPaper:
    """Return the report as a document: title, free words, review, plan; its figures carry their sources."""
    year = composed.year
    blocks = (
        *_free_words(composed.opening),
        *_part(composed, "review", f"一、{year}年工作回顾"),
        *_part(composed, "plan", f"二、{year + 1}年工作安排"),
        *_free_words(composed.closing),
    )
    told = f"（数据截至{timezone.localtime(composed.as_of):%Y年%m月%d日%H时%M分}）"
    return OfficialPaper(title_of(composed), blocks, subtitle=(told,))


def _free_words(text: str) -> Iterator[Block]:
    """Yield the paragraphs of free words; how somebody is addressed stands at the margin."""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        yield Paragraph((Run(line),), indented=not line.endswith(("：", ":")))


def _part(composed: Composed, part: Part, title: str) -> Iterator[Block]:
    sections = composed.part(part)
    if sections:
        yield Heading(1, title)
    for number, section in enumerate(sections, 1):
        yield Heading(2, f"（{numeral(number)}）{section.title}")
        yield _paragraph(section)


def _paragraph(section: Section) -> Paragraph:
    pieces = (piece for sentence in section.sentences for piece in sentence.pieces)
    return Paragraph(
        tuple(Run(piece.text, source=_source(piece.figure) if piece.figure else None) for piece in pieces)
    )


def numeral(number: int) -> str:
    """Return a heading's number from 1 to 99 in Chinese: 十二."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{MARKS[tens - 1]}十"
    return head + (MARKS[ones - 1] if ones else "")


def _source(figure: ComposedFigure) -> Source:
    records = f"{figure.n}条" + (f"，另有{figure.excluded}条不计入" if figure.excluded else "")
    return Source(
        figure=f"{figure.shown}{figure.unit if figure.view == 'value' else ''}",
        name=figure.name,
        definition=f"{figure.definition}（{figure.version}）{_override_words(figure)}",
        as_of=f"{timezone.localtime(figure.as_of):%Y-%m-%d %H:%M}",
        records=records,
        signer="、".join(figure.signers),
    )


def _override_words(figure: ComposedFigure) -> str:
    """Return what the ledger tells where somebody wrote another figure, with who and why."""
    if figure.override is None:
        return ""
    told = figure.override
    on = timezone.localtime(told.at)
    return f"；手工改写：台账为{told.derived}，理由：{told.reason}（{told.by}，{on:%Y-%m-%d}）"


# ── as JSON ───────────────────────────────────────────────────────────────────────────────────────────


def facts_of(composed: Composed) -> dict[str, Any]:
    """Return the report as one JSON object: its sections, sentences and figures."""
    return {
        "type": "report",
        "area": composed.area.code or composed.area.name,
        "area_name": composed.area.name,
        "year": composed.year,
        "title": title_of(composed),
        "opening": composed.opening,
        "closing": composed.closing,
        "period": parse_period(str(composed.year)).key,
        "as_of": composed.as_of.isoformat(timespec="seconds"),
        "sections": [_section_facts(section) for section in composed.sections],
    }


def _section_facts(section: Section) -> dict[str, Any]:
    sentences = [
        {
            "text": sentence.text,
            "figures": [figure_facts(piece.figure) for piece in sentence.pieces if piece.figure is not None],
        }
        for sentence in section.sentences
    ]
    return {"part": section.part, "line": section.line, "title": section.title, "sentences": sentences}


def figure_facts(figure: ComposedFigure) -> dict[str, Any]:
    """Return a figure as the command line and the API give it."""
    return {
        "type": "figure",
        "indicator": figure.code,
        "name": figure.name,
        "view": figure.view,
        "shown": figure.shown,
        "value": as_number(figure.value),
        "unit": figure.unit,
        "n": figure.n,
        "excluded": figure.excluded,
        "as_of": figure.as_of.isoformat(timespec="seconds"),
        "definition": figure.definition,
        "version": figure.version,
        "made_from": figure.made_from,
        "signers": list(figure.signers),
        "last": as_number(figure.last),
        "growth": as_number(figure.growth),
        "link": figure.link,
        "override": _override_facts(figure),
    }


def _override_facts(figure: ComposedFigure) -> dict[str, str] | None:
    told = figure.override
    if told is None:
        return None
    at = told.at.isoformat(timespec="seconds")
    return {"derived": told.derived, "reason": told.reason, "by": told.by, "at": at}


def as_number(number: Any) -> int | float | None:
    """Return a decimal as a JSON number, whole ones without a point."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
