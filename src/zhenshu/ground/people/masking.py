"""How personal data looks to those who may not read it; the one place that says so.

A mask on the screen is no anonymisation: a published list leaves the column out (个人信息保护法第二十五条).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

HIDDEN = "＊＊＊"


def mask_phone(text: str) -> str:
    """Return 138****5678 for a mobile number; a shorter number keeps its last two digits."""
    if len(text) >= 11:
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    return "*" * max(len(text) - 2, 0) + text[-2:] if len(text) > 2 else "*" * len(text)


def mask_id_number(text: str) -> str:
    """Return 330***********5678: province and district first, the last four, nothing between."""
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}" if len(text) >= 15 else "*" * len(text)


def mask_name(text: str) -> str:
    """Return the first character and a star for each other one, 欧阳正 as 欧**."""
    return text[:1] + "*" * (len(text) - 1)


def hide(text: str) -> str:
    """Return a mark of the same length for every text."""
    return HIDDEN


MASKS: Mapping[str, Callable[[str], str]] = {
    "phone": mask_phone,
    "id_number": mask_id_number,
    "name": mask_name,
}


def mask(kind: str, value: object) -> str:
    """Return *value* masked as its kind asks; an unknown kind is hidden altogether, nothing stays nothing."""
    text = "" if value is None else str(value)
    return MASKS.get(kind, hide)(text) if text else ""
