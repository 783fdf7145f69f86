"""Exchanges from the terminal: one round of all channels, or their list against ours."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from zhenshu.commands.django_start import start_django


def run_round(data: Path | None) -> int:
    """Read the folders and send what waits, once; return 1 when something failed."""
    start_django(data)
    from django.utils.translation import gettext as _

    from zhenshu.registers.exchanges.working import run_exchanges

    done = run_exchanges()
    moved, sent = done.moved, done.sent
    words = {
        "files": moved.files, "broken": moved.broken, "tickets": moved.tickets, "refused": moved.refused,
        "written": moved.written, "sent": sent.sent, "failed": sent.failed + sent.gave_up,
    }  # fmt: skip
    print(
        _(
            "%(files)d files read, %(broken)d could not be; %(tickets)d tickets taken in, %(refused)d turned "
            "down; %(written)d reports written, %(sent)d sent, %(failed)d failed."
        )
        % words
    )
    return int(bool(moved.broken or sent.failed or sent.gave_up))


def run_reconcile(file: Path, data: Path | None, *, exchange: str, since: str, until: str) -> int:
    """Compare a list; return 0 when both sides agree, 1 when they differ, 2 when it can't be read."""
    start_django(data)
    from django.utils.translation import gettext as _

    from zhenshu.ground.tables import TableError
    from zhenshu.registers.cases.intake import command_line_scope
    from zhenshu.registers.exchanges.errors import ExchangeError
    from zhenshu.registers.exchanges.kinds import find_exchange
    from zhenshu.registers.exchanges.models import Channel, Standing
    from zhenshu.registers.exchanges.reconciling import EVEN, Span, read_list, reconcile

    try:
        span = Span(date.fromisoformat(since), date.fromisoformat(until))
        found = Channel.objects.select_related("area").filter(exchange=exchange).first()
        rows = read_list(find_exchange(exchange), file.read_bytes())
        if found is None:
            raise ValueError(_("The exchange %(code)s is not set up.") % {"code": exchange})
        balance = reconcile(exchange, rows, span, area=found.area, by=command_line_scope(), source=file.name)
    except (ExchangeError, TableError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    for standing in Standing:
        if str(standing) in balance.counts:
            print(f"{standing.label}\t{balance.counts[str(standing)]}")
    for line in balance.lines.exclude(standing__in=EVEN).order_by("standing", "number"):
        print(f"  {line.number}\t{Standing(line.standing).label}\t{line.reason}")
    return int(any(standing not in EVEN for standing in balance.counts))
