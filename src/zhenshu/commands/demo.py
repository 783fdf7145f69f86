"""``zhenshu demo``: build the fictional township into an empty data folder, without serving it."""

from __future__ import annotations

import sys
from pathlib import Path

from zhenshu.commands.django_start import start_django


def run(data: Path | None, *, seed: int | None, like: Path | None = None) -> int:
    """Migrate, build the township and print its log-ins; 1 when there is a township already.

    *like* is a report whose figures the records of the township add up to; 2 when it can't be read.
    """
    if like is not None and not like.is_file():
        print(f"“{like}” can't be opened.", file=sys.stderr)
        return 2
    start_django(data)
    from django.core.management import call_command

    from zhenshu.demo import build

    call_command("migrate", verbosity=0, interactive=False)
    if like is not None:
        return _like(like, build.DEFAULT_SEED if seed is None else seed)
    try:
        built = build.build_with_bar(build.DEFAULT_SEED if seed is None else seed)
    except build.DemoError as error:
        print(error, file=sys.stderr)
        return 1
    build.print_log_ins(built)
    return 0


def _like(report: Path, seed: int) -> int:
    """Build a township like a report and say how much of the report its records state."""
    from zhenshu.demo.build import DemoError
    from zhenshu.demo.like import roundtrip
    from zhenshu.demo.like.bar import build_with_bar, print_built
    from zhenshu.papers.reading.errors import ReportUnreadableError

    try:
        built = build_with_bar(report, seed=seed)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except ReportUnreadableError as error:
        print(f"{report}: {error}", file=sys.stderr)
        return 2
    print_built(built, roundtrip.summary_of(roundtrip.compare_figures(built)))
    return 0
