"""What a deadline says: a number, a unit and where counting starts."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """How a limit is counted; the value is the key used in packs and columns."""

    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    @property
    def name_zh(self) -> str:
        """The unit as official texts write it."""
        return UNIT_NAMES[self]

    @property
    def counts_whole_days(self) -> bool:
        """True for the units that end with a day and not with a minute."""
        return self in (Unit.WORKING_DAY, Unit.DAY, Unit.MONTH)

    @property
    def counts_working_time(self) -> bool:
        """True for the units that stand still while the office rests."""
        return self in (Unit.WORKING_HOUR, Unit.WORKING_DAY)


class StartRule(StrEnum):
    """Where counting starts; Civil Code (民法典) art. 201 makes the next day the rule for days."""

    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"
    AT_ONCE = "at_once"

    @property
    def name_zh(self) -> str:
        """The rule as official texts write it."""
        return RULE_NAMES[self]


UNIT_NAMES = {
    Unit.WORKING_HOUR: "工作时",
    Unit.WORKING_DAY: "工作日",
    Unit.HOUR: "小时",
    Unit.DAY: "日",
    Unit.MONTH: "个月",
}
RULE_NAMES = {StartRule.SAME_DAY: "当日起", StartRule.NEXT_DAY: "次日起", StartRule.AT_ONCE: "即时起"}
UNIT_SPELLINGS = {
    "工作时": Unit.WORKING_HOUR,
    "工作小时": Unit.WORKING_HOUR,
    "工作日": Unit.WORKING_DAY,
    "工作天": Unit.WORKING_DAY,
    "小时": Unit.HOUR,
    "时": Unit.HOUR,
    "日": Unit.DAY,
    "天": Unit.DAY,
    "自然日": Unit.DAY,
    "月": Unit.MONTH,
    **{unit.value: unit for unit in Unit},
}
SAME_DAY_SPELLINGS = frozenset({"当日", "当天"})
LIMIT_PATTERN = re.compile(r"(?P<value>\d+(?:\.\d+)?)\s*个?\s*(?P<unit>[^\W\d]+?)\s*(?:以?内)?")


class LimitError(ValueError):
    """A limit that can't be understood or can't exist."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time such as 15 日 or 4 工作时; `Limit(0, Unit.DAY)` is 当日, the same day."""

    value: Decimal | int
    unit: Unit

    def __post_init__(self) -> None:
        if self.value < 0 or (self.value == 0 and self.unit is not Unit.DAY):
            raise LimitError(f"A limit must be longer than nothing, but is {self.value} {self.unit.name_zh}.")
        if self.unit.counts_whole_days and self.value != int(self.value):
            raise LimitError(
                f"{self.value} {self.unit.name_zh} is not a whole number; "
                f"write parts of a day as 工作时 or 小时, for example 4 工作时."
            )

    @property
    def is_same_day(self) -> bool:
        """True for 当日: due before the day it starts on is over."""
        return self.value == 0

    def __str__(self) -> str:
        return "当日" if self.is_same_day else f"{self.value} {self.unit.name_zh}"


def parse_limit(text: str) -> Limit:
    """The limit written in *text*: `15 日`, `3个工作日`, `4 工作时`, `24 小时`, `3 个月`, `当日`.

    Raises `LimitError` with the text, the expected form and an example.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    if written in SAME_DAY_SPELLINGS:
        return Limit(0, Unit.DAY)
    match = LIMIT_PATTERN.fullmatch(written)
    if match is None:
        raise LimitError(f"The limit {text!r} is not a number and a unit; write it like 15 日 or 4 工作时.")
    return Limit(_number(match["value"]), _unit(match["unit"], text))


def _number(written: str) -> Decimal | int:
    return Decimal(written) if "." in written else int(written)


def _unit(written: str, text: str) -> Unit:
    unit = UNIT_SPELLINGS.get(written)
    if unit is None:
        allowed = "、".join(UNIT_NAMES.values())
        raise LimitError(f"The limit {text!r} has the unknown unit {written!r}; allowed are {allowed}.")
    return unit
