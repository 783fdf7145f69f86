"""One record to be made: its sort, and its own shares of the sums and members the figures ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zhenshu.demo.like.recipes import Recipe


@dataclass(slots=True)
class Order:
    """A record to be made after *recipe*. *amounts* are its shares of sums, *members* whom it names.

    A reading is of *period* and hangs on the dossier *host*. *made* is the id it got.
    """

    recipe: Recipe
    amounts: Mapping[str, Any] = field(default_factory=dict)
    members: Mapping[str, int] = field(default_factory=dict)
    period: str = ""
    host: Order | None = None
    made: int | None = None
