"""The numbers of a passage with what their spelling leaves open, and the passage without them."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from zhenshu.papers.checking.finding import Place
from zhenshu.papers.reading.document import Document
from zhenshu.papers.reading.grammar.numerals import ARABIC, CHINESE, parse_number
from zhenshu.papers.reading.grammar.units import SCALE, UNIT, family

# One sign stands for each number in a passage's skeleton, so that patterns see words and kinds only.
QUANTITY, PERCENT, POINTS, FACTOR = "\ue000", "\ue001", "\ue002", "\ue003"
_SIGNS = {"#": QUANTITY, "%": PERCENT, "@": POINTS, "&": FACTOR}
_FACTORS = {"万亿": 1e12, "千万": 1e7, "百万": 1e6, "十万": 1e5, "亿": 1e8, "万": 1e4, "千": 1e3, "百": 1e2}
_EXACT_FAMILIES = frozenset({"count", "people", "households", "visits", "groups", "duration"})
# Families whose units can't be turned into each other: 个 and 家, 元 and 美元.
_BY_UNIT = frozenset({"count", "visits", "duration", "money"})
_SQUARE_METRES = {"平方公里": 1e6, "平方千米": 1e6, "km²": 1e6, "公顷": 1e4, "亩": 1e4 / 15}
_METRES = {"公里": 1e3, "千米": 1e3, "km": 1e3}
_GRAMS = {"公斤": 1e3, "千克": 1e3, "斤": 5e2, "吨": 1e6, "担": 5e4}
_BASES = {**_SQUARE_METRES, **_METRES, **_GRAMS, "‰": 0.1}

_NUMBER = re.compile(
    rf"(?P<before>近|约|大约|超过?|突破|逾|不少于|不低于|至少|达到?)?"
    rf"(?:(?P<digits>{ARABIC})|(?P<hundredths>百分之)(?P<spelt>{CHINESE}(?:点{CHINESE})?)|(?P<chinese>{CHINESE}))"
    rf"(?P<more>[余多])?(?P<scale>{SCALE})?(?P<more_too>[余多])?(?P<unit>{UNIT})?"
    r"(?P<after>以上|左右|上下|[余多])?"
)
_DATE = re.compile(r"\s*(?:年|月|日|号|时|世纪|周年|[-—~至、]\d+\s*(?:年|月|日))")
_CHINESE_UNIT = re.compile(r"[个家户件项条处座所名人位亩番倍起批次]")
_STOPS = re.compile(r"[。！？!?\n]")
_FLOORS = frozenset({"超", "超过", "突破", "逾", "不少于", "不低于", "至少", "余", "多", "以上"})
_ABOUT = frozenset({"约", "大约", "左右", "上下"})


def skeleton_pattern(pattern: str) -> "re.Pattern[str]":
    """Compile *pattern*, in which # is a quantity, % a percentage, @ percentage points and & a factor."""
    for sign, mark in _SIGNS.items():
        pattern = pattern.replace(sign, mark)
    return re.compile(pattern)


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit: ``value`` as written, ``low`` to ``high`` in base units as it may be meant."""

    value: float
    unit: str
    family: str
    decimals: int
    low: float
    high: float
    start: int
    end: int
    words: str
    approximate: bool

    @property
    def base(self) -> float:
        """The value in base units: 元, 平方米, 米, 克 or pieces."""
        return self.value * unit_factor(self.unit)

    def like(self, other: "Number") -> bool:
        """True when the two can be added."""
        if self.family != other.family:
            return False
        return self.family not in _BY_UNIT or bare(self.unit) == bare(other.unit)


@dataclass(frozen=True)
class Passage:
    """One sentence of the clean text."""

    text: str
    start: int
    numbers: tuple[Number, ...]

    @cached_property
    def skeleton(self) -> str:
        """The sentence with one sign for each number."""
        pieces: list[str] = []
        last = 0
        for number in self.numbers:
            pieces += (self.text[last : number.start - self.start], sign_of(number))
            last = number.end - self.start
        return "".join(pieces) + self.text[last:]

    @cached_property
    def _signs(self) -> list[int]:
        return [place for place, character in enumerate(self.skeleton) if QUANTITY <= character <= FACTOR]

    def number_at(self, place: int) -> Number:
        """The number whose sign stands at *place* of the skeleton."""
        return self.numbers[bisect_left(self._signs, place)]

    def number_before(self, place: int) -> int:
        """How many numbers stand before *place* of the skeleton."""
        return bisect_left(self._signs, place)


def sign_of(number: Number) -> str:
    """The sign of *number* in a skeleton."""
    if number.unit in ("%", "‰"):
        return PERCENT
    if number.unit in ("个百分点", "百分点"):
        return POINTS
    return FACTOR if number.family == "factor" else QUANTITY


def unit_factor(unit: str) -> float:
    """How many base units one *unit* is: 万元 is 10,000 元, 亩 is 666.7 平方米."""
    scale = next((mark for mark in _FACTORS if unit.startswith(mark)), "")
    rest = unit[len(scale) :].split("/")[0]
    return _FACTORS.get(scale, 1.0) * _BASES.get(rest, 1.0)


def bare(unit: str) -> str:
    """*unit* without its power of ten."""
    scale = next((mark for mark in _FACTORS if unit.startswith(mark)), "")
    return unit[len(scale) :]


def passages_of(text: str) -> Iterator[Passage]:
    """The sentences of *text* that hold a number."""
    start = 0
    for stop in (*_STOPS.finditer(text), None):
        end = stop.start() if stop is not None else len(text)
        numbers = tuple(_numbers(text, start, end))
        if numbers:
            # A semicolon typed on a Western keyboard parts clauses as well; the length stays the same.
            yield Passage(text[start:end].replace(";", "；"), start, numbers)
        start = stop.end() if stop is not None else end


def _numbers(text: str, start: int, end: int) -> Iterator[Number]:
    for match in _NUMBER.finditer(text, start, end):
        if _counts(text, match):
            yield _number(match)


def _counts(text: str, match: "re.Match[str]") -> bool:
    """True for a quantity; false for dates, list marks, names such as 5G and Chinese digits inside words."""
    if match["hundredths"]:
        return True
    if match["chinese"]:
        # 百亩、千户 are sizes inside names, not counts.
        counted = (
            match["unit"]
            and match["chinese"] not in ("十", "百", "千")
            and _CHINESE_UNIT.match(bare(match["unit"]))
        )
        return bool(counted) and not _in_word(text, match)
    digits_start = match.start("digits")
    before = text[digits_start - 1] if digits_start else ""
    if before and (before in "第.-+/" or (before.isascii() and before.isalpha())):
        return False
    if match["unit"] == "年" or not match["unit"]:
        return not _DATE.match(text, match.end("digits")) and not _lone(text, match)
    return True


def _in_word(text: str, match: "re.Match[str]") -> bool:
    before = text[match.start() - 1] if match.start() else ""
    return (before != "" and before in "第“”‘’这那每另同各十") or text[match.end() : match.end() + 1] in "”’"


def _lone(text: str, match: "re.Match[str]") -> bool:
    """True for a number glued to letters or standing as a mark: 5G, 1. or 3)."""
    after = text[match.end() : match.end() + 1]
    return (after.isascii() and after.isalpha()) or after in (")", "）", "、", "+")


def _number(match: "re.Match[str]") -> Number:
    value = _value(match)
    unit = "%" if match["hundredths"] else (match["scale"] or "") + (match["unit"] or "")
    digits = match["digits"] or ""
    decimals = len(digits.partition(".")[2])
    kind = family(unit) if unit else "count"
    marks = {match["before"], match["more"], match["more_too"], match["after"]}
    low, high = _range(value, decimals, marks, exact=kind in _EXACT_FAMILIES and not match["scale"])
    factor = unit_factor(unit)
    start = (
        match.start("digits") if digits else match.start("hundredths" if match["hundredths"] else "chinese")
    )
    vague = bool(marks & (_FLOORS | _ABOUT | {"近"}))
    return Number(
        value, unit, kind, decimals, low * factor, high * factor, start, match.end(), match[0], vague
    )


def _value(match: "re.Match[str]") -> float:
    if match["digits"]:
        return parse_number(match["digits"])
    whole, _, part = (match["spelt"] or match["chinese"]).partition("点")
    fraction = sum(parse_number(digit) / 10**place for place, digit in enumerate(part, 1))
    return float(parse_number(whole) + fraction)


def _range(value: float, decimals: int, marks: set[str | None], *, exact: bool) -> tuple[float, float]:
    """What a number may mean: rounded to its last digit, or a round one passed or nearly reached."""
    step = _last_place(value, decimals)
    if marks & _FLOORS:
        return value, value + step
    if "近" in marks:
        return value - step, value
    if marks & _ABOUT:
        return value - step / 2, value + step / 2
    half = 0.0 if exact and not decimals else 0.5 * 10**-decimals
    return value - half, value + half


def _last_place(value: float, decimals: int) -> float:
    """The place of the last digit that isn't nought: 10 for 950, 0.01 for 3.16."""
    if decimals:
        return float(10.0**-decimals)
    step, rest = 1, int(value)
    while rest and rest % (step * 10) == 0:
        step *= 10
    return float(step)


def place_of(document: Document, start: int, end: int) -> Place:
    """The place of a stretch of the clean text in the text as found."""
    first, last = document.place(start, end)
    return Place(first, last, document.text[first:last])


def show(value: float, decimals: int = 2) -> str:
    """*value* without needless noughts."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"
