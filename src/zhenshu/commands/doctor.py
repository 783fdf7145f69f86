"""Examine an installation and say in plain words what is wrong and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from zhenshu.commands.django_start import start_django

State = Literal["good", "warning", "error"]
MARKS: dict[State, str] = {"good": "✓", "warning": "！", "error": "✗"}
LEAST_FREE_BYTES = 500 * 1024 * 1024
CLOCK_SLACK = timedelta(minutes=2)
SEAL_LAG = timedelta(minutes=15)
BACKUP_AGE = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Remark:
    """What one check found, and what to do about it."""

    state: State
    text: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{MARKS[self.state]} {self.text}" + (f"\n    → {self.advice}" if self.advice else "")


def run(data: Path | None, *, deep: bool) -> int:
    """Print every remark; return 1 when one is an error."""
    start_django(data)
    remarks = list(examine(deep=deep))
    for remark in remarks:
        print(remark)
    return int(any(remark.state == "error" for remark in remarks))


def examine(*, deep: bool = False) -> Iterator[Remark]:
    """Yield the remarks of every check; those on content only when the tables are there."""
    yield from check_disk()
    yield from check_database()
    migrations = list(check_migrations())
    yield from migrations
    if any(remark.state == "error" for remark in migrations):
        return
    for check in CONTENT_CHECKS:
        yield from check()
    if deep:
        yield from check_whole_ledger()


def check_disk() -> Iterator[Remark]:
    from django.conf import settings
    from django.utils.translation import gettext as _

    free = shutil.disk_usage(settings.INSTALLATION.data).free
    words = {"free": free >> 20, "folder": settings.INSTALLATION.data}
    if free < LEAST_FREE_BYTES:
        yield Remark(
            "error",
            _("Only %(free)d MB are free where the data is kept (%(folder)s).") % words,
            _("Move old backups away or give the folder a larger disk before it is full."),
        )
    else:
        yield Remark("good", _("%(free)d MB are free.") % words)


def check_database() -> Iterator[Remark]:
    from django.db import connection
    from django.utils.translation import gettext as _

    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SELECT 1")
            yield Remark("good", _("The database answers."))
            return
        cursor.execute("PRAGMA quick_check(1)")
        found = cursor.fetchone()[0]
    if found == "ok":
        yield Remark("good", _("The database file is whole."))
    else:
        advice = _("Stop the service, keep the data folder, and restore the last backup.")
        yield Remark("error", _("The database file is damaged: %(found)s.") % {"found": found}, advice)


def check_migrations() -> Iterator[Remark]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.utils.translation import gettext as _

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        text = _("%(count)d migrations are waiting.") % {"count": len(waiting)}
        yield Remark("error", text, _("Make a backup, then run: zhenshu migrate"))
    else:
        yield Remark("good", _("The database fits this version."))


def check_clock() -> Iterator[Remark]:
    """The clock of the machine must not stand before what the ledger already says."""
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from zhenshu.ground.ledger.models import Entry

    last = Entry.objects.order_by("-seq").values_list("at", flat=True).first()
    if last is not None and last - timezone.now() > CLOCK_SLACK:
        yield Remark(
            "error",
            _("The clock of this machine stands before the last entry of the ledger (%(last)s).")
            % {"last": _minute(last)},
            _("Set the clock (NTP) before anybody works on: deadlines are computed from it."),
        )
    else:
        yield Remark("good", _("The clock goes on from the ledger."))


def check_calendar() -> Iterator[Remark]:
    from django.conf import settings
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from zhenshu.ground.worktime.calendars import WorkCalendar

    calendar = WorkCalendar.load(settings.INSTALLATION.data)
    year = timezone.localdate().year
    unknown = [str(y) for y in (year, year + 1) if not calendar.is_certain(y)]
    if not unknown:
        yield Remark("good", _("The holidays of this year and the next are known."))
        return
    yield Remark(
        "warning",
        _("The holidays of %(years)s are not known yet; only weekends count as days off.")
        % {"years": "、".join(unknown)},
        _("When the State Council has published them, update the package chinesecalendar or calendar.csv."),
    )


def check_packs() -> Iterator[Remark]:
    from django.utils.translation import gettext as _

    from zhenshu.ground.packs.registry import library

    found = library()
    problems = [problem for problem in found.problems if problem.severity == "error"]
    for problem in problems:
        yield Remark("error", str(problem), _("Mend the file; the pack is left out until then."))
    if not problems:
        yield Remark("good", _("%(count)d packs are in force.") % {"count": len(found.packs)})


def check_seals() -> Iterator[Remark]:
    """Entries are sealed every minute; an old unsealed one means that no worker runs."""
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from zhenshu.ground.ledger.models import Entry, Seal

    sealed = Seal.objects.order_by("-last_seq").values_list("last_seq", flat=True).first() or 0
    oldest = Entry.objects.filter(seq__gt=sealed).order_by("seq").values_list("at", flat=True).first()
    if oldest is not None and timezone.now() - oldest > SEAL_LAG:
        text = _("Entries of the ledger since %(time)s are not sealed.") % {"time": _minute(oldest)}
        yield Remark("warning", text, _("The worker isn't running; start it with: zhenshu worker"))
    else:
        yield Remark("good", _("The ledger is sealed up to now."))


def check_backups() -> Iterator[Remark]:
    from django.conf import settings
    from django.utils import timezone
    from django.utils.translation import gettext as _

    files = sorted((settings.INSTALLATION.data / "backups").glob("*.zip"), key=lambda f: f.stat().st_mtime)
    newest = (
        datetime.fromtimestamp(files[-1].stat().st_mtime, timezone.get_default_timezone()) if files else None
    )
    if newest is None or timezone.now() - newest > BACKUP_AGE:
        text = _("There is no backup of the last week in the folder backups.")
        yield Remark(
            "warning", text, _("Run: zhenshu backup, every night, and keep copies on another machine.")
        )
    else:
        yield Remark("good", _("The last backup is of %(time)s.") % {"time": _minute(newest)})


def check_settings() -> Iterator[Remark]:
    from django.conf import settings
    from django.utils.translation import gettext as _

    if settings.DEBUG:
        yield Remark("error", _("ZHENSHU_DEBUG is on; errors show inner parts."), _("Unset it and restart."))
    if "*" in settings.ALLOWED_HOSTS:
        text = _("The service answers to any host name.")
        yield Remark(
            "warning", text, _("Set ZHENSHU_HOSTS to the names people use, such as zs.example.gov.cn")
        )


def check_administrators() -> Iterator[Remark]:
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from zhenshu.ground.people.models import Role
    from zhenshu.ground.people.posts import posts_on

    if not posts_on(timezone.localdate()).filter(role=Role.ADMINISTRATOR).exists():
        advice = _("Start with zhenshu up: it creates one when there are no users.")
        yield Remark("warning", _("Nobody administers this installation."), advice)


def check_duties() -> Iterator[Remark]:
    """A matter that two offices answer for is soon nobody's."""
    from django.utils.translation import gettext as _

    from zhenshu.ground.people.duties import claimed_twice

    for claim in claimed_twice():
        advice = _("Take it off one of the lists; until then the dispatcher chooses each time.")
        yield Remark("warning", claim.sentence, advice)


def check_whole_ledger() -> Iterator[Remark]:
    from django.utils.translation import gettext as _

    from zhenshu.ground.ledger.seal import verify

    fault = verify()
    if fault:
        words = {"seq": fault.seq, "reason": fault.reason}
        advice = _("Keep this data, restore a backup beside it and compare.")
        yield Remark("error", _("Ledger entry %(seq)d: %(reason)s.") % words, advice)
    else:
        yield Remark("good", _("The sealed ledger is whole."))


def _minute(moment: datetime) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


CONTENT_CHECKS: tuple[Callable[[], Iterator[Remark]], ...] = (
    check_clock,
    check_calendar,
    check_packs,
    check_seals,
    check_administrators,
    check_duties,
    check_backups,
    check_settings,
)
