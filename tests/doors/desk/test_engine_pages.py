"""The engines at the desk: who gets in, what each list and form does, the file that holds the same."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from tests.doors.desk.records import OPENED

from zhenshu.doors.desk.engine_pages import ENGINES, engine_links
from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.ground.people.models import User
from zhenshu.measures.indicators import parts
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.engines.models import (
    Alarm,
    Draw,
    DutyTurn,
    LadderPlace,
    Match,
    PointAccount,
    PointTransfer,
    StockBatch,
)

pytestmark = pytest.mark.django_db
PACK = Path(__file__).parents[2] / "registers" / "engines" / "engines.yaml"


@pytest.fixture(autouse=True)
def engines_pack():
    """The pack of the engines' tests, as one of the business line governance."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "engines.yaml"
    text = PACK.read_text(encoding="utf-8")
    place.write_text(text.replace("name: 引擎示例\n", "name: 引擎示例\nline: governance\n"), encoding="utf-8")
    forget_library()
    parts.forget()
    yield place
    place.unlink()
    forget_library()
    parts.forget()


@pytest.fixture
def officer(people, scope_for):
    return scope_for(people["officer"])


@pytest.fixture
def make(town, officer):
    def create(name, kind="home", **fields):
        declared = library().dossier_kind(f"engines.{kind}")
        return create_dossier(
            declared, {"name": name, **fields}, area=town.micro_grids[0], opened_on=OPENED, by=officer
        )

    return create


@pytest.fixture
def today():
    return timezone.localdate()


def text_of(answer):
    return answer.content.decode()


def rows_of(answer):
    """Return the rows of an Excel file below its heads."""
    book = openpyxl.load_workbook(BytesIO(answer.content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=2)]


def address(page, *args):
    return reverse(f"desk:{page}", args=args)


def test_a_line_links_to_every_engine_its_packs_declare(clients, officer):
    links = engine_links(officer, "governance")
    declared = library().pack("engines")
    expected = [kind.name for engine in ENGINES for kind in getattr(declared, engine.block).values()]
    assert set(expected) <= {link.title for link in links}
    for link in links:
        assert clients["officer"].get(link.url).status_code == 200
        assert clients["nobody"].get(link.url).status_code == 302
    page = text_of(clients["officer"].get(address("engines")))
    assert all(name in page for name in expected)


def test_a_kind_no_pack_declares_is_a_page_that_does_not_exist(clients):
    for engine in ENGINES:
        assert clients["officer"].get(address(engine.page, "engines.nothing")).status_code == 404


class TestPoints:
    def award(self, client, home, **more):
        said = {
            "holder": f"{home.pk} 陆家",
            "rule": "help",
            "times": 6,
            "on": "2024-05-06",
            "evidence": "",
            **more,
        }
        return client.post(address("award_points", "engines.merit"), said)

    def redeem(self, client, home, **more):
        said = {"holder": home.pk, "reward": "soap", "quantity": 1, "on": "2024-05-07", **more}
        return client.post(address("redeem_points", "engines.merit"), said)

    def test_from_award_to_reward(self, clients, make, town):
        home, client = make("陆家"), clients["officer"]
        assert self.award(client, home).status_code == 302
        answer = self.redeem(client, home, station=town.grids[0].pk)
        assert answer.status_code == 302, text_of(answer)
        assert PointAccount.objects.get(holder=home).balance == 3
        page = text_of(client.get(address("points", "engines.merit")))
        assert "陆家" in page
        assert "3.00" in page

    def test_a_refusal_stands_at_its_field(self, clients, make):
        answer = self.award(clients["officer"], make("陆家"), rule="tidy")
        assert answer.status_code == 422
        assert not PointTransfer.objects.exists()

    def test_a_form_sent_twice_is_heard_once(self, clients, make):
        home = make("陆家")
        for _time in range(2):
            assert self.award(clients["officer"], home, key="one-form").status_code == 302
        assert PointAccount.objects.get(holder=home).balance == 15

    def test_the_file_holds_every_transfer(self, clients, make, town):
        home, client = make("陆家"), clients["officer"]
        self.award(client, home)
        self.redeem(client, home, station=town.grids[0].pk)
        rows = rows_of(client.get(address("point_transfers", "engines.merit") + "?as=xlsx"))
        assert [row[5] for row in rows] == [-12, 15]
        narrowed = rows_of(client.get(address("point_transfers", "engines.merit") + "?cause=award&as=xlsx"))
        assert [row[5] for row in narrowed] == [15]

    def test_reversing_asks_why_and_is_not_for_everybody(self, clients, make):
        home = make("陆家")
        self.award(clients["officer"], home)
        url = address("reverse_points", PointTransfer.objects.get().pk)
        assert clients["grid_worker"].get(url).status_code == 403
        assert clients["officer"].post(url, {"reason": ""}).status_code == 422
        assert clients["officer"].post(url, {"reason": "误登"}).status_code == 302
        assert PointAccount.objects.get(holder=home).balance == 0

    def test_others_see_neither_holder_nor_form(self, clients, make):
        home = make("陆家")
        self.award(clients["officer"], home)
        assert "陆家" not in text_of(clients["viewer"].get(address("points", "engines.merit")))
        assert clients["viewer"].get(address("award_points", "engines.merit")).status_code == 403


class TestDraws:
    @pytest.fixture
    def homes(self, make):
        return [make("红房子", colour="red"), make("蓝房子", colour="blue")]

    def freeze(self, client, town, **more):
        said = {"area": town.town.pk, "period": "2024-Q2", "seed_source": "5月8日福彩3D", **more}
        return client.post(address("freeze_draw", "engines.check"), said)

    def test_from_the_frozen_list_to_the_inspections(self, clients, homes, town):
        client = clients["officer"]
        answer = self.freeze(client, town)
        assert answer.status_code == 302, text_of(answer)
        draw = Draw.objects.get()
        assert client.post(address("hold_draw", draw.pk), {"seed": "385"}).status_code == 302
        client.post(address("draw_cases", draw.pk))
        client.post(address("publish_draw", draw.pk))
        page = text_of(client.get(address("draw", draw.pk)))
        assert draw.digest in page
        assert all(one.case.number in page for one in draw.objects_drawn.all())
        rows = rows_of(client.get(address("draw", draw.pk) + "?as=xlsx"))
        assert {row[1] for row in rows} == {"红房子", "蓝房子"}

    def test_a_second_draw_asks_what_it_repeats_and_stays_in_the_list(self, clients, homes, town):
        client = clients["officer"]
        self.freeze(client, town)
        first = Draw.objects.get()
        client.post(address("hold_draw", first.pk), {"seed": "1"})
        assert self.freeze(client, town).status_code == 422
        assert self.freeze(client, town, repeats=first.pk, reason="名录漏项").status_code == 302
        page = text_of(client.get(address("draws", "engines.check")))
        assert "名录漏项" in page
        assert address("draw", first.pk) in page
        assert client.post(address("hold_draw", first.pk), {"seed": "2"}).status_code == 422

    def test_a_conflict_that_names_nobody_is_refused(self, clients, homes, town):
        answer = self.freeze(clients["officer"], town, conflicts="查无此人 1")
        assert answer.status_code == 422
        assert self.freeze(clients["officer"], town, conflicts=f"管维 {homes[0].pk}").status_code == 302
        assert Draw.objects.get().frozen["conflicts"][0][1] == homes[0].pk

    def test_others_neither_see_nor_draw(self, clients, homes, town):
        self.freeze(clients["officer"], town)
        draw = Draw.objects.get()
        assert clients["viewer"].get(address("draw", draw.pk)).status_code == 404
        assert clients["leader"].get(address("hold_draw", draw.pk)).status_code == 403


class TestLadders:
    def test_the_list_says_what_is_lacking_and_whom_to_watch(self, clients, make):
        make("陆家", workers=9)
        make("沈家", workers=2)
        url = address("ladders", "engines.rise")
        rows = rows_of(clients["leader"].get(url + "?as=xlsx"))
        assert [row[5] for row in rows] == ["人数十人以上（2）", "人数十人以上（9）"]
        watched = text_of(clients["leader"].get(url + "?watch=rising"))
        assert "陆家" in watched
        assert "沈家" not in watched

    def test_in_and_out_with_reasons(self, clients, make):
        home, client = make("陆家", workers=12), clients["officer"]
        said = {"dossier": home.pk, "step": "first", "standing": "title", "since": "2024-05-06"}
        url = address("enter_ladder", "engines.rise")
        assert client.post(url, said).status_code == 422
        assert client.post(url, {**said, "reason": "认定文号"}).status_code == 302
        place = LadderPlace.objects.get()
        assert "一级" in text_of(client.get(address("climber", "engines.rise", home.pk)))
        out = address("leave_ladder", place.pk)
        assert client.post(out, {"on": "2024-06-01", "reason": "复核未通过"}).status_code == 302
        rows = rows_of(client.get(address("ladder_places", "engines.rise") + "?state=ended&as=xlsx"))
        assert [(row[4], row[7]) for row in rows] == [("认定文号", "复核未通过")]
        assert clients["leader"].get(out).status_code == 403
        assert clients["viewer"].get(address("climber", "engines.rise", home.pk)).status_code == 404


class TestMatches:
    def test_a_match_is_taken_up_and_becomes_a_matter(self, clients, make):
        home, client = make("小厂", workers=12), clients["officer"]
        page = text_of(client.get(address("matches", "engines.policy")))
        url = f"{address('take_up_match', 'engines.policy', home.pk)}?clause=skilled"
        assert url in page.replace("&amp;", "&")
        assert client.post(url, {"state": "agreed", "note": "本月申报", "opens": "on"}).status_code == 302
        match = Match.objects.get()
        rows = rows_of(client.get(address("matches", "engines.policy") + "?state=agreed&as=xlsx"))
        assert [(row[0], row[1], row[2]) for row in rows] == [("小厂", "用工补贴", 2)]
        assert match.case.number in rows[0][6]
        assert clients["leader"].get(url).status_code == 403

    def test_needs_and_offers_stand_with_score_and_reasons(self, clients, make):
        make("陆家", trade="缝纫")
        make("制衣厂岗位", "job", trade="缝纫")
        rows = rows_of(clients["officer"].get(address("matches", "engines.work") + "?as=xlsx"))
        assert [tuple(row[:5]) for row in rows] == [("陆家", "制衣厂岗位", 50, "工种", "户名")]


class TestThresholds:
    def test_an_alarm_stands_with_its_matter_until_it_clears(self, clients, make, officer, today):
        home = make("一号站")
        kind = library().dossier_kind("engines.home")

        def read(value, reason=""):
            add_reading(
                home, kind, "air", period=today.isoformat(), values={"pm25": value}, by=officer,
                signer="站长", reason=reason,
            )  # fmt: skip

        read(200)
        url = address("thresholds", "engines.dust")
        page = text_of(clients["officer"].get(url + "?state=open"))
        assert "一号站" in page
        assert Alarm.objects.get().case.number in page
        read(20, "复测")
        assert "一号站" not in text_of(clients["officer"].get(url + "?state=open"))
        assert [row[3] for row in rows_of(clients["officer"].get(url + "?state=cleared&as=xlsx"))] == [200]


class TestSupplies:
    @pytest.fixture
    def store(self, make):
        return make("镇仓库", "store")

    def move(self, client, act, store, **more):
        said = {"store": store.pk, "item": "sandbag", "quantity": "80", "on": "2024-05-06", **more}
        return client.post(address("move_stock", "engines.goods", act), said)

    def test_in_out_and_what_is_low(self, clients, make, store):
        client, other = clients["officer"], make("村仓库", "store")
        assert self.move(client, "in", store).status_code == 302
        assert self.move(client, "out", store, quantity="500").status_code == 422
        assert self.move(client, "transfer", store, quantity="40", other=other.pk).status_code == 302
        rows = rows_of(client.get(address("supplies", "engines.goods") + "?item=sandbag&as=xlsx"))
        assert sorted((row[0], row[2], row[7]) for row in rows) == [
            ("村仓库", 40, "储备不足"), ("镇仓库", 40, "储备不足"),
        ]  # fmt: skip
        moved = rows_of(client.get(address("stock_moves", "engines.goods") + "?as=xlsx"))
        assert [row[4] for row in moved] == [40, -40, 80]

    def test_a_shortage_leads_to_the_form_of_its_matter_already_written(self, clients, store):
        self.move(clients["officer"], "in", store, quantity="20")
        page = clients["officer"].get(address("supplies", "engines.goods") + "?item=sandbag")
        (link,) = [action for row in page.context["table"].rows for action in row.actions]
        form = clients["officer"].get(link.url).context["form"]
        assert form["title"].value() == "镇仓库缺沙袋"
        assert "20 只" in form["description"].value()
        self.move(clients["officer"], "in", store, quantity="80")
        page = clients["officer"].get(address("supplies", "engines.goods") + "?item=sandbag")
        assert [row.actions for row in page.context["table"].rows] == [[]]

    def test_a_form_sent_twice_moves_once(self, clients, store):
        for _time in range(2):
            self.move(clients["officer"], "in", store, key="one-form")
        assert StockBatch.objects.get().quantity == 80

    def test_stock_taking_asks_for_the_reason(self, clients, store):
        self.move(clients["officer"], "in", store)
        url = address("count_stock", "engines.goods", StockBatch.objects.get().pk)
        assert clients["officer"].post(url, {"counted": "78"}).status_code == 422
        assert clients["officer"].post(url, {"counted": "78", "reason": "破损"}).status_code == 302
        assert StockBatch.objects.get().quantity == 78
        assert clients["leader"].get(url).status_code == 403


class TestDuties:
    @pytest.fixture
    def crew(self, people):
        return [people[who].pk for who in ("officer", "second_officer", "leader")]

    def plan(self, client, town, crew, today):
        said = {"area": town.town.pk, "first": today, "last": today, "people": crew}
        return client.post(address("make_roster", "engines.watch"), said)

    def test_who_is_on_duty_stands_on_the_homes_of_the_offices(self, clients, town, crew, today):
        assert clients["leader"].get("/").context["duty"] == []
        self.plan(clients["secretary"], town, crew, today)
        shown = clients["leader"].get("/").context["duty"]
        page = text_of(clients["officer"].get("/"))
        assert shown
        for one in shown:
            assert one.names
            assert address("duty_turn", one.turn.pk) in page

    def test_the_roster_its_card_and_its_change(self, clients, town, crew, today, people):
        assert self.plan(clients["officer"], town, crew, today).status_code == 403
        assert self.plan(clients["secretary"], town, crew, today).status_code == 302
        night = DutyTurn.objects.get(shift="night")
        page = text_of(clients["grid_worker"].get(address("duties", "engines.watch")))
        names = dict(User.objects.values_list("pk", "name"))
        assert all(names[who] in page for who in night.people)
        into = people["dispatcher"].pk
        said = {"out": night.people[0], "into": into, "other": "", "reason": "病假"}
        url = address("swap_duty", night.pk)
        assert clients["secretary"].post(url, {**said, "into": ""}).status_code == 422
        assert clients["secretary"].post(url, said).status_code == 302
        assert into in DutyTurn.objects.get(pk=night.pk).people
        rows = rows_of(clients["leader"].get(address("duties", "engines.watch") + "?as=xlsx"))
        assert any(people["dispatcher"].name in row[4] for row in rows)

    def test_on_duty_one_hands_over_and_opens_matters(self, clients, town, crew, today):
        self.plan(clients["secretary"], town, crew, today)
        turn = DutyTurn.objects.get(shift="night")
        url = address("hand_over", turn.pk)
        assert clients["secretary"].post(url, {"note": "平安"}).status_code == 422
        assert (
            clients["secretary"].post(url, {"fields.left": "泵站待复查", "note": "平安"}).status_code == 302
        )
        on_it = "officer" if User.objects.get(username="officer").pk in turn.people else "leader"
        event = {"title": "群众来电反映停电", "description": ""}
        assert clients[on_it].post(address("duty_event", turn.pk), event).status_code == 302
        page = text_of(clients["viewer"].get(address("duty_turn", turn.pk)))
        assert "泵站待复查" in page
        assert turn.events.get().case.number in page
        assert clients["viewer"].post(url, {"fields.left": "无"}).status_code == 403


class TestScales:
    def test_a_grade_its_version_and_its_visits(self, clients, make):
        home, client = make("陆家"), clients["officer"]
        url = address("grade", "engines.lec", home.pk)
        assert client.post(url, {"l": "10", "c": "700", "on": "2024-05-06"}).status_code == 422
        assert client.post(url, {"l": "10", "c": "7", "on": "2024-05-06"}).status_code == 302
        listed = rows_of(client.get(address("scales", "engines.lec") + "?band=major&as=xlsx"))
        assert [tuple(row[2:5]) + (row[6],) for row in listed] == [(70, "重大", "2024 版", "30 日")]
        every = rows_of(client.get(address("gradings", "engines.lec") + "?as=xlsx"))
        assert [tuple(row[2:6]) for row in every] == [(10, 7, 70, "重大")]
        assert clients["leader"].get(url).status_code == 403
        assert clients["viewer"].get(url).status_code == 403

    def test_who_was_never_graded_stands_in_its_list(self, clients, make):
        make("沈家")
        rows = rows_of(clients["leader"].get(address("scales", "engines.lec") + "?list=anew&as=xlsx"))
        assert [row[0] for row in rows] == ["沈家"]
