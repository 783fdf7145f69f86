"""The economy and the land at the desk: who gets in, what each page counts and opens, files, one click."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.conftest import square

from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.ground.people.models import Office
from zhenshu.measures.economy.models import Assessment, Objection, TakenWarning
from zhenshu.measures.indicators import parts
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.reading_rounds import Return, add_readings
from zhenshu.registers.layers.models import GroundTest, Layer

pytestmark = pytest.mark.django_db
PACK = Path(__file__).parents[2] / "measures" / "economy" / "economy.yaml"
PANEL = "watch.up"
YEAR = {f"2022-{m:02d}": {"output": 100, "power": 100, "tax": 50, "workers": 20} for m in range(1, 13)}
THIS = {f"2023-{m:02d}": {"output": 110, "power": 100, "tax": 50, "workers": 21} for m in range(1, 6)}


@pytest.fixture(autouse=True)
def watch_pack():
    """The pack of the economy's tests is the only one that declares a panel and an assessment first."""
    settings.INSTALLATION.packs.mkdir(parents=True, exist_ok=True)
    place = settings.INSTALLATION.packs / "watch.yaml"
    place.write_text(PACK.read_text(encoding="utf-8"), encoding="utf-8")
    forget_library()
    parts.forget()
    yield
    place.unlink()
    forget_library()
    parts.forget()


@pytest.fixture
def officer(people, scope_for):
    Office.objects.filter(key="enforcement").update(key="economy")  # the officer is the statistician
    return scope_for(people["officer"])


@pytest.fixture
def firms(town, officer):
    """甲 grows, 降 uses half its power, 迟 has not returned May."""
    kind = library().dossier_kind("watch.firm")

    def make(name, months, **fields):
        made = create_dossier(
            kind,
            {"name": name, "land": 10, **fields},
            area=town.micro_grids[0],
            opened_on=date(2015, 1, 1),
            by=officer,
        )
        rows = [Return(made, month, values, "统计员") for month, values in months.items()]
        add_readings(rows, kind, "month", by=officer)
        return made

    falling = {month: {**values, "power": 40, "output": 90} for month, values in THIS.items()}
    late = {month: values for month, values in THIS.items() if month < "2023-05"}
    return {"甲": make("甲", YEAR | THIS), "降": make("降", YEAR | falling), "迟": make("迟", YEAR | late)}


def url(page, *args, **query):
    told = "&".join(f"{name}={value}" for name, value in {"panel": PANEL, **query}.items())
    return f"{reverse(f'desk:{page}', args=args)}?{told}"


def text_of(answer):
    return answer.content.decode()


def rows_of(answer):
    """Return the first cells of an Excel file below its heads."""
    book = openpyxl.load_workbook(BytesIO(answer.content))
    return [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)]


PAGES = ("economy", "economy_firms", "economy_warnings", "economy_estimates", "economy_brief", "per_mu",
         "layers", "lay_over", "ground_tests", "take_in_layer")  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_who_gets_in(page, clients, firms):
    expected = {
        "nobody": 302,
        "grid_worker": 403,
        "officer": 200,
        "leader": 200,
        "viewer": 200,
        "secretary": 200,
    }
    found = {key: clients[key].get(url(page)).status_code for key in expected}
    assert found == expected


class TestMonth:
    def test_the_last_month_anybody_returned_is_shown_with_its_estimate(self, clients, firms):
        page = text_of(clients["officer"].get(url("economy")))
        assert "2023年5月" in page
        # 110 + 90 have come; 迟 is taken as 100 × (200 ÷ 200).
        assert "300" in page
        assert "用电两月降三成" in page

    def test_every_list_holds_what_it_says(self, clients, firms):
        def names(**query):
            return rows_of(
                clients["officer"].get(url("economy_firms", month="2023-05", **query, **{"as": "xlsx"}))
            )

        assert names(list="missing") == ["迟"]
        assert set(names(list="returned")) == {"甲", "降"}
        assert (names(list="up"), names(list="down"), names(list="warned")) == (["甲"], ["降"], ["降"])
        assert names(sort="-value", list="returned") == ["降", "甲"]

    def test_a_figure_of_the_page_opens_the_list_it_was_made_from(self, clients, firms):
        brief = text_of(clients["officer"].get(url("economy_brief")))
        link = reverse("desk:economy_firms")
        assert f"{link}?panel={PANEL}&amp;month=2023-05&amp;list=missing" in brief

    def test_other_eyes_see_other_enterprises(self, clients, firms):
        assert "甲" not in text_of(clients["viewer"].get(url("economy_firms", month="2023-05")))

    def test_a_strange_address_is_answered_calmly(self, clients, firms):
        for query in (
            {"month": "2023-13"},
            {"month": "x"},
            {"panel": "no.thing"},
            {"area": "0"},
            {"value": "no"},
        ):
            assert clients["officer"].get(url("economy", **query)).status_code == 200

    def test_the_brief_as_a_document_carries_its_sources(self, clients, firms):
        answer = clients["officer"].get(url("economy_brief", **{"as": "docx"}))
        with ZipFile(BytesIO(answer.content)) as file:
            words = file.read("word/document.xml").decode()
        assert answer["Content-Type"].endswith("wordprocessingml.document")
        assert all(word in words for word in ("一、", "产值", "数据来源"))

    def test_the_trials_of_an_estimate_can_be_taken_along(self, clients, firms):
        found = rows_of(clients["officer"].get(url("economy_estimates", month="2023-05", **{"as": "xlsx"})))
        assert found == ["2023-04", "2023-03", "2023-02", "2023-01"]


class TestTakingUp:
    def test_one_click_opens_one_visit(self, clients, firms):
        args = (PANEL, firms["降"].pk, "2023-05")
        for _click in range(2):
            answer = clients["officer"].post(url("open_economy_visit", *args))
            assert answer.status_code == 302
        case = Case.objects.get()
        page = text_of(clients["officer"].get(url("economy_warnings", month="2023-05")))
        assert case.number in page
        assert TakenWarning.objects.count() == 1

    def test_a_visit_already_made_is_kept_with_its_words(self, clients, firms):
        where = url("keep_economy_visit", PANEL, firms["降"].pk, "2023-05")
        later = date.today() + timedelta(days=1)
        assert clients["officer"].post(where, {"day": later, "said": "检修"}).status_code == 422
        assert clients["officer"].post(where, {"day": date.today(), "said": "检修"}).status_code == 302
        assert Record.objects.get().fields == {"talked": "检修"}

    def test_who_may_not_takes_nothing_up(self, clients, firms):
        args = (PANEL, firms["降"].pk, "2023-05")
        codes = {key: clients[key].post(url("open_economy_visit", *args)).status_code for key in
                 ("leader", "viewer", "grid_worker", "nobody")}  # fmt: skip
        assert codes == {"leader": 403, "viewer": 404, "grid_worker": 403, "nobody": 302}
        assert clients["officer"].get(url("open_economy_visit", *args)).status_code == 405
        assert Case.objects.count() == 0


class TestPerMu:
    @pytest.fixture
    def made(self, clients, firms, town, officer):
        kind = library().dossier_kind("watch.firm")
        rows = [Return(one, "2022", {"energy": 300}, "统计员") for one in firms.values()]
        add_readings(rows, kind, "yearly", by=officer)
        answer = clients["officer"].post(
            url("new_assessment", "watch.mu"), {"year": "2022", "area": town.town.pk}
        )
        assert answer.status_code == 302
        return Assessment.objects.get()

    def test_from_draft_to_force(self, clients, made, firms):
        client = clients["officer"]
        # 600 ÷ 10 is over the cap: 1.5 × 60; 600 ÷ 300 ÷ 2 × 40.
        assert "130.00" in text_of(client.get(url("assessment", made.pk)))
        client.post(url("publish_assessment", made.pk), {"on": date.today() - timedelta(days=20)})
        standing = made.standings.get(dossier=firms["甲"])
        client.post(url("object_to_standing", standing.pk), {"on": date.today(), "text": "占地有误"})
        objection = Objection.objects.get()
        settle = url("settle_assessment", made.pk)
        assert client.post(settle, {"on": date.today()}).status_code == 422
        client.post(url("answer_objection", objection.pk), {"upheld": "no", "answer": "登记无误"})
        assert client.post(settle, {"on": date.today()}).status_code == 302
        assert Dossier.objects.get(pk=firms["甲"].pk).fields["class"] == "a"
        assert "2022 · A" in text_of(client.get(reverse("desk:dossier", args=[firms["甲"].pk])))

    def test_the_file_holds_values_and_points_of_everybody(self, clients, made):
        answer = clients["officer"].get(url("assessment", made.pk, **{"as": "xlsx"}))
        assert sorted(rows_of(answer)) == sorted(["甲", "降", "迟"])
        head = [cell.value for cell in openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0][1]]
        assert [name for name in head if "亩均税收" in name] == ["亩均税收", "亩均税收得分"]

    def test_who_does_not_keep_figures_changes_nothing(self, clients, made, town):
        for key in ("leader", "second_officer"):
            assert (
                clients[key].post(url("publish_assessment", made.pk), {"on": date.today()}).status_code == 403
            )
            said = {"year": "2023", "area": town.town.pk}
            assert clients[key].post(url("new_assessment", "watch.mu"), said).status_code == 403
        assert Assessment.objects.get().state == "draft"


class TestLayers:
    def send(self, client, town, *squares, **more):
        features = [{"type": "Feature", "properties": {}, "geometry": one} for one in squares]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        said = {
            "kind": "land.basic_farmland", "area": town.town.pk, "version_on": "2023-11-10", "source": "测试",
            "system": "wgs84", "ground": SimpleUploadedFile("a.geojson", text.encode()), **more,
        }  # fmt: skip
        return client.post(reverse("desk:take_in_layer"), said)

    def test_a_layer_is_taken_in_drawn_and_exported(self, clients, town, officer):
        client = clients["officer"]
        assert self.send(client, town, square(0, 0)).status_code == 302
        drawn = client.get(reverse("desk:layer_map")).json()["areas"]["features"]
        assert [one["properties"]["tone"] for one in drawn] == ["bad"]
        assert rows_of(client.get(reverse("desk:layers"), {"as": "xlsx"})) == ["永久基本农田 线内受限"]

    def test_a_faulty_file_is_refused_at_its_field(self, clients, town, officer):
        bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
        answer = self.send(clients["officer"], town, bow)
        assert answer.status_code == 422
        assert Layer.objects.count() == 0

    def test_a_test_without_a_plot_is_shown_and_not_kept(self, clients, town, officer):
        self.send(clients["officer"], town, square(0, 0))
        said = {"text": "120.005, 31.005", "system": "wgs84", "dossier": ""}
        answer = clients["officer"].post(reverse("desk:lay_over"), said)
        assert answer.status_code == 200
        assert "压占" in text_of(answer)
        assert GroundTest.objects.count() == 0

    def test_a_test_about_a_plot_is_kept_and_shown_on_it(self, clients, town, officer):
        self.send(clients["officer"], town, square(0, 0))
        kind = library().dossier_kind("land.plot")
        plot = create_dossier(
            kind, {"number": "P1"}, area=town.villages[0], opened_on=date(2023, 1, 1), by=officer
        )
        said = {"text": json.dumps(square(0, 0)), "system": "wgs84", "dossier": plot.pk}
        answer = clients["officer"].post(reverse("desk:lay_over"), said)
        kept = GroundTest.objects.get()
        assert answer["Location"] == reverse("desk:ground_test", args=[kept.pk])
        assert "永久基本农田" in text_of(clients["officer"].get(reverse("desk:dossier", args=[plot.pk])))
        assert clients["viewer"].get(answer["Location"]).status_code == 404
        assert rows_of(clients["officer"].get(reverse("desk:ground_tests"), {"as": "xlsx"})) == ["P1"]

    def test_nothing_said_and_nonsense_are_refused_at_the_field(self, clients, officer):
        for text in ("", "nonsense"):
            answer = clients["officer"].post(reverse("desk:lay_over"), {"text": text, "system": "wgs84"})
            assert answer.status_code == 422
