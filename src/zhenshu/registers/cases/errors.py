"""What can go wrong in the loop.

CaseError
├── CaseNotFoundError          no such case, or not for these eyes
├── CaseInvalidError           a new or corrected case does not carry what its kind asks
│   └── AlreadyTakenInError    the other system's matter is already here
├── StepError
│   ├── StepNotAllowedError    another role or office takes this step
│   ├── StepNotLawfulError     the case does not stand where this step starts
│   ├── StepIncompleteError    the step must carry more
│   └── CaseChangedError       somebody else changed the case meanwhile
└── AttachmentRefusedError     wrong type, too large, or not what it says it is
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class CaseError(Exception):
    """Base of everything the loop refuses; its text is a sentence for the person."""


class CaseNotFoundError(CaseError):
    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(_("There is no matter %(name)s that you may see.") % {"name": name})


class _Problems(CaseError):
    """Carries one sentence per field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems.values()))


class CaseInvalidError(_Problems):
    """A new or corrected case does not carry what its kind asks."""


class AlreadyTakenInError(CaseInvalidError):
    """A matter of another system comes a second time; *number* is the case it became the first time."""

    def __init__(self, source_number: str, number: str) -> None:
        self.number = number
        sentence = _("%(source_number)s was already taken in as %(number)s.")
        super().__init__({"source_number": sentence % {"source_number": source_number, "number": number}})


class StepError(CaseError):
    """A step cannot be taken."""


class StepNotAllowedError(StepError):
    """Another role or office takes this step."""


class StepNotLawfulError(StepError):
    """The case does not stand where this step starts."""


class StepIncompleteError(_Problems, StepError):
    """The step must carry more."""


class CaseChangedError(StepError):
    """Somebody else changed the case meanwhile; *what* says who and when."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(_("The matter changed while you were reading it: %(what)s") % {"what": what})


class AttachmentRefusedError(CaseError):
    """Wrong type, too large, or not what it says it is."""
