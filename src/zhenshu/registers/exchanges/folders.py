"""Exchanges by file: ``exchange/<pack.code>/in``, ``out`` and ``receipts`` in the data folder.

A file is read once it has rested for some seconds, or has no other name than its own (``.part`` and hidden
files are still being written). What was read moves to ``done``, what can't be read to ``broken``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from zhenshu.ground.packs.schema import ExchangeKind
from zhenshu.ground.tables import TableError
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.cases.sheets import Sheet, read_rows
from zhenshu.registers.exchanges.errors import ExchangeError
from zhenshu.registers.exchanges.incoming import Received, receive, touch
from zhenshu.registers.exchanges.keeping import own_scope
from zhenshu.registers.exchanges.kinds import find_exchange, shape_of
from zhenshu.registers.exchanges.models import Channel, Direction, FileFormat, Item, Transport
from zhenshu.registers.exchanges.receipts import acknowledge, read_receipts
from zhenshu.registers.exchanges.sending import due_items, mark_sent
from zhenshu.registers.exchanges.sheets import write_rows

RESTED = timedelta(seconds=10)
MOST_ROWS = 500  # rows of one file that goes up
UNFINISHED = (".part", ".tmp", ".crdownload")
ANSWER_HEADINGS = ("编号", "接收结果", "本级编号", "原因")
RESULT_WORDS = {"taken": "已接收", "known": "已接收", "updated": "已更新", "refused": "未接收"}


@dataclass(frozen=True, slots=True)
class Moved:
    """How a round went: files read and broken, tickets taken in or refused, reports written."""

    files: int = 0
    broken: int = 0
    tickets: int = 0
    refused: int = 0
    written: int = 0

    def __add__(self, other: Moved) -> Moved:
        mine, theirs = (
            (one.files, one.broken, one.tickets, one.refused, one.written) for one in (self, other)
        )
        return Moved(*(a + b for a, b in zip(mine, theirs, strict=True)))


def folder_of(exchange: str, name: str) -> Path:
    """Return a folder of an exchange; it is made when it is not there."""
    place: Path = settings.INSTALLATION.data / "exchange" / exchange / name
    place.mkdir(parents=True, exist_ok=True)
    return place


def move_files(*, at: datetime | None = None, rested: timedelta = RESTED) -> Moved:
    """Read what lies in the folders of all channels in use, and write what waits."""
    moment, total = at or timezone.now(), Moved()
    found = Channel.objects.filter(active=True, transport=Transport.FOLDER).select_related("area")
    for channel in found.order_by("pk"):
        try:
            exchange = find_exchange(channel.exchange)
        except ExchangeError as error:
            touch(channel, at=moment, error=str(error))
            continue
        total += _ROUNDS[Direction(channel.direction)](channel, exchange, moment, rested)
    return total


def _round_in(channel: Channel, exchange: ExchangeKind, at: datetime, rested: timedelta) -> Moved:
    by = own_scope(channel, exchange.name)
    headings = [name for names in shape_of(exchange).columns.values() for name in names]
    total = Moved()
    for file, sheet in _files(channel, "in", headings, at, rested):
        if sheet is None:
            total += Moved(broken=1)
            continue
        answers = receive(channel, [row.cells for row in sheet.rows], by=by, at=at)
        _write_answers(channel, file, answers)
        refused = sum(answer.result == "refused" for answer in answers)
        total += Moved(files=1, tickets=len(answers) - refused, refused=refused)
        _put_away(file, "done")
    return total


def _round_out(channel: Channel, exchange: ExchangeKind, at: datetime, rested: timedelta) -> Moved:
    by = own_scope(channel, exchange.name)
    rule, total = exchange.acknowledge, Moved()
    for file, sheet in _files(channel, "receipts", [*rule.message, *rule.number, *rule.result], at, rested):
        if sheet is None:
            total += Moved(broken=1)
            continue
        acknowledge(channel, read_receipts(exchange, [row.cells for row in sheet.rows]), by=by, at=at)
        total += Moved(files=1)
        _put_away(file, "done")
    return total + Moved(written=_write_waiting(channel, exchange, at))


_ROUNDS: dict[Direction, Callable[[Channel, ExchangeKind, datetime, timedelta], Moved]] = {
    Direction.IN: _round_in,
    Direction.OUT: _round_out,
}


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────


def _files(
    channel: Channel, name: str, headings: Sequence[str], at: datetime, rested: timedelta
) -> Iterator[tuple[Path, Sheet | None]]:
    """Yield the files that rest, the oldest name first, each with its rows; None when it is no table."""
    for file in sorted(folder_of(channel.exchange, name).iterdir()):
        if not _is_ready(file, at, rested):
            continue
        try:
            yield file, read_rows(file.read_bytes(), known=headings)
        except FileNotFoundError:
            continue  # somebody took it away meanwhile
        except (TableError, CaseError, OSError) as error:
            touch(channel, at=at, error=f"{file.name}: {error}")
            _put_away(file, "broken")
            yield file, None


def _is_ready(file: Path, at: datetime, rested: timedelta) -> bool:
    if file.name.startswith((".", "~")) or file.suffix in UNFINISHED:
        return False
    if file.is_symlink() or not file.is_file():  # a link may lead out of the folder
        return False
    return file.stat().st_mtime <= (at - rested).timestamp()


def _put_away(file: Path, name: str) -> None:
    """Move a file beside its folder; one of the same name that lies there is kept."""
    place = file.parent / name
    place.mkdir(exist_ok=True)
    target, count = place / file.name, 1
    while target.exists():
        count += 1
        target = place / f"{file.stem}-{count}{file.suffix}"
    try:
        file.rename(target)
    except FileNotFoundError:
        return  # somebody took it away meanwhile; its tickets are in


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────


def _write_answers(channel: Channel, file: Path, answers: Sequence[Received]) -> None:
    """Lay down what became of each ticket, for the sender."""
    rows: list[dict[str, Any]] = [
        dict(
            zip(
                ANSWER_HEADINGS,
                (one.number, RESULT_WORDS[one.result], one.case, one.reason),
                strict=True,
            )
        )
        for one in answers
    ]
    content = write_rows(rows, ANSWER_HEADINGS, form=FileFormat.CSV, title="回执")
    _write(folder_of(channel.exchange, "out") / f"回执-{file.stem}.csv", content)


def _write_waiting(channel: Channel, exchange: ExchangeKind, at: datetime) -> int:
    """Write the reports that are due into one file; they count as sent once it lies there."""
    items: list[Item] = list(
        due_items(at).filter(channel=channel).select_related("channel").order_by("pk")[:MOST_ROWS]
    )
    if not items:
        return 0
    rows = [item.payload for item in items]
    content = write_rows(rows, list(exchange.columns), form=channel.file_format, title=exchange.name)
    name = f"{timezone.localtime(at):%Y%m%d-%H%M%S}-{items[0].pk}.{channel.file_format}"
    _write(folder_of(channel.exchange, "out") / name, content)
    mark_sent(items, at=at)
    return len(items)


def _write(place: Path, content: bytes) -> None:
    """Write a file that never bears its name half-written."""
    part = place.with_name(f"{place.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place)
