"""What the records of the lines are called and say: phrases of our own, by kind and by name of field."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

ANSWER = "⇒"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The titles a matter of some kind may have, and what is answered."""

    titles: Sequence[str]
    answer: str


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """Return what is written in ``words.yaml``."""
    source = files("zhenshu.demo.lines").joinpath("words.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def name_of(kind: str, number: int, *, village: str, year: int) -> str | None:
    """Return the *number*-th name of a dossier of *kind*, None where its kind has no names of its own."""
    patterns = words()["names"].get(kind)
    if patterns is None:
        return None
    pattern = str(patterns).split("|")
    short = village.removesuffix("村").removesuffix("社区")
    return pattern[number % len(pattern)].format(v=village, s=short, n=number + 1, y=year)


def said(field: str, rng: random.Random) -> str | None:
    """Return something that a text field of this Chinese name may say; None where nothing is written."""
    choices = words()["fields"].get(field)
    return str(rng.choice(choices)) if choices else None


def range_of(field: str, unit: str) -> tuple[int, int] | None:
    """Return between what a number field of this name or unit usually lies; None where nothing is written."""
    for word, (low, high) in words()["numbers"].items():
        if word in field or word == unit:
            return int(low), int(high)
    return None


def plan_titles(kind: str) -> Sequence[str]:
    """Return what items of a plan kind may be called; empty where nothing is written."""
    return tuple(words()["plans"].get(kind, ()))


@lru_cache(maxsize=1)
def matters() -> Mapping[str, Phrases]:
    """Return the phrases of matters by kind."""
    found = {}
    for kind, line in words()["cases"].items():
        titles, _, answer = str(line).partition(ANSWER)
        found[str(kind)] = Phrases(tuple(one.strip() for one in titles.split("|")), answer.strip())
    return found


def office_of(pack: str) -> str:
    """Return the key of the office that leads a business line."""
    return str(words()["offices"].get(pack, "command"))
