"""What a process keeps in memory of the tree, and how it learns that the tree has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar
from uuid import uuid4

from django.db import transaction

from zhenshu.ground.areas.models import TreeRevision

SECONDS_BETWEEN_CHECKS = 2.0

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class _Copy(Generic[Kept]):
    """Something built from the tree, the revision it shows, and when that was last asked for."""

    content: Kept
    token: str
    checked_at: float


class TreeMemory(Generic[Kept]):
    """Keeps one thing built from the tree and builds it anew when the tree has changed since.

    The revision is asked for at most every few seconds, so a look-up costs no query; a change made in
    this process is seen at once, one made in another within that time.
    """

    everything: ClassVar[list[TreeMemory[Any]]] = []

    def __init__(self, build: Callable[[], Kept]) -> None:
        self._build = build
        self._copy: _Copy[Kept] | None = None
        self._rebuilding = threading.Lock()
        self.everything.append(self)

    def current(self) -> Kept:
        """Return what shows the tree as it is now."""
        copy = self._copy
        if copy is not None and monotonic() - copy.checked_at < SECONDS_BETWEEN_CHECKS:
            return copy.content
        with self._rebuilding:
            return self._checked()

    def doubt(self) -> None:
        """Ask for the tree's revision at the next look-up, however recent the last one was."""
        with self._rebuilding:
            if self._copy is not None:
                self._copy = _Copy(self._copy.content, self._copy.token, float("-inf"))

    def _checked(self) -> Kept:
        copy, token = self._copy, current_token()
        content = copy.content if copy is not None and copy.token == token else self._build()
        self._copy = _Copy(content, token, monotonic())
        return content


def current_token() -> str:
    """Return the token of the tree's revision, empty before the first change."""
    return TreeRevision.objects.values_list("token", flat=True).first() or ""


def expect_change() -> None:
    """Let everything kept in memory be checked against the database at its next use."""
    for memory in TreeMemory.everything:
        memory.doubt()


def renew_revision() -> None:
    """Take the tree for this transaction and mark every copy of it in memory as old."""
    row = TreeRevision(pk=1, token=uuid4().hex)
    # One statement that writes or overwrites: it holds the row until the act is committed.
    TreeRevision.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["pk"], update_fields=["token"]
    )
    expect_change()
    # Asked again after the commit, as another thread may have looked at the old state meanwhile.
    transaction.on_commit(expect_change)
