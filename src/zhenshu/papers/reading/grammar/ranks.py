"""Places in a ranking, and zeros that are results."""

from __future__ import annotations

import re

_CONTEST = re.compile(
    r"(?:位列|位居|排名|名列|列|居|排|跻身|进入|获得?|得分|评分|考核|考评|评比|测评|成绩|"
    r"保持|稳居|全市|全省|全县|全区|全国|"
    r"全镇|全州|全盟|全旗|乡镇组?|区镇|镇街|街镇|街道|市县|同类|类)[^,，。;；]{0,10}?$"
)
_STOPS = ",，。;；、:：)）”!！ "


def is_place(match: re.Match[str], left: str, right: str) -> bool:
    """Tell whether 第N or 前N is a place in a contest rather than an ordinal (第一批, 前三季度)."""
    if match["place"][0] == "第":
        if match["rank_unit"]:
            return True
        return (not right or right[0] in _STOPS) and bool(_CONTEST.search(left)) and "坚持" not in left
    if match["rank_unit"]:
        return bool(_CONTEST.search(left))
    return (not right or right[0] in _STOPS) and bool(_CONTEST.search(left))


_FIELD = re.compile(
    r"(?:位居|位列|居|列|占据|排|保持)[^,，。;；]{0,6}(?:全[镇市县区省国州]|乡镇组?|区镇|镇街|"
    r"街道|同类)[^,，。;；]{0,4}$"
)


def leads_contest(left: str) -> bool:
    """Tell whether 首位 after *left* is a place among others: 居全县首位, not 摆在首位."""
    return bool(_FIELD.search(left))


_ZERO_RESULT = re.compile(
    r"^(?:进京|赴省|赴市|到市|越级|上访|非访|信访|重复访|再访|事故|伤亡|死亡|亡人|发案|案件|刑事|"
    r"火点|火情|火灾|返贫|投诉|感染|确诊|传播|疫情|辍学|溺亡|新增违建|违建|命案|违规举报)"
)
"""What a stated zero is a zero of."""
_ZERO_STATE = re.compile(r"(?:动态|保持|全部|持续|均)?为$|零就业家庭[^,，]{0,6}清$")
_UNITS_BY_NOUN = (
    ("家庭", "户"),
    ("户", "户"),
    ("访", "起"),
    ("事故", "起"),
    ("案", "起"),
    ("火灾", "起"),
    ("伤亡", "人"),
    ("死亡", "人"),
    ("亡人", "人"),
    ("溺亡", "人"),
    ("辍学", "人"),
    ("感染", "例"),
    ("确诊", "例"),
    ("传播", "例"),
    ("投诉", "件"),
    ("人口", "人"),
)


def zero_unit(left: str, right: str) -> str:
    """Return the unit of a stated zero, or nothing when 零 is part of another word (零售, 零距离)."""
    if _ZERO_RESULT.match(right):
        return _unit_for(right[:8])
    if right.startswith("发生"):
        return _unit_for(left)
    if _ZERO_STATE.search(left) and (not right or right[0] in _STOPS):
        return _unit_for(left)
    return ""


def _unit_for(words: str) -> str:
    return next((unit for noun, unit in _UNITS_BY_NOUN if noun in words), "个")
