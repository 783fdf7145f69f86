"""Files of the economy: the brief as docx, with its sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from zhenshu.measures.economy.brief import Section
from zhenshu.papers.writing.economy_brief import brief_paper
from zhenshu.papers.writing.layout import write_official


def brief_document(title: str, sections: Sequence[Section], *, panel: str, signature: str) -> bytes:
    """Return the brief as the bytes of a docx; its figures stand again in the appendix of sources."""
    now = timezone.localtime()
    paper = brief_paper(
        title, sections, signature=signature, on=now.date(), as_of=f"{now:%Y-%m-%d %H:%M}", name=panel
    )
    with TemporaryDirectory() as folder:
        place = Path(folder) / "brief.docx"
        write_official(paper, place, provenance="appendix")
        return place.read_bytes()
