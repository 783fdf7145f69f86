"""The acts on reports that were read, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: Mapping[str, str | Promise] = {"source": _("Reports read")}
ACTS: Mapping[str, str | Promise] = {
    "source.kept": _("Report read and kept"),
    "source.corrected": _("Title or year of a report corrected"),
    "source.set_aside": _("Report set aside"),
    "source.adopted": _("Tasks and targets taken over from a report"),
    "source.withdrawn": _("What was taken over withdrawn"),
}
