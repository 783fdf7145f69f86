"""Which level of a limit a run of readings has reached; pure rules, newest reading last."""

from __future__ import annotations

from collections.abc import Sequence

from zhenshu.ground.packs.blocks import ThresholdKind, ThresholdLevel

# The colours of a warning from the least to the most pressing (突发事件应对法第六十四条).
COLOURS = ("blue", "yellow", "orange", "red")


def level_of(kind: ThresholdKind, values: Sequence[float]) -> ThresholdLevel | None:
    """Return the most pressing level that the last values reached, each as often in a row as it asks."""
    reached = [level for level in kind.levels.values() if _holds(level, values)]
    return max(reached, key=rank, default=None)


def is_clear(kind: ThresholdKind, value: float) -> bool:
    """Tell whether one value lies within every limit."""
    return not any(_beyond(level, value) for level in kind.levels.values())


def rank(level: ThresholdLevel) -> int:
    """Return how pressing a level is, by its colour."""
    return COLOURS.index(level.colour)


def _holds(level: ThresholdLevel, values: Sequence[float]) -> bool:
    last = values[-level.times :]
    return len(last) == level.times and all(_beyond(level, value) for value in last)


def _beyond(level: ThresholdLevel, value: float) -> bool:
    """A limit itself is still within: 75 is not above 75."""
    above = level.above is not None and value > level.above
    return above or (level.below is not None and value < level.below)
