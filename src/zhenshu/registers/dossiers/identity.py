"""What makes two entries the same subject: the identity text of a dossier and its title."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any

from zhenshu.ground.packs.schema import DossierKind

IDENTITY_LENGTH = 200
TITLE_LENGTH = 200


def identity_of(kind: DossierKind, values: Mapping[str, Any]) -> str:
    """Return the cleaned identity fields joined; empty when the kind has none or one is blank.

    Full-width letters, case and blanks make no difference: ``９１ＡＢ`` and ``91ab`` are one enterprise.
    """
    parts = [_plain(values.get(field)) for field in kind.identity]
    if not parts or not all(parts):
        return ""
    text = "|".join(parts)
    return text if len(text) <= IDENTITY_LENGTH else hashlib.sha256(text.encode()).hexdigest()


def title_of(kind: DossierKind, values: Mapping[str, Any]) -> str:
    """Return the text of the title field, an option by its name."""
    value = values.get(kind.title)
    options = kind.fields[kind.title].options if kind.title in kind.fields else {}
    return str(options.get(str(value), value) if value is not None else "")[:TITLE_LENGTH]


def _plain(value: Any) -> str:
    text = unicodedata.normalize("NFKC", "" if value is None else str(value))
    return "".join(text.split()).casefold()
