"""The exchange with the city's hotline: tickets that came through it, answers sent, two that failed, one list
compared that does not quite agree. Fictional, like everything of the demo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from zhenshu.demo.organisation import Organisation
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.cases.given import Given
from zhenshu.registers.cases.loop import take_step
from zhenshu.registers.cases.models import Case
from zhenshu.registers.exchanges.incoming import receive
from zhenshu.registers.exchanges.keeping import visible_items
from zhenshu.registers.exchanges.kinds import find_exchange
from zhenshu.registers.exchanges.models import Channel, Direction, State
from zhenshu.registers.exchanges.receipts import Receipt, acknowledge
from zhenshu.registers.exchanges.reconciling import Span, explain_line, reconcile
from zhenshu.registers.exchanges.reports import is_answer
from zhenshu.registers.exchanges.sending import Reply, mark_sent, store_reply
from zhenshu.registers.exchanges.set_up import set_up_channel

CITY = "hotline.city_platform"
# What was asked, its kind there, the office key here, and how far it got; the oldest first.
TICKETS = (
    ("小区电梯停运两天未修", "投诉", "construction", "verify"),
    ("村口垃圾桶满溢有异味", "投诉", "sanitation", "verify"),
    ("咨询灵活就业医保缴费", "咨询", "services", "verify"),
    ("路灯连续三晚不亮", "求助", "construction", "verify"),
    ("夜间烧烤占道且油烟扰民", "投诉", "enforcement", "verify"),
    ("工地夜间施工噪声", "投诉", "environment", "verify"),
    ("雨后路面积水难行", "求助", "construction", "answer"),
    ("建议增设公交候车亭", "建议", "construction", "accept"),
    ("楼道堆放杂物堵塞消防通道", "举报", "safety", "accept"),
    ("自来水水压低", "求助", "construction", "dispatch"),
    ("广场舞音响过大", "投诉", "enforcement", ""),
    ("道路井盖松动", "求助", "construction", ""),
)
FAILED, UNCONFIRMED = 2, 2
Row = dict[str, Any]


def live_exchanges(made: Organisation, *, by: Scope, now: datetime) -> None:
    """Set the exchange up and let a week of tickets pass through it."""
    town = Area.objects.filter(level=Level.TOWN).order_by("pk")[0]
    coming = set_up_channel(CITY, Direction.IN, area=town, transport="api", by=by)
    going = set_up_channel(CITY, Direction.OUT, area=town, transport="api", file_format="xlsx", by=by)
    keeper = scope_of(made.dispatchers[0], on=now.date())
    rows = list(_rows(now))
    for row, (_title, _kind, office, upto) in zip(rows, TICKETS, strict=True):
        moment = _moment(row)
        [answer] = receive(coming, [row], by=keeper, at=moment + timedelta(minutes=2))
        case = Case.objects.filter(number=answer.case).first()
        if case is not None:
            _live(case, made, office, upto, keeper, moment)
    _trouble(coming, rows, keeper, now)
    _send(going, keeper, now)
    _compare(town, rows, keeper, now)


def _rows(now: datetime) -> Iterator[Row]:
    villages = list(Area.objects.filter(level=Level.VILLAGE).order_by("pk").values_list("name", flat=True))
    for place, (title, kind, _office, _upto) in enumerate(TICKETS):
        at = now - timedelta(hours=12 * (len(TICKETS) - place))
        village = villages[place % len(villages)]
        yield {
            "工单编号": f"SR{at:%Y%m%d}{place + 101:05d}",
            "接收时间": f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}",
            "问题标题": title,
            "问题描述": f"来电人反映{village}{title}，请核实处理。",
            "工单类型": kind,
            "紧急程度": "一般",
            "村社区": village,
            "地址": village,
        }


def _moment(row: Mapping[str, Any]) -> datetime:
    return timezone.make_aware(datetime.strptime(row["接收时间"], "%Y-%m-%d %H:%M:%S"))


def _live(case: Case, made: Organisation, key: str, upto: str, keeper: Scope, at: datetime) -> None:
    """Take the steps up to *upto* with the office that answers for it, half an hour apart."""
    office = made.offices[key]
    officers = made.officers.get(office.pk) or []
    if not upto or not officers:
        return
    officer = scope_of(officers[0], on=at.date())
    steps = (
        ("dispatch", keeper, Given(office=office.pk, opinion="请按职责核实处理。")),
        ("accept", officer, Given()),
        ("answer", officer, Given(opinion="已到现场核实处理，并向来电人说明情况。")),
        ("verify", keeper, Given(opinion="情况属实，同意答复。")),
    )
    for place, (action, who, given) in enumerate(steps, start=1):
        try:
            take_step(case.pk, action, by=who, given=given, at=at + timedelta(minutes=30 * place))
        except CaseError:
            return  # a demo day is not scripted to the last stage
        if action == upto:
            return


def _trouble(coming: Channel, rows: list[Row], keeper: Scope, now: datetime) -> None:
    """One ticket comes again with other words, one can't be read."""
    changed = {**rows[7], "问题描述": f"{rows[7]['问题描述']}补充：早晚高峰候车人数较多。"}
    broken = {
        **rows[11],
        "工单编号": f"{rows[11]['工单编号']}A",
        "紧急程度": "特提",
        "问题标题": "紧急程度写法不同的一件",
    }
    receive(coming, [changed, broken], by=keeper, at=now - timedelta(minutes=20))


def _send(going: Channel, keeper: Scope, now: datetime) -> None:
    """Send what waits: most is confirmed, the last answers fail and are given up, one gets no receipt."""
    waiting = list(visible_items(keeper).filter(channel=going, state=State.WAITING).order_by("pk"))
    exchange = find_exchange(CITY)
    answers = [item for item in waiting if is_answer(exchange, item.stage)]
    failing = answers[-FAILED:]
    silent = answers[:UNCONFIRMED]
    for item in waiting:
        if item in failing:
            for _try in range(len(exchange.retry.minutes) + 1):
                store_reply(item, Reply(State.WAITING, "HTTP 503"), at=now - timedelta(hours=3))
        else:
            mark_sent([item], at=item.created_at + timedelta(minutes=1))
    receipts = [
        Receipt(True, message=str(item.message)) for item in waiting if item not in (*failing, *silent)
    ]
    acknowledge(going, receipts, by=keeper, at=now - timedelta(hours=2))


def _compare(town: Area, rows: list[Row], keeper: Scope, now: datetime) -> None:
    """Hold the city's list of the week against ours; one difference is explained already."""
    listed = [{**row, "工单状态": "已办结" if place < 1 else "办理中"} for place, row in enumerate(rows[:-1])]
    missing = {**rows[0], "工单编号": f"{rows[0]['工单编号']}X", "问题标题": "市平台已派、本镇未收到的一件"}
    span = Span(timezone.localdate(_moment(rows[0])), timezone.localdate(now))
    balance = reconcile(
        CITY, [*listed, {**missing, "工单状态": "办理中"}], span,
        area=town, by=keeper, source="市平台工单清单.xlsx", at=now - timedelta(hours=1),
    )  # fmt: skip
    gone = balance.lines.select_related("reconciliation__area").filter(standing="unknown_there").first()
    if gone is not None:
        explain_line(gone, "市平台已并入前一工单，编号撤销。", by=keeper, at=now - timedelta(minutes=50))
