"""What may be refused about a report that was read.

SourceError
├── SourceNotFoundError      no such report, or not for these eyes
├── SourceNotAllowedError    the posts of this person don't allow it here
├── SourceTooLongError       hundreds of times longer than a report
├── SourceStateError         the report does not stand where the act starts
└── AdoptionRefusedError     carries one sentence per row
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class SourceError(Exception):
    """Base of everything refused here; its text is a sentence for the person."""


class SourceNotFoundError(SourceError):
    def __init__(self, name: object) -> None:
        super().__init__(_("There is no report %(name)s that you may see.") % {"name": name})


class SourceNotAllowedError(SourceError):
    def __init__(self) -> None:
        super().__init__(_("Your posts don't read reports for this area."))


class SourceTooLongError(SourceError):
    """A text that no township reads out in a meeting."""

    def __init__(self, length: int, limit: int) -> None:
        facts = {"length": f"{length:,}", "limit": f"{limit:,}"}
        super().__init__(
            _(
                "The text has %(length)s characters; at most %(limit)s are kept (a work report has about "
                "20,000). Save the report alone in a file of its own."
            )
            % facts
        )


class SourceStateError(SourceError):
    """The report was set aside, or something was taken over from it already."""


class AdoptionRefusedError(SourceError):
    """Rows that cannot be taken over as they are; *problems* maps the key of a row to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(dict.fromkeys(self.problems.values())))
