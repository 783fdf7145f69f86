"""Words of growth and decline, and how to tell a change from the level it leads to."""

from __future__ import annotations

import re

_UP = (
    "翻一番",
    "增长率",
    "增长",
    "增收",
    "增产",
    "增加",
    "提高",
    "提升",
    "上升",
    "上涨",
    "增幅",
    "增速",
    "提速",
    "攀升",
    "递增",
    "增效",
    "扩大",
    "净增",
    "多增",
    "涨幅",
    "回升",
    "拉高",
    "加快",
    "跃升",
    "增",
    "涨",
    "升",
    "翻",
)
_DOWN = (
    "下降",
    "减少",
    "降低",
    "降幅",
    "压减",
    "缩减",
    "压缩",
    "缩短",
    "回落",
    "下滑",
    "削减",
    "压降",
    "减幅",
    "负增长",
    "递减",
    "少",
    "减",
    "降",
)

DIRECTION_OF = dict.fromkeys(_UP, "up") | dict.fromkeys(_DOWN, "down")
_WORDS = "|".join(sorted(DIRECTION_OF, key=len, reverse=True))
_MANNER = (
    r"(?:率|速度|幅度|比例|量|目标)?(?:了|约|近|超|达到|达|为|均|分别|各|在|超过|不低于|不少于|保持|稳定)*"
)

BEFORE = re.compile(rf"(?<!自然)(?<!人口)({_WORDS}){_MANNER}\s*$")
LEVEL = re.compile(rf"(?:{_WORDS})(?:了)?(?:到|至)(?:了|近|约|超)*\s*$")
AFTER = re.compile(rf"^(?:以上|左右)?的?(?:速度|幅度)?(?:快速|稳步|持续)?({_WORDS})")
LED = re.compile(
    r"^(?:有效|大力|累计|平均)*(压减|压缩|缩减|削减|减少|降低|缩短|提高|提升|增加)(?!值|到|"
    r"至)[^,，到至]{2,}$"
)
"""A change said before its object: 压减三公经费12%."""
COMPARED = re.compile(r"同比|环比|较|比(?!例|重|率|赛)|上年|去年")
ALWAYS = frozenset({"%", "‰", "个百分点", "倍", "番"})


def direction_before(left: str) -> str | None:
    """Return "up" or "down" when *left* ends in a word of change that the next number measures."""
    if LEVEL.search(left):
        return None
    found = BEFORE.search(left)
    return DIRECTION_OF[found.group(1)] if found else None


def direction_leading(clause: str) -> tuple[str, str] | None:
    """Return direction and object when *clause* opens with a word of change: 压减三公经费."""
    found = LED.match(clause)
    return (DIRECTION_OF[found[1]], clause[found.end(1) :]) if found else None


def direction_after(right: str) -> str | None:
    """Return "up" or "down" when *right* begins like “的速度增长”."""
    found = AFTER.match(right)
    return DIRECTION_OF[found.group(1)] if found else None
