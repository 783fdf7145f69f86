"""Candidates for figures: every number with a unit, a place or a zero that states a quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .grammar import refusals
from .grammar.bounds import AFTER, BEFORE, BOUND_BEFORE, bound_of
from .grammar.numerals import ARABIC, CHINESE, parse_number
from .grammar.ranks import is_place, leads_contest, zero_unit
from .grammar.units import SCALE, UNIT, canonical, family

SENTENCE = re.compile(r"[^。！？!?\n]+")
CANDIDATE = re.compile(
    rf"""
    (?P<place>[第前](?P<rank>\d+|{CHINESE})(?P<rank_unit>名|位)?)
    |(?P<top>首位|榜首)
    |唯一(?P<only>一)(?P<only_unit>家|所)
    |(?<=[国省市县区业])(?P<first>首)(?P<first_unit>家)
    |百分之(?P<percent>{ARABIC}|{CHINESE}(?:点{CHINESE})?)
    |(?P<number>(?<![\d.]){ARABIC})
      (?:(?P<unit_from>%|亿元|万元|元|个|家|{SCALE})?\s?[-—–~～至到]+\s?(?P<to>{ARABIC}))?
      \s?(?P<scale>{SCALE})?(?P<more>余|多|来)?(?P<scale_after>[万亿])?\s?(?P<unit>{UNIT})?
    |(?P<streak>{CHINESE}|\d+)连(?:丰|增|冠|胜|升)
    |(?P<chinese>{CHINESE})(?P<chinese_scale>[万亿]+)?(?P<chinese_more>余|多)?(?P<chinese_unit>{UNIT}|大)
    |(?<=[超近破逾过达上])(?P<round>[百千万亿]+)(?P<round_more>余|多)?(?P<round_unit>{UNIT})?
    |(?P<zero>零)
    |(?P<hidden>(?<![\dA-Za-z])[xX×*]{{1,8}}(?:\.[xX×*]{{1,4}})?|(?<=[一-龥])\.)(?P<hidden_scale>{SCALE})?余?(?P<hidden_unit>(?!年|月|日){UNIT})
    """,
    re.VERBOSE,
)
_PLACED = re.compile(r"(?:位列|位居|名列|排名)[^,，。;；、]{2,22}$")
_NEXT_PLACE = re.compile(r"^(?:[、和与,]|[、和与][^,，。;；]{2,16}(?:强|榜))$")
_OPENING = re.compile(r"[\d第前首榜唯一二两三四五六七八九十百千零〇万亿xX×*.]")
"""The characters every alternative of a candidate begins with."""
_RHYTHM = re.compile(
    r"每(?:个)?(?:(?P<time>月|周|年|季度|半年|季|旬|日|天)|"
    r"(?P<person>[名位人]))[^,，。;；、]{0,8}?(?P<bound>至少|不少于|"
    r"不低于)[^,，。;；\d]{0,8}$"
)
_QUOTED = re.compile(r"“[^“”]{1,18}”|《[^《》]*》|\"[^\"]{1,18}\"|‘[^‘’]{1,18}’|「[^「」]{1,18}」")


@dataclass(slots=True)
class Candidate:
    """A number with its unit, before it has a name; places count from the start of the clean text."""

    start: int
    end: int
    value: float | None
    value_to: float | None
    unit: str
    bound: str
    family: str
    opening: int
    """Where the words of bound before the number begin."""
    closing: int
    """Where the words of bound after the unit end."""
    rank: bool = False


@dataclass(slots=True)
class Sentence:
    """A sentence, its place in the clean text and the candidates found in it."""

    text: str
    start: int
    candidates: list[Candidate]


def scan_sentences(text: str) -> Iterator[Sentence]:
    """Yield every sentence of *text* with the candidates in it."""
    for found in SENTENCE.finditer(text):
        words = found.group()
        yield Sentence(words, found.start(), _scan(words, found.start()))


def _scan(words: str, offset: int) -> list[Candidate]:
    """Return the candidates of one sentence that state a quantity."""
    quoted: list[tuple[int, int]] | None = None
    kept: list[Candidate] = []
    for match in _matches(words):
        reader = _READERS[_alternative(match)]
        candidate = reader(words, match, kept)
        if candidate is None or _is_predicated_threshold(words, candidate, kept):
            continue
        if quoted is None:
            quoted = [span.span() for span in _QUOTED.finditer(words)]
        if (
            match["streak"] is None
            and match["zero"] is None
            and any(start < candidate.start and candidate.end <= end for start, end in quoted)
        ):
            continue
        kept.append(candidate)
    for candidate in kept:
        candidate.start += offset
        candidate.end += offset
        candidate.opening += offset
        candidate.closing += offset
    return kept


def _matches(words: str) -> Iterator[re.Match[str]]:
    """Yield what ``CANDIDATE.finditer`` finds, tried only where a candidate can begin: twice as fast."""
    end = 0
    for opening in _OPENING.finditer(words):
        place = opening.start()
        match = CANDIDATE.match(words, place) if place >= end else None
        if match is not None:
            end = match.end()
            yield match


def _is_predicated_threshold(words: str, found: Candidate, kept: list[Candidate]) -> bool:
    """Tell whether an amount says which of the things just counted are meant: 14家应税销售超亿元.

    What all of them reach is a result of its own: 12个村收入全部突破10万元.
    """
    if (
        not kept
        or found.family != "money"
        or words[found.opening : found.opening + 1] not in ("超", "突", "过", "逾")
    ):
        return False
    between = words[kept[-1].end : found.opening]
    return kept[-1].unit in ("个", "家", "户") and not re.search(r"[,，、;；:：]|全部|均|都", between)


def _alternative(match: re.Match[str]) -> str:
    for name in (
        "number",
        "streak",
        "top",
        "chinese",
        "place",
        "percent",
        "round",
        "zero",
        "only",
        "first",
        "hidden",
    ):
        if match[name] is not None:
            return name
    raise AssertionError(match)


def _candidate(
    words: str, span: tuple[int, int], *, value: float, unit: str, more: bool = False
) -> Candidate:
    """Return the candidate at *span* with the bounds written around it."""
    start, end = span
    before = BEFORE.search(words, max(0, start - 8), start)
    after = AFTER.match(words, end)
    bound = bound_of(before[1] if before else "", after[1] if after else "", more=more)
    opening = before.start() if before else start
    closing = after.end() if after else end
    return Candidate(start, end, value, None, unit, bound, family(unit), opening, closing)


def _read_number(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the figure written in Arabic digits, or nothing when it is a date, a name or a threshold."""
    start, end = match.start("number"), match.end()
    left, right = words[max(0, start - 14) : start], words[end : end + 44]
    if not match["unit"] and not match["scale"] and not refusals.counts_beings(match["number"], right):
        return _read_bare_zero(words, match) if match["number"] == "0" else None
    if refusals.GLUED_BEFORE.search(left) or refusals.GLUED_AFTER.match(right):
        return None
    unit = _unit_of(match, left, right)
    if unit is None or refusals.refuse(unit, left, right):
        return None
    found = _candidate(
        words, (start, end), value=parse_number(match["number"]), unit=unit, more=bool(match["more"])
    )
    if match["to"]:
        found.value_to = parse_number(match["to"])
    found = _with_frequency(found, words)
    found.rank = match["unit"] == "位" and _is_placed(words, start, kept)
    return found


def _is_placed(words: str, start: int, kept: list[Candidate]) -> bool:
    """Tell whether 64位 at *start* is a place: 位列全国千强镇64位, and the places listed after one."""
    if kept and kept[-1].rank and _NEXT_PLACE.match(words[kept[-1].end : start]):
        return True
    return bool(_PLACED.search(words, max(0, start - 26), start))


def _read_bare_zero(words: str, match: re.Match[str]) -> Candidate | None:
    """Return the zero written as a digit before what there is none of: 0再访."""
    unit = zero_unit("", words[match.end() : match.end() + 10])
    return _candidate(words, match.span(), value=0.0, unit=unit) if unit else None


def _unit_of(match: re.Match[str], left: str, right: str) -> str | None:
    """Return the unit, filling in what was left out: 投资1000万 is 万元, 惠及3000农户 is 户."""
    scale = (match["scale"] or "") + (match["scale_after"] or "")
    if match["unit"]:
        return canonical(scale, match["unit"])
    return refusals.omitted_unit(scale, left, right)


def _read_chinese(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the figure written in Chinese digits, if it counts things rather than making a slogan."""
    del kept
    start, end = match.start("chinese"), match.end()
    value = parse_number(match["chinese"])
    base = "个" if match["chinese_unit"] == "大" else match["chinese_unit"]
    unit = canonical(match["chinese_scale"] or "", base)
    left, right = words[max(0, start - 14) : start], words[end : end + 44]
    if not refusals.counts_things(value, match["chinese_unit"], left, right):
        return None
    found = _candidate(words, (start, end), value=value, unit=unit, more=bool(match["chinese_more"]))
    return _with_frequency(found, words)


def _with_frequency(found: Candidate, words: str) -> Candidate:
    """Return *found* with the unit 次/月 when its clause says 每月至少."""
    rhythm = _RHYTHM.search(words, max(0, found.start - 24), found.start)
    if rhythm and found.family in ("visits", "count"):
        found.unit = f"{found.unit}/{'人' if rhythm['person'] else rhythm['time']}"
        found.bound = BOUND_BEFORE.get(rhythm["bound"], ">=")
    return found


def _read_place(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the rank: 第六名, 全市第一, 前三."""
    del kept
    left, right = words[max(0, match.start() - 22) : match.start()], words[match.end() : match.end() + 4]
    if not is_place(match, left, right):
        return None
    found = _candidate(
        words, match.span(), value=parse_number(match["rank"]), unit=match["rank_unit"] or "名"
    )
    found.rank = True
    found.bound = "<=" if match["place"][0] == "前" else "="
    return found


def _read_top(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the first place in words: 居全县首位."""
    del kept
    if not leads_contest(words[max(0, match.start() - 14) : match.start()]):
        return None
    found = _candidate(words, match.span(), value=1.0, unit="名")
    found.rank = True
    return found


def _read_percent(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the share written out: 百分之九十五 → 95 %."""
    del kept
    whole, _, fraction = match["percent"].partition("点")
    value = parse_number(whole)
    if fraction:
        value = float(f"{value:.0f}.{parse_number(fraction):.0f}")
    return _candidate(words, match.span(), value=value, unit="%")


def _read_streak(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the years in a row: 十九连丰 → 19 年."""
    del kept
    return _candidate(words, match.span(), value=parse_number(match["streak"]), unit="年")


def _read_round(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the round number after a word of bound: 超千万元 → 1000 万元, 破百 → 100."""
    del kept
    digits, base = match["round"], match["round_unit"] or ""
    left, right = words[max(0, match.start() - 14) : match.start()], words[match.end() : match.end() + 44]
    read = refusals.round_number(digits, base, left, right)
    if read is None:
        return None
    return _candidate(words, match.span(), value=read[0], unit=read[1], more=bool(match["round_more"]))


def _read_zero(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the stated zero: 零事故, 动态为零."""
    del kept
    unit = zero_unit(words[max(0, match.start() - 12) : match.start()], words[match.end() : match.end() + 10])
    return _candidate(words, match.span(), value=0.0, unit=unit) if unit else None


def _read_hidden(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate:
    """Return the number that was struck out before publishing: xx万元 and .万元 are unknown, not zero."""
    del kept
    unit = canonical(match["hidden_scale"] or "", match["hidden_unit"])
    found = _candidate(words, match.span(), value=0.0, unit=unit)
    found.value = None
    return found


def _read_only(words: str, match: re.Match[str], kept: list[Candidate]) -> Candidate | None:
    """Return the distinction of being the only or the first one: 全区唯一一所."""
    del kept
    word = "only" if match["only"] else "first"
    found = _candidate(words, (match.start(word), match.end()), value=1.0, unit=match[f"{word}_unit"])
    found.rank = True
    return found


_READERS = {
    "number": _read_number,
    "streak": _read_streak,
    "top": _read_top,
    "chinese": _read_chinese,
    "place": _read_place,
    "percent": _read_percent,
    "round": _read_round,
    "zero": _read_zero,
    "only": _read_only,
    "first": _read_only,
    "hidden": _read_hidden,
}
