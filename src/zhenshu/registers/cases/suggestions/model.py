"""A trained model in use: weights from disk, prediction with numpy alone, and the words that spoke for it.

The file is plain numpy (no pickle): a model that was tampered with can be wrong, but cannot run code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zhenshu.registers.cases.suggestions.features import fold, grams, place_of

WORDS_SHOWN = 4
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Guess:
    """One label, how sure the model is (0 to 1), and the words that spoke for it."""

    label: str
    confidence: float
    words: tuple[str, ...] = ()


class Model:
    """Weights for every label of one question (kind, category or office)."""

    def __init__(
        self, labels: Sequence[str], weights: NDArray[np.float16], bias: Floats, idf: Floats
    ) -> None:
        self.labels = list(labels)
        self._weights, self._bias, self._idf = weights, bias, idf

    def guess(self, text: str, *, most: int = 3) -> list[Guess]:
        """Return the likeliest labels for *text*, best first; empty for a text without a known gram."""
        counts = grams(fold(text))
        if not counts or not self.labels:
            return []
        names = list(counts)
        places = np.fromiter((place_of(name) for name in names), dtype=np.int64, count=len(names))
        values = (
            np.log1p(np.fromiter(counts.values(), dtype=np.float32, count=len(names))) * self._idf[places]
        )
        norm = float(np.linalg.norm(values)) or 1.0
        values = values / norm
        parts = self._weights[places].astype(np.float32) * values[:, None]
        shares = _softmax(parts.sum(axis=0) + self._bias)
        best = np.argsort(-shares)[:most]
        return [
            Guess(self.labels[at], float(shares[at]), _words(names, parts[:, at], fold(text))) for at in best
        ]


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)


def _words(names: list[str], parts: Floats, text: str) -> tuple[str, ...]:
    """Join the grams that spoke loudest into the words they overlap to in *text*."""
    loud = [names[at] for at in np.argsort(-parts)[:14] if parts[at] > 0]
    marks = bytearray(len(text))
    for gram in loud:
        at = text.find(gram)
        if at >= 0:
            marks[at : at + len(gram)] = b"\1" * len(gram)
    pieces = "".join(letter if mark else " " for letter, mark in zip(text, marks, strict=True)).split()
    weight = {piece: sum(1 for gram in loud if gram in piece) for piece in pieces}
    return tuple(sorted(weight, key=lambda piece: (-weight[piece], -len(piece)))[:WORDS_SHOWN])


def save_model(place: Path, model: Model) -> None:
    """Write *model* so that a reader sees the old one or the new one, never half."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(".draft.npz")
    labels = np.frombuffer(json.dumps(model.labels, ensure_ascii=False).encode(), dtype=np.uint8)
    np.savez(draft, labels=labels, weights=model._weights, bias=model._bias, idf=model._idf)
    draft.replace(place)


def load_model(place: Path) -> Model:
    """Return the model stored at *place*; raise OSError or ValueError when there is none that can be read."""
    with np.load(place, allow_pickle=False) as stored:
        labels = json.loads(stored["labels"].tobytes().decode())
        return Model(labels, stored["weights"], stored["bias"], stored["idf"])
