"""The packs' sentences taken apart: words, figures, and parts that stand only when their figures exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"\{(?P<code>[a-z][a-z0-9_.]*)(?::(?P<view>[a-z_]+))?\}|(?P<sign>[\[\]])")

END, COMMAS = "。", "，、；"


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a figure; *view* says what of it is meant, such as ``growth`` (同比)."""

    code: str
    view: str = "value"


@dataclass(frozen=True, slots=True)
class Bracketed:
    """A part in ``[…]``: left out when one of its own figures is missing."""

    parts: Parts


Part = str | Slot | Bracketed
Parts = tuple[Part, ...]


@lru_cache(maxsize=1024)
def read_template(text: str) -> Parts:
    """Return the parts of a sentence; the loader of packs has already seen that its brackets close."""
    open_parts: list[list[Part]] = [[]]
    place = 0
    for token in _TOKEN.finditer(text):
        _add_words(open_parts[-1], text[place : token.start()])
        place = token.end()
        if token["sign"] == "[":
            open_parts.append([])
        elif token["sign"] == "]":
            inner = open_parts.pop()
            open_parts[-1].append(Bracketed(tuple(inner)))
        else:
            open_parts[-1].append(Slot(token["code"], token["view"] or "value"))
    _add_words(open_parts[-1], text[place:])
    return tuple(open_parts[0])


def _add_words(parts: list[Part], words: str) -> None:
    if words:
        parts.append(words)


def slots_in(parts: Iterable[Part]) -> Iterator[Slot]:
    """Yield every place of a figure, those in optional parts too."""
    for part in parts:
        if isinstance(part, Slot):
            yield part
        elif isinstance(part, Bracketed):
            yield from slots_in(part.parts)


def standing(parts: Parts, known: Iterable[Slot]) -> list[str | Slot] | None:
    """Return what stands when only the figures *known* exist; None when the sentence itself falls.

    A sentence all of whose parts are optional falls with the last of them.
    """
    have = set(known)
    found = _standing(parts, have)
    if found is None or not any(isinstance(part, Slot) for part in found):
        return None if found is None or next(slots_in(parts), None) is not None else found
    return list(_joined(found))


def _joined(found: Iterable[str | Slot]) -> Iterator[str | Slot]:
    """Drop the comma that a part left out before it leaves at the head of a sentence."""
    before = END
    for part in found:
        said = part.lstrip(COMMAS) if isinstance(part, str) and before.endswith(END) else part
        if said:
            yield said
            before = said if isinstance(said, str) else ""


def _standing(parts: Parts, known: set[Slot]) -> list[str | Slot] | None:
    found: list[str | Slot] = []
    for part in parts:
        if isinstance(part, Bracketed):
            found += _standing(part.parts, known) or []
        elif isinstance(part, Slot) and part not in known:
            return None
        else:
            found.append(part)
    return found
