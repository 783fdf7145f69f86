"""The text of a report as found and as read, tied together character by character."""

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple


class Repair(NamedTuple):
    """One change between the text as found and the text as read.

    ``start`` and ``end`` are places in the text as found. A repair with ``was == now`` is a flag: the
    place was left as it is because nobody can know what stood there.
    """

    kind: str
    start: int
    end: int
    was: str
    now: str


@dataclass(frozen=True)
class Document:
    """A report's text: ``text`` as found (the frame of every offset given out), ``clean`` to read.

    ``origin[i]`` is the place in ``text`` of ``clean[i]``.
    """

    text: str
    clean: str
    origin: "array[int]"
    repairs: list[Repair] = field(default_factory=list)
    kind: str = "txt"
    encoding: str = "utf-8"
    warnings: tuple[str, ...] = ()

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of ``text`` that ``clean[start:end]`` came from."""
        if start >= end:
            here = self.origin[start] if start < len(self.origin) else len(self.text)
            return here, here
        return self.origin[start], self.origin[end - 1] + 1

    def quote(self, start: int, end: int) -> str:
        """The words of ``text`` behind ``clean[start:end]``."""
        first, last = self.place(start, end)
        return self.text[first:last]
