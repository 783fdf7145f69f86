"""Years that contradict history, the calendar of five-year plans, or the report's own headings."""

import re
from collections.abc import Iterator

from zhenshu.papers.checking.finding import Finding, Place
from zhenshu.papers.checking.numbers import place_of
from zhenshu.papers.reading.document import Document
from zhenshu.papers.reading.grammar.numerals import CHINESE, parse_number
from zhenshu.papers.reading.structure import Section, Structure

# Year 0 of the anniversaries that reports speak of.
FOUNDED = (
    (re.compile("中华人民共和国|新中国|共和国|建国|国庆"), 1949),
    (re.compile("中国共产党|建党|我们党|党成立|党的生日"), 1921),
    (re.compile("建军|人民解放军"), 1927),
    (re.compile("抗日战争|抗战|反法西斯"), 1945),
    (re.compile("抗美援朝"), 1950),
    (re.compile("长征"), 1936),
    (re.compile("改革开放"), 1978),
    (re.compile("香港"), 1997),
    (re.compile("澳门"), 1999),
    (re.compile("五四运动"), 1919),
    (re.compile("辛亥革命"), 1911),
    (re.compile("共青团"), 1922),
    (re.compile("八八战略"), 2003),
    (re.compile("千万工程|千村示范"), 2003),
    (re.compile("两山|绿水青山"), 2005),
    (re.compile("长江经济带"), 2016),
    (re.compile("一带一路"), 2013),
    (re.compile("精准扶贫"), 2013),
)
_ANNIVERSARY = re.compile(
    rf"(?P<what>[^。；;，,\n]{{0,30}}?)(?P<count>\d{{1,3}}|{CHINESE})\s*(?:周年|年华诞|华诞)"
)
_YEAR_BEFORE = re.compile(r"((?:19|20)\d\d)年(?!以来|起|至|底|初|度|[-—到])")
_PRESENT = re.compile("今年|明年|迎来|献礼|正值|恰逢|适逢|即将")
_PLANS = {"十一五": 2006, "十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026, "十六五": 2031}
_FIVE_YEAR = re.compile(
    rf"(?P<year>20\d\d)年[，,]?(?:既|也|同时)?是[^。；;\n]{{0,40}}?[“\"‘]?"
    rf"(?P<plan>{'|'.join(_PLANS)})[”\"’]?(?:规划|时期|计划|发展)?[^。，,；;“”\n]{{0,14}}?"
    r"(?:的|之)?(?P<role>开局|起步|第一年|首年|第二年|第三年|中期|承上启下|第四年|收官|最后一年|末年|决胜)"
)
_ROLE_YEARS = {
    "开局": (0, 0), "起步": (0, 0), "第一年": (0, 0), "首年": (0, 0), "第二年": (1, 1), "第三年": (2, 2),
    "中期": (1, 3), "承上启下": (1, 3), "第四年": (3, 3), "收官": (4, 4), "最后一年": (4, 4), "末年": (4, 4),
    "决胜": (3, 4),
}  # fmt: skip
_DEADLINE = re.compile(
    r"(?:到|至|在|于|确保|力争|争取|计划)?(?P<year>20\d\d)年(?:\d{1,2}月)?(?:年?底|末|年内|上半年|下半年|\d{1,2}日)?"
    r"(?P<by>之?前|底|末|以前)[^。；;\n]{0,8}?"
    r"(?P<verb>完成|建成|竣工|投产|开工|达到|实现|投入|交付|完工|启用|通车|全面|基本)(?!的)"
)
_TITLE = re.compile(r"报告$|总结[和及与暨]")
_DONE = re.compile(r"已|已经|了$|曾")
_FIRST_HUNDRED = 100


def check_years(document: Document, structure: Structure) -> Iterator[Finding]:
    """Contradictions between years in *document*."""
    yield from _anniversaries(document, structure)
    yield from _five_year_plans(document)
    yield from _headings(document, structure)
    yield from _deadlines(document, structure)


def _anniversaries(document: Document, structure: Structure) -> Iterator[Finding]:
    text = document.clean
    for match in _ANNIVERSARY.finditer(text):
        founded = next((year for pattern, year in FOUNDED if pattern.search(match["what"])), None)
        count = int(parse_number(match["count"]))
        if founded is None or count < 5:
            continue
        years, stated = _years_meant(text, match, structure)
        if not years or founded + count in years:
            continue
        yield Finding(
            kind="anniversary",
            message=f"{years[0]}年应为{years[0] - founded}周年，文中写作{match['count']}周年。",
            places=(place_of(document, stated, match.end()),),
            stated=f"{match['count']}周年",
            computed=f"{years[0] - founded}周年",
            arithmetic=f"{years[0]} − {founded} = {years[0] - founded}",
        )


def _years_meant(text: str, match: "re.Match[str]", structure: Structure) -> tuple[tuple[int, ...], int]:
    """The year named in the sentence before an anniversary; else the years the report can mean."""
    opening = max(text.rfind(mark, 0, match.start("count")) for mark in "。\n") + 1
    named = _YEAR_BEFORE.findall(text, opening, match.start("count"))
    if named:
        return (int(named[-1]),), opening
    year = structure.section_at(match.start()).year
    now = _PRESENT.search(text, opening, match.end())
    return ((year, year + 1, year - 1) if year and now else ()), opening


def _five_year_plans(document: Document) -> Iterator[Finding]:
    for match in _FIVE_YEAR.finditer(document.clean):
        first = _PLANS[match["plan"]]
        low, high = (first + step for step in _ROLE_YEARS[match["role"]])
        year = int(match["year"])
        if low <= year <= high:
            continue
        meant = str(low) if low == high else f"{low}—{high}"
        yield Finding(
            kind="five-year-plan",
            message=f"“{match['plan']}”的{match['role']}年是{meant}年，文中写作{year}年。",
            places=(place_of(document, match.start(), match.end()),),
            stated=f"{year}年",
            computed=f"{meant}年",
            arithmetic=f"“{match['plan']}”：{first}—{first + 4}年",
        )


def _headings(document: Document, structure: Structure) -> Iterator[Finding]:
    """A plan headed with the year of its own review (or an earlier one)."""
    review = _headed(structure, "review")
    plan = _headed(structure, "plan")
    if review is None or plan is None or plan[1] > review[1]:
        return
    yield Finding(
        kind="year",
        message=f"回顾部分标为{review[1]}年，安排部分也标为{plan[1]}年。"
        if plan[1] == review[1]
        else f"回顾部分标为{review[1]}年，安排部分却标为{plan[1]}年。",
        places=(_heading_place(document, review[0]), _heading_place(document, plan[0])),
        stated=f"{plan[1]}年",
        computed=f"{review[1] + 1}年",
        arithmetic=f"{review[1]} + 1 = {review[1] + 1}",
    )


def _headed(structure: Structure, role: str) -> tuple[Section, int] | None:
    """The first section of *role* whose heading itself names a year; a title speaks of both parts."""
    for section in structure.sections:
        named = re.search(r"(20\d\d)年", section.title)
        if section.role == role and named is not None and not _TITLE.search(section.title):
            return section, int(named[1])
    return None


def _heading_place(document: Document, section: Section) -> Place:
    start = document.clean.find(section.title, section.start)
    start = section.start if start < 0 else start
    return place_of(document, start, min(len(document.clean), start + len(section.title)))


def _deadlines(document: Document, structure: Structure) -> Iterator[Finding]:
    """A promise of the plan that was due before the plan's year began."""
    for match in _DEADLINE.finditer(document.clean):
        section = structure.section_at(match.start())
        before = document.clean[max(0, match.start() - 12) : match.start()]
        if section.role != "plan" or section.year is None or _DONE.search(before + match[0]):
            continue
        if int(match["year"]) < section.year - 1 or (
            int(match["year"]) < section.year and _headed_year(structure, section)
        ):
            yield Finding(
                kind="year",
                message=f"{section.year}年的安排要求在{match['year']}年完成。",
                places=(place_of(document, match.start(), match.end()),),
                stated=f"{match['year']}年",
                computed=f"{section.year}年",
                arithmetic=f"{match['year']} < {section.year}",
            )


def _headed_year(structure: Structure, section: Section) -> bool:
    """True when headings, not guesses, tell the plan's year."""
    headed = _headed(structure, "plan")
    return headed is not None and headed[1] == section.year
