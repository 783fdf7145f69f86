"""Numbers that state no quantity: dates, names, slogans, thresholds, list marks."""

from __future__ import annotations

import re

from . import units

# A digit glued to a letter, a plus sign or a version dot belongs to a name: S8号线, 1+4, A3, 2.0.
GLUED_BEFORE = re.compile(r"(?:(?<![A-Za-z])[A-Za-z]|[第+＋×*#№/._:：])$")
GLUED_AFTER = re.compile(r"^\s?(?:[+＋×]|制|级(?!以)|星级|型|版|周年|周岁|岁|号|月|日)")

# Words after a unit that turn number and unit into the name of a kind: 3人制, 5年期, 24小时值守.
NAMED_AFTER = {
    "duration": re.compile(
        r"^(?:来|以来|内|期|前|后|间|里|制|计划|规划|行动|圈|值|监|自助|在线|服务|不间断|以上|"
        r"未|的)"
    ),
    "people": re.compile(r"^(?:制|一|均|才|大代表)"),
    "count": re.compile(r"^(?:式|型|制|化|(?:硬|具体)?措施|方针|意见|规定|禁令|准则|红线)"),
}

THRESHOLD = re.compile(
    r"^(?:以上|及以上|以下|级|左右)?(?:的)?[^,，。;；、:：()（）\d]{0,10}?"
    r"(?:项目|企业|村|大户|主体|户|单位|园区|产业|平台|集团|楼宇|市场|工程|订单|合同|"
    r"经济体|载体|总部|业主|机构)"
    r"(?:数量?|总数|个数|占比|户数|家数|比例|比重)?"
    r"[^,，。;；、:：\d]{0,8}?(?:(?:[\d一二两三四五六七八九十百]+(?:余|多)?|"
    r"[超近约]\d+)(?:\.\d+)?(?:个|家|户|项|名|%|栋|幢|座|所|处|笔|单)|数?占|比例)|^(?:以上|"
    r"以下)(?:的)?\d+(?:个|家|户|名)"
)
"""An amount that only says which projects, companies or villages are counted next: 超5亿元项目3个."""

INVESTED = re.compile(r"(?:投资|投入|资金|总额|金额|投资额|造价)(?:约|达|近|超|为|共计|总计)?$")

CAPACITY = re.compile(
    r"(?:年产|日产|月产|年加工|年处理|日处理|年屠宰|年存栏|年出栏|装机|载重|库容|"
    r"总吨位)(?:能力|量|规模)?(?:约|达|超|近)?$"
)

# Chinese numerals count only before things one can go and count; elsewhere they are slogans.
COUNTED_WORDS = (
    "村民小组",
    "行政村",
    "自然村",
    "社区",
    "小区",
    "村",
    "学校",
    "幼儿园",
    "小学",
    "中学",
    "卫生院",
    "医院",
    "公园",
    "广场",
    "停车场",
    "市场",
    "片区",
    "园区",
    "地块",
    "企业",
    "项目",
    "道路",
    "河道",
    "桥",
    "泵站",
    "闸",
    "站",
    "中心",
    "基地",
    "工程",
    "示范",
    "厂",
    "馆",
    "合作社",
    "家庭农场",
    "隐患",
    "案件",
    "积案",
    "问题",
    "民生实事",
    "实事",
    "产业到户",
    "集中排查",
    "排查",
    "检查",
    "培训",
    "演练",
    "活动",
    "比赛",
    "会议",
    "招聘会",
    "宣讲",
    "重点工作机制",
    "核酸",
    "功能板块",
    "工作专班",
    "试点",
    "地级",
    "乡村",
    "雨污",
    "污水",
    "管网",
    "厕所",
    "楼",
    "房",
    "线路",
    "公交",
    "驿站",
    "服务站",
    "网格",
    "联盟",
)
COUNTED = re.compile(r"^[^,，。;；、:：“”]{0,9}?(?:" + "|".join(COUNTED_WORDS) + ")")
COUNTED_BEFORE = re.compile("(?:" + "|".join(COUNTED_WORDS) + ")$")
SLOGAN = re.compile(
    r"^(?:维护|确立|意识|自信|方面|层面|坚持|务必|阵地|环节|抓手|关键|重点|一|行动|战略|"
    r"攻坚战|战|主线|主题|任务|"
    r"理念|体系|领域|维度|方向|定位|目标|转变|突破|提升|清单|责任|到位|结合|不摘|最|专项|革命|经济|产业|主导|"
    r"支柱|优势|新|百分|带|保障|公开|张|机制|必须|统一|融合|能力|标准|过硬|聚焦|时代|文明|"
    r"阶段|步骤|原则|同|字|"
    r"要素|纪律|规定|风|资|保|农|改|治|清|优|化|型|类|级|联|定|书|权|者|故|化|线|高|全|好|美|新|大(?!类|项))"
)

LIST_MARK = re.compile(r"(?:^|[\n。;；:：])\s*[(（]?$")

_CLASS_OF = re.compile(r"^(?:以上|以下|级)?(?:规上|工业|农业|龙头)?(?:企业|村|大户)")
_DAYS = re.compile(r"天数(?:达到|达|为|共|增至)?$")
_CLASS_OF_PROJECTS = re.compile(
    r"^(?:以上|级)?(?:重大|重点|优质|产业|工业|制造业|外资|招商|投资|农业|文旅|的)*项目"
)
_MEASURED_OUTPUT = re.compile(r"(?:产量|处理量|销量|加工量|库容)(?:约|达到|达|超|近|为)*$")
_CLOSED = re.compile(r"$|[,，。;；:：)）]")
_STANDARD = re.compile(r"^的?(?:要求|标准|原则|规定)")
_BY_STANDARD = re.compile(r"按照?[^,，。;；]*$")
_SETTLEMENTS = re.compile(r"^以[上下]的?(?:自然村|村民小组|村组|行政村|村庄|院落)")
_EACH_PLOT = re.compile(r"(?:连片|单体|单个|单块|单宗)$")
_COUPLES = re.compile(r"^(?:夫妻|夫妇|新人|婆媳|父子|母女|姐妹|师徒)")
_WHEELS = re.compile(r"^(?:车|摩托|电动|机动|农用)")
_HANDLED = re.compile(
    r"(?:收购|收获|采收|收集|收储|销售|售出|清运|清理|清除|处置|处理|回收|打捞|储备|投放|施用|减少|减排|节约|"
    r"运送|配送|供应|捐赠|发放|补贴|产出|生产|出产|调运|拉运|消纳)(?:各类|了|约|近|超|超过|达|不少于)*$"
)
_BEINGS = {
    "户": re.compile(r"^(?:余|多)?(?:农户|贫困户|脱贫户|牧户|渔户|家庭|住户|商户)"),
    "人": re.compile(
        r"^(?:余|多)?(?:名)?(?:群众|村民|居民|学生|师生|职工|农民|牧民|渔民|劳动力|人口|老人|党员)(?!热线|诉求|来电|收入|增收|人均)"
    ),
}
_HOTLINES = frozenset({"12345", "12315", "12348", "12369", "12328", "110", "119", "120", "122"})
_PUNCTUATED = re.compile(r"[,，。;；、:：()（）和与及以\s]")
_TREATED = re.compile(
    r"[^,，。;；、]{0,6}?(?:污水|废水|污泥|垃圾|水质|净水|供水|粮食|粮|秸秆|泥|废弃|尾水|余|"
    r"多)"
)
_PROCESSING = re.compile(
    r"办结|办理|审批|压缩|缩短|缩减|提速|时限|用时|响应|平均|办成|限时|通车|工期|拿证|开办"
)
_MONEY_CONTEXT = re.compile(
    r"投资|资金|投入|收入|产值|销售|税|金额|补助|补贴|补偿|贷款|支出|增收|分红|募集|救助|奖励|"
    r"费|融资|节约|营收|总额|预算|社零|GDP|增加值|固投|债|低保金|抚恤金|养老金|公积金|奖金|基金"
)
_PEOPLE_CONTEXT = re.compile(r"人次|人数|流量|观看|游客|客流|浏览|点击|播放|粉丝")
_ROUND_POWERS = {
    "百": 100.0,
    "千": 1000.0,
    "万": 10000.0,
    "百万": 100.0,
    "千万": 1000.0,
    "十万": 10.0,
    "亿": 1.0,
    "百亿": 100.0,
    "千亿": 1000.0,
    "万亿": 1.0,
}
_ROUND_SCALES = {
    "百": "",
    "千": "",
    "万": "",
    "百万": "万",
    "千万": "万",
    "亿": "亿",
    "百亿": "亿",
    "千亿": "亿",
    "万亿": "万亿",
}
_CONCRETE = frozenset("座所户家名人起期栋幢台辆轮批场件间套次处条支")
_YEAR_LENGTH = 4
_ROUND = (1, 100, 1000)
"""One, a hundred, a thousand in Chinese digits are figures of speech unless a bound stands before them."""
_HELD = re.compile(r"(?:举办|开办|开展|开设|发布|刊发|编发|培训班|通报)$")
_AT_LEAST = re.compile(r"(?:至少|不少于|不低于|不超过|连续|最多)[一-龥]{0,2}$")
_NOT_A_COUNT = re.compile(r"(?:[第每这各逐任某统同唯“《之以万千百十几数其]|四好|第三)$")


def refuse(unit: str, left: str, right: str) -> bool:
    """Tell whether a number in Arabic digits with a unit is still no figure."""
    kind = units.family(unit)
    if right.startswith(("以上", "以下")) and (
        THRESHOLD.match(right) or _EACH_PLOT.search(left) or _SETTLEMENTS.match(right)
    ):
        return True
    if _STANDARD.match(right) and _BY_STANDARD.search(left):
        return True
    if kind == "duration":
        return not _is_duration_figure(unit, left, right)
    if kind == "money":
        return _is_threshold(left, right)
    named = NAMED_AFTER.get(kind)
    if named and named.match(right):
        return True
    if CAPACITY.search(left):
        return not (_TREATED.match(right) or (_MEASURED_OUTPUT.search(left) and _CLOSED.match(right)))
    return _is_product_size(kind, left, right)


def _is_product_size(kind: str, left: str, right: str) -> bool:
    """Tell whether a weight names a product: 40万吨纱, not 4万吨污水处理厂 and not 清运3吨杂物."""
    named = kind == "weight" and bool(right) and not _PUNCTUATED.match(right) and not _TREATED.match(right)
    return named and not _HANDLED.search(left)


def _is_duration_figure(unit: str, left: str, right: str) -> bool:
    """Tell whether a length of time is a result: 0.5个工作日办结, 连续7年, 一周内清零."""
    if left.endswith("连续") or (unit == "天" and _DAYS.search(left)):
        return True
    if unit == "年":
        return False
    if NAMED_AFTER["duration"].match(right) and not right.startswith(("内", "的")):
        return False
    return bool(_PROCESSING.search(left[-8:]) or _PROCESSING.search(right[:6]))


def _is_threshold(left: str, right: str) -> bool:
    if INVESTED.search(left) and right.startswith("的"):
        return False
    if THRESHOLD.match(right):
        return True
    of_class = _CLASS_OF.match(right) or _CLASS_OF_PROJECTS.match(right)
    return bool(of_class) and not INVESTED.search(left)


def counts_beings(number: str, right: str) -> bool:
    """Tell whether a bare number counts people or households: 惠及3000农户, not the hotline 12345群众."""
    if number in _HOTLINES or (len(number) == _YEAR_LENGTH and number.startswith(("19", "20"))):
        return False
    return any(beings.match(right) for beings in _BEINGS.values())


def omitted_unit(scale: str, left: str, right: str = "") -> str | None:
    """Return the unit that a bare 4000万 leaves out, judged by the words beside it, the nearest first."""
    being = next((unit for unit, beings in _BEINGS.items() if beings.match(right)), None)
    if being and scale in ("万", "千万", "百万", ""):
        return f"{scale}{being}"
    if scale not in ("万", "亿", "千万", "百万"):
        return None
    people, money = _last(_PEOPLE_CONTEXT, left), _last(_MONEY_CONTEXT, left)
    if people > money:
        return f"{scale}人次"
    return f"{scale}元" if money >= 0 else None


def _last(pattern: re.Pattern[str], words: str) -> int:
    """Return where *pattern* stands last in *words*, -1 where it does not."""
    return max((found.start() for found in pattern.finditer(words)), default=-1)


def counts_things(value: float, unit: str, left: str, right: str) -> bool:
    """Tell whether a number in Chinese digits counts things: 十件民生实事, not 四个意识."""
    family = units.family(unit)
    if right.startswith("为") or _is_word(unit, right):
        return False
    if family in ("money", "percent", "area", "length", "weight"):
        return value != 1 and not _NOT_A_COUNT.search(left) and not THRESHOLD.match(right)
    if left.endswith("连续") or (_AT_LEAST.search(left) and not right.startswith("个")):
        return True
    if family == "duration":
        return unit in ("周", "天", "个月") and right.startswith("内") and not left.endswith("第")
    if unit == "番":
        return left.endswith("翻")
    if value in _ROUND or (value == 10 and unit in ("大", "个", "家", "户")) or _NOT_A_COUNT.search(left):
        return False
    return unit == "大类" or _counts_nouns(value, unit, left, right)


def _is_word(unit: str, right: str) -> bool:
    """Tell whether what looks like a unit is part of a word or a preposition: 三轮车, 九对村庄进行整治."""
    return (unit == "对" and not _COUPLES.match(right)) or (unit == "轮" and bool(_WHEELS.match(right)))


def _counts_nouns(value: float, unit: str, left: str, right: str) -> bool:
    """Tell whether the words after 五大, 三个, 两批 are things one can go and count."""
    if units.family(unit) in ("volume", "energy", "factor") or (unit == "大" and value > 10):
        return False
    if unit == "期":
        return bool(_HELD.search(left))
    if NAMED_AFTER["count"].match(right) or right.startswith(("会议", "大会", "全会")):
        return False
    if not right or _PUNCTUATED.match(right):
        return bool(COUNTED_BEFORE.search(left)) or unit in _CONCRETE
    counted = bool(COUNTED.match(right))
    if SLOGAN.match(right):
        return counted and unit not in ("大", "个")
    return counted or (unit in _CONCRETE and unit != "次")


def round_number(digits: str, base: str, left: str, right: str) -> tuple[float, str] | None:
    """Return value and unit of a round number in words, or nothing when it names a class (千亿级)."""
    if digits not in _ROUND_SCALES or GLUED_AFTER.match(right) or right.startswith(("级", "元村", "强")):
        return None
    scale = _ROUND_SCALES[digits]
    if not base:
        if (
            digits in ("百", "千", "万")
            and left.endswith(("破", "超", "逾", "过"))
            and (not right or right[0] in ",，。;；、")
        ):
            return _ROUND_POWERS[digits], "家" if "企业" in left else "个"
        closed = not right or right[0] in ",，。;；、"
        omitted = omitted_unit(scale, left) or (f"{scale}元" if scale and closed else None)
        return (_ROUND_POWERS[digits], omitted) if omitted else None
    if units.family(base) == "money" and (THRESHOLD.match(right) or _is_class(left, right)):
        return None
    return _ROUND_POWERS[digits], canonical_round(scale, base)


def _is_class(left: str, right: str) -> bool:
    """Tell whether a round amount names a class of projects: 等超亿元项目."""
    return bool(_CLASS_OF_PROJECTS.match(right)) and not INVESTED.search(left.rstrip("超破近过逾达"))


def canonical_round(scale: str, base: str) -> str:
    """Return the unit of a round number: 超百亿元 has the unit 亿元."""
    return units.canonical(scale, base)
