"""Figures of reports tied to the indicators that the packs declare.

``zhenshu read`` has a second for everything, start-up included, and Django with the checked packs takes
longer. So the names of the indicators alone are read from the pack files here; what is wrong with a pack
is told by ``zhenshu packs check``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import yaml

from zhenshu.installation import read_installation
from zhenshu.papers.reading import command, output
from zhenshu.papers.reading.document import Document
from zhenshu.papers.reading.errors import ReportUnreadableError
from zhenshu.papers.reading.figures import Figure
from zhenshu.papers.reading.linking import Catalogue, Entry, compile_catalogue, link
from zhenshu.papers.reading.report import FileReading, Report, read_document, read_report

if TYPE_CHECKING:
    from zhenshu.ground.packs.registry import Library

REMEMBERED = 8
_HEAD = re.compile(r"^(?P<key>pack|effective):\s*(?P<value>[^#\n]*)", re.M)
_INDICATORS = re.compile(r"^indicators:[^\n]*\n(?:(?:[ #][^\n]*)?\n)*", re.M)
# libyaml where PyYAML was built with it, eight times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def catalogue_of(library: Library) -> Catalogue:
    """Return the indicators of *library* ready for linking."""
    return compile_catalogue(entries_of(library))


def entries_of(library: Library) -> Iterator[Entry]:
    """Yield code, name, unit, aliases and business line of each indicator of *library*."""
    for pack in library.packs.values():
        for code, one in pack.indicators.items():
            yield code, one.name, one.unit, one.aliases, one.line or pack.pack


@cache
def catalogue_at_hand() -> Catalogue:
    """Return the indicators of the shipped packs and of the data folder's, read without Django."""
    shipped = Path(str(files("zhenshu.ground.packs"))) / "library"
    return compile_catalogue(light_entries([shipped, read_installation().packs], date.today()))


def light_entries(folders: Sequence[Path], day: date) -> Iterator[Entry]:
    """Yield the indicators of the packs in force on *day*; of one day's files the later folder's wins."""
    chosen: dict[str, tuple[tuple[str, int], str]] = {}
    for place, folder in enumerate(folders):
        for path in sorted(folder.glob("*.yaml")):
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            head = {found["key"]: found["value"].strip().strip("'\"") for found in _HEAD.finditer(text)}
            pack, rank = head.get("pack", ""), (head.get("effective", ""), place)
            if pack and rank[0] <= day.isoformat() and (pack not in chosen or chosen[pack][0] <= rank):
                chosen[pack] = rank, text
    for pack, (_, text) in chosen.items():
        yield from _entries_in(pack, text)


def _entries_in(pack: str, text: str) -> Iterator[Entry]:
    block = _INDICATORS.search(text)
    if block is None:
        return
    try:
        declared = yaml.load(block[0], Loader=_LOADER)["indicators"]
    except yaml.YAMLError:
        return  # `zhenshu packs check` names the line; the other packs are linked all the same
    for code, one in declared.items() if isinstance(declared, dict) else ():
        if isinstance(one, dict):
            yield _entry(pack, str(code), one)


def _entry(pack: str, code: str, one: dict[str, Any]) -> Entry:
    aliases = one.get("aliases") or ()
    words = tuple(map(str, aliases)) if isinstance(aliases, list) else ()
    return code, str(one.get("name", "")), str(one.get("unit", "")), words, str(one.get("line") or pack)


# ── reading with links ────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Held:
    """What this process remembers of one library: its names, and the reports read with them."""

    library: Library | None = None
    catalogue: Catalogue = field(default_factory=Catalogue)
    reports: dict[str, Report] = field(default_factory=dict)


_held = _Held()


def _hold() -> _Held:
    """Return what is remembered of the packs in force; other packs begin anew."""
    from zhenshu.ground.packs.registry import library  # Django must have been started by then

    global _held
    now = library()
    if _held.library is not now:
        _held = _Held(now, catalogue_of(now))
    return _held


def catalogue_in_force() -> Catalogue:
    """Return the indicators of the packs in force, ready for linking; needs Django."""
    return _hold().catalogue


def read_linked_text(text: str) -> Report:
    """Return the report in *text* with the indicators in force; the last few are remembered; needs Django."""
    held = _hold()
    report = held.reports.get(text)
    if report is None:
        while len(held.reports) >= REMEMBERED:
            held.reports.pop(next(iter(held.reports)), None)
        report = held.reports[text] = read_linked(text, held.catalogue)
    return report


def linked_figures(figures: Iterable[Figure], catalogue: Catalogue) -> list[Figure]:
    """Return *figures*, each with the code of its indicator where one is sure enough."""
    return [replace(figure, indicator=link(figure, catalogue)[0]) for figure in figures]


def read_linked(source: Path | str | Document, catalogue: Catalogue | None = None) -> Report:
    """Return the report at a path, in a text or in a document, its figures tied to indicators."""
    report = read_document(source) if isinstance(source, Document) else read_report(source)
    return replace(report, figures=linked_figures(report.figures, catalogue or catalogue_at_hand()))


def read_linked_file(path: Path) -> FileReading:
    """Return the rows of the report at *path* with indicators; one that can't be read gives its sentence."""
    try:
        report = read_linked(path)
    except ReportUnreadableError as error:
        return FileReading(path, [], str(error))
    return FileReading(path, list(output.rows(report.document, report.figures, report.commitments)))


def run(paths: Iterable[Path], *, jsonl: bool, out: TextIO | None = None, workers: int | None = None) -> int:
    """Write the figures, with their indicators, and the promises of *paths*: ``zhenshu read``."""
    return command.run(paths, jsonl=jsonl, out=out, workers=workers, read=read_linked_file)
