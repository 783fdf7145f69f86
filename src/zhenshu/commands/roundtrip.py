"""``zhenshu roundtrip``: build a township like a report in a temporary folder, and compare every figure."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhenshu.commands.django_start import start_django

DEFAULT_SEED = 20230101


def run(report: Path, *, jsonl: bool, seed: int | None) -> int:
    """Print for each figure what was read and what the records state; 2 when the report can't be read."""
    if not report.is_file():
        print(f"“{report}” can't be opened.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="zhenshu-roundtrip-") as folder:
        # An installation of its own: the database of the surroundings is never touched.
        os.environ["ZHENSHU_DATABASE_URL"] = f"sqlite:///{folder}/zhenshu.sqlite3"
        start_django(Path(folder))
        return _run(report, jsonl=jsonl, seed=DEFAULT_SEED if seed is None else seed)


def _run(report: Path, *, jsonl: bool, seed: int) -> int:
    from django.core.management import call_command
    from django.db import connections

    from zhenshu.demo.build import DemoError
    from zhenshu.demo.like import roundtrip
    from zhenshu.demo.like.bar import build_with_bar
    from zhenshu.papers.reading.errors import ReportUnreadableError

    call_command("migrate", verbosity=0, interactive=False)
    try:
        with _other_output_aside():
            built = build_with_bar(report, seed=seed)
    except (DemoError, ReportUnreadableError) as error:
        print(f"{report}: {error}", file=sys.stderr)
        return 2
    lines = roundtrip.compare_figures(built)
    write = roundtrip.write_lines if jsonl else roundtrip.write_table
    write(lines, roundtrip.summary_of(lines), sys.stdout)
    for refusal in built.refused[:20]:
        print(refusal, file=sys.stderr)
    connections.close_all()
    return 0


@contextmanager
def _other_output_aside() -> Iterator[None]:
    """Let what libraries print go to standard error, so that every line of standard output is an answer.

    The solver is no Python: it writes to the file descriptor itself.
    """
    sys.stdout.flush()
    answers = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(answers, 1)
        os.close(answers)
