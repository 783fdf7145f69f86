"""Units of reports: how they are spelled, and what kind of quantity each one measures."""

from __future__ import annotations

import re

SCALE = r"(?:万亿|千万|百万|十万|亿|万|千|百(?!分点))"
"""Powers of ten that stay in the unit: 3.5 万亩 has the unit 万亩."""

_FAMILIES: dict[str, tuple[str, ...]] = {
    "money": ("元人民币", "美元", "欧元", "港元", "日元", "块钱", "元"),
    "percent": ("%", "‰", "个百分点", "百分点"),
    "factor": ("倍", "番"),
    "visits": (
        "人次",
        "户次",
        "家次",
        "车次",
        "件次",
        "剂次",
        "例次",
        "批次",
        "轮次",
        "班次",
        "场次",
        "趟次",
        "册次",
        "人次数",
        "人（次）",
        "人(次)",
        "户（次）",
        "户(次)",
        "场（次）",
        "场(次)",
        "个次",
        "处次",
        "辆次",
        "点次",
        "架次",
        "艘次",
        "站次",
        "次",
    ),
    "people": ("人", "名", "位"),
    "households": ("户", "家庭户"),
    "area": ("平方公里", "平方千米", "平方米", "平米", "平方", "km²", "公顷", "m²", "m2", "㎡", "亩"),
    "volume": ("立方米", "m³", "立方", "方"),
    "length": ("公里", "千米", "km", "延米", "米"),
    "weight": ("公斤", "千克", "吨标准煤", "吨", "斤", "担"),
    "energy": ("千瓦时", "兆瓦时", "千瓦", "兆瓦", "kW", "MW", "GW", "度"),
    "duration": ("个工作日", "工作日", "个小时", "小时", "分钟", "个月", "个季度", "季度", "天", "周", "年"),
    "groups": ("大类", "门类"),
    "count": (
        "微克/立方米",
        "个",
        "家",
        "件",
        "项",
        "条",
        "处",
        "座",
        "所",
        "台套",
        "台（套）",
        "台(套)",
        "台",
        "套",
        "辆",
        "艘",
        "只",
        "羽",
        "头",
        "株",
        "棵",
        "盏",
        "块",
        "片",
        "批",
        "场",
        "期",
        "轮",
        "组",
        "支",
        "队",
        "班",
        "间",
        "栋",
        "幢",
        "宗",
        "起",
        "例",
        "份",
        "篇",
        "册",
        "本",
        "张",
        "枚",
        "根",
        "口",
        "眼",
        "孔",
        "段",
        "对",
        "桩",
        "笔",
        "单",
        "部",
        "款",
        "种",
        "盆",
        "尾",
        "道",
        "床",
        "剂",
        "门",
        "架",
        "杆",
        "节",
        "幅",
        "集",
        "站",
        "窝",
        "箱",
        "袋",
        "包",
        "桶",
        "亩次",
        "趟",
        "席",
        "首",
        "曲",
        "顶",
        "面",
        "颗",
        "列",
        "院",
        "棺",
        "穴",
        "次/年",
        "课时",
        "学时",
        "标箱",
    ),
}

FAMILY_OF = {unit: family for family, units in _FAMILIES.items() for unit in units}
PER = r"(?:/(?:立方米|平方米|工作日|小时|日|天|年|月|人|亩|户|村|公里|吨|公斤|斤|头|次|套))"
UNIT = "(?:" + "|".join(sorted(map(re.escape, FAMILY_OF), key=len, reverse=True)) + f"){PER}?"

_BRACKETED = re.compile(r"[（(]次[）)]")
_CANONICAL = {"个季度": "季度", "百分点": "个百分点", "％": "%", "元人民币": "元", "块钱": "元"}

MEASURE_NOUNS = {
    "money": "金额",
    "visits": "次数",
    "people": "人数",
    "households": "户数",
    "area": "面积",
    "length": "长度",
    "weight": "量",
    "volume": "方量",
    "energy": "量",
    "groups": "类别数",
    "count": "",
    "duration": "时间",
    "percent": "率",
    "factor": "倍数",
}
"""What a quantity of a family is called when its phrase names only the thing: 矿山修复 + 亩 → 面积."""


def family(unit: str) -> str:
    """Return the family of *unit*, whatever power of ten stands before it."""
    bare = unit.split("/")[0]
    while bare and bare not in FAMILY_OF and bare[0] in "万亿千百十":
        bare = bare[1:]
    return FAMILY_OF.get(bare, "count")


def canonical(scale: str, base: str) -> str:
    """Return the unit in the one spelling figures carry."""
    return scale + _CANONICAL.get(base, _BRACKETED.sub("次", base))
