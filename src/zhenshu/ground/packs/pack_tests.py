"""Run the tests that stand beside the packs in YAML, written so that an official can read them.

A test names one matter and what must follow from the pack::

    tests:
      - name: 来访登记后十五日内转送交办
        case: visit
        given: {channel: leader, people: 3}
        at: 2024-03-01 09:00
        due: {register: 2024-03-18}          # clock -> last day
        limits: {settle: 60 日}
        office: petitions
        counted_by: [petitions.visits]
        not_counted_by: [petitions.visits.joint]
      - name: 三乘十乘十五是红色
        scale: lec
        given: {l: 3, e: 10, c: 15}
        score: 450
        colour: red
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from zhenshu.ground.packs.base import Declared
from zhenshu.ground.packs.choices import counted_by, directory_line, limit_for, score_on
from zhenshu.ground.packs.loader import PackShelf
from zhenshu.ground.packs.problems import Problem
from zhenshu.ground.packs.schema import CaseKind, Pack
from zhenshu.ground.packs.yaml_text import YamlProblem, compose, line_of, to_value
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.deadlines import due


class PackTest(Declared):
    """One test of a pack."""

    name: str
    case: str = ""
    scale: str = ""
    given: dict[str, Any] = {}
    at: str = ""
    due: dict[str, Any] = {}
    limits: dict[str, str] = {}
    office: str = ""
    counted_by: tuple[str, ...] = ()
    not_counted_by: tuple[str, ...] = ()
    score: float | None = None
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing a test looked at: what it was, what the pack says, what the test expects."""

    what: str
    found: str
    expected: str

    @property
    def passed(self) -> bool:
        return self.found == self.expected


class PackTestError(ValueError):
    """A test that cannot be run: it names what the pack does not have."""


def run_file(path: Path, pack: Pack, shelf: PackShelf) -> tuple[int, list[Problem]]:
    """Return how many tests the file at *path* holds, and a problem for each that fails or cannot be read."""
    try:
        root = compose(path.read_text(encoding="utf-8"))
        raw = to_value(root)["tests"]
    except (YamlProblem, KeyError, TypeError) as error:
        return 0, [Problem(str(path), getattr(error, "line", 1), "tests", "test_shape", {"reason": error})]
    problems: list[Problem] = []
    for i, given in enumerate(raw):
        problems += _run_at(given, path, _line(root, i), pack, shelf)
    return len(raw), problems


def _line(root: yaml.Node, place: int) -> int:
    assert isinstance(root, yaml.MappingNode)
    tests = next(value for key, value in root.value if key.value == "tests")
    return line_of(tests.value[place])


def _run_at(raw: Any, path: Path, line: int, pack: Pack, shelf: PackShelf) -> list[Problem]:
    try:
        test = PackTest.model_validate(raw)
        outcomes = list(run_test(test, pack, shelf))
    except (ValidationError, PackTestError) as error:
        return [Problem(str(path), line, "tests", "test_shape", {"reason": error})]
    return [
        Problem(
            str(path),
            line,
            f"tests: {test.name}",
            "test_failed",
            {"name": test.name, "what": one.what, "found": one.found, "expected": one.expected},
        )
        for one in outcomes
        if not one.passed
    ]


def run_test(test: PackTest, pack: Pack, shelf: PackShelf) -> Iterator[Outcome]:
    """Yield what *test* looks at; raise PackTestError when it names what the pack does not have."""
    if test.scale:
        yield from _run_scale(test, pack)
        return
    if test.case not in pack.cases:
        raise PackTestError(f"case: {test.case} ({', '.join(pack.cases)})")
    kind = pack.cases[test.case]
    yield from _run_limits(test, kind)
    yield from _run_due(test, kind)
    if test.office:
        line = directory_line(kind, test.given)
        yield Outcome("office", line.office if line else "-", test.office)
    yield from _run_counts(test, kind, pack, shelf)


def _run_scale(test: PackTest, pack: Pack) -> Iterator[Outcome]:
    if test.scale not in pack.scales:
        raise PackTestError(f"scale: {test.scale} ({', '.join(pack.scales)})")
    score, colour = score_on(pack.scales[test.scale], test.given)
    if test.score is not None:
        yield Outcome("score", f"{score:g}", f"{test.score:g}")
    if test.colour:
        yield Outcome("colour", colour, test.colour)


def _run_limits(test: PackTest, kind: CaseKind) -> Iterator[Outcome]:
    for clock, expected in test.limits.items():
        _known_clock(clock, kind)
        yield Outcome(f"limit {clock}", str(limit_for(kind, clock, test.given)[0]), expected)


def _run_due(test: PackTest, kind: CaseKind) -> Iterator[Outcome]:
    for clock, expected in test.due.items():
        _known_clock(clock, kind)
        yield Outcome(f"due {clock}", due_day(kind, clock, test.given, test.at), str(expected))


def _known_clock(clock: str, kind: CaseKind) -> None:
    if clock not in kind.clocks:
        raise PackTestError(f"clock: {clock} ({', '.join(kind.clocks)})")


def due_day(kind: CaseKind, clock: str, facts: Mapping[str, Any], at: str) -> str:
    """Return when *clock* is due for a matter that reached its start at *at*: the day, or day and time.

    A limit in days ends with its day, so the day says all; one in hours is shown to the minute.
    """
    declared = kind.clocks[clock]
    limit, _ = limit_for(kind, clock, facts)
    calendar = WorkCalendar.load()
    start = datetime.fromisoformat(at).replace(tzinfo=calendar.zone)
    moment = calendar.local(due(start, limit, calendar, rule=declared.rule_for(limit), roll=declared.roll))
    shape: Callable[[datetime], str] = _day if limit.unit.counts_whole_days else _minute
    return shape(moment)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _run_counts(test: PackTest, kind: CaseKind, pack: Pack, shelf: PackShelf) -> Iterator[Outcome]:
    found = counted_by(kind, test.given, pack, shelf)
    for code in (*test.counted_by, *test.not_counted_by):
        if code not in found:
            raise PackTestError(f"indicator: {code} ({', '.join(found)})")
        wanted = code in test.counted_by
        said = any(found[code]) if len(found[code]) == 1 else found[code][0]
        yield Outcome(f"counted by {code}", str(said), str(wanted))
