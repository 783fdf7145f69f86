"""What the register of block records may refuse.

BlockError
├── RecordNotFoundError      no such record, or not for these eyes
├── RecordNotAllowedError    the posts of this person don't allow the act here
├── RecordInvalidError       carries one sentence per field
├── RecordChangedError       somebody else changed it meanwhile
├── RecordTakenError         what there may be once only is there already
└── RecordStateError         the record does not stand where this act starts
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class BlockError(Exception):
    """Base of everything this register refuses; its text is a sentence for the person."""


class RecordNotFoundError(BlockError):
    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(_("There is no record %(name)s that you may see.") % {"name": name})


class RecordNotAllowedError(BlockError):
    def __init__(self) -> None:
        super().__init__(_("Your posts don't allow this for records of this kind and area."))


class RecordInvalidError(BlockError):
    """A record doesn't carry what its kind asks; *problems* maps a field to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class RecordChangedError(BlockError):
    """The record is no longer as the person saw it; *version* is the one it has now."""

    def __init__(self, title: str, version: int) -> None:
        self.version = version
        super().__init__(
            _("%(title)s changed while you were reading it. Please look at it again, then repeat.")
            % {"title": title}
        )


class RecordTakenError(BlockError):
    """A record with the same key stands already."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or _("This is kept already."))


class RecordStateError(BlockError):
    """The record does not stand where this act starts."""
