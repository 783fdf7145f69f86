"""The models of this process, read from disk when they are first asked and again when they changed."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from zhenshu.registers.cases.suggestions.model import Model, load_model

LOOK_EVERY = 5.0  # seconds between two looks at the files


class Shelf:
    """Models by question; at most one look at the disk per question in `LOOK_EVERY` seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, tuple[float, int, Model | None]] = {}

    def model(self, question: str) -> Model | None:
        """Return the model for *question*, or None while there is none."""
        looked_at, stamp, model = self._held.get(question, (0.0, 0, None))
        if looked_at and monotonic() - looked_at < LOOK_EVERY:
            return model
        place = self._folder / f"{question}.npz"
        now = place.stat().st_mtime_ns if place.exists() else 0
        if now != stamp:
            model = load_model(place) if now else None
        self._held[question] = (monotonic(), now, model)
        return model
