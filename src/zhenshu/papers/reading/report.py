"""A report read whole: its text, structure, figures and promises; one, or a folder of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import output
from .commitments import Commitment, read_commitments
from .document import Document
from .errors import ReportUnreadableError
from .figures import Figure, read_figures
from .scan import scan_sentences
from .sources import from_text, load
from .structure import Structure, read_structure

SUFFIXES = (".txt", ".docx", ".html", ".htm", ".pdf")
_CHUNK = 8


@dataclass(frozen=True, slots=True)
class Report:
    """What was read from one report."""

    document: Document
    structure: Structure
    figures: list[Figure]
    commitments: list[Commitment]


@dataclass(frozen=True, slots=True)
class FileReading:
    """The rows read from one file of a folder, or the sentence that says why it could not be read."""

    path: Path
    rows: list[dict[str, object]]
    error: str = ""


Reader = Callable[[Path], FileReading]


def read_report(source: Path | str) -> Report:
    """Return the report in the file at a path, or in a text already at hand (a string)."""
    return read_document(load(source) if isinstance(source, Path) else from_text(source))


def read_document(document: Document) -> Report:
    """Return structure, figures and promises of *document*, scanned once."""
    structure = read_structure(document.clean)
    sentences = list(scan_sentences(document.clean))
    figures = read_figures(document, structure, sentences)
    return Report(document, structure, figures, read_commitments(document, structure, sentences))


def find_reports(folder: Path) -> list[Path]:
    """Return the readable files under *folder*, in order of name."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def read_folder(
    folder: Path, workers: int | None = None, read: Reader | None = None
) -> Iterator[FileReading]:
    """Yield the reading of every report under *folder*, in order of name, read by several processes."""
    paths, read = find_reports(folder), read or read_file
    workers = min(workers or os.cpu_count() or 1, max(1, len(paths)))
    if workers == 1:
        yield from map(read, paths)
        return
    with ProcessPoolExecutor(workers) as pool:
        for start in range(0, len(paths), _CHUNK * workers * 4):
            yield from pool.map(read, paths[start : start + _CHUNK * workers * 4], chunksize=_CHUNK)


def read_file(path: Path) -> FileReading:
    """Return the rows of the report at *path*; a file that can't be read gives its sentence instead."""
    try:
        report = read_report(path)
    except ReportUnreadableError as error:
        return FileReading(path, [], str(error))
    return FileReading(path, list(output.rows(report.document, report.figures, report.commitments)))
