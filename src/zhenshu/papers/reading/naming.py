"""What a figure measures, in the words of its sentence."""

from __future__ import annotations

import re
from itertools import pairwise

from .counting import name_count
from .grammar import changes, phrases
from .scan import Sentence
from .setting import (
    COORDINATED,
    QUANTITY_END,
    RESPECTIVELY,
    Naming,
    Setting,
    Topic,
    context_of,
    join,
    noun_after,
    peel,
    split_subjects,
)

_REACH = 200
"""Names are looked for this many characters to either side."""
_LONGEST_LIST = 12
_SHARE = re.compile(
    r"占(?!比(?!重))(?P<whole>[^,，]{2,18}?)(?:的)?(?:比重|比例|比)?(?:为|达到|达|约|超过|超)*$"
)
_OMITTED = re.compile(
    r"(?<=[一-龥）)])(?:同比|环比|较上年|比上年|较去年|比去年|上年|去年|同期|较|比(?!例|重|"
    r"率)|年均|增长率|都|(?<![平人户亩村年日])均|预期|名义|可比价|增速|增幅|降幅|力争|"
    r"确保)+.*$"
)
_COMPARED_ONLY = re.compile(
    r"^(?:同比|环比|较上年|比上年|较去年|比去年|上年|去年|同期|年均|平均|增长率|都|均|预期|"
    r"名义|可比价|增速|增幅|降幅|-|−)*$"
)
_AHEAD = re.compile(r"^(?:增速|增幅)?(?:高于|低于|快于|慢于|高出|领先)")
_QUOTA = re.compile(
    r"(?:完成|占|达到?|为)[^,，]{0,8}(?:任务|目标|计划|任务数|目标任务|预算)数?的?(?:约|超|近|达到|达)*$"
)


def name_figures(sentence: Sentence, topic: Topic) -> list[list[Naming]]:
    """Return for each candidate its names; a number that several subjects share gets one name for each."""
    topic.consumed = 0
    topic.thing = ""
    topic.verb = ""
    topic.change = None
    topic.pending = []
    topic.levels = []
    named: list[list[Naming]] = []
    for index, candidate in enumerate(sentence.candidates):
        setting = _setting(sentence, index, topic)
        names = _name(setting, topic, sentence.start)
        topic.change = names[-1].direction if names[-1].change else None
        if not (candidate.rank or names[-1].change):
            topic.levels.append(names[-1].name)
        topic.consumed = max(topic.consumed, candidate.closing - sentence.start)
        named.append(names)
    return named


def _setting(sentence: Sentence, index: int, topic: Topic) -> Setting:
    """Return the words between the last figure and this one, and those up to the next one."""
    candidate = sentence.candidates[index]
    opening, closing = candidate.opening - sentence.start, candidate.closing - sentence.start
    left = sentence.text[max(topic.consumed, opening - _REACH) : max(topic.consumed, opening)]
    later = sentence.candidates[index + 1 : index + 2]
    until = later[0].opening - sentence.start if later else len(sentence.text)
    right = sentence.text[closing : min(until, closing + _REACH)]
    clause = phrases.SPECIFICS.sub("", phrases.CLAUSE_BREAK.split(left)[-1])
    near = phrases.CLAUSE_BREAK.split(right, maxsplit=1)
    followed = bool(later) and len(near) == 1 and not right.endswith(("、", "和", "与", "及"))
    ahead = (
        phrases.CLAUSE_BREAK.split(sentence.text[later[0].closing - sentence.start :][:40])[0]
        if followed
        else ""
    )
    return Setting(candidate, left, clause, near[0], ahead, followed, _run(sentence, index))


def _run(sentence: Sentence, index: int) -> int:
    """Return how many candidates stand on one list from *index* on."""
    count = 1
    for one, other in pairwise(sentence.candidates[index : index + _LONGEST_LIST]):
        between = sentence.text[one.closing - sentence.start : other.opening - sentence.start]
        if between.rstrip("-") not in ("、", "和", "与", "及", "以及"):
            break
        count += 1
    return count


def _name(setting: Setting, topic: Topic, offset: int) -> list[Naming]:
    """Return the names by the first reading that fits: rank, change, share, count."""
    if setting.candidate.rank:
        return _name_rank(setting, topic)
    led = (
        changes.direction_leading(peel(setting.clause)) if setting.candidate.unit in changes.ALWAYS else None
    )
    if led:
        return [_change(peel(led[1]), led[0])]
    direction = changes.direction_before(setting.clause) or changes.direction_after(setting.right)
    if topic.change and setting.joined and len(setting.left) <= 2:
        direction = direction or topic.change
    if setting.candidate.unit in changes.ALWAYS and setting.clause.endswith(("-", "−")):
        direction = "down"
    compared = (
        setting.candidate.unit in changes.ALWAYS
        or bool(changes.COMPARED.search(setting.clause))
        or _adds_to_level(setting, topic)
    )
    if direction and compared:
        return _name_change(setting, direction, topic)
    if setting.candidate.family == "percent":
        return _name_share(setting, topic)
    return [Naming(name) for name in name_count(setting, topic, offset)]


def _adds_to_level(setting: Setting, topic: Topic) -> bool:
    """Tell whether a bare 增加 speaks of the level just told: 收入达1.2万元,增加1088元."""
    if not topic.levels or setting.right or setting.clause == setting.left:
        return False
    return not _COMPARED_ONLY.sub("", peel(changes.BEFORE.sub("", setting.clause)))


def _name_rank(setting: Setting, topic: Topic) -> list[Naming]:
    """Return the names of a place: 全国千强镇排名; several contests that share one place get one each."""
    both = re.split(r"均|双双|都", setting.clause)[0]
    parts = COORDINATED.split(peel(both)) if both != setting.clause else []
    if len(parts) > 1:
        return [Naming(f"{part}排名") for part in parts]
    return [_name_one_rank(setting, topic)]


def _name_one_rank(setting: Setting, topic: Topic) -> Naming:
    if setting.candidate.unit in ("家", "所"):
        mark = "首家" if setting.clause.endswith(("国", "省", "市", "县", "区", "业")) else "唯一"
        return Naming(f"{noun_after(setting.right) or context_of(setting, topic)}（{mark}）")
    core = peel(phrases.RANK_WORDS.sub("", phrases.SPECIFICS.sub("", setting.clause)))
    if RESPECTIVELY.search(setting.clause) or "分列" in setting.clause:
        topic.pending = COORDINATED.split(peel(setting.clause.split("分")[0]))
        topic.rank = core.rsplit("、", 1)[-1].removeprefix(topic.pending[-1])
    if topic.pending:
        return Naming(f"{topic.pending.pop(0)}{topic.rank}排名")
    if phrases.RANK_GENERIC.match(core):
        earlier = topic.rank if setting.joined and topic.rank else context_of(setting, topic) or topic.level
        topic.rank = earlier
        core = f"{earlier}{core}"
    else:
        topic.rank = re.sub(r"全[镇区县市省国]$", "", core)
    return Naming(f"{core[-20:]}排名")


def _name_change(setting: Setting, direction: str, topic: Topic) -> list[Naming]:
    """Return the names of a change; its subject stands in the clause or is the last level stated."""
    subject = peel(_OMITTED.sub("", peel(changes.BEFORE.sub("", setting.clause.rstrip("-−")))))
    subject = "" if _COMPARED_ONLY.match(subject) else subject
    if topic.pending:
        subjects = [topic.pending.pop(0)]
    elif len(subject) < 2 and 1 < setting.run <= len(topic.levels):
        subjects = topic.levels[-setting.run :]
        subjects, topic.pending = subjects[:1], subjects[1:]
    elif len(subject) < 2:
        subjects = topic.subjects or [_earlier_subject(setting, topic)]
    else:
        subjects = topic.subjects = split_subjects(subject, each=setting.told_apart)
        topic.level = subjects[-1]
        if RESPECTIVELY.search(setting.clause) and len(subjects) > 1:
            subjects, topic.pending = subjects[:1], subjects[1:]
    return [_change(one, direction) for one in subjects]


def _change(subject: str, direction: str) -> Naming:
    word = "增长" if direction == "up" else "下降"
    return Naming(f"{subject}{word}", of=subject or None, direction=direction, change=True)


def _earlier_subject(setting: Setting, topic: Topic) -> str:
    """Return the subject of the clause before: 能耗强度持续改善,同比下降3%."""
    parts = [part for part in phrases.CLAUSE_BREAK.split(setting.left)[:-1] if part.strip()]
    return topic.level or (peel(parts[-1])[-16:] if parts else "")


def _name_share(setting: Setting, topic: Topic) -> list[Naming]:
    """Return the names of a percentage that is a level: a share, a rate, a degree of completion."""
    share = _SHARE.search(setting.clause)
    if share and not _QUOTA.search(setting.clause):
        subject = peel(setting.clause[: share.start()]) or topic.level or topic.thing
        return [Naming(f"{subject}占比", of=peel(share["whole"]))]
    if topic.pending:
        return [Naming(topic.pending.pop(0))]
    if _QUOTA.search(setting.clause):
        subject = (topic.level or topic.thing).removesuffix("任务")
        return [Naming(f"{subject}任务完成率", of=subject or None)]
    core = peel(setting.clause)
    if _AHEAD.match(core):
        return [Naming(f"{join(topic.level, core)}幅度", of=topic.level or None)]
    if not core and setting.joined and topic.levels:
        return [_rate(topic.levels[-1], topic)]
    verb = phrases.KEPT_FRONT.match(setting.right)
    if not core and verb:
        thing = noun_after(setting.right[len(verb[0].rstrip("、及和")) :]) or topic.thing
        return [_rate(f"{thing}{verb[0].rstrip('、及和')}", topic)]
    if not core or (setting.right.startswith("的") and phrases.VERB_TAIL.search(core)):
        return [
            _rate(
                noun_after(re.sub(r"(?:目标|任务|要求|比例).*", "", setting.right))
                or f"{context_of(setting, topic)}完成",
                topic,
            )
        ]
    if core in phrases.GENERIC:
        return [_rate(join(context_of(setting, topic), core), topic)]
    parts = split_subjects(core, each=setting.told_apart)
    if len(parts) > 1 and RESPECTIVELY.search(setting.clause):
        parts, topic.pending = parts[:1], parts[1:]
    return [_rate(part, topic) for part in parts]


def _rate(core: str, topic: Topic) -> Naming:
    """Return *core* as the name of a rate, of the thing it is a rate of."""
    name = re.sub(r"(?:目标|任务)$", "", core)
    name = name if QUANTITY_END.search(name) or name.endswith("感") else f"{name}率"
    topic.level = name
    of = re.sub(r"(?:办结|满意|完成|达标|合格|覆盖|整改|化解|参保|[^率]{2})?率$", "", name)
    return Naming(name, of=of or topic.thing or None)
