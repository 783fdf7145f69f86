"""The indicator board and the page of one indicator: each number leads to the records behind it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from tests.doors.desk.records import ENTERPRISE, keep

from zhenshu.doors.desk.indicator_pages import growth_words, number_words
from zhenshu.ground.packs.measure_kinds import FORMS
from zhenshu.measures.indicators.compare import Growth
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.models import Target

pytestmark = pytest.mark.django_db


@pytest.fixture
def code():
    """An indicator that counts matters of the kind the tests report."""
    return next(
        code for code, plan in catalogue().plans.items() if plan.kind.count in ("event", "grid.event")
    )


def every_page(client, address):
    """Yield the pages of the board, from the first to the last."""
    while address:
        yield (page := client.get(address))
        address = page.context["pager"].next_url if page.context["pager"] else ""


def tiles(page):
    return {tile.url.partition("?")[0]: tile for _name, found in page.context["lines"] for tile in found}


def test_the_board_shows_what_has_a_number_and_every_indicator_when_asked(clients, matters, code):
    matters.report("路灯不亮")
    page = clients["leader"].get("/indicators/")
    assert f"/indicators/{code}/" in tiles(page)
    assert all(tile.value not in ("–", "0") or tile.change for tile in tiles(page).values())
    whole = list(every_page(clients["leader"], page.context["all_url"]))
    every = [code for one in whole for code in tiles(one)]
    assert len(every) == len(set(every)) == len(catalogue().plans)
    assert len(tiles(whole[0])) == len(tiles(page)) + page.context["hidden"]
    assert len(whole) > 3
    one_line = clients["leader"].get("/indicators/?line=safety")
    assert {url.split("/")[2].partition(".")[0] for url in tiles(one_line)} == {"safety"}


def test_a_number_of_the_board_is_the_number_of_its_page_and_of_its_records(clients, matters, code):
    for number in range(3):
        matters.report(f"路灯不亮 {number}")
    tile = tiles(clients["leader"].get("/indicators/"))[f"/indicators/{code}/"]
    page = clients["leader"].get(tile.url)
    (group, records_url), *_rest = page.context["groups"]
    assert (tile.value, page.context["value"].value, group.count) == ("3", 3, 3)
    assert len(clients["leader"].get(records_url).context["table"].rows) == 3


def test_the_areas_below_stand_with_value_rank_and_share(clients, matters, town, code):
    matters.report("路灯不亮")
    matters.report("井盖松动")
    matters.report("占道", area=town.micro_grids[-1].pk, lon=120.035, lat=31.015)
    rows = clients["leader"].get(f"/indicators/{code}/").context["areas"].rows
    told = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in rows}
    assert told == {"东浦村": ["2", "1/2", "66.7"], "孝丰社区": ["1", "2/2", "33.3"]}


def test_the_trend_ends_with_this_month(clients, matters, code):
    matters.report("路灯不亮")
    trend = clients["leader"].get(f"/indicators/{code}/").context["trend"]
    assert len(trend["x"]) == timezone.localdate().month
    assert trend["series"][0]["values"][-1] == 1
    assert len(trend["links"]) == len(trend["x"])


def test_a_target_stands_beside_its_number_with_its_lamp(clients, matters, town, code):
    matters.report("路灯不亮")
    Target.objects.create(
        indicator=code, area=town.town, year=timezone.localdate().year, value=Decimal(1), unit="件"
    )
    tile = tiles(clients["leader"].get("/indicators/"))[f"/indicators/{code}/"]
    assert tile.state == "normal"
    assert "≥ 1" in tile.target


def test_nobody_asks_for_an_area_outside_their_posts(clients, town, code):
    outside = town.villages[0].pk
    assert clients["viewer"].get(f"/indicators/?area={outside}").status_code == 403
    assert clients["viewer"].get(f"/indicators/{code}/?area={outside}").status_code == 403
    assert clients["viewer"].get("/indicators/").status_code == 200


def test_grid_workers_have_no_board(clients):
    assert clients["grid_worker"].get("/indicators/").status_code == 403


@pytest.mark.parametrize(
    "asked", ["period=nonsense", "period=2023", "period=2023-05", "area=999999", "line=dragon"]
)
def test_odd_questions_are_answered_all_the_same(clients, asked):
    assert clients["leader"].get(f"/indicators/?{asked}").status_code == 200


def test_an_indicator_that_nobody_defines_is_not_found(clients):
    assert clients["leader"].get("/indicators/no.such/").status_code == 404


def one_of_each_form() -> list[str]:
    """Return an indicator of each form that each pack uses: a page differs by form, not by name."""
    found: dict[tuple[str, str], str] = {}
    for code, plan in sorted(catalogue().plans.items()):
        form = next(form for form in FORMS if getattr(plan.kind, form))
        found.setdefault((plan.pack.pack, form), code)
    return sorted(found.values())


@pytest.mark.parametrize("code_of", one_of_each_form())
def test_every_form_of_indicator_has_its_page(clients, matters, town, code_of):
    keep(ENTERPRISE, town.micro_grids[0], by=matters.scope("secretary"))
    page = clients["leader"].get(f"/indicators/{code_of}/")
    assert page.status_code == 200
    for group, url in page.context["groups"]:
        assert len(clients["leader"].get(url).context["table"].rows) == min(group.seen, 50)


@pytest.mark.parametrize(
    ("number", "words"),
    [(None, "–"), (Decimal("1234567"), "1,234,567"), (Decimal("12.50"), "12.5"), (Decimal("0"), "0"),
     (Decimal("-3.10"), "-3.1"), (Decimal("1E+3"), "1,000")],
)  # fmt: skip
def test_numbers_read_as_people_write_them(number, words):
    assert number_words(number) == words


@pytest.mark.parametrize(
    ("growth", "words"),
    [
        (Growth(Decimal(110), Decimal(100), "件"), "+10.0 % on last year"),
        (Growth(Decimal("95.5"), Decimal("94"), "%"), "+1.50 points on last year"),
        (Growth(Decimal(5), Decimal(0), "件"), ""),
        (Growth(None, Decimal(3), "件"), ""),
    ],
)
def test_growth_is_told_in_points_for_rates_and_in_per_cent_else(growth, words, in_english):
    assert growth_words(growth) == words
