"""The business line of a figure or promise, by the general vocabulary of its words."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

_VOCABULARY: dict[str, str] = {
    "grid": "网格 微网格 指挥中心 雪亮 综治中心 网格员 智慧城市 工单 一网统管 基层治理平台 智治 "
    "四平台 监控 驿站 城市信息模型",
    "hotline": "12345 热线 接诉即办 政务热线 诉求 便民热线 网络问政",
    "petitions": "信访 矛盾纠纷 调解 来访 进京 积案 上访 接访 纠纷 初信初访 骨头案 劳资纠纷",
    "safety": "安全生产 隐患 消防 燃气 事故 食品安全 药品 防溺水 自建房 危化 应急 火灾 群租房 瓶改 "
    "交通安全 租赁园区 烟感 安全检查 安全 亡人 清瓶 粉尘 救援 防灾 减灾 灾害",
    "enforcement": "执法 立案 普法 法律明白人 法治 扫黑 禁毒 治安 反诈 派出所 法律顾问 综合执法 司法 "
    "技防 安防 电信诈骗 刑事 警务",
    "urban": "老旧小区 物业 小区 城市更新 口袋公园 停车 充电桩 街道改造 农贸市场 市容 垃圾分类 "
    "环卫 道路保洁 户外广告 安置房 保障性住房 邻里中心 供热 燃气管道 城镇化 楼宇改造 "
    "违停 镇区 绿化 公园 商品房 绿廊",
    "rural": "乡村振兴 美丽乡村 人居环境 厕所 改厕 户厕 脱贫 返贫 监测户 农房 村庄 康居 田园乡村 "
    "示范村 帮扶 农村生活污水 小额贷款 产业到户 和美乡村 庭院 农路 村容村貌 农村环境 "
    "三线 数字乡村 危房改造 改造危房 旱厕 卫生厕所 饮水 衔接资金",
    "village_economy": "村集体 集体经济 村级集体 经营性收入 村营收入 股份经济合作社 产权交易 产权流转 "
    "强村公司 闲置农房 共富工坊 分红 村均 劳务合作社 三资 飞地抱团 村村",
    "agriculture": "农业 粮食 水稻 小麦 高标准农田 种植 养殖 农机 合作社 家庭农场 大棚 农产品 蔬菜 水产 "
    "畜禽 粮油 种业 稻蟹 稻田 果园 种粮 农田 亩均产 机械化 秸秆利用 抛荒 飞防 烘干 良种 "
    "渔业 渔船 土地深翻 海蜇 葡萄 桥涵 机井 闸站 播种 冷链 茶园 茶叶 出栏 存栏 冷库 中药材 流转土地",
    "land": "土地 拆迁 拆除 违建 腾退 复垦 征收 征地 用地 供地 增减挂钩 盘活 耕地 规划编制 "
    "国土空间 厂房 低效 更新 拆旧 三优三保 签约腾房 征迁 房屋 连片 地块 整优 低效企业 "
    "控制性详细规划",
    "rivers": "河道 河长 水系 水利 防汛 河湖 疏浚 堤坝 泵站 断面 抗洪 沟渠 黑臭 排涝 水库 塘坝 "
    "生态河道 劣Ⅴ类",
    "environment": "环保 污水 污染 大气 空气 水质 排污 散乱污 垃圾 减排 生态 危废 秸秆禁烧 火点 矿山 "
    "固废 废水 污泥 能耗 双碳 扬尘 管网 绿色 PM 森林 造林 湿地 气候 中水",
    "projects": "项目开工 重大项目 开工 竣工 在建 续建 投产 项目建设 重点项目 入园 达产 工程 总投资 "
    "投资额 年度投资 产业园 产业项目 实施项目 标准厂房",
    "investment": "招商 签约 外资 到账 到位资金 引进项目 招引 注册 利用外资 引资 内资 亿元项目 落户 "
    "意向企业 驻点 洽谈 亿元以上",
    "enterprises": "企业 规上企业 专精特新 上市 升规 小巨人 税费 助企 融资 限上 入规 规模以上企业 "
    "商贸企业 市场主体 个体工商户 纾困 减税 服务业企业 入驻企业 营商",
    "innovation": "高新技术企业 高企 科技 研发 专利 智能 数字化 创新 产学研 技术中心 孵化 上云 "
    "智改数转 科创 众创 院校 发明 技术改造 工程研究中心 重点实验室",
    "talent": "人才 博士 双创 引才 领军 专家 英才 高层次 人才公寓 设计师",
    "economy": "地区生产总值 GDP 工业总产值 产值 增加值 固定资产投资 消费品零售 预算收入 财政收入 "
    "税收 应税销售 进出口 出口 可支配收入 营业收入 工业投资 批发 开票销售 销售额 "
    "入库税金 用电量 服务业 交易额 战略性新兴产业 电商 百强 财政总收入 展会 贸易",
    "finance": "财政支出 债务 三公 民生支出 预算支出 争取资金 国有资产 专项债 财政资金 国企 资产 "
    "增收 上级资金 化解债务 审计 金融 不良贷款",
    "services": "政务服务 便民服务 办件 审批 一件事 证照 最多跑一次 容缺 帮办 代办 营商环境 行政审批 "
    "掌上 开办 许可 窗口 一网通办",
    "livelihood": "民生实事 暖民心 为民办实事 实事 候选项目 票决",
    "relief": "低保 救助 残疾 养老 五保 特困 慰问 困难 优抚 退役军人 优待证 临时救助 孤儿 留守 "
    "助餐 社区食堂 养老床位 高龄 老年 慈善 红十字 烈士 福利 未成年人 日间照料 双拥 适老化 计生 奖扶",
    "employment": "就业 创业 社保 参保 培训 招聘 公益性岗位 公益岗 农民工 清欠 养老保险 技能 工会 欠薪 "
    "劳动 岗位 讨薪 失业 失业率 务工 劳动力",
    "education": "学校 教育 幼儿园 学位 中学 小学 教师 学生 校园 高考 中考 双减 校舍 办学",
    "health": "医疗 卫生 疫情 核酸 疫苗 医院 卫生院 医保 隔离 健康 门诊 防疫 接种 签约医生 医联体 "
    "慢病 体检 纳管 静态管控 卡点 家庭医生 新农合 参合 床位数",
    "culture": "文化 文体 旅游 体育 文明 健身 文艺 非遗 阅读 宣讲 景区 书屋 游客 礼堂 演出 志愿 "
    "新时代文明 展览 创城 版权 民宿 全域旅游 送戏 博物馆 红色",
    "transport": "公路 道路 桥梁 危桥 交通 公交 高铁 铁路 农村公路 路网 白改黑 隧道 轨道 通车 航道 枢纽",
    "deputies": "人大代表 建议 提案 议案 政协委员 代表建议 面复 答复",
    "governance": "政务公开 信息公开 作风 廉政 干部 党员 制度 通报 督查 法规 学习 机关 信息 会商 考核",
}

LINES = tuple(_VOCABULARY)
_LINES_OF: dict[str, list[str]] = defaultdict(list)
for _line, _words in _VOCABULARY.items():
    for _word in _words.split():
        _LINES_OF[_word].append(_line)
_STARTING: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
for _word, _keys in _LINES_OF.items():
    _STARTING[_word[:2]].append((_word, _keys))
_OPENING = re.compile(f"[{''.join(sorted({re.escape(pair[0]) for pair in _STARTING}))}]")
_OWN = 4
"""How much more the words of a figure count than those around it."""
_CLEAR = 3
"""From this many characters on, the words of a figure speak for themselves."""


def line_of(words: str, context: str = "") -> str:
    """Return the key of the business line that *words* speak of; *context* decides when they say little."""
    scores = _scores(words)
    if max(scores.values(), default=0) < _CLEAR:
        around = _scores_around(context)
        scores = {line: _OWN * scores.get(line, 0) + around.get(line, 0) for line in {**scores, **around}}
    return max(scores, key=lambda line: scores[line], default="governance")


@lru_cache(maxsize=32)
def _scores_around(context: str) -> dict[str, int]:
    """Return the scores of *context*, kept because the figures of one sentence share it."""
    return _scores(context)


def _scores(text: str) -> dict[str, int]:
    """Return for each line how many characters of its vocabulary stand in *text*."""
    scores: dict[str, int] = {}
    for found in _OPENING.finditer(text):
        place = found.start()
        for word, lines in _STARTING.get(text[place : place + 2], ()):
            if text.startswith(word, place):
                for line in lines:
                    scores[line] = scores.get(line, 0) + len(word)
    return scores
