"""The acts of the portal in words, for the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: Mapping[str, str | Promise] = {
    "publication": _("Published answers"),
    "spot": _("Signs with codes"),
}
ACTS: Mapping[str, str | Promise] = {
    "publication.proposed": _("Answer put forward for publication"),
    "publication.published": _("Answer published"),
    "publication.refused": _("Answer not published"),
    "publication.withdrawn": _("Answer taken from the portal"),
    "spot.made": _("Sign with a code made"),
    "spot.retired": _("Sign with a code retired"),
    "spot.rated": _("Spot rated by the public"),
}
