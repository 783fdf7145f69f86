"""Texts of the demo matters: phrases of our own, put together anew for each matter."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from zhenshu.demo.lines.words import Phrases, matters, words


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
    found = dict(yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    for kind, phrases in matters().items():
        found["categories"].setdefault(kind, {"": _of_line(phrases)})
    return found


def _of_line(phrases: Phrases) -> Mapping[str, Sequence[str]]:
    """Return the phrases of a business line in the shape of the others; {t} is the title."""
    return {"titles": phrases.titles, "bodies": words()["bodies"], "answers": [phrases.answer]}


def categories_of(kind: str) -> Sequence[str]:
    """Return the categories of *kind* there are phrases for."""
    return list(material()["categories"][kind])


def compose(kind: str, category: str, *, place: str, rng: random.Random) -> Text:
    """Return a text for a matter of this kind and category at *place*."""
    phrases = material()["categories"][kind][category]
    slots = _slots(place, rng)
    title, body, answer = (rng.choice(phrases[part]) for part in ("titles", "bodies", "answers"))
    named = _fill(title, slots)
    return Text(named, _fill(body.replace("{t}", named), slots), _fill(answer, slots))


def _slots(place: str, rng: random.Random) -> dict[str, str]:
    slots = {slot: rng.choice(choices) for slot, choices in material()["slots"].items()}
    shop, item = rng.choice(material()["shops"]), rng.choice(material()["service_items"])
    return {**slots, "place": place, "shop": shop, "item": item, "n": str(rng.randint(2, 12))}


def _fill(phrase: str, slots: Mapping[str, str]) -> str:
    for slot, word in slots.items():
        phrase = phrase.replace(f"{{{slot}}}", word)
    return phrase.strip()
