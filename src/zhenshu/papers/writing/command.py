"""``zhenshu compose``: the figures and sentences of a report. Django must have been started."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.measures.command import find_area, operator_of
from zhenshu.papers.publishing.content import composed_of
from zhenshu.papers.publishing.last_year import published_report
from zhenshu.papers.writing.compose import Composed, compose
from zhenshu.papers.writing.layout import write_official
from zhenshu.papers.writing.report_paper import facts_of, paper_of


def run(
    area: str,
    year: int,
    *,
    docx: Path | None = None,
    to: Path | None = None,
    published: bool = False,
    out: TextIO = sys.stdout,
) -> int:
    """Compose the report of an area; print it, or write it as docx and JSON. 2 when the area is unknown.

    With *published* the edition that stands published is given as it was frozen; 1 when there is none.
    """
    here = find_area(area)
    if here is None:
        print(_("No area in force has the code or name %(area)s.") % {"area": area}, file=sys.stderr)
        return 2
    composed = _published(here, year) if published else compose(here, year, scope=operator_of(here))
    if composed is None:
        words = {"area": here.name, "year": year}
        print(_("No report of %(area)s for %(year)d is published.") % words, file=sys.stderr)
        return 1
    if docx is not None:
        write_official(paper_of(composed), docx, provenance="appendix")
    if to is not None:
        _write_json(composed, to, out)
    if docx is None and to is None:
        _print(composed, here, out)
    return 0


def _published(area: Area, year: int) -> Composed | None:
    report = published_report(area, year)
    return None if report is None else composed_of(report)


def _write_json(composed: Composed, to: Path, out: TextIO) -> None:
    """Write the report to a file, or to the output for ``-``."""
    text = json.dumps(facts_of(composed), ensure_ascii=False, indent=1)
    if str(to) == "-":
        out.write(text + "\n")
        return
    to.write_text(text + "\n", encoding="utf-8")


def _print(composed: Composed, area: Area, out: TextIO) -> None:
    out.write(f"{area.name} {composed.year}\n")
    for section in composed.sections:
        out.write(f"\n【{section.title}】{section.text}\n")
    words = {"figures": len(composed.figures), "sentences": len(composed.sentences)}
    out.write("\n" + _("%(figures)d figures in %(sentences)d sentences.") % words + "\n")
