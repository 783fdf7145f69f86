"""Bring the models up to date with the cases that were closed since: one child process, then gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from zhenshu.registers.cases.models import Case

PER_KIND = 4_000
KIND_QUESTION = "kind"
ENOUGH_NEW = 50


def read_examples() -> dict[str, Sequence[tuple[str, str]]]:
    """Return (text, label) pairs per question from the newest cases: kind, and per kind category and office.

    A case teaches an office only once that office has answered it: a dispatch that was objected to is
    no example.
    """
    questions: dict[str, list[tuple[str, str]]] = {KIND_QUESTION: []}
    for kind in Case.objects.order_by().values_list("kind", flat=True).distinct():
        rows = Case.objects.filter(kind=kind, confidential=False).exclude(
            outcome__in=["rejected", "withdrawn"]
        )
        newest = rows.order_by("-opened_at").values_list(
            "title", "description", "category", "lead_office__key", "answered_at"
        )
        for title, description, category, office, answered_at in newest[:PER_KIND]:
            text = f"{title} {description}"
            questions[KIND_QUESTION].append((text, kind))
            if category:
                questions.setdefault(f"category.{kind}", []).append((text, category))
            if office and answered_at:
                questions.setdefault(f"office.{kind}", []).append((text, office))
    return dict(questions)


def closed_since(folder: Path) -> int:
    """Return how many cases were closed since the models were trained, at most `ENOUGH_NEW`."""
    place = folder / f"{KIND_QUESTION}.npz"
    closed = Case.objects.exclude(closed_at=None)
    if place.exists():
        closed = closed.filter(closed_at__gt=datetime.fromtimestamp(place.stat().st_mtime, UTC))
    return len(closed.values_list("pk")[:ENOUGH_NEW])


def retrain_if_due() -> bool:
    """Train in a child process when enough cases were closed; return whether it was due."""
    if closed_since(settings.INSTALLATION.models) < ENOUGH_NEW:
        return False
    retrain()
    return True


def retrain() -> None:
    """Train now, in a child process, so that no long-lived process carries the learning library."""
    subprocess.run([sys.executable, "-m", "zhenshu.registers.cases.suggestions"], check=True)
