"""The monthly brief of the economy as an official document: A4, its sources in an appendix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from zhenshu.measures.economy.brief import Piece, Section
from zhenshu.papers.writing.paper import Heading, OfficialPaper, Paragraph, Run, Source

ORDINALS = "一二三四五六七八九十"


def brief_paper(
    title: str, sections: Sequence[Section], *, signature: str, on: date, as_of: str, name: str
) -> OfficialPaper:
    """Return the brief as a paper; figures with a source carry it, *name* is the panel they come from."""
    blocks: list[Heading | Paragraph] = []
    for number, section in enumerate(sections):
        blocks.append(Heading(1, f"{ORDINALS[number]}、{section.title}"))
        blocks += [Paragraph(tuple(_runs(sentence, name, as_of))) for sentence in section.sentences]
    return OfficialPaper(
        title=title,
        blocks=tuple(blocks),
        signature=signature,
        date=f"{on.year}年{on.month}月{on.day}日",
    )


def _runs(sentence: Iterable[Piece], name: str, as_of: str) -> Iterable[Run]:
    for piece in sentence:
        source = (
            Source(figure=piece.text, name=name, definition=piece.source, as_of=as_of)
            if piece.source
            else None
        )
        yield Run(piece.text, source=source)
