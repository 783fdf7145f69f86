"""The background worker: which task runs when. Its queue is a file in the data folder.

A task is a plain function of a room; it must be safe to run twice and to be stopped at any point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections
from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from zhenshu.doors.api.idempotency import forget_old_answers
from zhenshu.doors.api.webhooks.delivery import deliver_waiting
from zhenshu.ground.ledger.seal import seal_entries
from zhenshu.measures.indicators.tallies import build_missing
from zhenshu.registers.blocks.reminding import remind_of_contracts
from zhenshu.registers.cases.suggestions.retrain import retrain_if_due
from zhenshu.registers.cases.worker_tasks import (
    escalate_due_clocks,
    follow_moved_borders,
    propose_supervision,
    write_missing_days,
)
from zhenshu.registers.engines.points import lapse_old_points
from zhenshu.registers.exchanges.working import run_exchanges
from zhenshu.registers.plans.relighting import relight
from zhenshu.registers.renames import carry_over_renamed_fields


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task and the minutes and hours at which it runs, as in a crontab (Beijing time)."""

    task: Callable[[], Any]
    minute: str = "*"
    hour: str = "*"


def clear_sessions() -> None:
    """Remove sessions that have ended."""
    call_command("clearsessions")


PERIODIC: tuple[Periodic, ...] = (
    Periodic(seal_entries),
    Periodic(deliver_waiting),
    Periodic(run_exchanges),
    Periodic(build_missing),
    Periodic(retrain_if_due, minute="40"),
    Periodic(escalate_due_clocks),
    Periodic(propose_supervision, minute="*/15"),
    Periodic(follow_moved_borders, minute="*/10"),
    Periodic(write_missing_days, minute="5"),
    Periodic(carry_over_renamed_fields, minute="*/5"),
    Periodic(relight, minute="10"),
    Periodic(remind_of_contracts, minute="20", hour="7"),
    Periodic(clear_sessions, minute="15", hour="3"),
    Periodic(lapse_old_points, minute="35", hour="3"),
    Periodic(forget_old_answers, minute="25", hour="3"),
)

huey = SqliteHuey("zhenshu", filename=str(settings.INSTALLATION.data / "worker.sqlite3"), utc=False)


def _schedule(periodic: Periodic) -> None:
    name = periodic.task.__name__

    def task() -> None:
        # A connection that the database has closed overnight is given up before and after each task.
        close_old_connections()
        try:
            periodic.task()
        finally:
            close_old_connections()

    when = crontab(minute=periodic.minute, hour=periodic.hour)
    huey.periodic_task(when, name=name)(huey.lock_task(name)(task))


for _periodic in PERIODIC:
    _schedule(_periodic)


def consumer() -> Consumer:
    """Return the worker, ready to run in the main thread; SIGINT and SIGTERM end it after its task."""
    return Consumer(huey, workers=1, periodic=True, worker_type="thread", max_delay=1.0)
