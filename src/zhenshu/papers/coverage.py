"""What the ledger can prove of a report: for each figure the indicator that yields it, and from what.

Django must have been started; the database is not asked. A township sees here which of its figures come out
of its own records, which are told to it, and which nothing it keeps could yield.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TextIO

from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import LINES
from zhenshu.measures.indicators.definitions import Plan, catalogue, quantities_in
from zhenshu.papers.definition_words import way_of
from zhenshu.papers.linked import catalogue_of, read_linked
from zhenshu.papers.reading.errors import ReportUnreadableError
from zhenshu.papers.reading.figures import Figure
from zhenshu.papers.reading.report import Report

Yielded = Literal["records", "reported", "none"]
WORDS: dict[Yielded, str] = {"records": "台账可证", "reported": "上报数", "none": "无来源"}


@dataclass(frozen=True, slots=True)
class Covered:
    """A figure of a report with the indicator that could yield it; *kinds* are the records it counts."""

    name: str
    value: float | None
    unit: str
    kind: str
    line: str
    quote: str
    start: int
    end: int
    indicator: str | None
    indicator_name: str
    yielded: Yielded
    way: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineCoverage:
    """How many figures of a business line come from where."""

    line: str
    title: str
    figures: int
    records: int
    reported: int
    none: int

    @property
    def share(self) -> float:
        """The share that the records yield, in per cent."""
        return round(100 * self.records / self.figures, 1) if self.figures else 0.0


def cover_report(report: Report) -> list[Covered]:
    """Return each figure of a report that was read with links, in the order of the text."""
    plans = catalogue().plans
    return [_covered(figure, plans.get(figure.indicator or "")) for figure in report.figures]


def _covered(figure: Figure, plan: Plan | None) -> Covered:
    kinds = () if plan is None else tuple(_kinds(plan))
    return Covered(
        name=figure.name,
        value=figure.value,
        unit=figure.unit,
        kind=figure.kind,
        line=figure.line,
        quote=figure.quote,
        start=figure.start,
        end=figure.end,
        indicator=plan.code if plan else None,
        indicator_name=plan.kind.name if plan else "",
        yielded="none" if plan is None else "records" if kinds else "reported",
        way=way_of(plan) if plan else "",
        kinds=kinds,
    )


def _kinds(plan: Plan) -> Iterator[str]:
    """Yield the kinds of record a figure counts, each once."""
    yield from dict.fromkeys(one.counted.full_code for one in quantities_in(plan.node))


def summarise(covered: Iterable[Covered]) -> list[LineCoverage]:
    """Return the counts per business line, in the order of the lines."""
    counts: dict[str, Counter[str]] = {}
    for one in covered:
        counts.setdefault(one.line, Counter())[one.yielded] += 1
    order = {line: place for place, line in enumerate(LINES)}
    return [_line(line, counts[line]) for line in sorted(counts, key=lambda line: order.get(line, 99))]


def _line(line: str, count: Counter[str]) -> LineCoverage:
    return LineCoverage(
        line, LINES.get(line, line), count.total(), count["records"], count["reported"], count["none"]
    )


# ── the command ───────────────────────────────────────────────────────────────────────────────────────


def run(path: Path, *, jsonl: bool, out: TextIO = sys.stdout) -> int:
    """Write what the ledger can prove of the report at *path*; 2 when it can't be read."""
    try:
        report = read_linked(path, catalogue_of(library()))
    except ReportUnreadableError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"“{path}” can't be opened: {error.strerror}.", file=sys.stderr)
        return 2
    covered = cover_report(report)
    lines = summarise(covered)
    write = _write_lines if jsonl else _write_table
    write(covered, lines, out)
    return 0


def _write_lines(covered: Sequence[Covered], lines: Sequence[LineCoverage], out: TextIO) -> None:
    for one in covered:
        out.write(json.dumps({"type": "coverage", **asdict(one)}, ensure_ascii=False) + "\n")
    for line in lines:
        out.write(
            json.dumps({"type": "line", **asdict(line), "share": line.share}, ensure_ascii=False) + "\n"
        )


def _write_table(covered: Sequence[Covered], lines: Sequence[LineCoverage], out: TextIO) -> None:
    for one in covered:
        source = f"{one.indicator}（{one.way}）" if one.indicator else ""
        out.write(f"{WORDS[one.yielded]}  {one.quote}  {one.name}  {source}\n")
    out.write("\n业务线  数据  台账可证  上报数  无来源\n")
    for line in lines:
        out.write(f"{line.title}  {line.figures}  {line.records}  {line.reported}  {line.none}\n")
