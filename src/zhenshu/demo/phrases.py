"""Texts of the demo matters: phrases of our own, put together anew for each matter."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Text:
    """What a matter says and what is answered."""

    title: str
    body: str
    answer: str


@lru_cache(maxsize=1)
def material() -> Mapping[str, Any]:
    """Return the phrases as written in ``texts.yaml``."""
    source = files("zhenshu.demo").joinpath("texts.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def categories_of(kind: str) -> Sequence[str]:
    """Return the categories of *kind* there are phrases for."""
    return list(material()["categories"][kind])


def compose(kind: str, category: str, *, place: str, rng: random.Random) -> Text:
    """Return a text for a matter of this kind and category at *place*."""
    phrases = material()["categories"][kind][category]
    words = _words(place, rng)
    title, body, answer = (rng.choice(phrases[part]) for part in ("titles", "bodies", "answers"))
    return Text(_fill(title, words), _fill(body, words), _fill(answer, words))


def _words(place: str, rng: random.Random) -> dict[str, str]:
    slots = {slot: rng.choice(choices) for slot, choices in material()["slots"].items()}
    shop, item = rng.choice(material()["shops"]), rng.choice(material()["service_items"])
    return {**slots, "place": place, "shop": shop, "item": item, "n": str(rng.randint(2, 12))}


def _fill(phrase: str, words: Mapping[str, str]) -> str:
    for slot, word in words.items():
        phrase = phrase.replace(f"{{{slot}}}", word)
    return phrase.strip()
