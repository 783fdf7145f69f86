"""One figure stated twice, differently."""

import re
from collections.abc import Iterator, Sequence

from zhenshu.papers.checking.finding import Finding, Place
from zhenshu.papers.checking.numbers import show, unit_factor
from zhenshu.papers.reading.document import Document
from zhenshu.papers.reading.figures import Figure

# What tells two figures of one name apart: the period, the place or the part they speak of.
_APART = re.compile(
    r"其中|上年|去年|前年|同期|由|从|季度|上半年|下半年|月|五年|[一二三四五六七八九十]年来|累计|以来|连续|近|新增|净增|增加|比|较|超|力争|计划|目标|预计|"
    r"平均|村|社区|公司|集团|企业|园区|项目|分别|每|截至|另|再|又|同时|第[一二三四五六]|20\d\d年|将|确保"
)
SHORTEST_NAME = 4
ALIKE = 3.0


def check_repeats(document: Document, figures: Sequence[Figure]) -> Iterator[Finding]:
    """Pairs of figures with one name, year and unit but two values."""
    groups: dict[tuple[str, str, int | None], list[Figure]] = {}
    for figure in figures:
        if _is_plain(document, figure):
            groups.setdefault((figure.name, _dimension(figure.unit), figure.year), []).append(figure)
    for group in groups.values():
        first = group[0]
        other = (each for each in group[1:] if _differ(first, each) and _apart(document.text, first, each))
        second = next(other, None)
        if second is not None:
            yield _finding(first, second)


def _is_plain(document: Document, figure: Figure) -> bool:
    """True for a settled result with a full name, told without period, place or part."""
    if figure.value is None or figure.kind != "actual" or figure.bound != "=" or figure.value_to is not None:
        return False
    if len(figure.name) < SHORTEST_NAME or figure.unit in ("", "次", "批"):
        return False
    return not _APART.search(_clause_before(document.text, figure).replace(figure.name, ""))


def _clause_before(text: str, figure: Figure) -> str:
    """The words between the last mark and the figure."""
    return re.split(r"[。；;，,\n]", text[max(0, figure.start - 60) : figure.start])[-1]


def _apart(text: str, first: Figure, second: Figure) -> bool:
    """True when the two stand in different sentences; in one sentence they are told apart by its words."""
    return bool(re.search("[。\n]", text[first.end : second.start]))


def _dimension(unit: str) -> str:
    return re.sub("^(?:万亿|千万|百万|亿|万|千|百)", "", unit)


def _differ(first: Figure, second: Figure) -> bool:
    """True when the values differ by more than rounding, yet not too much to be one thing."""
    one, other = _base(first), _base(second)
    if min(one, other) <= 0 or max(one, other) / min(one, other) > ALIKE:
        return False
    return abs(one - other) > rounding(first) + rounding(second)


def _base(figure: Figure) -> float:
    return (figure.value or 0.0) * unit_factor(figure.unit)


def rounding(figure: Figure) -> float:
    """Half a step of the last digit written; a count is exact."""
    factor = unit_factor(figure.unit)
    digits = re.search(r"\d+(?:\.(\d+))?", figure.quote)
    decimals = len(digits[1] or "") if digits else 0
    if not decimals and factor == 1.0 and _dimension(figure.unit) not in ("元", "%", "美元"):
        return 0.0
    return float(0.5 * 10**-decimals) * factor


def _finding(first: Figure, second: Figure) -> Finding:
    one, other = (f"{show(figure.value or 0.0, 4)}{figure.unit}" for figure in (first, second))
    return Finding(
        kind="repeat",
        message=f"“{first.name}”一处为{one}，一处为{other}。",
        places=(Place(first.start, first.end, first.quote), Place(second.start, second.end, second.quote)),
        stated=other,
        computed=one,
        arithmetic=f"{one} ≠ {other}",
    )
