"""Find the area that an address or a free text speaks of.

Names of villages, grids and micro-grids, their short forms, and landmarks and roads handed in are looked
up longest first. A grid called only by its number is told apart by the village named beside it, a road
through several micro-grids by what surrounds them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.areas.names import short_name_of
from zhenshu.ground.areas.revision import TreeMemory

FULL_NAME, LANDMARK, SHORT_NAME, NUMBER_ONLY = 0.9, 0.8, 0.6, 0.5
LEAST_CONFIDENCE = 0.05

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_GRID_NUMBER = re.compile(r"第?(\d{1,3}|[一二两三四五六七八九十]{1,3})号?(微?网格)")
_NUMBER_BEHIND = re.compile(r"(?<![0-9微])(微?网格)(\d{1,3})号?")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An area that a text may mean, how sure that is (0 to 1), and the words that spoke for it."""

    area_id: int
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One area that a word may stand for; *line* holds its ancestors and itself, top first."""

    area_id: int
    line: tuple[int, ...]
    weight: float

    def touches(self, other: _Meaning) -> bool:
        return other.area_id in self.line or self.area_id in other.line


class Gazetteer:
    """A dictionary of area names that finds the longest name at each place of a text."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas = {area.pk: area for area in areas}
        self._lines = {area.pk: tuple(area.ancestor_ids) for area in self._areas.values()}
        self._words: dict[str, dict[int, float]] = defaultdict(dict)
        for area in self._areas.values():
            for word, weight in self._names_of(area):
                self._add(word, area.pk, weight)
        self._lengths = _lengths_by_first_letter(self._words)

    def find(self, text: str, landmarks: Mapping[str, Sequence[int]]) -> list[Candidate]:
        """Return the areas that the text may mean, the surest first."""
        marks = {_fold_name(name): tuple(ids) for name, ids in landmarks.items()}
        hits = self._hits(fold_text(text), marks)
        narrowed = [(word, self._narrow(meanings, hits)) for word, meanings in hits]
        return self._rank(narrowed)

    def _names_of(self, area: Area) -> Iterable[tuple[str, float]]:
        if area.level <= Level.VILLAGE:
            yield area.name, FULL_NAME
            yield area.short_name or short_name_of(area.name), SHORT_NAME
            return
        own = self._own_part(area)
        yield area.name, NUMBER_ONLY if own == area.name else FULL_NAME
        yield own, NUMBER_ONLY
        yield from self._names_from_village(area, own)

    def _names_from_village(self, area: Area, own: str) -> Iterable[tuple[str, float]]:
        """Yield how a grid is called together with its village, such as 东浦第三网格 and 东浦村第三网格."""
        for ancestor in self._ancestors(area):
            if ancestor.level == Level.GRID:
                own = self._own_part(ancestor) + own
            if ancestor.level == Level.VILLAGE:
                yield f"{ancestor.name}{own}", FULL_NAME
                yield f"{ancestor.short_name or ancestor.name}{own}", FULL_NAME

    def _ancestors(self, area: Area) -> list[Area]:
        """Return the areas above one that are known here, the nearest first."""
        above = reversed(self._lines[area.pk][:-1])
        return [self._areas[area_id] for area_id in above if area_id in self._areas]

    def _own_part(self, area: Area) -> str:
        """Return the name without the names of the areas above it: 第三网格 of 东浦村第三网格."""
        prefixes = (above.name for above in self._ancestors(area) if area.name.startswith(above.name))
        return area.name.removeprefix(max(prefixes, key=len, default=""))

    def _add(self, word: str, area_id: int, weight: float) -> None:
        folded = fold_text(word)
        if len(folded) >= 2:
            meanings = self._words[folded]
            meanings[area_id] = max(weight, meanings.get(area_id, 0.0))

    def _hits(self, text: str, marks: Mapping[str, tuple[int, ...]]) -> list[tuple[str, list[_Meaning]]]:
        """Return the longest known word at each place of the text, from left to right, with its meanings."""
        mark_lengths = _lengths_by_first_letter(marks)
        hits, place = [], 0
        while place < len(text):
            lengths = {*self._lengths.get(text[place], ()), *mark_lengths.get(text[place], ())}
            words = (text[place : place + length] for length in sorted(lengths, reverse=True))
            word = next((word for word in words if word in self._words or word in marks), "")
            if word:
                hits.append((word, self._meanings(word, marks)))
            place += len(word) or 1
        return hits

    def _meanings(self, word: str, marks: Mapping[str, tuple[int, ...]]) -> list[_Meaning]:
        weights = {area_id: LANDMARK for area_id in marks.get(word, ()) if area_id in self._areas}
        weights |= self._words.get(word, {})
        return [_Meaning(area_id, self._lines[area_id], weight) for area_id, weight in weights.items()]

    def _narrow(self, meanings: list[_Meaning], hits: list[tuple[str, list[_Meaning]]]) -> list[_Meaning]:
        """Keep the meanings that agree with what else is named; put those of one village together."""
        if len(meanings) < 2:
            return meanings
        certain = [
            others[0]
            for _word, others in hits
            if len(others) == 1 and self._level(others[0]) >= Level.VILLAGE
        ]
        agreeing = [meaning for meaning in meanings if any(meaning.touches(other) for other in certain)]
        return self._together(agreeing or meanings)

    def _together(self, meanings: list[_Meaning]) -> list[_Meaning]:
        """Return one meaning for the narrowest area around all, or shares of each if that is too wide."""
        if len(meanings) < 2:
            return meanings
        shared = [
            ids[0] for ids in zip(*(meaning.line for meaning in meanings), strict=False) if len(set(ids)) == 1
        ]
        around = self._areas.get(shared[-1]) if shared else None
        if around is not None and around.level >= Level.VILLAGE:
            return [_Meaning(around.pk, self._lines[around.pk], meanings[0].weight)]
        return [_Meaning(m.area_id, m.line, m.weight / len(meanings)) for m in meanings]

    def _level(self, meaning: _Meaning) -> int:
        return self._areas[meaning.area_id].level

    def _rank(self, hits: list[tuple[str, list[_Meaning]]]) -> list[Candidate]:
        doubt: dict[int, float] = defaultdict(lambda: 1.0)
        words: dict[int, list[str]] = defaultdict(list)
        for word, meanings in hits:
            for meaning in meanings:
                doubt[meaning.area_id] *= 1 - meaning.weight
                words[meaning.area_id].append(word)
        above = {ancestor for area_id in doubt for ancestor in self._lines[area_id][:-1]}
        candidates = [self._candidate(area_id, doubt, words) for area_id in doubt if area_id not in above]
        sure = [candidate for candidate in candidates if candidate.confidence >= LEAST_CONFIDENCE]
        return sorted(sure, key=lambda candidate: (-candidate.confidence, candidate.area_id))

    def _candidate(
        self, area_id: int, doubt: Mapping[int, float], words: Mapping[int, list[str]]
    ) -> Candidate:
        """Return the candidate; each area named above it takes away half as much doubt as its own name."""
        named = [ancestor for ancestor in self._lines[area_id] if ancestor in doubt]
        left = doubt[area_id]
        for ancestor in named[:-1]:
            left *= (1 + doubt[ancestor]) / 2
        spoken = dict.fromkeys(word for ancestor in named for word in words[ancestor])
        return Candidate(area_id, round(1 - left, 3), tuple(spoken))


def fold_text(text: str) -> str:
    """Return the text with one spelling for widths, spaces and grid numbers: 03网格 and 三网格 as 第3网格."""
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", text))
    before = _GRID_NUMBER.sub(lambda match: f"第{_number(match[1])}{match[2]}", plain)
    return _NUMBER_BEHIND.sub(lambda match: f"第{int(match[2])}{match[1]}", before)


# The names of landmarks come with every call and are the same ones each time.
_fold_name = lru_cache(maxsize=16_384)(fold_text)


def _number(digits: str) -> int:
    """Return the value of Arabic digits or of a Chinese numeral below a hundred."""
    if digits.isascii():
        return int(digits)
    tens, ten, ones = digits.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[digit]) for digit in ones if digit in _DIGITS) or 0)
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def _lengths_by_first_letter(words: Iterable[str]) -> dict[str, set[int]]:
    lengths: dict[str, set[int]] = defaultdict(set)
    for word in words:
        if word:
            lengths[word[0]].add(len(word))
    return lengths


_gazetteer = TreeMemory(lambda: Gazetteer(Area.objects.open().defer("boundary")))


def find_area_in_text(text: str, *, landmarks: Mapping[str, Sequence[int]] | None = None) -> list[Candidate]:
    """Return the areas that a text may mean, the surest first; empty when it names none.

    *landmarks* gives for the name of a landmark or road the areas it lies in.
    """
    return _gazetteer.current().find(text, landmarks or {})
