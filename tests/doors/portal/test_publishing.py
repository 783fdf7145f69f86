"""Answers for everybody: their author agreed, nobody can be recognised, two persons stand for them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.portal.conftest import MESSAGE

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.registers.portal.errors import PublicationError
from zhenshu.registers.portal.models import Publication
from zhenshu.registers.portal.publishing import (
    Wording,
    consent,
    mask_text,
    propose,
    proposed_wording,
    publishable,
    refuse,
    still_told,
    withdraw,
)

TEXT = "我叫许满，住安居小区3栋2单元501室，电话19900001234，身份证330106199001011237。末班车能不能晚一点？"
WORDS = Wording("末班车能不能晚一点", "末班车能不能晚一点？", "已延后四十分钟。")


@pytest.fixture
def answered_message(citizen, bring):
    """A message whose author agreed to publication, answered and verified."""

    def make(agreed: bool = True):
        said = {"may_publish": "on"} if agreed else {}
        case, _code = citizen.report(MESSAGE, text=TEXT, **said)
        return bring(case, "verified", "许满您好，末班车已延后四十分钟。")

    return make


@pytest.mark.django_db
def test_an_answer_is_published_by_a_second_person_and_read_by_everybody(answered_message, matters):
    case = answered_message()
    one = propose(case.number, WORDS, by=matters.scope("dispatcher"), at=timezone.now())
    assert Client().get(f"/portal/answers/{one.pk}/").status_code == 404
    with pytest.raises(PublicationError):
        consent(one.pk, by=matters.scope("dispatcher"), at=timezone.now())
    consent(one.pk, by=matters.scope("leader"), at=timezone.now())
    shown = Client().get(f"/portal/answers/{one.pk}/").content.decode()
    assert "已延后四十分钟" in shown
    for hidden in ("许满", "19900001234", case.number):
        assert hidden not in shown
    acts = Entry.objects.filter(action__startswith="publication.").order_by("seq")
    assert [(line.action, line.actor_name) for line in acts] == [
        ("publication.proposed", "许澄"), ("publication.published", "欧阳正"),
    ]  # fmt: skip
    withdraw(one.pk, "内容过时", by=matters.scope("secretary"), at=timezone.now())
    assert Client().get(f"/portal/answers/{one.pk}/").status_code == 404
    assert "末班车" not in Client().get("/portal/answers/").content.decode()


@pytest.mark.django_db
def test_without_the_authors_agreement_nothing_is_proposed(answered_message, matters):
    case = answered_message(agreed=False)
    assert not publishable(matters.scope("dispatcher")).exists()
    with pytest.raises(PublicationError):
        propose(case.number, WORDS, by=matters.scope("dispatcher"), at=timezone.now())
    assert not Publication.objects.exists()


@pytest.mark.django_db
def test_an_answer_that_is_not_verified_is_not_proposed(citizen, bring, matters):
    case, _code = citizen.report(MESSAGE, may_publish="on")
    bring(case, "answered")
    with pytest.raises(PublicationError):
        propose(case.number, WORDS, by=matters.scope("dispatcher"), at=timezone.now())


@pytest.mark.django_db
def test_the_proposed_wording_hides_what_can_be_recognised(answered_message):
    words = proposed_wording(answered_message())
    for part in (words.title, words.question, words.answer):
        for hidden in ("许满", "19900001234", "330106199001011237", "3栋", "501"):
            assert hidden not in part
    assert "末班车" in words.question


LEAKS = ["许满想问", "电话19900001234", "330106199001011237", "0571-88001234", "卡号6222020200012345678"]


@pytest.mark.django_db
@pytest.mark.parametrize("leak", LEAKS)
def test_a_wording_that_still_tells_of_a_person_is_refused(answered_message, matters, leak):
    case = answered_message()
    with pytest.raises(PublicationError):
        propose(
            case.number,
            Wording("末班车", leak, "已延后。"),
            by=matters.scope("dispatcher"),
            at=timezone.now(),
        )


@given(st.text(alphabet="0123456789-Xx 许满您好，。电话A", max_size=60))
def test_what_was_masked_tells_nothing_any_more(text):
    assert still_told(mask_text(text, ["许满"]), ["许满"]) == []


ACTS = {
    "propose": {"dispatcher", "secretary"},
    "consent": {"leader", "second"},
    "refuse": {"dispatcher", "leader", "second"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["viewer", "grid_worker", "officer", "leader", "administrator", "provider"])
def test_who_may_not_put_forward(answered_message, matters, company, who):
    case = answered_message()
    if who == "officer":
        assert propose(case.number, WORDS, by=matters.scope(who), at=timezone.now()).pk
        return
    with pytest.raises((NotAllowedError, PublicationError, Exception)) as refused:
        propose(case.number, WORDS, by=matters.scope(who), at=timezone.now())
    assert refused.type.__name__ in ("NotAllowedError", "CaseNotFoundError")
    assert not Publication.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["viewer", "grid_worker", "officer", "administrator", "provider"])
def test_who_may_not_decide(answered_message, matters, company, who):
    case = answered_message()
    one = propose(case.number, WORDS, by=matters.scope("dispatcher"), at=timezone.now())
    for decide in (
        lambda: consent(one.pk, by=matters.scope(who), at=timezone.now()),
        lambda: refuse(one.pk, "不宜", by=matters.scope(who), at=timezone.now()),
    ):
        with pytest.raises(NotAllowedError):
            decide()
    one.refresh_from_db()
    assert one.state == "proposed"


@pytest.mark.django_db
def test_a_refused_answer_can_be_worded_anew(answered_message, matters):
    case = answered_message()
    one = propose(case.number, WORDS, by=matters.scope("dispatcher"), at=timezone.now())
    with pytest.raises(PublicationError):
        refuse(one.pk, "", by=matters.scope("leader"), at=timezone.now())
    refuse(one.pk, "答复不完整", by=matters.scope("leader"), at=timezone.now())
    with pytest.raises(PublicationError):
        consent(one.pk, by=matters.scope("secretary"), at=timezone.now())
    better = Wording("末班车", "末班车？", "已延后四十分钟，试行三个月。")
    assert propose(case.number, better, by=matters.scope("secretary"), at=timezone.now()).pk == one.pk


@pytest.mark.django_db
def test_answers_are_sought_by_words_and_shown_by_pages(people, matters, answered_message):
    case = answered_message()
    propose(case.number, WORDS, by=matters.scope("dispatcher"), at=timezone.now())
    consent(Publication.objects.get().pk, by=matters.scope("leader"), at=timezone.now())
    assert "末班车" in Client().get("/portal/answers/?q=四十分钟").content.decode()
    assert "末班车" not in Client().get("/portal/answers/?q=污水").content.decode()
    assert Client().get("/portal/answers/?page=99").status_code == 200
    assert Client().get("/portal/answers/?page=x%00&q=%00").status_code == 200


@pytest.mark.django_db
def test_the_desk_proposes_and_decides_on_its_pages(answered_message, clients):
    case = answered_message()
    assert case.title in clients["dispatcher"].get("/public-answers/").content.decode()
    form = clients["dispatcher"].get(f"/public-answers/propose/{case.number}/").content.decode()
    assert "19900001234" not in form
    sent = {"title": "末班车", "question": "末班车？", "answer": "已延后。"}
    assert clients["dispatcher"].post(f"/public-answers/propose/{case.number}/", sent).status_code == 302
    one = Publication.objects.get()
    assert clients["dispatcher"].post(f"/public-answers/{one.pk}/", {"act": "consent"}).status_code == 422
    assert clients["officer"].post(f"/public-answers/{one.pk}/", {"act": "consent"}).status_code == 403
    assert clients["leader"].post(f"/public-answers/{one.pk}/", {"act": "consent"}).status_code == 302
    assert "末班车" in Client().get("/portal/").content.decode()
