"""Train the models from what is in the system: run by the worker in a process of its own.

scikit-learn is imported here only, so that neither pages nor the worker carry it in memory.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier

from zhenshu.registers.cases.suggestions.features import WIDTH, fold, grams, place_of
from zhenshu.registers.cases.suggestions.model import Model, save_model

FEWEST_EXAMPLES = 5  # a label seen less often is left to the pack's words
FEWEST_TEXTS = 60
HELD_BACK = 0.1
TEMPERATURES = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 40.0, 80.0)
SEED = 20230101
Array = NDArray[Any]


def train(examples: Sequence[tuple[str, str]]) -> Model | None:
    """Return a model of (text, label) pairs, or None when there is too little to learn from.

    A tenth of the texts is held back to measure how sure the model may be of itself: its scores are
    divided by the temperature under which the held-back labels are least surprising.
    """
    counts = Counter(label for _text, label in examples)
    kept = [(text, label) for text, label in examples if counts[label] >= FEWEST_EXAMPLES]
    labels = sorted({label for _text, label in kept})
    if len(kept) < FEWEST_TEXTS or len(labels) < 2:
        return None
    matrix = count_matrix(text for text, _label in kept)
    idf = _inverse_frequency(matrix)
    matrix = _normalised(matrix, idf)
    places = {label: place for place, label in enumerate(labels)}
    targets = np.array([places[label] for _text, label in kept])
    warmth = _temperature(matrix, targets, len(labels))
    weights, bias = _fit(matrix, targets, len(labels))
    scaled, shift = (weights / warmth).T.astype(np.float16), (bias / warmth).astype(np.float32)
    return Model(labels, scaled, shift, idf)


def _fit(matrix: csr_matrix, targets: Array, classes: int) -> tuple[Array, Array]:
    """Return weights (classes × columns) and bias; a class that is not among *targets* scores lowest."""
    learner = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=30, tol=1e-3, random_state=SEED)
    with warnings.catch_warnings():
        # Thirty rounds are enough for ranking; waiting for full convergence gains nothing measurable.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(matrix, targets)
    weights, bias = np.atleast_2d(learner.coef_), np.atleast_1d(learner.intercept_)
    if len(learner.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    full, shift = np.zeros((classes, weights.shape[1])), np.full(classes, bias.min())
    full[learner.classes_], shift[learner.classes_] = weights, bias
    return full, shift


def _temperature(matrix: csr_matrix, targets: Array, classes: int) -> float:
    """Return the divisor of scores under which held-back texts are least surprising."""
    held = np.random.default_rng(SEED).random(len(targets)) < HELD_BACK
    if not held.any() or len(np.unique(targets[~held])) < 2:
        return TEMPERATURES[-1]
    weights, bias = _fit(matrix[~held], targets[~held], classes)
    scores = matrix[held] @ weights.T + bias

    def surprise(warmth: float) -> float:
        soft = scores / warmth
        soft = soft - soft.max(axis=1, keepdims=True)
        chances = np.exp(soft) / np.exp(soft).sum(axis=1, keepdims=True)
        return float(-np.log(chances[np.arange(len(chances)), targets[held]] + 1e-9).mean())

    return min(TEMPERATURES, key=surprise)


def count_matrix(texts: Iterable[str]) -> csr_matrix:
    """Return log counts of hashed grams, one row a text."""
    rows: list[int] = [0]
    places: list[int] = []
    values: list[float] = []
    for text in texts:
        columns: Counter[int] = Counter()
        for gram, count in grams(fold(text)).items():
            columns[place_of(gram)] += count
        places.extend(columns)
        values.extend(np.log1p(count) for count in columns.values())
        rows.append(len(places))
    shape = (len(rows) - 1, WIDTH)
    return csr_matrix((np.array(values, np.float32), np.array(places, np.int64), rows), shape=shape)


def _inverse_frequency(matrix: csr_matrix) -> Array:
    seen = np.bincount(matrix.indices, minlength=WIDTH)
    return np.asarray(np.log((1 + matrix.shape[0]) / (1 + seen)) + 1, dtype=np.float32)


def _normalised(matrix: csr_matrix, idf: Array) -> csr_matrix:
    weighted = matrix.copy()
    weighted.data = weighted.data * idf[weighted.indices]
    norms = np.sqrt(weighted.multiply(weighted).sum(axis=1)).A1
    norms[norms == 0] = 1
    weighted.data = weighted.data / np.repeat(norms, np.diff(weighted.indptr))
    return weighted


def train_and_save(folder: Path, questions: dict[str, Sequence[tuple[str, str]]]) -> dict[str, int]:
    """Train a model per question and store it; return how many texts each learned from."""
    learned = {}
    for question, examples in questions.items():
        model = train(examples)
        if model is not None:
            save_model(folder / f"{question}.npz", model)
            learned[question] = len(examples)
    return learned
