"""The acts on records of the general blocks in words, and what each block is drawn as."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: Mapping[str, str | Promise] = {"record": _("Records of the lines")}
ACTS: Mapping[str, str | Promise] = {
    "record.kept": _("Record kept"),
    "record.corrected": _("Record corrected"),
    "record.withdrawn": _("Record withdrawn"),
    "record.raised": _("Became a matter or task"),
    "record.answered": _("Answers taken in"),
    "record.paid": _("Payment booked"),
    "record.ended": _("Record ended"),
    "record.cancelled": _("Booking cancelled"),
    "dossier.exported": _("Whole file taken out"),
    "record.viewed": _("Sensitive record viewed"),
}
ICONS: Mapping[str, str] = {
    "rounds": "route",
    "checklists": "checklist",
    "contracts": "file-text",
    "payouts": "database",
    "bookings": "calendar",
    "meetings": "users",
    "surveys": "message-report",
    "coverage": "current-location",
    "learning": "book",
    "ties": "user-check",
    "ballots": "clipboard-check",
    "funds": "building-bank",
}
# The word for the list that is a block's own: what is due, owed, missing.
SPECIAL: Mapping[str, str | Promise] = {
    "rounds": _("Due and missed"),
    "contracts": _("Arrears and reminders"),
    "payouts": _("Entitled and paid"),
    "bookings": _("Free times"),
    "learning": _("By unit"),
    "ties": _("Who answers for whom"),
    "funds": _("Balance"),
    "coverage": _("Reached or not"),
}
