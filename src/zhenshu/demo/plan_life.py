"""How a plan item goes through its year: when it is reported, how far it is, what it says, when it is done.

Plain rules on dates; nothing is stored here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Pace = Literal["done", "good", "behind", "red"]
# Points behind the calendar that each pace keeps; the lamps of the pack turn at 10 and 20.
LAG: Mapping[str, tuple[float, float]] = {
    "done": (-0.06, 0.0),
    "good": (-0.02, 0.05),
    "behind": (0.12, 0.17),
    "red": (0.27, 0.38),
}
MONTH = timedelta(days=30)
NEARLY = 97.0
_QUANTITY = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[^\d\s，。、]{1,4})")


@dataclass(frozen=True, slots=True)
class Told:
    """What is reported on a day; *percent* from 0 to 100."""

    on: date
    percent: float
    line: str
    difficulties: str = ""
    coordination: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when an item is worked on, and how it keeps to that."""

    start: date
    due: date
    pace: Pace


@lru_cache(maxsize=1)
def plan_material() -> Mapping[str, Any]:
    """Return what is written in ``plans.yaml``."""
    source = files("zhenshu.demo").joinpath("plans.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def reports_of(
    title: str, span: Span, *, until: date, every: timedelta = MONTH, rng: random.Random
) -> Iterator[Told]:
    """Yield what is reported of an item until the day *until* or until it is done."""
    lag = rng.uniform(*LAG[span.pace])
    day = span.start + timedelta(days=rng.randint(8, 20))
    last = until if span.pace != "done" else min(until, span.due)
    while day < last:
        percent = round(100 * max(0.02, min(0.97, _passed(span, day) - lag)), 1)
        yield _told(title, day, percent, span.pace, rng)
        day += every


def _passed(span: Span, day: date) -> float:
    return (day - span.start).days / max(1, (span.due - span.start).days)


def _told(title: str, day: date, percent: float, pace: Pace, rng: random.Random) -> Told:
    material = plan_material()
    if pace in ("behind", "red") and percent > 15:
        why, ask = rng.choice(material["difficulties"])
        return Told(day, percent, rng.choice(material["lines"]["behind"]), why, ask)
    stage = "begun" if percent < 30 else "near" if percent > 80 else "half"
    return Told(day, percent, _counted(title, percent) or rng.choice(material["lines"][stage]))


def _counted(title: str, percent: float) -> str:
    """Return 累计完成7场 where the title promises a number of something."""
    found = _QUANTITY.search(title)
    if found is None or percent < 12:
        return ""
    number = float(found["number"])
    done = number * percent / 100
    shown = f"{done:.0f}" if number >= 8 else f"{done:.1f}".rstrip("0").rstrip(".")
    return f"累计完成{shown}{found['unit']}，占全年目标的{percent:.0f}%" if shown != "0" else ""


def done_line(rng: random.Random) -> str:
    """Return what is said when an item is done."""
    return str(rng.choice(plan_material()["lines"]["done"]))


def end_of(span: Span, rng: random.Random, *, late: bool = False) -> date:
    """Return the day an item is done: some days before it is due, or some weeks after when *late*."""
    if late:
        return span.due + timedelta(days=rng.randint(9, 46))
    length = (span.due - span.start).days
    return span.due - timedelta(days=rng.randint(1, max(2, min(24, length // 6))))


def parts_of(span: Span, names: Sequence[str]) -> list[tuple[str, date, date]]:
    """Return (name, start, due) of the milestones of an item, one after the other."""
    days = (span.due - span.start).days
    cuts = [span.start + timedelta(days=days * place // len(names)) for place in range(len(names) + 1)]
    return [(name, start, due) for name, start, due in zip(names, cuts, cuts[1:], strict=False)]
