"""The acts of the exchanges in the words of the ledger page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: Mapping[str, str | Promise] = {"exchange": _("Exchanges above")}
ACTS: Mapping[str, str | Promise] = {
    "exchange.set_up": _("Channel set up"),
    "exchange.changed_channel": _("Channel changed"),
    "exchange.taken_in": _("Ticket from above taken in"),
    "exchange.known_again": _("Ticket from above known again"),
    "exchange.changed_there": _("Ticket changed by the system above"),
    "exchange.refused_here": _("Ticket from above not taken in"),
    "exchange.queued": _("Report waits to be sent"),
    "exchange.sent": _("Report sent"),
    "exchange.not_sent": _("Report could not be sent"),
    "exchange.given_up": _("Report given up"),
    "exchange.acknowledged": _("Report confirmed"),
    "exchange.refused": _("Report turned down"),
    "exchange.contradicted": _("Receipt contradicted"),
    "exchange.tried_again": _("Report tried again"),
    "exchange.reconciled": _("Lists compared"),
    "exchange.settled": _("Difference settled"),
}
