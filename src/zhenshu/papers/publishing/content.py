"""What a kept report holds: sentences as derived, figures as they stood, and what was put by hand.

``content`` is plain JSON, so that it can be sealed:

- ``sections``: part, line, title and sentences; a sentence has its ``key``, its derived ``pieces`` (words, or
  words with the key of their ``figure``) and, where somebody worded it, ``hand``: the words between the
  figures named in ``figures``, one more than those; or ``left_out``.
- ``figures``: each figure by its key, with value, definition version, number of records and as-of moment.
- ``overrides``: what somebody wrote in a figure's place, with reason, name and moment.
- ``aside``: hand wordings whose figures are gone; nothing typed is lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from zhenshu.ground.ledger.record import plain
from zhenshu.papers.publishing.models import Report
from zhenshu.papers.writing.compose import Composed, Piece, Section, Sentence
from zhenshu.papers.writing.figures import ComposedFigure, Override

Content = dict[str, Any]
NUMBERS = ("value", "last", "growth")


# ── from a composed report ────────────────────────────────────────────────────────────────────────────


def content_of(composed: Composed) -> Content:
    """Return what is kept of a composed report; nothing is put by hand yet."""
    return {
        "sections": [_section(section) for section in composed.sections],
        "figures": {figure.key: _figure(figure) for figure in composed.figures},
        "overrides": {},
        "aside": [],
    }


def _section(section: Section) -> Content:
    sentences = [
        {"key": one.key, "pieces": [_piece(piece) for piece in one.pieces]} for one in section.sentences
    ]
    return {"part": section.part, "line": section.line, "title": section.title, "sentences": sentences}


def _piece(piece: Piece) -> Content:
    return {"text": piece.text, "figure": piece.figure.key} if piece.figure else {"text": piece.text}


def _figure(figure: ComposedFigure) -> Content:
    kept = {one.name: getattr(figure, one.name) for one in fields(figure) if one.name != "override"}
    return {name: plain(value) for name, value in kept.items()}


def merge(old: Content, new: Content) -> Content:
    """Return *new* with all that was put by hand in *old*: wordings, overrides, sentences left out.

    A wording whose sentence or figures are gone is laid aside; an override of a figure that is gone too.
    """
    hands = {one["key"]: one for one in sentences_of(old) if "hand" in one or one.get("left_out")}
    for sentence in sentences_of(new):
        _take_over(hands, sentence)
    aside = [
        *old["aside"],
        *({"key": key, "text": text_of(one, old)} for key, one in hands.items() if "hand" in one),
    ]
    gone = {key: said for key, said in old["overrides"].items() if key not in new["figures"]}
    aside += [{"key": key, "text": f"{said['shown']}（{said['reason']}）"} for key, said in gone.items()]
    kept = {key: said for key, said in old["overrides"].items() if key not in gone}
    return {**new, "overrides": kept, "aside": aside}


def _take_over(hands: dict[str, Content], sentence: Content) -> None:
    """Give a sentence what was put by hand for it, and take that out of *hands*."""
    said = hands.get(sentence["key"])
    if said is None:
        return
    if "hand" in said and not set(said["hand"]["figures"]) <= set(figures_of(sentence)):
        return
    sentence |= {name: said[name] for name in ("hand", "left_out") if name in said}
    del hands[sentence["key"]]


# ── reading it ────────────────────────────────────────────────────────────────────────────────────────


def sentences_of(content: Content) -> Iterator[Content]:
    """Yield every sentence in the order of the text."""
    for section in content["sections"]:
        yield from section["sentences"]


def sentence_of(content: Content, key: str) -> Content | None:
    """Return the sentence with this key."""
    return next((one for one in sentences_of(content) if one["key"] == key), None)


def figures_of(sentence: Content) -> list[str]:
    """Return the keys of the figures a sentence was derived with, in their order."""
    return [piece["figure"] for piece in sentence["pieces"] if "figure" in piece]


def pieces_of(sentence: Content) -> list[Content]:
    """Return the words and figures of a sentence as they stand: worded by hand, or derived."""
    hand = sentence.get("hand")
    if hand is None:
        return list(sentence["pieces"])
    words, keys = hand["words"], hand["figures"]
    found = [{"text": words[0]}]
    for key, text in zip(keys, words[1:], strict=True):
        found += [{"text": "", "figure": key}, {"text": text}]
    return [piece for piece in found if piece["text"] or "figure" in piece]


def words_of(sentence: Content) -> tuple[list[str], list[str]]:
    """Return the words before, between and behind the figures of a sentence, and the keys of those."""
    words, keys = [""], []
    for piece in pieces_of(sentence):
        if "figure" in piece:
            keys.append(piece["figure"])
            words.append("")
        else:
            words[-1] += piece["text"]
    return words, keys


def shown(content: Content, key: str) -> str:
    """Return what stands in the text for a figure."""
    said = content["overrides"].get(key)
    return str(said["shown"] if said else content["figures"][key]["shown"])


def text_of(sentence: Content, content: Content) -> str:
    """Return a sentence as it reads."""
    return "".join(
        shown(content, piece["figure"]) if "figure" in piece else piece["text"]
        for piece in pieces_of(sentence)
    )


def composed_of(report: Report, *, draft: bool = False) -> Composed:
    """Return a kept report in the shape in which reports are shown, printed and sent.

    With *draft* sentences that were left out stand in it, marked.
    """
    figures = {key: _figure_of(one, report.content["overrides"].get(key)) for key, one in _figures(report)}
    sections = tuple(_sections(report.content, figures, draft=draft))
    return Composed(
        report.area, report.year, sections, report.as_of, report.title, report.opening, report.closing
    )


def _figures(report: Report) -> Iterable[tuple[str, Content]]:
    found: Mapping[str, Content] = report.content["figures"]
    return found.items()


def _sections(content: Content, figures: Mapping[str, ComposedFigure], *, draft: bool) -> Iterator[Section]:
    for section in content["sections"]:
        wanted = [one for one in section["sentences"] if draft or not one.get("left_out")]
        if wanted:
            sentences = tuple(_sentence(one, figures) for one in wanted)
            yield Section(section["part"], section["line"], section["title"], sentences)


def _sentence(sentence: Content, figures: Mapping[str, ComposedFigure]) -> Sentence:
    pieces = tuple(
        Piece(figures[piece["figure"]].shown, figures[piece["figure"]])
        if "figure" in piece
        else Piece(piece["text"])
        for piece in pieces_of(sentence)
    )
    worded_by = sentence.get("hand", {}).get("by", "")
    return Sentence(pieces, sentence["key"], worded_by, bool(sentence.get("left_out")))


def _figure_of(kept: Content, said: Content | None) -> ComposedFigure:
    told: dict[str, Any] = {
        **kept,
        "as_of": datetime.fromisoformat(kept["as_of"]),
        "signers": tuple(kept["signers"]),
    }
    told |= {name: None if kept[name] is None else Decimal(kept[name]) for name in NUMBERS}
    figure = ComposedFigure(**told)
    if said is None:
        return figure
    override = Override(figure.shown, said["reason"], said["by"], datetime.fromisoformat(said["at"]))
    return replace(figure, shown=said["shown"], override=override)


# ── for the ledger ────────────────────────────────────────────────────────────────────────────────────


def digest_of(content: Content) -> str:
    """Return the digest of a content in one canonical spelling."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(facts: Any) -> str:
    """Return JSON in its one canonical spelling."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def report_facts(report: Report) -> dict[str, Any]:
    """Return what the ledger keeps of a report: its state, its free words, and what was put by hand."""
    content: Content = report.content
    wording = {one["key"]: text_of(one, content) for one in sentences_of(content) if "hand" in one}
    return {
        "area_id": report.area_id,
        "year": report.year,
        "edition": report.edition,
        "state": report.state,
        "title": report.title,
        "opening": report.opening,
        "closing": report.closing,
        "as_of": report.as_of,
        "figures": len(content["figures"]),
        "text": digest_of(content),
        "wording": wording,
        "left_out": [one["key"] for one in sentences_of(content) if one.get("left_out")],
        "overrides": {key: f"{one['shown']}（{one['reason']}）" for key, one in content["overrides"].items()},
        "seal": report.seal,
        "withdrawn_reason": report.withdrawn_reason,
    }
