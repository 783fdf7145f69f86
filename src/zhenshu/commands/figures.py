"""Figures on the command line: one indicator's value, and the tallies behind all of them."""

from __future__ import annotations

from pathlib import Path

from zhenshu.commands.django_start import start_django


def indicator(
    code: str, data: Path | None, *, area: str, period: str, explain: bool, jsonl: bool, today: bool
) -> int:
    """Print one value; with *explain* the records behind it, with *today* under today's borders."""
    start_django(data)
    # The command is made of models, usable only once Django has started.
    from zhenshu.measures import command

    boundaries = "today" if today else "then"
    return command.indicator(
        code, area=area, period=period, explained=explain, jsonl=jsonl, boundaries=boundaries
    )


def check(data: Path | None, *, jsonl: bool) -> int:
    """Compare the tallies with the records."""
    start_django(data)
    from zhenshu.measures import command

    return command.tallies_check(jsonl=jsonl)


def rebuild(data: Path | None) -> int:
    """Count the tallies anew from the records."""
    start_django(data)
    from zhenshu.measures import command

    return command.tallies_rebuild()
