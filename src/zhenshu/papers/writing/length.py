"""How long a text is, in the way Word counts it, against a limit the pack gives."""

import re
from dataclasses import dataclass

from zhenshu.ground.packs.paper_kinds import PaperKind
from zhenshu.ground.packs.registry import library

# Each Chinese character and each Chinese punctuation mark is a word; so is each run of letters or digits.
_WORDS = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2014\u2018\u2019\u201c\u201d\u2026]"
    r"|[^\s\u3001-\u9fff\uf900-\uffef\u2014\u2018\u2019\u201c\u201d\u2026\U00020000-\U0003ffff]+"
)
MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Length:
    """A length beside its limit, in words or in minutes."""

    stated: float
    limit: float | None

    @property
    def over(self) -> float:
        """By how much the limit is passed; 0 within it or without one."""
        return max(0, self.stated - self.limit) if self.limit is not None else 0


def word_count(text: str) -> int:
    """The number of words as Word's 字数 counts them."""
    return sum(1 for _ in _WORDS.finditer(text))


def measure_length(text: str, *, limit: int | None) -> Length:
    """The word count of *text* against *limit* words."""
    return Length(word_count(text), limit)


def measure_speech(text: str, *, words_a_minute: int, limit: int | None = None) -> Length:
    """The minutes it takes to read *text* aloud, against *limit* minutes."""
    return Length(round(word_count(text) / words_a_minute, 1), limit)


def measure_paper(text: str, kind: PaperKind | None) -> tuple[Length, Length | None]:
    """The words of *text* against the limit of its kind, and its minutes aloud where the kind has one."""
    words = measure_length(text, limit=kind.words if kind else None)
    if kind is None or not kind.minutes or not kind.words_a_minute:
        return words, None
    return words, measure_speech(text, words_a_minute=kind.words_a_minute, limit=kind.minutes)


def paper_kind(code: str) -> PaperKind | None:
    """What the packs in force say of a kind of paper; the first that speaks of it counts."""
    found = (pack.papers.get(code) for pack in library().packs.values())
    return next((kind for kind in found if kind is not None), None)
