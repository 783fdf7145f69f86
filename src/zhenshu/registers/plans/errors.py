"""What the register of plans may refuse.

PlanRegisterError
├── PlanNotFoundError       no such item, or not for these eyes
├── PlanNotAllowedError     the posts of this person don't allow the act here
├── PlanInvalidError        carries one sentence per field
├── PlanChangedError        somebody else changed it meanwhile
└── PlanStateError          the item does not stand where this act starts
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class PlanRegisterError(Exception):
    """Base of everything this register refuses; its text is a sentence for the person."""


class PlanNotFoundError(PlanRegisterError):
    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(_("There is no plan item %(name)s that you may see.") % {"name": name})


class PlanNotAllowedError(PlanRegisterError):
    def __init__(self) -> None:
        super().__init__(_("Your posts don't allow this for this plan item."))


class PlanInvalidError(PlanRegisterError):
    """An item or a report doesn't carry what it must; *problems* maps a field to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class PlanChangedError(PlanRegisterError):
    """The item is no longer as the person saw it; *version* is the one it has now."""

    def __init__(self, title: str, version: int) -> None:
        self.version = version
        super().__init__(
            _("%(title)s changed while you were reading it. Please look at it again, then repeat.")
            % {"title": title}
        )


class PlanStateError(PlanRegisterError):
    """The item does not stand where this act starts."""
