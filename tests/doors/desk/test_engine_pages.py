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
from zhenshu.measures.indicators import parts
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.engines.models import Alarm, Draw, LadderPlace, Match, PointAccount, PointTransfer

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
