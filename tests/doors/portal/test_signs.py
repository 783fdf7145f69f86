"""Signs with codes: made by those who keep them, printed, retired, rated."""

from __future__ import annotations

import pytest
from django.test import Client

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.portal.models import Rating, Spot

pytestmark = pytest.mark.django_db


@pytest.fixture
def spot(clients, town) -> Spot:
    said = {"name": "惠民广场", "area": town.grids[0].pk, "address": "北侧", "told": "每日保洁"}
    assert clients["dispatcher"].post("/public-answers/signs/new/", said).status_code == 302
    return Spot.objects.get()


def test_a_sign_leads_to_its_page(spot):
    page = Client().get(f"/portal/at/{spot.code}/").content.decode()
    assert "惠民广场" in page
    assert "每日保洁" in page
    assert f"?at={spot.code}" in page
    assert Client().get(f"/portal/?at={spot.code}")["Location"] == f"/portal/at/{spot.code}/"


def test_the_sheet_holds_a_drawing_of_each_sign(spot, clients):
    sheet = clients["secretary"].get("/public-answers/signs/sheet/").content.decode()
    assert sheet.count("<svg") - sheet.count('class="icon"') == 1
    assert "惠民广场" in sheet
    assert " style=" not in sheet


def test_without_signs_the_sheet_holds_those_of_the_villages(clients, town):
    sheet = clients["dispatcher"].get("/public-answers/signs/sheet/").content.decode()
    assert sheet.count("<svg") - sheet.count('class="icon"') == len(town.villages)


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 302), ("grid_worker", 403), ("officer", 403), ("leader", 403), ("viewer", 403),
     ("dispatcher", 200), ("secretary", 200), ("administrator", 200)],
)  # fmt: skip
def test_who_keeps_signs(clients, who, status):
    for address in ("/public-answers/signs/", "/public-answers/signs/new/", "/public-answers/signs/sheet/"):
        assert clients[who].get(address).status_code == status


def test_a_retired_sign_says_so_and_takes_no_rating(spot, clients):
    clients["dispatcher"].post(f"/public-answers/signs/{spot.pk}/")
    assert Client().get(f"/portal/at/{spot.code}/").status_code == 404
    Client().post(f"/portal/at/{spot.code}/", {"mark": "good"})
    assert not Rating.objects.exists()
    assert Entry.objects.filter(action="spot.retired").count() == 1


@pytest.mark.parametrize("code", ["AAAAAAAA", "x", "%27or1", "0O1I", "a" * 60])
def test_a_code_that_no_sign_has_tells_nothing(code):
    assert Client().get(f"/portal/at/{code}/").status_code == 404


@pytest.mark.parametrize(("mark", "status", "kept"), [("good", 200, 1), ("", 422, 0), ("best", 422, 0)])
def test_a_spot_is_rated_without_a_name(spot, mark, status, kept):
    answer = Client().post(f"/portal/at/{spot.code}/", {"mark": mark, "words": "整洁"})
    assert (answer.status_code, Rating.objects.count()) == (status, kept)
    assert Entry.objects.filter(action="spot.rated", actor_id=None).count() == kept
