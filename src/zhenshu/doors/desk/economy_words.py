"""The acts of the economy and of the layers in words, as the ledger's viewer shows them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: Mapping[str, str | Promise] = {
    "warning": _("Warnings of the economy"),
    "assessment": _("Classes by land"),
    "standing": _("Classes by land"),
    "objection": _("Objections"),
    "layer": _("Layers"),
    "ground": _("Tests against layers"),
}
ACTS: Mapping[str, str | Promise] = {
    "warning.taken": _("Warning taken up"),
    "assessment.made": _("Year assessed by land"),
    "assessment.anew": _("Year worked out anew"),
    "assessment.listed": _("Classes listed in public"),
    "assessment.final": _("Classes put in force"),
    "standing.worked_out": _("Class worked out"),
    "standing.changed": _("Class worked out anew"),
    "standing.removed": _("No longer assessed"),
    "objection.kept": _("Objection kept"),
    "objection.answered": _("Objection answered"),
    "layer.taken_in": _("Layer taken in"),
    "layer.replaced": _("Layer replaced by a later version"),
    "ground.tested": _("Ground tested against the layers"),
}
