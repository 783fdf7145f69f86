"""What the register of layers refuses; each says it in a sentence.

LayerError
├── LayerNotFoundError     no such layer, or no pack declares the kind
├── LayerNotAllowedError   the posts of this person don't allow it
└── LayerInvalidError      carries one sentence per field
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class LayerError(Exception):
    """Base of everything this register refuses; its text is a sentence for the person."""


class LayerNotFoundError(LayerError):
    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(_("There is no layer %(name)s that you may see.") % {"name": name})


class LayerNotAllowedError(LayerError):
    def __init__(self) -> None:
        super().__init__(_("Your posts don't allow this here."))


class LayerInvalidError(LayerError):
    """*problems* maps a field to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))
