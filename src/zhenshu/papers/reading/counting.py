"""The names of counts and amounts, whose noun stands before the number or after it."""

from __future__ import annotations

import re

from .grammar import phrases
from .setting import (
    COORDINATED,
    MEASURING,
    QUANTITY_END,
    RESPECTIVELY,
    Setting,
    Topic,
    context_of,
    join,
    noun_after,
    peel,
    split_subjects,
    with_measure,
)

_OWN_QUANTITY = re.compile(
    r"(?:水质)?(?:优良|达标)?(?:比例|率)$|(?:养殖|种植|播种)?面积$|(?:完成)?(?:总产值|产值|投资|收入|营收|税收|利润)$"
)
_OWN_VERB = re.compile(
    r"^(?:惠及|涉及|受益|带动|在谈|在建|意向|储备)|(?:排查|整改|培训|检查|整治|改造|化解|调解|签约)$"
)
_WORK_ALONE = re.compile(r"^(?:建设|改造|整治|修复|治理|任务|目标)(?:工作|任务)?(?:[,，。;；、]|$)")
_REACHED = re.compile(
    r"^向$|^(?:提高|增加|增长|上升|提升|扩大|下降|减少|降低|压减)(?:到|至)(?:了|近|约|超)*$"
)
"""The second of two levels: 由673万元增长到799万元."""
_LEVEL_ONLY = re.compile(r"^(?:国家|省|市|区|县|镇)级$")
_PAYER = re.compile(r"^(?:各级|镇|村|乡|区|县|市|街道|社区|财政|两级)+$")
_CLASS_ONLY = re.compile(r"^[千百十]?[万亿]元以[上下](?:项目|企业)?$")
_HONOUR = re.compile(
    r"^(?:荣获|获得|获评|获|蝉联|被评为|入选|被授予)(?:[“]?)([^,，、“”]{2,16}?)(?:[”]|荣誉|称号|并|$)"
)
_BRACKETED = re.compile(r"[(（][^()（）]{1,10}[)）]")
_FULL_NOUN = 4
_COUNTABLE = re.compile(
    r"^(?:高校|企业|村|社区|小区|学校|项目|行政村|村居|镇街|单位|部门|家庭农场|合作社|村民小组|点位|片区)$"
)
_INVEST = re.compile(r"(?:总投资|投资|投入|投资额)$")


def name_count(setting: Setting, topic: Topic, offset: int) -> list[str]:
    """Return the name of a count or an amount, whose noun stands before or after the number."""
    core = peel(setting.clause)
    candidate = setting.candidate
    if topic.pending and setting.joined and len(setting.left) <= 2:
        return [with_measure(topic.pending.pop(0), candidate)]
    if candidate.value == 0:
        return [_name_zero(core, setting, topic, offset)]
    if candidate.unit == "大类":
        return [f"{noun_after(setting.ahead) or core}类别数"]
    if candidate.family == "money" and _INVEST.search(phrases.LINK_TAIL.sub("", setting.clause)):
        spent = _name_spent(setting, core, topic)
        if spent:
            return [spent]
    if candidate.family == "duration" or setting.clause.endswith("连续"):
        return [_name_time(core, setting, topic)]
    noun = _noun_counted(setting) if _noun_follows(core, setting) else ""
    if noun:
        at = max(setting.right.find(noun[-2:]), 0)
        after = min(at + len(noun[-2:]), len(setting.right))
        bracket = _BRACKETED.match(setting.right, after)
        topic.consumed = candidate.closing - offset + (bracket.end() if bracket else after)
        return [_name_after(noun, setting, topic)]
    return _names_before(core, setting, topic)


def _name_zero(core: str, setting: Setting, topic: Topic, offset: int) -> str:
    """Return what there is none of: 零辍学, 案件零发生."""
    if core and setting.right.startswith("发生"):
        topic.consumed = setting.candidate.closing - offset + 2
        return with_measure(core, setting.candidate)
    return with_measure(re.split(r"[、“”]", setting.right)[0][:12] or core, setting.candidate)


def _name_time(core: str, setting: Setting, topic: Topic) -> str:
    """Return the name of a time allowed, of days counted or of times in a row."""
    if setting.candidate.unit == "年" or setting.clause.endswith("连续"):
        honour = _HONOUR.match(setting.right)
        subject = honour[1] if honour else core.removesuffix("连续") or topic.thing
        return f"{subject}连续{with_measure('', setting.candidate)}"
    if core.endswith("天数"):
        return core
    return f"{core or noun_after(setting.right)}时限"


def _noun_counted(setting: Setting) -> str:
    """Return the noun after the number, without the quantity of it that the next figure measures."""
    noun = noun_after(setting.right)
    if setting.followed and setting.candidate.family in ("count", "households", "people"):
        return _OWN_QUANTITY.sub("", noun) or noun
    return noun


def _name_spent(setting: Setting, core: str, topic: Topic) -> str:
    """Return the name of an investment by what it is for: 投资3500万元的门诊大楼工程."""
    opening = "" if setting.right.startswith("对") else setting.right.lstrip("的 ")
    noun = noun_after(phrases.KEPT_FRONT.sub("", opening)) or noun_after(setting.ahead)
    word = "投资额" if "投资" in setting.clause else "投入资金"
    if setting.right.startswith("的") and noun:
        topic.thing = noun if opening else topic.thing
        return f"{noun}{word}"
    bare = re.sub(r"(?:总投资|投资|投入|投资额|资金)$", "", core)
    if len(bare) >= 2 and not _PAYER.match(bare):
        return ""
    if noun and noun not in ("资金", "专项资金", "财政资金"):
        return f"{noun}{word}"
    context = context_of(setting, topic)
    return f"{context}{core or word}" if context else ""


def _noun_follows(core: str, setting: Setting) -> bool:
    """Tell whether the noun counted stands after the number: 完成3座矿山修复工程."""
    if not setting.right or setting.right[0] in "、和与及)）”(（。 以或至�?？,，":
        return False
    if not core or not setting.followed:
        return len(core) < _FULL_NOUN or not _WORK_ALONE.match(setting.right)
    if _COUNTABLE.match(setting.right):
        return True
    bare = phrases.LINK_TAIL.sub("", setting.clause).strip()
    return not bare or bool(phrases.VERB_TAIL.search(bare)) or setting.clause.endswith("等")


def _name_after(noun: str, setting: Setting, topic: Topic) -> str:
    owned = setting.clause.endswith("的")
    verb = None if owned else phrases.KEPT_TAIL.search(phrases.LINK_TAIL.sub("", setting.clause).strip())
    if verb:
        topic.verb = verb[1]
    elif not setting.joined:
        topic.verb = ""
    bare = phrases.SPECIFICS.sub("", peel(setting.clause))
    if (
        noun in phrases.GENERIC
        and not topic.verb
        and not setting.clause.endswith("等")
        and 2 <= len(bare) <= 10
    ):
        noun = f"{bare}{noun}"
    topic.thing = topic.level = noun
    return with_measure(f"{topic.verb}{noun}", setting.candidate)


def _names_before(core: str, setting: Setting, topic: Topic) -> list[str]:
    """Return the names when the noun stands before the number: 排查隐患107个."""
    core = phrases.ENUMERATED.sub("", core) if "等" in core else core
    core = phrases.SPECIFICS.sub("", core)
    if _LEVEL_ONLY.match(core) and topic.thing:
        core += re.sub(r"^.*?级", "", topic.thing)
    front = phrases.KEPT_FRONT.match(core)
    thing = core[front.end() :] if front else core
    if front:
        topic.verb = front[0]
    elif setting.joined and topic.verb and core and not _OWN_VERB.search(core):
        if core in phrases.ALONE_VERBS and topic.thing:
            return [with_measure(f"{core}{topic.thing}", setting.candidate)]
        core = f"{topic.verb}{core}"
    else:
        topic.verb = ""
    if topic.level and (core == "村" or setting.clause.endswith("均") and not QUANTITY_END.search(core)):
        return [with_measure(f"{core if core != '村' else ''}{topic.level}", setting.candidate)]
    if not thing and len(core) >= 4:
        return [with_measure(core, setting.candidate)]
    if not core and (reached := _level_reached(setting, topic)):
        return [reached]
    if core in phrases.GENERIC or len(thing) < 2 or _CLASS_ONLY.match(core):
        return [_name_by_context(core, setting, topic)]
    return _remember(core, thing, setting, topic)


def _name_by_context(core: str, setting: Setting, topic: Topic) -> str:
    """Return a name that says nothing alone together with what was spoken of: 产量 after 粮食播种面积."""
    around = context_of(setting, topic)
    if not around and not core:
        around = noun_after(setting.ahead)  # 75条195公里农村道路
    if _CLASS_ONLY.match(core) or (core in phrases.STAGES and around.endswith("项目")):
        return with_measure(f"{core}{around}", setting.candidate)
    happening = setting.candidate.family == "visits" or setting.candidate.unit in ("场", "轮", "期")
    if happening and core:
        return with_measure(core, setting.candidate)
    name = with_measure(join(around, core), setting.candidate)
    topic.level = name if core in MEASURING else topic.level
    return name


def _level_reached(setting: Setting, topic: Topic) -> str:
    """Return the quantity whose level is told after its change or after its old level: 增长8%,达到9亿元."""
    if topic.change and topic.level:
        return topic.level
    return topic.levels[-1] if topic.levels and _REACHED.match(setting.clause.strip()) else ""


def _remember(core: str, thing: str, setting: Setting, topic: Topic) -> list[str]:
    """Return the names and keep their things for the figures that follow."""
    parts = COORDINATED.split(re.sub(r"(开)(?=竣工)", r"\1工、", core))
    if setting.told_apart:
        parts = split_subjects(core, each=True)
    topic.thing = topic.level = thing
    topic.subjects = []
    if len(parts) > 1 and setting.clause.endswith("各"):
        parts = _complete_levels(parts)
        return [with_measure(part, setting.candidate) for part in parts]
    if len(parts) > 1 and RESPECTIVELY.search(setting.clause):
        topic.pending = parts[1:]
        return [with_measure(parts[0], setting.candidate)]
    return [with_measure(core, setting.candidate)]


def _complete_levels(parts: list[str]) -> list[str]:
    """Return *parts* each with its noun: 入选省, 市级文明村 → 入选省级文明村, 市级文明村."""
    level = re.search(r"级.+$", parts[-1])
    if level is None:
        return parts
    return [f"{part}{level[0]}" if re.search(r"(?:国家|省|市|区|县|镇)$", part) else part for part in parts]
