"""What the register of dossiers may refuse.

DossierError
├── DossierNotFoundError       no such dossier, or not for these eyes
├── DossierNotAllowedError     the posts of this person don't allow the act here
├── DossierInvalidError        carries one sentence per field
├── DossierChangedError        somebody else changed it meanwhile
├── DoubleDossierError         an active dossier has this identity already
├── RelationError
└── ReadingError
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class DossierError(Exception):
    """Base of everything this register refuses; its text is a sentence for the person."""


class DossierNotFoundError(DossierError):
    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(_("There is no dossier %(name)s that you may see.") % {"name": name})


class DossierNotAllowedError(DossierError):
    def __init__(self) -> None:
        super().__init__(_("Your posts don't allow this for dossiers of this kind and area."))


class DossierInvalidError(DossierError):
    """A dossier or reading doesn't carry what its kind asks; *problems* maps a field to a sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class DossierChangedError(DossierError):
    """The dossier is no longer as the person saw it; *version* is the one it has now."""

    def __init__(self, title: str, version: int) -> None:
        self.version = version
        super().__init__(
            _("%(title)s changed while you were reading it. Please look at it again, then repeat.")
            % {"title": title}
        )


class DoubleDossierError(DossierError):
    """An active dossier of the kind has this identity; *dossier_id* names it."""

    def __init__(self, title: str, dossier_id: int) -> None:
        self.dossier_id = dossier_id
        super().__init__(_("%(title)s is here already, with the same identity.") % {"title": title})


class RelationError(DossierError):
    """Two dossiers can't be tied like this."""


class ReadingError(DossierError):
    """A reading can't be taken in."""
