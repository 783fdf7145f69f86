"""``zhenshu read``: the figures and promises of a report, or of a folder of reports."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from . import output
from .report import FileReading, Reader, find_reports, read_file, read_folder

_MANY = 3


def run(
    paths: Iterable[Path],
    *,
    jsonl: bool,
    out: TextIO | None = None,
    workers: int | None = None,
    read: Reader = read_file,
) -> int:
    """Write what *paths* (files or folders) promise and state; return 1 when something could not be read."""
    out = out or sys.stdout
    failed = False
    named = [Path(path) for path in paths]
    several = len(named) > 1 or any(path.is_dir() for path in named)
    for reading in _with_progress(named, workers, read):
        if reading.error:
            print(f"{reading.path}: {reading.error}", file=sys.stderr)
            failed = True
        elif jsonl:
            _write_lines(reading, out, several=several)
        else:
            _write_table(reading, out)
    return int(failed)


def _readings(paths: list[Path], workers: int | None, read: Reader) -> Iterator[FileReading]:
    for path in paths:
        if path.is_dir():
            yield from read_folder(path, workers, read)
        elif path.is_file():
            yield read(path)
        else:
            yield FileReading(path, [], "There is no such file or folder. Check the spelling of its name.")


def _with_progress(paths: list[Path], workers: int | None, read: Reader) -> Iterator[FileReading]:
    """Yield the readings; many files on a terminal show a progress bar."""
    total = sum(len(find_reports(path)) if path.is_dir() else 1 for path in paths)
    if total < _MANY or not sys.stderr.isatty():
        yield from _readings(paths, workers, read)
        return
    from rich.console import Console  # heavy, and only needed for a bar
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Reading", total=total)
        for reading in _readings(paths, workers, read):
            progress.advance(task)
            yield reading


def _write_lines(reading: FileReading, out: TextIO, *, several: bool) -> None:
    for row in reading.rows:
        out.write(output.to_line({"file": str(reading.path), **row} if several else row) + "\n")


def _write_table(reading: FileReading, out: TextIO) -> None:
    """Write a figure or promise a line, for reading on a terminal."""
    figures = [row for row in reading.rows if row["type"] == "figure"]
    promises = [row for row in reading.rows if row["type"] == "commitment"]
    out.write(f"{reading.path}: {len(figures)} figures, {len(promises)} commitments\n")
    for row in figures:
        value = "?" if row["value"] is None else f"{row['value']}"
        upper = f"–{row['value_to']}" if row["value_to"] is not None else ""
        out.write(
            f"{row['row']:>4}  {row['kind']:<12} {row['bound']:<2} {value}{upper} "
            f"{row['unit']}  {row['name']}\n"
        )
    for row in promises:
        out.write(f"{row['row']:>4}  commitment   {row['due'] or '':<10} {row['quote']}\n")
