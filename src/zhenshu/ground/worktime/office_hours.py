"""The hours of a day in which an office works."""

import re
from dataclasses import dataclass
from functools import cached_property

SECOND = 1_000_000
DAY = 86_400 * SECOND
SPAN_PATTERN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")


class OfficeHoursError(ValueError):
    """Office hours that can't be understood or that run backwards."""


@dataclass(frozen=True)
class OfficeHours:
    """Spans of one working day, in microseconds after midnight, in order and apart."""

    spans: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or edges != sorted(set(edges)) or edges[-1] > DAY:
            raise OfficeHoursError(f"Office hours must follow one another within a day, but are {self}.")

    @cached_property
    def length(self) -> int:
        """Microseconds of work in one day."""
        return sum(end - start for start, end in self.spans)

    @property
    def opens(self) -> int:
        """When the first span begins."""
        return self.spans[0][0]

    @property
    def closes(self) -> int:
        """When the last span ends."""
        return self.spans[-1][1]

    def worked_until(self, clock: int) -> int:
        """Work done between midnight and *clock*."""
        return sum(max(0, min(clock, end) - start) for start, end in self.spans)

    def clock_after(self, worked: int) -> int:
        """The earliest time of day by which *worked* (> 0, at most `length`) has been done."""
        for start, end in self.spans:
            if worked <= end - start:
                return start + worked
            worked -= end - start
        raise OfficeHoursError("More work was asked for than one day holds.")

    def __str__(self) -> str:
        return " ".join(f"{_clock(start)}-{_clock(end)}" for start, end in self.spans)


def parse_office_hours(text: str) -> OfficeHours:
    """The hours written like `08:30-12:00 13:30-17:30`."""
    found = SPAN_PATTERN.findall(text)
    if not found or re.sub(r"[\s,，;；、]", "", SPAN_PATTERN.sub("", text)):
        raise OfficeHoursError(
            f"The office hours {text!r} are not spans of time; write them like 08:30-12:00 13:30-17:30."
        )
    return OfficeHours(tuple((_moment(a, b), _moment(c, d)) for a, b, c, d in found))


def _moment(hour: str, minute: str) -> int:
    return (int(hour) * 60 + int(minute)) * 60 * SECOND


def _clock(moment: int) -> str:
    hour, minute = divmod(moment // (60 * SECOND), 60)
    return f"{hour:02d}:{minute:02d}"


DEFAULT_HOURS = parse_office_hours("08:30-12:00 13:30-17:30")
