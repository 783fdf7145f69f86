"""What can be wrong with a scorecard; each says it in a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _


class ScorecardError(Exception):
    """Base of what is told to a person about a scorecard."""


class ScorecardInvalidError(ScorecardError):
    """What was entered cannot stand as it is."""


class ScorecardStateError(ScorecardError):
    """The scorecard is no longer, or not yet, where this can be done."""


class ScorecardChangedError(ScorecardError):
    """Somebody else changed the same scorecard first."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed this meanwhile; look at it again."))


class ScorecardNotAllowedError(ScorecardError):
    """The person's posts do not give the right to do this."""

    def __init__(self) -> None:
        super().__init__(_("Your post does not do this; the office that keeps the assessment does."))


class ScorecardNotFoundError(ScorecardError):
    """There is no such scorecard, or none that this person may see."""

    def __init__(self, key: object) -> None:
        self.key = key
        super().__init__(_("There is no such scorecard."))
