"""Names of areas: the short form people say, and the initials they type."""

from __future__ import annotations

# Longest first: 社区居民委员会 must go before 社区.
NAME_ENDINGS = (
    "社区居民委员会",
    "居民委员会",
    "村民委员会",
    "社区居委会",
    "街道办事处",
    "村委会",
    "居委会",
    "街道",
    "社区",
    "镇",
    "乡",
    "村",
    "区",
    "县",
    "市",
)


def short_name_of(name: str) -> str:
    """Return the name without its kind, 东浦村 as 东浦; empty when less than two characters would stay."""
    for ending in NAME_ENDINGS:
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return stem if len(stem) >= 2 else ""
    return ""


def pinyin_initials(name: str) -> str:
    """Return the first letters of the readings, 东浦村 as ``dpc``; other letters and digits stay."""
    # pypinyin loads a dictionary of some megabytes that only writing a name needs.
    from pypinyin import Style, lazy_pinyin

    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors=lambda rest: rest))
    return "".join(letter for letter in initials.lower() if letter.isalnum() and letter.isascii())[:100]
