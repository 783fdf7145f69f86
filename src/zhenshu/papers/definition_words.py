"""How an indicator comes about, in the Chinese of a report's appendix."""

from __future__ import annotations

from zhenshu.ground.packs.measures import Counted
from zhenshu.measures.indicators.definitions import Added, Computed, Node, Plan, Quotient, catalogue

WAYS = {"count": "计数", "sum": "合计", "distinct": "去重计数", "stock": "期末存量"}
DATES = {
    "opened": "受理日期",
    "reported": "上报日期",
    "dispatched": "交办日期",
    "answered": "答复日期",
    "called_back": "回访日期",
    "closed": "办结日期",
    "due": "到期日期",
    "start": "开始日期",
    "done": "完成日期",
    "on": "发生日期",
    "period": "所属时期",
}
# What is called so by itself: the numbers of a block's record, and what can be told apart.
OWN_NAMES = {
    "subject": "对象",
    "reporter": "诉求人",
    "reporter_phone": "来电号码",
    "area": "区域",
    "village": "村社区",
    "grid": "网格",
    "office": "单位",
    "amount": "金额",
    "people": "人数",
    "points": "积分",
    "quantity": "数量",
    "decisions": "议定事项",
    "answers": "答卷",
    "drawn": "抽中数",
    "failed": "不合格项",
}


def way_of(plan: Plan) -> str:
    """Return how a figure is made in one line: 计数：信访接待，按受理日期."""
    words = node_words(plan.node)
    return f"{words}；{plan.kind.exclusions}" if plan.kind.exclusions else words


def node_words(node: Node) -> str:
    """Return what one node of a definition does."""
    match node:
        case Added(quantity=quantity, factor=factor):
            words = counted_words(quantity.counted)
            return words if factor == 1 else f"{words}，乘以{factor:g}"
        case Quotient(numerator=upper, denominator=lower):
            return f"（{node_words(upper)}）÷（{node_words(lower)}）"
        case Computed(formula=formula):
            names = {code: catalogue().plan(code).kind.name for code in sorted(formula.codes, key=len)}
            return "公式：" + _named(formula.text, names)
        case _:
            return "上报数，由签发人负责"


def _named(text: str, names: dict[str, str]) -> str:
    """Return a formula with names for codes, the longest codes first."""
    for code in sorted(names, key=len, reverse=True):
        text = text.replace(code, names[code])
    return text


def counted_words(counted: Counted) -> str:
    """Return what is added up: way, kind of record, field, conditions, date."""
    parts = [counted.kind.name]
    for code in (counted.reading, counted.field):
        if code is not None:
            parts.append(_field_name(counted, code))
    limited = "（符合口径条件的）" if counted.where else ""
    return f"{WAYS[counted.way]}：{'·'.join(parts)}{limited}，按{_date_name(counted)}"


def _date_name(counted: Counted) -> str:
    """Return what the date is called that puts a record into its period."""
    life, stage = getattr(counted.kind, "life", {}), counted.at.removeprefix("life.")
    if counted.at.startswith("life.") and stage in life:
        return f"“{life[stage]}”日期"
    if counted.block == "dossiers" and counted.at == "opened":
        return "登记日期"
    return DATES.get(counted.at) or _field_name(counted, counted.at)


def _field_name(counted: Counted, code: str) -> str:
    """Return the name of a field or of a series of readings, as its pack calls it."""
    readings = getattr(counted.kind, "readings", {})
    if code in readings:
        return str(readings[code].name)
    series = readings.get(counted.reading) if counted.reading else None
    fields = {**getattr(counted.kind, "fields", {}), **(series.fields if series else {})}
    return str(fields[code].name) if code in fields else OWN_NAMES.get(code, code)
