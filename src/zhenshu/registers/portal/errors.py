"""What can go wrong at the portal.

PortalError
├── TooOftenError          this address did it too often within the hour
├── NotAPersonError        the form was filled in by a program, or is too old
├── CodeUnknownError       no matter has this number and this code; never says which of the two is wrong
├── SpotInvalidError       a spot does not carry what it must
└── PublicationError       an answer cannot be published so
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class PortalError(Exception):
    """Base of everything the portal refuses; its text is a sentence for the person."""


class TooOftenError(PortalError):
    def __init__(self, minutes: int) -> None:
        sentence = _("Too many attempts from this network. Please try again in %(minutes)d minutes, or call.")
        super().__init__(sentence % {"minutes": minutes})


class NotAPersonError(PortalError):
    """The form was not filled in by a person, or lay open too long."""


class CodeUnknownError(PortalError):
    def __init__(self) -> None:
        super().__init__(_("No matter has this number and this query code. Please check both."))


class SpotInvalidError(PortalError):
    """Carries one sentence per field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class PublicationError(PortalError):
    """An answer cannot be published so."""
