"""Spots where blank space or line breaks tear apart what belongs together."""

import re
from collections.abc import Iterator
from statistics import median

from zhenshu.papers.reading.mending import Spot

_CHINESE = "\u4e00-\u9fff"
_BLANK = r"[ \t\u00a0\u3000]"
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e"
_INVISIBLE = re.compile(f"[{INVISIBLE}\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
# 政 府 工 作 报 告: single characters, each alone between blanks.
_SPREAD_WORD = re.compile(rf"(?<![{_CHINESE}])[{_CHINESE}](?: [{_CHINESE}])+(?![{_CHINESE}])")
_BLANK_BY_NUMBER = re.compile(rf"(?<=[\d.])(?: (?=[{_CHINESE}%‰])| (?=%))|(?<=[{_CHINESE}]) (?=\d)")
_UNIT = r"(?:[%‰亿万千百元亩户人家个项名件起批次米吨套处条座所届年月天台辆栋]|公里|平方|立方)"
_BROKEN_NUMBER = re.compile(
    rf"(?<=\d\.)[ ]*\r?\n{_BLANK}*(?=\d+{_UNIT})"
    rf"|(?<=\d)[ ]*\r?\n{_BLANK}*(?=\.\d)"
    rf"|(?<=\d)[ ]*\r?\n{_BLANK}*(?=\d*(?:\.\d+)?(?:%|‰|亿|万|元|亩|户|个百分点|公里|平方|余))"
)
_REDACTED = re.compile(
    r"(?<![\dA-Za-z.])(?:[xX×＊*○]{1,4}|\.)(?=(?:亿|万|千)?(?:元|亩|户|人|家|个|项|名|件|吨|套|公里|平方|%|万|亿))"
)
_ENDS_SENTENCE = tuple("。！？；：!?;:”）)")
_STARTS_BLOCK = re.compile(
    rf"{_BLANK}{{2,}}|\r?$|[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十\d]+[)）]|\d{{1,2}}[.、．](?!\d)|第[一二三四五六七八九十]+[章节部]"
)
# A wrapped text has short lines of nearly one length, most of which end in the middle of a sentence.
WRAPPED_WIDTH = (18, 90)
WRAPPED_SHARE = 0.5
LEAST_LINES = 8
FULL_LINE = 0.85


def invisible_spots(text: str) -> Iterator[Spot]:
    """Zero-width and control characters."""
    for match in _INVISIBLE.finditer(text):
        yield Spot(match.start(), match.end(), "", "invisible character")


def blank_spots(text: str) -> Iterator[Spot]:
    """Single blanks inside a spread-out word and between a number and its unit."""
    if " " not in text:
        return
    for match in _SPREAD_WORD.finditer(text):
        word = match[0].replace(" ", "")
        yield Spot(match.start(), match.end(), word, "spread word", tuple(range(0, len(match[0]), 2)))
    for match in _BLANK_BY_NUMBER.finditer(text):
        yield Spot(match.start(), match.end(), "", "blank in number")


def broken_number_spots(text: str) -> Iterator[Spot]:
    """Line breaks inside a number or between a number and its unit."""
    for match in _BROKEN_NUMBER.finditer(text):
        yield Spot(match.start(), match.end(), "", "broken number")


def redacted_spots(text: str) -> Iterator[Spot]:
    """Numbers taken out before publishing (``.万元``, ``xx户``): left as they are, and said."""
    for match in _REDACTED.finditer(text):
        yield Spot(match.start(), match.end(), match[0], "redacted number")


def wrapped_spots(text: str) -> Iterator[Spot]:
    """The line breaks of a text broken at a fixed width, where a sentence goes on, over page ends too."""
    lines = text.split("\n")
    if not _is_wrapped(lines):
        return
    usual = median(len(line.strip()) for line in lines if line.strip())
    start, last, last_end = 0, "", 0
    for line in lines:
        if line.strip():
            over_page = text.count("\n", last_end, start) > 1
            if last and _goes_on(last, line) and (not over_page or len(last) >= FULL_LINE * usual):
                yield Spot(last_end, start + len(line) - len(line.lstrip()), "", "wrapped line")
            last, last_end = line, start + len(line.rstrip())
        start += len(line) + 1


def _is_wrapped(lines: list[str]) -> bool:
    lengths = [len(line.strip()) for line in lines if line.strip()]
    usual = median(lengths) if len(lengths) >= LEAST_LINES else 0
    if not WRAPPED_WIDTH[0] <= usual <= WRAPPED_WIDTH[1]:
        return False
    full = sum(FULL_LINE * usual <= length <= 1.5 * usual for length in lengths)
    going_on = sum(_goes_on(line, following) for line, following in zip(lines, lines[1:], strict=False))
    return max(lengths) <= 2 * usual and min(full, going_on) >= WRAPPED_SHARE * len(lengths)


def _goes_on(line: str, following: str) -> bool:
    kept = line.rstrip()
    return bool(kept) and not kept.endswith(_ENDS_SENTENCE) and not _STARTS_BLOCK.match(following)
