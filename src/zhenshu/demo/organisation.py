"""The offices, people and posts of the demo township, as a real township has them; all names invented."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.people.accounts import create_user
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.offices import create_office
from zhenshu.ground.people.posts import grant_post
from zhenshu.ground.people.scope import Scope

SURNAMES = "陆沈顾钱施季茅黄倪汤袁龚范薛邵严俞成曹姜祁支钮包葛殷樊仇戈柏"
GIVEN_FIRST = "文志建晓玉海明秋春永国立思雨佳宏家庆婷雪亚俊伟红丽金泽梦书"
GIVEN_LAST = "华平军强芳敏霞峰林涛燕娟辉洁宁波勇凯琳颖东斌岚飞远清瑶诚悦彬"


@dataclass(frozen=True, slots=True)
class OfficePlan:
    """An office of the town, its key in the packs, and how many handling officers work there."""

    key: str
    name: str
    short_name: str
    officers: int = 2
    head: str = "负责人"


TOWN_OFFICES: tuple[OfficePlan, ...] = (
    OfficePlan("leadership", "镇领导班子", "班子", 0),
    OfficePlan("party", "党政综合办公室", "党政办", 2, "主任"),
    OfficePlan("command", "社会治理现代化指挥中心", "指挥中心", 3, "主任"),
    OfficePlan("services", "便民服务中心", "便民中心", 5, "主任"),
    OfficePlan("enforcement", "综合执法队", "执法队", 6, "队长"),
    OfficePlan("safety", "应急管理办公室", "应急办", 4, "主任"),
    OfficePlan("fire", "专职消防队", "消防队", 2, "队长"),
    OfficePlan("petitions", "信访工作办公室", "信访办", 3, "主任"),
    OfficePlan("justice", "司法所", "司法所", 2, "所长"),
    OfficePlan("economy", "经济发展办公室", "经发办", 3, "主任"),
    OfficePlan("construction", "建设管理办公室", "建管办", 4, "主任"),
    OfficePlan("land", "自然资源所", "自然资源所", 2, "所长"),
    OfficePlan("environment", "生态环境办公室", "环保办", 3, "主任"),
    OfficePlan("sanitation", "环境卫生管理站", "环卫站", 3, "站长"),
    OfficePlan("agriculture", "农业农村办公室", "农办", 3, "主任"),
    OfficePlan("water", "水利站", "水利站", 2, "站长"),
    OfficePlan("civil_affairs", "民政办公室", "民政办", 2, "主任"),
    OfficePlan("social", "社会事业办公室", "社会办", 2, "主任"),
    OfficePlan("human_resources", "人力资源和社会保障所", "人社所", 2, "所长"),
    OfficePlan("health", "卫生健康办公室", "卫健办", 2, "主任"),
    OfficePlan("veterans", "退役军人服务站", "退役军人站", 1, "站长"),
    OfficePlan("party_building", "组织建设办公室", "组织办", 2, "主任"),
    OfficePlan("culture", "综合文化站", "文化站", 2, "站长"),
    OfficePlan("finance", "财政所", "财政所", 2, "所长"),
    OfficePlan("police", "澄江派出所", "派出所", 3, "所长"),
    OfficePlan("traffic", "交通管理站", "交管站", 2, "站长"),
    OfficePlan("market_supervision", "市场监督管理分局", "市监分局", 2, "局长"),
    OfficePlan("people_congress", "人大办公室", "人大办", 1, "主任"),
)

LEADERS: tuple[tuple[str, str], ...] = (
    ("secretary1", "党委书记"),
    ("mayor", "镇长"),
    ("deputy_politics", "党委副书记（政法）"),
    ("deputy_safety", "副镇长（安全、城建）"),
    ("deputy_economy", "副镇长（经济）"),
    ("deputy_agriculture", "副镇长（农业农村）"),
    ("deputy_livelihood", "副镇长（民生）"),
)

# The log-ins that `zhenshu up` prints, one per role: username, role, office key, title.
DEMO_LOG_INS: tuple[tuple[str, str, str, str], ...] = (
    ("dispatcher", Role.DISPATCHER, "command", "派单员"),
    ("officer", Role.OFFICER, "enforcement", "承办人"),
    ("grid", Role.GRID_WORKER, "", "专职网格员"),
    ("leader", Role.LEADER, "leadership", "镇长"),
    ("secretary", Role.SECRETARY, "party", "党政办秘书"),
    ("admin", Role.ADMINISTRATOR, "party", "系统管理员"),
    ("viewer", Role.VIEWER, "people_congress", "人大代表联络员"),
)


@dataclass(slots=True)
class Organisation:
    """What was planted: offices by key (a village's office by its code), and people by what they do."""

    offices: dict[str, Office] = field(default_factory=dict)
    officers: dict[int, list[User]] = field(default_factory=dict)
    grid_workers: dict[int, User] = field(default_factory=dict)  # by grid id
    dispatchers: list[User] = field(default_factory=list)
    leaders: list[User] = field(default_factory=list)
    log_ins: list[tuple[str, str]] = field(default_factory=list)

    def handler(self, office: Office, rng: random.Random) -> User:
        """Return somebody who handles matters in *office*."""
        return rng.choice(self.officers[office.pk])


class NameMaker:
    """Invented names, each used once."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._used = rng, set[str]()

    def person(self) -> str:
        while True:
            name = self._rng.choice(SURNAMES) + self._rng.choice(GIVEN_FIRST) + self._rng.choice(GIVEN_LAST)
            if name not in self._used:
                self._used.add(name)
                return name

    def phone(self) -> str:
        """Return a number that no subscriber has: the block 199 0000 is not in use."""
        return f"1990000{self._rng.randrange(10_000):04d}"


class Planter:
    """Builds the organisation: every office, user and post through the acts that the desk uses."""

    def __init__(self, areas: Mapping[str, Area], *, by: Scope, password: str, rng: random.Random) -> None:
        self._areas, self._by, self._password, self._rng = areas, by, password, rng
        self._names = NameMaker(rng)
        self._made = Organisation()
        self._town = next(area for area in areas.values() if area.level == Level.TOWN)

    def plant(self) -> Organisation:
        self._town_offices()
        self._leadership()
        self._villages()
        self._demo_log_ins()
        return self._made

    def _user(self, username: str, password: str | None = None) -> User:
        """Return a new person; only the demo log-ins get the password, nobody else can be logged in as."""
        return create_user(
            username,
            self._names.person(),
            by=self._by,
            password=password,
            phone=self._names.phone(),
            must_change_password=False,
        )

    def _post(self, user: User, role: str, office: Office, area: Area, title: str, **more: object) -> Post:
        return grant_post(user, role, office=office, area=area, by=self._by, title=title, **more)  # type: ignore[arg-type]

    def _town_offices(self) -> None:
        for plan in TOWN_OFFICES:
            office = create_office(
                plan.name, area=self._town, by=self._by, key=plan.key, short_name=plan.short_name
            )
            self._made.offices[plan.key] = office
            self._made.officers[office.pk] = []
            sensitive = plan.key in ("petitions", "justice", "civil_affairs", "police")
            for place in range(plan.officers):
                user = self._user(f"{plan.key}{place + 1}")
                title = plan.head if place == 0 else "工作人员"
                self._post(user, Role.OFFICER, office, self._town, title, sensitive=sensitive)
                self._made.officers[office.pk].append(user)
        command = self._made.offices["command"]
        for user in self._made.officers[command.pk]:
            self._post(user, Role.DISPATCHER, command, self._town, "派单员", sensitive=True)
            self._made.dispatchers.append(user)

    def _leadership(self) -> None:
        office = self._made.offices["leadership"]
        for username, title in LEADERS:
            user = self._user(username)
            self._post(user, Role.LEADER, office, self._town, title, sensitive=True)
            self._made.leaders.append(user)
        self._made.officers[office.pk] = list(self._made.leaders)

    def _villages(self) -> None:
        for village in self._at(Level.VILLAGE):
            office = create_office(f"{village.name}委员会", area=village, by=self._by, key="village")
            self._made.offices[village.code or village.name] = office
            head = self._user(f"v{str(village.code)[-3:]}")
            self._post(head, Role.OFFICER, office, village, "书记、主任")
            self._made.officers[office.pk] = [head]
            grids = [grid for grid in self._at(Level.GRID) if grid.parent_id == village.pk]
            for number, grid in enumerate(grids, start=1):
                worker = self._user(f"g{str(village.code)[-3:]}{number}")
                self._post(worker, Role.GRID_WORKER, office, grid, "专职网格员")
                self._made.grid_workers[grid.pk] = worker
                self._made.officers[office.pk].append(worker)

    def _at(self, level: int) -> Iterator[Area]:
        return (area for area in self._areas.values() if area.level == level)

    def _demo_log_ins(self) -> None:
        grid = next(self._at(Level.GRID))
        village = next(area for area in self._at(Level.VILLAGE) if area.pk == grid.parent_id)
        for username, role, key, title in DEMO_LOG_INS:
            office = self._made.offices[key or str(village.code)]
            area = grid if role == Role.GRID_WORKER else self._town
            user = self._user(username, self._password)
            sensitive = role in (Role.DISPATCHER, Role.LEADER)
            self._post(user, role, office, area, title, sensitive=sensitive)
            if role == Role.GRID_WORKER:  # she walks the first grid herself
                self._made.grid_workers[area.pk] = user
            if role == Role.OFFICER:
                self._made.officers[office.pk].append(user)
            self._made.log_ins.append((username, title))


def plant_organisation(
    areas: Mapping[str, Area], *, by: Scope, password: str, rng: random.Random
) -> Organisation:
    """Plant offices, users and posts over saved *areas* (by code) and return them."""
    return Planter(areas, by=by, password=password, rng=rng).plant()


def overseers(made: Organisation) -> Sequence[User]:
    """Return those who verify and call back: never the handlers of the matter."""
    return made.dispatchers
