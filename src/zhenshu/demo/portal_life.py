"""What the public of the demo township did at the portal: reports, messages, judgements, signs, companies.

All of it goes through the acts that the pages call, dated within the last weeks. Everybody is invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from zhenshu.demo.organisation import NameMaker, Organisation
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.accounts import create_user
from zhenshu.ground.people.models import Office, Role, User
from zhenshu.ground.people.offices import create_office
from zhenshu.ground.people.posts import grant_post
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.registers.cases.loop import Given, take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.portal.codes import scope_of_holder
from zhenshu.registers.portal.following import judge
from zhenshu.registers.portal.models import Spot
from zhenshu.registers.portal.publishing import consent, propose, proposed_wording
from zhenshu.registers.portal.receiving import Told, receive
from zhenshu.registers.portal.spots import SpotDraft, make_spot, rate_spot

LOG_IN, LOG_IN_TITLE = "provider", "行业单位（自来水）"
# Key, name, log-in of the company's duty desk.
COMPANIES = (
    ("provider_water", "澄江自来水服务有限公司", LOG_IN),
    ("provider_property", "澄江安居物业服务有限公司", "provider2"),
)
SPOTS = (
    ("惠民广场", "广场北侧公告栏", "广场每日六时至二十二时保洁，健身器材由村委会维护。"),
    ("澄江菜市场", "东门立柱", "市场每日两次清扫消毒，摊位占道请扫码。"),
    ("滨河步道", "二号桥头", "步道照明十八时开启；涨水时请勿靠近护栏外。"),
    ("安居小区", "南门岗亭", "物业服务电话见岗亭公示牌，电梯故障请同时按轿厢求助键。"),
)
# Days ago, spot (or none), words, to which company or office, how far it went.
REPORTS: Sequence[tuple[int, int | None, str, str, str]] = (
    (16, 3, "安居小区三栋楼道灯坏了一周，晚上上下楼看不清。", "provider_property", "judged"),
    (13, 1, "菜市场东门地面常年积水，老人容易滑倒。", "construction", "judged"),
    (11, None, "家里水压从上周开始很小，二楼洗澡不出水。", "provider_water", "judged"),
    (9, 0, "广场健身步道的扶手松动了，孩子在玩。", "enforcement", "verified"),
    (6, None, "村口路面挖开后没有恢复，骑车颠得厉害。", "construction", "answered"),
    (4, 3, "小区南门充电棚的线拉到了绿化带里。", "provider_property", "handling"),
    (3, None, "自来水早上发黄，放了十分钟才清。", "provider_water", "dispatched"),
    (1, 2, "滨河步道二号桥附近三盏灯不亮。", "", "accepted"),
    (0, 1, "菜市场东门又有人占道摆摊，路过不去。", "", "accepted"),
)
# Days ago, message, answer; the first two are published, the third waits for a second person.
MESSAGES: Sequence[tuple[int, str, str]] = (
    (
        20,
        "镇里到县城的公交末班车能不能晚一点？下夜班的人回不来。",
        "经与公交公司协商，末班车发车时间延后四十分钟，自下月起试行三个月，请留意站牌公告。",
    ),
    (
        18,
        "老街改造以后，沿街小店的门头是统一做还是自己做？费用谁出？",
        "门头样式统一设计，制作安装费用由改造项目承担；店名和字号由店主自定，报建管办备案即可。",
    ),
    (
        12,
        "村里的农家书屋周末不开门，孩子放假想去看书。",
        "已调整为周六、周日九时至十七时开放，由值班村干部和志愿者轮流值守。",
    ),
    (2, "请问今年的灌溉渠清淤什么时候轮到我们村？", ""),
)
# Name, category, promised days, legal days, exempt, papers.
ITEMS: Sequence[tuple[str, str, int, int, bool, str]] = (
    ("城乡居民基本养老保险参保登记", "social/pension", 0, 20, True, "无需材料，窗口核验身份"),
    ("城乡居民基本医疗保险参保登记", "social/medical", 0, 20, True, "无需材料，窗口核验身份"),
    ("待遇领取资格认证", "social/certify", 0, 20, True, "本人到场或手机认证，无需材料"),
    ("最低生活保障申请", "civil/minimum", 20, 30, False, "申请书、家庭经济状况核对授权书"),
    ("临时救助申请", "civil/temporary", 5, 30, False, "申请书、急难情况说明"),
    ("残疾人两项补贴申请", "civil/disability", 10, 30, True, "申请表"),
    ("高龄津贴申请", "civil/elder", 5, 30, True, "申请表"),
    ("个体工商户登记", "licence/shop", 0, 20, False, "经营者身份证、经营场所使用证明"),
    ("食品经营备案", "licence/food", 5, 20, False, "备案表、经营场所平面图"),
    ("生育登记", "family", 1, 20, True, "无需材料，系统核验婚姻、户籍"),
    ("就业创业证申领", "employment", 5, 20, False, "申请表、近期照片"),
    ("农村宅基地建房申请", "land_house", 5, 30, False, "申请表、建房承诺书、四至图"),
)
SYSTEMS: Sequence[tuple[str, str, str, str, bool]] = (
    ("市12345热线承办端", "city", "upper", "file", False),
    ("省基层治理平台", "province", "upper", "api", True),
    ("应急隐患上报系统", "city", "own", "file", True),
    ("村级财务管理系统", "county", "own", "none", False),
    ("镇档案室目录", "town", "own", "none", False),
)


def live_at_the_portal(made: Organisation, town: Area, *, by: Scope, password: str, now: datetime) -> None:
    """Let the companies get their accounts, and the public report, write, judge and be answered."""
    Portal(made, town, by, now).live(password)


@dataclass(slots=True)
class Portal:
    """A few weeks at the portal, nothing before the year that is running."""

    made: Organisation
    town: Area
    by: Scope
    now: datetime

    def live(self, password: str) -> None:
        self._companies(password)
        villages = list(Area.objects.open().filter(level=Level.VILLAGE).order_by("path"))
        spots = self._spots(villages)
        for place, told in enumerate(REPORTS):
            self._report(place, told, spots, villages)
        for place, said in enumerate(MESSAGES):
            self._message(place, said, villages)
        self._keep("services.item", [_item(*one, number) for number, one in enumerate(ITEMS, start=1)])
        self._keep("services.system", [_system(*one) for one in SYSTEMS])

    def _at(self, days: float, hours: float = 0) -> datetime:
        """Return a moment so many days ago, *hours* later; never before this year, never after now."""
        begin = self.now.replace(month=1, day=1, hour=9, minute=0, second=0, microsecond=0)
        moment = self.now - timedelta(days=days) + timedelta(hours=hours)
        return min(max(moment, begin + timedelta(hours=hours)), self.now)

    # ── companies, signs, lists ───────────────────────────────────────────────────────────────────────

    def _companies(self, password: str) -> None:
        names = NameMaker(random.Random(len(COMPANIES)))
        for key, name, log_in in COMPANIES:
            office = create_office(name, area=self.town, by=self.by, key=key, phone="0990-8800000")
            user = create_user(
                log_in, names.person(), by=self.by, must_change_password=False,
                password=password if log_in == LOG_IN else None,
            )  # fmt: skip
            grant_post(user, Role.PROVIDER, office=office, area=self.town, by=self.by, title="值班调度")
            self.made.offices[key] = office
            self.made.officers[office.pk] = [user]
        self.made.log_ins.append((LOG_IN, LOG_IN_TITLE))

    def _spots(self, villages: Sequence[Area]) -> list[Spot]:
        spots = []
        for place, (name, address, told) in enumerate(SPOTS):
            village = villages[place % len(villages)]
            draft = SpotDraft(name=name, area=village.pk, address=address, told=told)
            spots.append(make_spot(draft, by=self.by, at=self._at(30)))
        for place, mark in enumerate(("good", "good", "fair", "good", "poor", "good")):
            rate_spot(spots[place % len(spots)], mark, "", at=self._at(14 - 2 * place))
        return spots

    def _keep(self, code: str, rows: Sequence[dict[str, Any]]) -> None:
        kind = library().dossier_kind(code)
        for row in rows:
            create_dossier(kind, row, area=self.town, opened_on=self._at(25).date(), by=self.by)

    # ── reports and messages ──────────────────────────────────────────────────────────────────────────

    def _report(
        self, place: int, told: tuple[int, int | None, str, str, str], spots: Sequence[Spot],
        villages: Sequence[Area],
    ) -> None:  # fmt: skip
        days, spot, words, office, until = told
        at = self._at(days, -2 if days == 0 else 0)
        sent = Told(
            kind="hotline.snapshot",
            text=words,
            mark=f"demo-report-{place}",
            village=villages[place % len(villages)].pk,
            spot=spots[spot] if spot is not None else None,
            phone=f"1990000{7700 + place}" if place % 2 else "",
        )
        self._handle(receive(sent, at=at).case, office, days, until)

    def _message(self, place: int, said: tuple[int, str, str], villages: Sequence[Area]) -> None:
        days, words, answer = said
        village = villages[place % len(villages)].pk
        told = Told(
            kind="hotline.message",
            text=words,
            mark=f"demo-message-{place}",
            village=village,
            may_publish=True,
        )
        case = receive(told, at=self._at(days)).case
        if not answer:
            return
        self._handle(case, "command", days, "judged", answer=answer)
        secretary = self._scope(next(iter(self.made.dispatchers)))
        case.refresh_from_db()
        one = propose(case.number, proposed_wording(case), by=secretary, at=self._at(days - 6))
        if place < 2:
            consent(one.pk, by=self._scope(self.made.leaders[0]), at=self._at(days - 7))

    def _handle(self, case: Case, office: str, days: float, until: str, *, answer: str = "") -> None:
        """Take the steps of the loop one after the other, up to where the matter stands today."""
        if until == "accepted":
            return
        lead = self.made.offices[office]
        dispatcher, officer = self._scope(self.made.dispatchers[0]), self._scope(self._handler(lead))
        words = answer or "已到现场处理完毕，并向反映人说明了情况。"
        steps = (
            ("dispatched", "dispatch", dispatcher, Given(office=lead.pk), 3),
            ("handling", "accept", officer, Given(), 6),
            ("answered", "answer", officer, Given(opinion=words), 40),
            ("verified", "verify", self._scope(self.made.dispatchers[-1]), Given(opinion="已核实"), 60),
        )
        for stage, action, who, given, hours in steps:
            case = take_step(case.pk, action, by=who, given=given, at=self._at(days, hours))
            if stage == until:
                return
        holder = scope_of_holder(case.pk)
        judge(case, solved="yes", satisfied="yes", words="", by=holder, at=self._at(days, 80))
        take_step(case.pk, "close", by=dispatcher, at=self._at(days, 90))

    def _handler(self, office: Office) -> User:
        """Return somebody of the office who is no dispatcher: who handles a matter does not verify it."""
        busy = {user.pk for user in self.made.dispatchers}
        users = self.made.officers[office.pk]
        return next((user for user in users if user.pk not in busy), users[0])

    def _scope(self, user: User) -> Scope:
        return scope_of(user, on=self.now.date())


def _item(
    name: str, category: str, promised: int, legal: int, exempt: bool, papers: str, number: int
) -> dict[str, Any]:
    """Return a service of the guide; the numbers are examples, as in the pack."""
    return {
        "code": f"CJ{number:04d}", "name": name, "category": category, "owner": "澄江镇人民政府",
        "promised_days": promised, "legal_days": legal, "exempt": exempt, "online": True,
        "materials": papers, "where": "镇便民服务中心综合窗口，各村便民服务站代办", "fee": "不收费",
        "exempt_papers": "身份证复印件、户口簿复印件" if exempt else "",
    }  # fmt: skip


def _system(name: str, level: str, log_in: str, interface: str, repeats: bool) -> dict[str, Any]:
    return {"name": name, "level": level, "log_in": log_in, "interface": interface, "repeats": repeats}
