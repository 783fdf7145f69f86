"""Words that say how exact a figure is: 不少于, 近, 左右, 以上."""

from __future__ import annotations

import re

_BEFORE = {
    ">=": (
        "不少于",
        "不低于",
        "不小于",
        "至少",
        "突破",
        "超过",
        "多达",
        "高达",
        "保底",
        "超出",
        "超",
        "逾",
        "破",
        "过",
        "达到或超过",
    ),
    "<=": (
        "不超过",
        "不高于",
        "不多于",
        "不大于",
        "最多",
        "控制在",
        "低于",
        "少于",
        "不足",
        "压缩到",
        "最短",
    ),
    "~": ("大约", "将近", "接近", "大概", "近", "约"),
}
_AFTER = {
    ">=": ("以上", "及以上", "之上", "余", "多", "起"),
    "<=": ("以下", "及以下", "以内", "之内", "内"),
    "~": ("左右", "上下"),
}

BOUND_BEFORE = {word: bound for bound, words in _BEFORE.items() for word in words}
BOUND_AFTER = {word: bound for bound, words in _AFTER.items() for word in words}


def _any(words: dict[str, str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


BEFORE = re.compile(
    rf"(?<![通经度签条合公节预履特协租相邀附临邻最靠侦打爆攻击赶反])({_any(BOUND_BEFORE)})(?:了"
    rf")?\s*$"
)
AFTER = re.compile(rf"\s?({_any(BOUND_AFTER)})(?![个名家项条次部层])")


def bound_of(before: str, after: str, *, more: bool) -> str:
    """Return the bound that the words around a number give it; *more* is a 余 or 多 inside it."""
    if before in BOUND_BEFORE and before not in ("近", "约"):
        return BOUND_BEFORE[before]
    if after in BOUND_AFTER:
        return BOUND_AFTER[after]
    if more:
        return ">="
    return BOUND_BEFORE.get(before, "=")
