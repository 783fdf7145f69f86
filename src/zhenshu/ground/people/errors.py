"""What may be refused when people, offices, posts and tokens are changed.

PeopleError
├── NotAllowedError            this person may not do that here
├── UsernameTakenError
├── WeakPasswordError          carries every rule that is not met
├── LogInError
│   ├── WrongPasswordError     wrong name or password; says how many tries are left
│   └── LockedError            too many failures; says until when
├── OfficeError                an office can't be created, closed or found
├── PostError                  a post can't be granted or ended
└── TokenError                 a bearer token is unknown, revoked or expired
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _


class PeopleError(Exception):
    """Base of everything this room refuses; its text is a sentence for the person."""


class NotAllowedError(PeopleError):
    """This person may not do that here."""

    def __init__(self) -> None:
        super().__init__(_("Your posts don't allow this here."))


class UsernameTakenError(PeopleError):
    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(_("The log-in name “%(name)s” is taken.") % {"name": username})


class WeakPasswordError(PeopleError):
    """A password that breaks rules; *problems* holds one sentence for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


class LogInError(PeopleError):
    """A log-in was refused."""


class WrongPasswordError(LogInError):
    """Wrong name or password; which of them is not said."""

    def __init__(self) -> None:
        super().__init__(_("The log-in name or the password is wrong."))


class LockedError(LogInError):
    """Too many failures one after the other."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(
            _("Too many failed log-ins. Please try again after %(time)s, or ask the administrator.")
            % {"time": f"{timezone.localtime(until):%H:%M}"}
        )


class OfficeError(PeopleError):
    """An office can't be created, changed or closed like this."""


class PostError(PeopleError):
    """A post can't be granted or ended like this."""


class TokenError(PeopleError):
    """A bearer token is unknown, revoked or expired, or asks for a scope that doesn't exist."""
