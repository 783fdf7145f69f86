"""How fast a report is: composing it, its page and document, the writer's page, what changed since.

    python bench/report.py [--data DIR] [--year 2023] [--rounds 5]

Without a data folder the demonstration township is built in one that goes away at the end. A draft that is
made for the measurement is taken back with its transaction. Prints each figure with its limit; the first
page after a change of definitions is measured too, while the worker has not counted yet.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

COMPOSE, PAGE, DOCX = 1.0, 1.0, 2.0  # seconds


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="")
    parser.add_argument("--year", type=int, default=2023)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


ASKED = arguments()
FOLDER = tempfile.TemporaryDirectory(prefix="zhenshu-bench-")
os.environ["ZHENSHU_DATA"] = ASKED.data or FOLDER.name
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhenshu.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402

from zhenshu.ground.people.models import Post, Role  # noqa: E402
from zhenshu.measures.command import find_area, operator_of  # noqa: E402
from zhenshu.measures.indicators.models import Part  # noqa: E402
from zhenshu.measures.indicators.tallies import build_missing  # noqa: E402
from zhenshu.papers.publishing.acts import start_draft  # noqa: E402
from zhenshu.papers.publishing.changes import changes_since  # noqa: E402
from zhenshu.papers.writing.compose import compose  # noqa: E402
from zhenshu.papers.writing.layout import write_official  # noqa: E402
from zhenshu.papers.writing.report_paper import paper_of  # noqa: E402
from zhenshu.registers.cases.models import Case  # noqa: E402


def seconds(act: Callable[[], object], rounds: int) -> float:
    """Return the median time of an act."""
    found = []
    for _ in range(rounds):
        began = perf_counter()
        act()
        found.append(perf_counter() - began)
    return median(found)


def show(name: str, found: float, limit: float | None = None) -> None:
    told = "" if limit is None else f"   limit {limit:.1f} s   {'held' if found <= limit else 'NOT HELD'}"
    print(f"{name:<46} {found:7.3f} s{told}", flush=True)


def main() -> None:
    if not ASKED.data:
        from zhenshu.demo.build import build

        call_command("migrate", verbosity=0)
        build()
    area = find_area("")
    assert area is not None
    scope, year = operator_of(area), ASKED.year
    print(f"{Case.objects.count():,} cases; report of {area.name} {year}")
    build_missing()
    show("compose, first in the process", seconds(lambda: compose(area, year, scope=scope), 1))
    composed = compose(area, year, scope=scope)
    print(f"{len(composed.sentences)} sentences, {len(composed.figures)} figures")
    show("compose", seconds(lambda: compose(area, year, scope=scope), ASKED.rounds), COMPOSE)
    path = Path(FOLDER.name) / "report.docx"
    show(
        "docx of it",
        seconds(lambda: write_official(paper_of(composed), path, provenance="appendix"), 3),
        DOCX,
    )
    measure_pages(area, year)


def measure_pages(area: object, year: int) -> None:
    """Measure the pages as the secretary opens them, then those after a change of all definitions."""
    post = Post.objects.filter(role=Role.SECRETARY, area=area).select_related("user").first()
    assert post is not None
    client = Client()
    client.force_login(post.user)

    def get(address: str) -> Callable[[], object]:
        def ask() -> None:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)

        ask()
        return ask

    from django.utils import timezone

    from zhenshu.ground.people.scope import scope_of

    show("page of the composed report", seconds(get(f"/reports/{year}/"), ASKED.rounds), PAGE)
    show("word document over the web", seconds(get(f"/reports/{year}/report.docx"), 3), DOCX)
    with transaction.atomic():
        report = start_draft(area, year, by=scope_of(post.user, on=timezone.localdate()))  # type: ignore[arg-type]
        show("what changed since", seconds(lambda: changes_since(report), ASKED.rounds), PAGE)
        address = f"/reports/editions/{report.pk}/"
        show("page of the writer", seconds(get(address), ASKED.rounds), PAGE)
        show("page of the writer beside last year", seconds(get(f"{address}?beside=1"), ASKED.rounds), PAGE)
        transaction.set_rollback(True)
    with transaction.atomic():
        Part.objects.update(built_at=None)
        began = perf_counter()
        client.get(f"/reports/{year}/")
        show("page right after all definitions changed", perf_counter() - began, PAGE)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
