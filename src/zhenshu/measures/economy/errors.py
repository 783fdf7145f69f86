"""What the economy room refuses; each says it in a sentence.

EconomyError
├── PanelNotFoundError      no pack declares it, or its dossiers
├── EconomyNotAllowedError  the posts of this person don't allow it
├── WarningGoneError        the warning does not hold (any more)
├── WarningTakenError       the warning of that month became something already
├── AssessmentInvalidError  carries one sentence per field
└── AssessmentStateError    the assessment does not stand where this act starts
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class EconomyError(Exception):
    """Base of everything this room refuses; its text is a sentence for the person."""


class PanelNotFoundError(EconomyError):
    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_("No pack in force declares %(code)s.") % {"code": code})


class EconomyNotAllowedError(EconomyError):
    def __init__(self) -> None:
        super().__init__(_("Your posts don't allow this here."))


class WarningGoneError(EconomyError):
    def __init__(self, title: str, month: str) -> None:
        words = {"title": title, "month": month}
        super().__init__(_("No warning holds for %(title)s in %(month)s (any more).") % words)


class WarningTakenError(EconomyError):
    def __init__(self, title: str, month: str) -> None:
        words = {"title": title, "month": month}
        super().__init__(_("The warning for %(title)s in %(month)s has been taken up already.") % words)


class AssessmentInvalidError(EconomyError):
    """*problems* maps a field to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class AssessmentStateError(EconomyError):
    """The assessment does not stand where this act starts."""
