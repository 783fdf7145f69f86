"""How long papers may be, as a pack tells it with its basis (减负规定)."""

from __future__ import annotations

from zhenshu.ground.packs.base import Named


class PaperKind(Named):
    """One kind of paper: at most *words*, or *minutes* when read aloud at *words_a_minute*."""

    words: int | None = None
    minutes: int | None = None
    words_a_minute: int | None = None
    basis: str = ""
