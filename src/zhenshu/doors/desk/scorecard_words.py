"""Scorecards in words: acts of the ledger, kinds of units, ways of scoring, states."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

SUBJECTS: Mapping[str, Words] = {"scorecard": _("Assessment")}
ACTS: Mapping[str, Words] = {
    "scorecard.started": _("Scorecard begun"),
    "scorecard.marked": _("Points of a scorecard entered by hand"),
    "scorecard.published": _("Scorecard published"),
    "scorecard.withdrawn": _("Scorecard withdrawn"),
    "scorecard.closed": _("Scorecard made final"),
    "scorecard.objected": _("Objection to a score"),
    "scorecard.answered": _("Objection answered"),
}
UNITS: Mapping[str, Words] = {
    "town": _("The town itself"),
    "office": _("Offices of the town"),
    "village": _("Villages"),
    "grid": _("Grids"),
    "dossier": _("Institutions"),
}
EVERY: Mapping[str, Words] = {
    "month": _("Every month"),
    "quarter": _("Every quarter"),
    "half_year": _("Every half-year"),
    "year": _("Every year"),
}
WAYS: Mapping[str, Words] = {
    "share": _("in proportion to the value"),
    "target": _("by the completion of the target, against the time elapsed"),
    "rank": _("by the place among the units"),
    "deduct": _("points taken for each occurrence"),
    "bonus": _("points added for each, up to the full mark"),
    "bands": _("by bands of the value"),
    "veto": _("one occurrence takes the whole score"),
    "given": _("entered by hand, with reason and signer"),
}
# How an edition stands, and the tone of its word.
TONES: Mapping[str, str] = {
    "draft": "draft",
    "published": "confirmed",
    "closed": "closed",
    "withdrawn": "none",
    "estimate": "proposed",
}
ESTIMATE = _("Estimate")
