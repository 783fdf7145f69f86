"""How a commitment reads as a plan item: its title, whether it is a project, the day it is due."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from zhenshu.papers.reading.commitments import Commitment

TITLE_LIMIT = 200
_WORKS = "(?:工程|项目|产业园|园区|中心|大楼|综合楼|学校|医院|卫生院|厂区|基地|道路|大桥|泵站|市场|公园|社区)"
_DEEDS = "(?:建设|改造|提升|扩建|新建|迁建|投产|投用|投入使用|竣工|开工|封顶|完工|落地)"
_PROJECT = re.compile(f"{_WORKS}.{{0,12}}{_DEEDS}|(?:建成|开工|新建|启动|推进).{{0,24}}{_WORKS}")
_COUNTED = re.compile(r"\d+(?:\.\d+)?[-—~]?\d*余?(?:个|处|家|座|项|条|所|户|栋)")
_LEADING = re.compile(r"^(?:其中|同时|并|力争|确保|全年|要)+(?=.{4})")


def title_of(commitment: Commitment) -> str:
    """Return the title: action and object where the text says them so, else the sentence itself.

    The object of a shared figure (甲、乙均达到98%) is more than the words quoted, and stands for them.
    """
    said = f"{commitment.action}{commitment.object}"
    words = said if commitment.action and said in commitment.quote else commitment.quote
    if len(commitment.object) > len(commitment.quote):
        words = commitment.object
    return _LEADING.sub("", words.strip(" ，,；;。"))[:TITLE_LIMIT]


def is_project(commitment: Commitment) -> bool:
    """Tell whether a commitment speaks of one piece of building work rather than of a number of things."""
    return bool(_PROJECT.search(commitment.quote)) and not _COUNTED.search(commitment.quote)


def is_checkable(commitment: Commitment) -> bool:
    """Tell whether somebody could say at the end of the year that it was kept."""
    return commitment.figure or commitment.due is not None or bool(commitment.action)


def due_day(due: str | None, year: int) -> date:
    """Return the day a commitment is due: the day named, the end of the month or year, else of *year*."""
    parts = [int(part) for part in (due or "").split("-") if part.isdigit()]
    match parts:
        case [named, month, day]:
            return date(named, month, min(day, monthrange(named, month)[1]))
        case [named, month]:
            return date(named, month, monthrange(named, month)[1])
        case [named]:
            return date(named, 12, 31)
    return date(year, 12, 31)
