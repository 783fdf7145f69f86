"""What the page of a kept report shows: outline, text with figures, their cards, last year, its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.ground.people.scope import Scope
from zhenshu.papers.publishing.changes import Changed, changes_since
from zhenshu.papers.publishing.content import composed_of, pieces_of, sentences_of
from zhenshu.papers.publishing.last_year import last_year_of
from zhenshu.papers.publishing.models import Report, State
from zhenshu.papers.publishing.rights import may_write
from zhenshu.papers.reading.report import read_report
from zhenshu.papers.writing.compose import Composed, Part, Section, Sentence
from zhenshu.papers.writing.figures import ComposedFigure
from zhenshu.papers.writing.length import Length, measure_paper, paper_kind, word_count
from zhenshu.papers.writing.promises import is_promise

PAPER = "report"


@dataclass(frozen=True, slots=True)
class FigureCard:
    """A figure with all that stands about it in the margin."""

    id: str
    figure: ComposedFigure
    unit: str
    changed: Changed | None
    override_url: str
    withdraw_url: str


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of a sentence; *card* names the margin card of a figure, *link* opens its records."""

    text: str
    card: str = ""
    link: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class SentenceLine:
    """A sentence with what may be done to it; the addresses are empty where nothing may be."""

    sentence: Sentence
    words: Sequence[Words]
    word_url: str = ""
    out_url: str = ""
    in_url: str = ""


@dataclass(frozen=True, slots=True)
class SectionPart:
    """A section with its place in the outline, and what last year's report said there."""

    id: str
    title: str
    lines: Sequence[SentenceLine]
    length: int
    last: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of the review or of the plan."""

    title: str
    sections: Sequence[SectionPart]


@dataclass(frozen=True, slots=True)
class LengthNote:
    """How long the text is, and against what."""

    words: Length
    minutes: Length | None
    name: str
    basis: str

    @property
    def over(self) -> bool:
        return self.words.over > 0 or (self.minutes is not None and self.minutes.over > 0)


def report_context(report: Report, scope: Scope, *, beside: bool) -> dict[str, Any]:
    """Return everything the page of a kept report shows."""
    writing = report.state == State.DRAFT and may_write(scope, report.area)
    composed = composed_of(report, draft=writing)
    changed = {one.figure.key: one for one in changes_since(report)}
    cards = list(_cards(report, composed, changed, writing=writing))
    last, published = last_year_of(report.area, report.year, scope=scope) if beside else (None, None)
    return {
        "report": report,
        "writing": writing,
        "may_write": may_write(scope, report.area),
        "outline": list(_outline(report, composed, cards, last, writing=writing)),
        "cards": cards,
        "changed": changed,
        "beside": beside,
        "last": last,
        "last_published": published,
        "length": length_note(composed_of(report).text),
        "unsourced": numbers_without_source(report) if writing else [],
        "aside": report.content["aside"] if writing else [],
    }


def length_note(text: str) -> LengthNote:
    """Return the length of a work report against the limits of the packs."""
    kind = paper_kind(PAPER)
    words, minutes = measure_paper(text, kind)
    return LengthNote(words, minutes, kind.name if kind else "", kind.basis if kind else "")


def numbers_without_source(report: Report) -> list[str]:
    """Return the figures somebody typed into free words: no record stands behind them."""
    typed = [report.opening, report.closing]
    for sentence in sentences_of(report.content):
        if "hand" in sentence:
            typed += [piece["text"] for piece in pieces_of(sentence) if "figure" not in piece]
    text = "\n".join(filter(None, typed))
    return [figure.quote for figure in read_report(text).figures] if text.strip() else []


# ── figures ───────────────────────────────────────────────────────────────────────────────────────────


def _cards(
    report: Report, composed: Composed, changed: dict[str, Changed], *, writing: bool
) -> Iterator[FigureCard]:
    figures = {figure.key: figure for figure in composed.figures}
    for number, (key, figure) in enumerate(figures.items(), 1):
        address = {"report_id": report.pk, "key": key}
        yield FigureCard(
            id=f"figure-{number}",
            figure=figure,
            unit=figure.unit if figure.view in ("value", "last", "target") or is_promise(figure.code) else "",
            changed=changed.get(key),
            override_url=reverse("desk:override_figure", kwargs=address) if writing else "",
            withdraw_url=reverse("desk:withdraw_override", kwargs=address)
            if writing and figure.override
            else "",
        )


# ── the text ──────────────────────────────────────────────────────────────────────────────────────────


def _outline(
    report: Report, composed: Composed, cards: Iterable[FigureCard], last: Composed | None, *, writing: bool
) -> Iterator[Outline]:
    known = {card.figure.key: card for card in cards}
    titles: dict[Part, str] = {
        "review": _("Review of %(year)d") % {"year": report.year},
        "plan": _("Plan for %(year)d") % {"year": report.year + 1},
    }
    for part, title in titles.items():
        sections = [
            SectionPart(
                id=f"{part}-{section.line}",
                title=section.title,
                lines=[_line(report, one, known, writing=writing) for one in section.sentences],
                length=word_count(section.text),
                last=_said_last(last, section),
            )
            for section in composed.part(part)
        ]
        if sections:
            yield Outline(title, sections)


def _said_last(last: Composed | None, section: Section) -> str:
    if last is None:
        return ""
    same = (one.text for one in last.sections if (one.part, one.line) == (section.part, section.line))
    return "".join(same)


def _line(report: Report, sentence: Sentence, cards: dict[str, FigureCard], *, writing: bool) -> SentenceLine:
    words = [
        _words(piece.text, cards[piece.figure.key] if piece.figure else None) for piece in sentence.pieces
    ]
    if not writing:
        return SentenceLine(sentence, words)

    def url(name: str, **more: str) -> str:
        return reverse(f"desk:{name}", kwargs={"report_id": report.pk, "key": sentence.key, **more})

    if sentence.left_out:
        return SentenceLine(sentence, words, in_url=url("place_sentence", way="in"))
    return SentenceLine(sentence, words, url("word_sentence"), url("place_sentence", way="out"))


def _words(text: str, card: FigureCard | None) -> Words:
    if card is None:
        return Words(text)
    looks = ["zs-figure"]
    looks += ["zs-figure-overridden"] if card.figure.override else []
    looks += ["zs-figure-changed"] if card.changed else []
    return Words(text, card.id, card.figure.link, " ".join(looks))
