"""What the engines may refuse.

EngineError
├── EngineNotFoundError    no such kind or record, or not for these eyes
├── EngineInvalidError     carries one sentence per field
└── EngineStateError       the record does not stand where this act starts

Acts on dossiers raise the refusals of that register for dossiers that are not seen or not in reach.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class EngineError(Exception):
    """Base of everything an engine refuses; its text is a sentence for the person."""


class EngineNotFoundError(EngineError):
    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(_("There is no %(name)s that you may see.") % {"name": name})


class EngineInvalidError(EngineError):
    """An act doesn't carry what its kind asks; *problems* maps a field to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class EngineStateError(EngineError):
    """The record does not stand where this act starts."""
