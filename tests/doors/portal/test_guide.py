"""The guide: questions that always end at a service, items without what is nobody's business."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from tests.doors.portal.conftest import ERRAND

from zhenshu.ground.packs.registry import library
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.portal.guide import items_of, walk
from zhenshu.registers.portal.receiving import kinds_of

ITEM = {"code": "CJ1", "name": "城乡居民养老保险参保登记", "category": "social/pension", "promised_days": 0}


@pytest.fixture
def keep(town, matters):
    """Return the function that keeps an item of the guide."""
    kind = library().dossier_kind("services.item")

    def make(**said):
        raw = {**ITEM, **said}
        return create_dossier(
            kind, raw, area=town.town, opened_on=timezone.localdate(), by=matters.scope("dispatcher")
        )

    return make


def every_way(kind, answers=()):
    """Yield where every way through the questions ends."""
    place = walk(kind, answers)
    if place is None:
        return
    if place.category:
        yield answers, place
        return
    for number in range(len(place.answers)):
        yield from every_way(kind, (*answers, str(number)))


@pytest.mark.django_db
def test_every_way_through_the_shipped_questions_ends_at_a_category():
    for section in ("report", "message", "errand"):
        for kind in kinds_of(section):
            for answers, place in every_way(kind):
                assert kind.find_category(place.category) is not None, answers
                assert len(place.said) == len(answers)


@pytest.mark.django_db
def test_answers_gather_papers_and_exemptions():
    kind = library().case_kind(ERRAND)
    place = walk(kind, ["1", "0", "2"])
    assert place.category == "social/certify"
    assert "代办人身份证" in place.papers
    assert "生存证明" in place.exempt


@pytest.mark.django_db
@pytest.mark.parametrize("answers", [["99"], ["-1"], ["x"], ["0", "99"], ["²"], [""]])
def test_an_answer_that_nobody_offered_leads_nowhere(answers):
    place = walk(library().case_kind(ERRAND), answers)
    assert place.category == ""
    query = "&".join(f"a={answer}" for answer in answers)
    assert Client().get(f"/portal/guide/ask/{ERRAND}/?{query}").status_code == 200


@pytest.mark.django_db
def test_items_are_found_by_name_and_category_unless_unlisted(keep):
    shown, hidden = keep(), keep(code="CJ2", name="内部事项", unlisted=True)
    kind = library().case_kind(ERRAND)
    assert list(items_of(kind)) == [shown]
    assert list(items_of(kind, category="social")) == [shown]
    assert not items_of(kind, category="soc").exists()
    page = Client().get("/portal/guide/?q=养老").content.decode()
    assert shown.title in page
    assert hidden.title not in page
    assert Client().get(f"/portal/guide/items/{hidden.pk}/").status_code == 404


@pytest.mark.django_db
def test_the_guide_shows_no_other_dossier(town, matters):
    kind = library().dossier_kind("hotline.estate")
    other = create_dossier(
        kind,
        {"name": "安居小区"},
        area=town.town,
        opened_on=timezone.localdate(),
        by=matters.scope("dispatcher"),
    )
    assert Client().get(f"/portal/guide/items/{other.pk}/").status_code == 404


@pytest.mark.django_db
def test_exempt_items_can_be_shown_alone(keep):
    keep()
    keep(code="CJ3", name="生育登记", exempt=True, exempt_papers="户口簿复印件")
    page = Client().get("/portal/guide/?exempt=1").content.decode()
    assert "生育登记" in page
    assert "养老保险" not in page


@pytest.mark.django_db
def test_an_item_tells_its_limits_and_leads_to_the_application(keep):
    item = keep(legal_days=20, conditions="年满十六周岁", where="镇便民服务中心")
    page = Client().get(f"/portal/guide/items/{item.pk}/").content.decode()
    for words in (
        "年满十六周岁",
        "20 工作日",
        "镇便民服务中心",
        f"/portal/new/{ERRAND}/?category=social/pension",
    ):
        assert words in page
