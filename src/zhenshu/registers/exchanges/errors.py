"""What an exchange may refuse.

ExchangeError
├── ExchangeNotFoundError      no such exchange, channel or item, or not for these eyes
├── ExchangeNotAllowedError    another post sets it up or works its queue
├── ExchangeInvalidError       carries one sentence per field
└── ExchangeStateError         the item or line does not stand where this act starts
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class ExchangeError(Exception):
    """Base of everything an exchange refuses; its text is a sentence for the person."""


class ExchangeNotFoundError(ExchangeError):
    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(_("There is no exchange %(name)s that you may see.") % {"name": name})


class ExchangeNotAllowedError(ExchangeError):
    def __init__(self) -> None:
        super().__init__(_("Only dispatchers and administrators of this area work the exchange."))


class ExchangeInvalidError(ExchangeError):
    """A channel or a list doesn't carry what it must; *problems* maps a field to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class ExchangeStateError(ExchangeError):
    """The item or line does not stand where this act starts."""
