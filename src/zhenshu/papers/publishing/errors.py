"""What may be refused when a report is written and published.

PublishingError
├── ReportNotFoundError      no such report, or not for these eyes
├── ReportNotAllowedError    the posts of this person do not write or publish here
├── ReportChangedError       somebody else changed it meanwhile
├── ReportStateError         it does not stand where this act starts
└── ReportInvalidError       something that was said cannot stand
"""

from __future__ import annotations

from django.utils.translation import gettext as _


class PublishingError(Exception):
    """Base of everything refused here; its text is a sentence for the person."""


class ReportNotFoundError(PublishingError):
    def __init__(self, name: object) -> None:
        super().__init__(_("There is no report %(name)s that you may see.") % {"name": name})


class ReportNotAllowedError(PublishingError):
    def __init__(self) -> None:
        super().__init__(_("Reports are written and published by the secretary or the leader of the area."))


class ReportChangedError(PublishingError):
    def __init__(self) -> None:
        super().__init__(_("The report changed while you were reading it. Look at it again, then repeat."))


class ReportStateError(PublishingError):
    """The report does not stand where this act starts."""


class ReportInvalidError(PublishingError):
    """Something that was said cannot stand."""
