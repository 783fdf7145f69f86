"""What makes a clause of a plan a checkable promise: its verb, its object, a name, a date.

The words are the general vocabulary of plans. The features are weighed in ``weights.py``.
"""

from __future__ import annotations

import math
import re

from . import weights


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_DOING = frozenset(
    _words(
        "完成 启动 建成 新建 实施 开工 投用 举办 出台 发布 推出 打造 创建 通过 成立 组建 "
        "建立 制定 编制 布局 申报 设立 启用 建设 改造 试行 推行"
        " 实行 引进 争取 接入 构建 新增 扩建 迁建 修建 铺设 安装 更换 划定 搬迁 竣工 封顶 "
        "达产 上市 投产 动工 开通 招引 签约 聘请 收储 出让 嵌入"
        " 上线 迭代 升级 整修 修缮 修复 拆除 疏浚 清淤 栽植 绿化 硬化 改建 续建 增设 增加 "
        "培育 配备 评选 开办 承办 筹办 策划 筹建 谋建 投入 运营"
        " 运作 复垦 征收 安置 交付 销号 摘牌 挂牌 命名 验收 复审 达标 组织 设置 延伸 重建 "
        "恢复 开发 盘活 招聘 招募 规划 整治 转型 淘汰 关停 腾退"
    )
)
_ACTS = frozenset(_words("完成 启动 建成 新建 实施 开工 出台 举办 成立 推进 加快 推动 建立 制定 编制 开展"))
_FURTHERING = frozenset(
    _words(
        "推进 推动 加快 加速 深化 完善 健全 支持 鼓励 引导 开展 提升 优化 扩大 深入 探索 "
        "巩固 规范 配合 扶持 跟踪 对接 谋划 落地 提速 加大 服务"
        " 协助 排查 治理 整合 统筹 实体 落实 推广 试点 保护 改善 帮助 储备 挖掘 监管 摸排 打击 协调"
    )
)
_EXHORTING = frozenset(
    _words(
        "坚持 树立 增强 贯彻 聚焦 围绕 抓好 发挥 打好 营造 促进 激发 拓展 保障 强化 加强 "
        "提高 严格 突出 不断 切实 牢固 践行 把握 充分 确保 维护"
        " 守住 增进 紧扣 瞄准 立足 着眼 满足 实现 通过 依托 结合 针对 按照 大力 深刻 自觉 "
        "主动 弘扬 拓宽 擦亮 筑牢 守牢 兜牢 凝聚 汇聚 释放 厚植"
        " 做优 做强 做大 做实 做精 抓实 抓牢 补齐 压实 严守 提振 倡导 引领 丰富 繁荣 助推 "
        "助力 力戒 坚决 全心 始终 用好 用活 放大 彰显 赋能"
    )
)
_VERBS = _DOING | _FURTHERING | _EXHORTING
_THINGS = re.compile(
    "项目|工程|园区|中心|公路|道路|大道|桥|学校|小学|中学|幼儿园|医院|卫生院|站|房|大楼|"
    "厂|馆|基地|平台|公园|广场|小区|社区|街区|街|库|公司|大厦|铁路|"
    "高铁|管网|设施|地块|景区|市场|商圈|综合体|片区|示范|工坊|驿站|河道|水系|泵站|停车|"
    "码头|港|廊|路|小镇|田园|湿地|实验室|研究院|孵化器|联盟|医联体|"
    "农田|车间|仓|充电|路灯|厕|塘|渠|闸|线路|食堂|床位|校区|院区|场地|球场|步道|书屋|祠|礼堂"
)
_RULES = re.compile(
    "制度|机制|体系|行动|计划|规划|标准|政策|清单|办法|活动|方案|改革|试点|一件事|专项|"
    "模式|保险|工会|旅游节|文化节|论坛|博览会|展会|大赛|评价|档案|台账|专班|"
    "一[一-龥]一[一-龥]|名录|数据库|信息库|地图|指数|品牌"
)
_ABSTRACT = re.compile(
    "(?:发展|水平|能力|质量|效能|环境|活力|动力|氛围|格局|理念|意识|精神|优势|力度|成效|"
    "作用|责任|安全|需求|动能|保障|素养|稳定|效应|作风|合力|满意度?|"
    "形象|本领|功能|空间|瓶颈|品质|底线|特色|质效|后劲|根基|基础|体验|获得感|发力|服务|"
    "成果|文化|防线|屏障|风险|融合|协同|振兴|繁荣|效率|要素)$"
)
_COMPLETED = re.compile(
    "(?:建设|改造|项目|工程|编制|创建|复审|竣工|开工|投用|达产|落地|制度|机制|体系|平台|"
    "中心|基地|行动|计划|活动|整治|上市|运营|使用|招商|全覆盖|搬迁|封顶|"
    "示范区|公园|工作|扩建|改建|维修|出让|征收|收尾|试点|规划|验收|达标|入驻|投产|道路|"
    "办法|方案|政策|标准|研究|同步|清零|票决|申报|评选|换届|认证)$"
)
_POLITICS = re.compile(
    "廉洁|作风|党风|八项规定|依法行政|阳光下|自觉接受|从严治党|形式主义|两个维护|"
    "两个确立|政治|紧日子|干部队伍|服务型政府|四个意识|初心|四风|斗争|担当|理论|"
    "思想|党的|各位代表|同志|我们要|让我们"
)
_OPENING = re.compile(
    r"^(?:[(（][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]是|并|且|要|将|同步|"
    r"积极|大力|全力以赴|全力|扎实|深入|着力|持续|不断|进一步|有序|稳步|全面|切实|严格|"
    r"高标准|"
    r"高质量|高水平|高效|努力|认真|常态化|重点|统筹|协调|协同|精心|倾力|逐步|适时|计划|"
    r"力争|确保|争取|继续|同时|年内|今年|全年|加紧|抓紧|尽快|深度|周期性|有效|"
    r"精准|科学|率先|配套|多渠道|全方位|做好|抓好|做到|尽早|着手|加力|奋力|强力|聚力|必须|"
    r"坚决|坚持不懈|坚定不移|毫不松懈|严格落实|协同|更好|充分|加强)+"
)
_DUE = re.compile(r"年底|年内|季度|上半年|下半年|月底|月份|按期|如期|每[月周年季]|\d月")
_VOW = re.compile(r"^.{0,3}(?:力争|确保|计划|争取|拟)")
_ORGANISATION = re.compile(
    r"(?<=[一-龥A-Za-z][一-龥A-Za-z])(?:路|桥|河|街|村|园|中学|小学|医院|大厦|公司|集团|科技|港|高速|铁路|"
    r"广场|苑|新村|花园|线|校|局|银行|镇|股份|生物|药业)(?![一-龥]?化)"
)
_MEANS = re.compile(
    r"^(?:以|通过|按照|围绕|依托|随着|面对|针对|对照|根据|聚焦|立足|紧扣|为|在|从|让|使|把|将)"
)
_ANYWHERE_DOING = re.compile("|".join(sorted(_DOING)))
_LATIN = re.compile(r"[A-Za-z0-9]")
_TOGETHER = re.compile(r"与.{2,}(?:合作|对接|衔接)")
_RARE = re.compile(f"[^{''.join(sorted(weights.COMMON_CHARACTERS))}\x00-\u4dff\ua000-\uffff]")
_PLACE_NAMED = re.compile(r"(?<=[一-龥])(?:村|路|桥|河|街|镇|山|湖|塘|园|站|港|湾)")
_SIGNS = {
    "honour": re.compile(
        r"(?:创建|申报|争创|获评|打造|培育|入选|建成|创成)[^,，]{0,8}(?:国家|省|市|区|县)级?"
    ),
    "month": re.compile(r"\d{1,2}月|年底前|月底前|季度"),
    "complete": re.compile(r"全部|全覆盖|户户通|全面完成|清零|全线"),
    "watchword": re.compile(r"理念|思路|精神|部署|要求|原则|为抓手|为契机|为目标|为载体|导向|主题|主线"),
    "degree": re.compile(r"更加|不断|持续|更好|更高|更优|显著|有效|进一步"),
    "new": re.compile(r"新建|改建|扩建|迁建|新增|重建|续建"),
}
"""What a whole clause shows, each with the pattern that finds it."""
_SIGNS_AT_END = {
    "done_end": re.compile(
        r"(?:开工|竣工|投产|投用|运营|通车|建成|落地|上线|启用|开园|开业|完工|达产|封顶|投运|交付|挂牌|"
        r"验收|清零|摘牌|销号)(?:建设|使用|生产|工作)?$"
    ),
    "quoted_end": re.compile(r"”$"),
    "event_end": re.compile(r"(?:节|赛|展|会|论坛|演练|培训|评选|大比武|招聘会|运动会|晚会|博览会)$"),
    "project_end": re.compile(r"(?:项目|工程)$"),
    "works_end": re.compile(
        r"(?:建设|改造|整治|修缮|维修|搬迁|疏浚|清淤|扩建|改建|新建|修建|拆迁|征收|征迁|收储|出让|规划|"
        r"编制)(?:工作|任务)?$"
    ),
    "quality_end": re.compile(r"(?:力度|水平|能力|质量|效能|活力|环境|体系|格局|机制)$"),
}
"""What the last words of a clause show."""
_LAST_WORDS = 10
_SIGNS_OF_CORE = {
    "upon": re.compile(r"^[对将把].{2,}(?:进行|彻底|全面|予以)"),
    "facility": re.compile(
        r"科技园|产业园|创业园|新城|养老院|敬老院|图书馆|发展区|游园|楼盘|桥梁|小镇|服务站|照料中心|驿站|"
        r"专班|冷库|水厂|电站|光伏|管道|灌溉|机耕路|村道|泵闸"
    ),
    "institution": re.compile(r"公司|集团|大学|学院|研究所|研究院|协会|银行|医院|中学|小学|幼儿园"),
    "ten": re.compile(r".{10}", re.DOTALL),
}
"""What a clause shows once its adverbs are taken off."""
_ONE_EACH = re.compile(r"“一[一-龥]{1,3}一[一-龥]{1,3}”")


def describe_clause(
    clause: str, *, place: float, first: bool, last: bool, politics: bool, goals: bool
) -> list[str]:
    """Return the features *clause* has; *place* is how far into the plan it stands, from 0 to 1."""
    core = _OPENING.sub("", clause)
    head = core[:2]
    doing, furthering = head in _DOING, head in _FURTHERING
    exhorting = head in _EXHORTING
    thing, rule = bool(_THINGS.search(core)), bool(_RULES.search(core))
    abstract = bool(_ABSTRACT.search(core[-_LAST_WORDS:]))
    rare = _count_rare(core)
    size = len(clause)
    names = core.count("、")
    features = {
        "bias": True,
        "doing": doing,
        "furthering": furthering,
        "exhorting": exhorting,
        "anywhere_doing": bool(_ANYWHERE_DOING.search(core, 2)),
        "thing": thing,
        "rule": rule,
        "abstract": abstract,
        "completed": bool(_COMPLETED.search(core[-_LAST_WORDS:])),
        "thing_doing": thing and doing,
        "rule_doing": rule and doing,
        "thing_plain": thing and furthering and not abstract,
        "due": bool(_DUE.search(clause)),
        "vow": bool(_VOW.search(clause)),
        "organisation": bool(_ORGANISATION.search(core)),
        "means": bool(_MEANS.search(core)),
        "quoted": "“" in clause,
        "quoted_doing": "“" in clause and (doing or furthering),
        "book": "《" in clause,
        "latin": bool(_LATIN.search(clause)),
        "listed": names > 0,
        "enumerated": "等" in clause,
        "short": size <= 8,
        "middle": 9 <= size <= 14,
        "long": size >= 26,
        "first": first,
        "last": last,
        "only": first and last,
        "heading": first and size <= 10,
        "politics": politics or bool(_POLITICS.search(clause)),
        "preamble": place < 0.1,
        "closing": place > 0.88,
        "marked": clause.startswith(("(", "（")),
        "goals": goals,
        "synchronous": "同步" in clause and "增长" in clause,
        "one_each": bool(_ONE_EACH.search(clause)),
        "rare": rare >= 1,
        "rarer": rare >= 3,
        "rare_thing": rare >= 1 and thing,
        "rare_doing": rare >= 1 and doing,
        "abstract_exhorting": abstract and exhorting,
        "neither": not (doing or furthering or exhorting),
        "together": bool(_TOGETHER.search(core)),
        "named_list": names > 0 and rare >= 2,
    }
    return [name for name, present in features.items() if present] + _signs(clause, core)


def _signs(clause: str, core: str) -> list[str]:
    """Return the names of the patterns found in *clause* and in its *core*."""
    found = [name for name, sign in _SIGNS.items() if sign.search(clause)]
    ending = clause[-_LAST_WORDS:]
    found += [name for name, sign in _SIGNS_AT_END.items() if sign.search(ending)]
    found += [name for name, sign in _SIGNS_OF_CORE.items() if sign.search(core)]
    if core[:2] not in _VERBS:
        found.append("verbless")
    if _PLACE_NAMED.search(core) and _RARE.search(core, 2):
        found.append("named_place")
    return found


def probability(clause: str, features: list[str]) -> float:
    """Return how likely *clause*, described by *features*, is a promise one could check."""
    core = _OPENING.sub("", clause)
    known = weights.FEATURES
    total = sum([known.get(name, 0.0) for name in features])
    total += weights.OPENINGS.get(core[:2], 0.0) + weights.ENDINGS.get(clause[-2:], 0.0)
    return 1 / (1 + math.exp(-total))


def opens_with_act(words: str) -> bool:
    """Tell whether *words* begin with a verb that gets something done: 适时启动…, 建成…."""
    return _OPENING.sub("", words)[:2] in _ACTS


def split_action(clause: str) -> tuple[str, str]:
    """Return the verb of *clause* and what it acts on: 启动道路改扩建工程 → 启动, 道路改扩建工程."""
    core = _OPENING.sub("", clause)
    vow = _VOW.search(clause)
    if core[:2] in _DOING or core[:2] in _FURTHERING or core[:2] in _EXHORTING:
        return core[:2], core[2:]
    return ("实现" if vow else ""), core


def _count_rare(core: str) -> int:
    """Return how many characters lie outside the everyday stock; names of places and firms hold them."""
    return len(_RARE.findall(core))
