"""The shape of a report: title, place, years, and which part looks back or ahead."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Role = Literal["review", "plan"]

_HEADING = re.compile(
    r"(?m)^[\s　]*(?:(?P<mark>[一二三四五六七八九十]{1,2}、|"
    r"第[一二三四五六七八九十]部分[\s:：]?)(?P<words>[^\n。]{2,60})"
    r"|[(（][一二三四五六七八九十]{1,2}[)）][、\s]?(?P<next>(?:下一?步|下阶段|下一阶段|明年|来年|下年度)[^\n。，,；;：:]{0,24})"
    r"|(?P<bare>[^\n。，,；;：:]{0,24}(?:工作|任务|目标|思路|方案)[^\n。，,；;：:]{0,14}))$"
)
_REVIEW_HEADING = re.compile(r"回顾|总结|工作情况|完成情况|成绩|成效|成就|过去|所做|汇报")
_PLAN_HEADING = re.compile(
    r"安排|打算|展望|计划|目标|任务|思路|举措|部署|谋划|建议|要点|新一年|新的一年|明年|"
    r"今后|未来|下一步|下阶段|下一阶段|下年|重点工作|(?:工作|行动|实施)方案|要做的"
)
_TURN = re.compile(
    r"(?:新的?一年|明年|今后[一五三]|下一步|下阶段|来年|今年|"
    r"\d{4}年)[^。\n]{0,24}?(?:指导思想|总体要求|总体思路|工作思路|总体目标)"
    r"|(?:预期|奋斗)目标(?:任务)?(?:是|为)?[:：]"
    r"|(?:明年|新的?一年|今年|\d{4}年)[^。\n]{0,22}(?:主要)?预期目标"
    r"|是[^。\n]{0,60}(?:开局|起步|关键|攻坚|收官|深化|重要|开局起步)(?:之年|一年|的一年)"
    r"|做好(?:明年|新的?一年|今年)[^。\n]{0,6}工作"
)
_ANNOUNCED = re.compile(
    r"(?:今年|明年|新的?一年|\d{4}年)[^。\n]{0,22}(?:预期|奋斗)目标(?:任务)?(?:是|为)[:：]"
)
"""The goals of the year, told in a sentence of their own: the plan has begun, whatever heading follows."""
_NEXT_STEP = re.compile(
    r"(?:^|[。\n])\s*(?:下一步|下步|下阶段)[,，](?:[^,，。\n]{0,12}[,，])?[^,，。\n]{0,10}[将要]"
)
_LOOKING_BACK = re.compile(
    r"回顾|一年来|过去[^。\n]{0,4}年|今年以来|圆满完成|较好地?完成|取得[^。\n]{0,12}成[效绩]"
)
_NEXT = re.compile(r"明年")
_SAYING = 200
"""A stretch shorter than this is a title page, whose year may be the day of the meeting."""
_YEAR = re.compile(r"(20\d{2})\s?年(?!以来)")
_PLACE = re.compile(r"代表([一-龥]{2,10}?(?:街道|镇|乡|苏木|区|县))(?:人民政府|政府|办事处)")
_PLACE_NAME = re.compile(r"(?<![一-龥])([一-龥]{2,3}(?:街道|镇|乡))(?!镇|村|亲|愁|贤)")
_NO_PLACE = re.compile(
    r"^(?:全|我|乡|城|集|小|强|名|重|村|古|各|中心|本|老|家|新|返|下|入|特色|文化|示范|建制)|"
    r"(?:市|县|全|小|古|强|城|乡|村|集|名|重)镇$|全(?:乡|街道)$"
)
_TITLE = re.compile(r"[^\n]{0,30}工作报告[^\n。,，]{0,20}")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the clean text under one heading, looking back or ahead."""

    start: int
    end: int
    title: str
    role: Role
    year: int | None


@dataclass(frozen=True, slots=True)
class Structure:
    """What a report says about itself."""

    title: str
    place: str
    year: int | None
    sections: tuple[Section, ...]

    def section_at(self, place: int) -> Section:
        """Return the section that holds the character at *place*."""
        index = bisect_right(self.sections, place, key=lambda section: section.start) - 1
        return self.sections[max(0, index)]


def read_structure(text: str) -> Structure:
    """Return title, place, year and sections of the clean text *text*."""
    found = _TITLE.search(text[:400])
    title = "" if found is None or "向大会" in found.group() else found.group().strip()
    sections = tuple(_read_sections(text))
    reviewed = next((one.year for one in sections if one.role == "review" and one.year), None)
    return Structure(
        title, _place(text), reviewed or next((one.year for one in sections if one.year), None), sections
    )


def _place(text: str) -> str:
    """Return the name of the town, as its government is named or else as the text mostly calls it."""
    named = _PLACE.search(text[:4000])
    if named and not _NO_PLACE.search(named[1]):
        return named[1]
    names = Counter(name for name in _PLACE_NAME.findall(text) if not _NO_PLACE.search(name))
    return names.most_common(1)[0][0] if names else ""


def _read_sections(text: str) -> list[Section]:
    """Return the sections in order; a section in which the text turns to the future is cut there."""
    headings = [
        (found.start(), (found["words"] or found["next"] or found["bare"]).strip())
        for found in _HEADING.finditer(text)
    ]
    turn = _turn(text, headings)
    starts = {0: "", **dict(headings)}
    if turn < len(text):
        starts.setdefault(turn, next((words for start, words in reversed(headings) if start < turn), ""))
    stretches: list[tuple[int, int, Role]] = [
        (start, end, "review" if start < turn or (start != turn and _is_review(starts[start])) else "plan")
        for start, end in pairwise([*sorted(starts), len(text)])
    ]
    years = _years(text, starts, stretches)
    return [Section(start, end, starts[start], role, years[role]) for start, end, role in stretches]


def _years(
    text: str, starts: dict[int, str], stretches: list[tuple[int, int, Role]]
) -> dict[Role, int | None]:
    """Return the year each part speaks of: by its heading, else by its opening, else by the other part."""
    years: dict[Role, int | None] = {"review": None, "plan": None}
    reviewed = next((words for words in starts.values() if _is_review(words)), "")
    years["review"] = _stated_year(reviewed, "", "review")
    for start, _, role in stretches:
        years[role] = years[role] or _stated_year(starts[start], "", role)
    for start, end, role in stretches:
        if end - start >= _SAYING or end == len(text):
            years[role] = years[role] or _stated_year("", text[start : min(end, start + 700)], role)
    review, plan = years["review"], years["plan"]
    if plan and _NEXT.search(_opening_of(text, stretches, "plan")) and plan == review:
        plan += 1
    return {
        "review": review or (plan - 1 if plan else None),
        "plan": plan or (review + 1 if review else None),
    }


def _opening_of(text: str, stretches: list[tuple[int, int, Role]], role: Role) -> str:
    return next((text[start : start + 700] for start, _, one in stretches if one == role), "")


def _is_review(heading: str) -> bool:
    return bool(_REVIEW_HEADING.search(heading)) and not _PLAN_HEADING.search(heading)


def _turn(text: str, headings: list[tuple[int, str]]) -> int:
    """Return the place where the report turns from what was done to what is promised."""
    early = len(text) // 10
    ahead = [start for start, words in headings if _looks_ahead(words)]
    for start in ahead:
        if start >= early:
            announced = _ANNOUNCED.search(text, 0, start)
            return start if announced is None else _opening(text, announced.start())
    reviewed = next((start for start, words in headings if _is_review(words)), 0)
    turn = _TURN.search(text, max(early, reviewed + max(early, _SAYING) if reviewed else 0))
    promising = not reviewed and (ahead or _TURN.search(text, 0, early * 3))
    if promising and not _LOOKING_BACK.search(text, 0, len(text) // 3):
        return 0
    turn = turn or _NEXT_STEP.search(text, len(text) // 2)
    return len(text) if turn is None else _opening(text, turn.start() + 1)


def _looks_ahead(heading: str) -> bool:
    return bool(_PLAN_HEADING.search(heading)) and not _REVIEW_HEADING.search(heading)


def _opening(text: str, place: int) -> int:
    """Return where the sentence at *place* begins."""
    return max(text.rfind("\n", 0, place), text.rfind("。", 0, place)) + 1


def _stated_year(heading: str, opening: str, role: Role) -> int | None:
    """Return the year that heading or opening names; a plan that says 明年 means the year after."""
    found = _YEAR.search(heading) or _YEAR.search(opening)
    if found is None:
        return None
    ahead = role == "plan" and _NEXT.search(opening)
    return int(found[1]) + (1 if ahead else 0)
