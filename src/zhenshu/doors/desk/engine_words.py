"""The acts of the engines in words, as the ledger's viewer shows them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: Mapping[str, str | Promise] = {
    "points": _("Points"),
    "draw": _("Draws"),
    "ladder": _("Ladders"),
    "match": _("Matches"),
    "alarm": _("Alarms"),
    "stock": _("Supplies"),
    "duty": _("Duty rosters"),
    "grading": _("Scales"),
}
ACTS: Mapping[str, str | Promise] = {
    "points.award": _("Points awarded"),
    "points.deduction": _("Points deducted"),
    "points.redemption": _("Points redeemed"),
    "points.lapse": _("Points lapsed"),
    "points.reversal": _("Points reversed"),
    "points.undone": _("Points no longer counted"),
    "draw.frozen": _("List of a draw frozen"),
    "draw.drawn": _("Drawn"),
    "draw.cancelled": _("Draw cancelled"),
    "draw.published": _("Draw published"),
    "ladder.entered": _("Entered on a ladder"),
    "ladder.left": _("Left a ladder"),
    "match.told": _("Match told"),
    "match.agreed": _("Match agreed"),
    "match.declined": _("Match declined"),
    "match.opened": _("Matter opened for a match"),
    "alarm.opened": _("Limit exceeded"),
    "alarm.raised": _("Limit exceeded further"),
    "alarm.cleared": _("Limit kept again"),
    "stock.in": _("Supplies taken in"),
    "stock.out": _("Supplies taken out"),
    "stock.sent": _("Supplies sent to another store"),
    "stock.received": _("Supplies received from another store"),
    "stock.counted": _("Stock-taking"),
    "duty.planned": _("Turn of duty planned"),
    "duty.swapped": _("Turns of duty swapped"),
    "duty.replaced": _("Somebody stood in on duty"),
    "duty.handed_over": _("Duty handed over"),
    "duty.event": _("Something happened on duty"),
    "grading.made": _("Graded"),
    "grading.changed": _("Graded anew"),
}
