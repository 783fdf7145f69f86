"""Papers on the command line: composing a report, and what the ledger can prove of one."""

from __future__ import annotations

from pathlib import Path

from zhenshu.commands.django_start import start_django


def compose(
    data: Path | None, *, area: str, year: int, docx: Path | None, to: Path | None, published: bool
) -> int:
    """Compose the report of an area and a year, or give the edition that stands published."""
    start_django(data)
    # The command is made of models, usable only once Django has started.
    from zhenshu.papers.writing import command

    return command.run(area, year, docx=docx, to=to, published=published)


def coverage(file: Path, data: Path | None, *, jsonl: bool) -> int:
    """Say for each figure of a report which indicator could yield it."""
    start_django(data)
    from zhenshu.papers import coverage as covering

    return covering.run(file, jsonl=jsonl)
