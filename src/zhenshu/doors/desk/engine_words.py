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
}
ACTS: Mapping[str, str | Promise] = {
    "points.award": _("Points awarded"),
    "points.deduction": _("Points deducted"),
    "points.redemption": _("Points redeemed"),
    "points.lapse": _("Points lapsed"),
    "points.reversal": _("Points reversed"),
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
}
