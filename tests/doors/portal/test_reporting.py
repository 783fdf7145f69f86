"""A matter comes in without an account: once, where it belongs, and only from a person."""

from __future__ import annotations

import io
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from tests.doors.portal.conftest import ERRAND, MESSAGE, SNAPSHOT, Citizen, answered

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.cases.models import Attachment, Case
from zhenshu.registers.portal.limits import POLICY
from zhenshu.registers.portal.models import Knock, Receipt
from zhenshu.registers.portal.spots import SpotDraft, make_spot, retire_spot

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


def picture(name: str = "现场.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


@pytest.mark.django_db
def test_a_report_becomes_a_matter_with_a_receipt_and_a_line_in_the_ledger(citizen):
    case, code = citizen.report(photos=picture())
    assert (case.kind, case.channel, case.stage) == (SNAPSHOT, "photo", "accepted")
    assert (case.title, case.village_id) == ("菜场东门路灯不亮", citizen.town.villages[0].pk)
    assert (case.reported_by, case.reporter_phone) == (None, "19900001234")
    assert case.attachments.count() == 1
    assert code.replace("-", "") not in case.receipt.digest
    line = Entry.objects.get(action="case.opened", subject_id=case.pk)
    assert (line.actor_id, line.actor_name) == (None, "群众门户")


@pytest.mark.django_db
def test_the_phones_place_is_surer_than_the_village_chosen(citizen):
    case, _code = citizen.report(lon="120.005", lat="31.005", village=str(citizen.town.villages[1].pk))
    assert case.area == citizen.town.micro_grids[0]


@pytest.mark.django_db
@pytest.mark.parametrize("place", [("0", "0"), ("nan", "31"), ("x", "y"), ("181", "95"), ("116.4", "39.9")])
def test_a_lost_phone_does_not_lose_the_report(citizen, place):
    case, _code = citizen.report(lon=place[0], lat=place[1])
    assert case.village_id == citizen.town.villages[0].pk


@pytest.mark.django_db
def test_without_any_place_the_form_asks_for_one(citizen):
    answer = citizen.send(village="", text="灯坏了")
    assert answer.status_code == 422
    assert answer.context["form"].errors["village"]
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_a_sign_gives_place_and_channel(citizen, matters):
    draft = SpotDraft(name="惠民广场", area=citizen.town.grids[2].pk, address="北侧公告栏")
    spot = make_spot(draft, by=matters.scope("dispatcher"), at=matters.report("x").opened_at)
    case, _code = citizen.report(at=spot.code.lower())
    assert (case.area, case.channel) == (citizen.town.grids[2], "code")
    assert (case.address, case.fields["spot_code"]) == ("惠民广场（北侧公告栏）", spot.code)
    retire_spot(spot, by=matters.scope("dispatcher"), at=case.opened_at)
    again, _code = citizen.report(at=spot.code)
    assert (again.channel, again.village_id) == ("photo", citizen.town.villages[0].pk)


@pytest.mark.django_db
def test_the_same_form_sent_twice_is_one_matter_and_tells_the_same_code(citizen):
    form = answered()
    first, second = citizen.send(**form), citizen.send(**form)
    assert first.context["number"] == second.context["number"]
    assert first.context["code"] == second.context["code"]
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_the_same_form_make_one_matter(citizen):
    form, told = answered(), []

    def send() -> None:
        answer = Citizen(citizen.town).send(**form)
        told.append((answer.status_code, answer.context["number"]))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(told)) == 1
    assert Case.objects.count() == Receipt.objects.count() == 1


PROGRAMS = {
    "a trap that no person sees": lambda: {"website": "http://example.org"},
    "faster than hands": lambda: answered(timedelta(0)),
    "open since yesterday": lambda: answered(timedelta(days=1)),
    "a wrong sum": lambda: {"sum": "99"},
    "no sum": lambda: {"sum": ""},
    "a token of its own": lambda: {"token": "eyJhIjoxfQ:1:x"},
    "no token": lambda: {"token": ""},
}


@pytest.mark.django_db
@pytest.mark.parametrize("trick", PROGRAMS.values(), ids=list(PROGRAMS))
def test_a_program_is_turned_away_and_nothing_is_kept(citizen, trick):
    answer = citizen.send(**trick())
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert not Case.objects.exists()


WRONG = {
    "a program": lambda: [picture("现场.exe")],
    "a text called a picture": lambda: [picture("现场.png", b"no picture at all")],
    "too many": lambda: [picture(f"{n}.png") for n in range(4)],
    "a good one and a bad one": lambda: [picture(), picture("b.jpg", b"\x00")],
}


@pytest.mark.django_db
@pytest.mark.parametrize("files", WRONG.values(), ids=list(WRONG))
def test_a_wrong_picture_is_told_and_nothing_of_the_report_is_kept(citizen, files):
    answer = citizen.send(photos=files())
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert not Case.objects.exists()
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_a_picture_too_large_is_refused_before_it_is_read(citizen):
    big = io.BytesIO(PNG + b"\0" * (21 * 1024 * 1024))
    big.name = "大.png"
    answer = citizen.send(photos=big)
    assert answer.status_code == 422
    assert "20" in answer.context["form"].non_field_errors()[0]


@pytest.mark.django_db
def test_an_address_reports_only_so_often_an_hour_and_others_go_on(citizen):
    most = POLICY.hourly["report"]
    for _time in range(most):
        assert citizen.send().status_code == 200
    assert citizen.send().status_code == 422
    assert Case.objects.count() == most
    assert Citizen(citizen.town, address="198.51.100.8").send().status_code == 200
    assert not Knock.objects.filter(who__contains="198.51").exists()


@pytest.mark.django_db
def test_a_header_that_anybody_may_write_does_not_change_the_address(citizen):
    for number in range(POLICY.hourly["report"]):
        citizen.client.defaults["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{number}"
        citizen.send()
    citizen.client.defaults["HTTP_X_FORWARDED_FOR"] = "203.0.113.99"
    assert citizen.send().status_code == 422


@pytest.mark.django_db
def test_behind_the_proxy_its_own_word_is_the_address(citizen, settings):
    from dataclasses import replace

    with override_settings(INSTALLATION=replace(settings.INSTALLATION, https=True)):
        citizen.client.defaults["HTTP_X_FORWARDED_FOR"] = "192.0.2.1, 203.0.113.1"
        for _time in range(POLICY.hourly["report"]):
            citizen.send()
        assert citizen.send().status_code == 422
        citizen.client.defaults["HTTP_X_FORWARDED_FOR"] = "192.0.2.1, 203.0.113.2"
        assert citizen.send().status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["petitions.visit", "grid.event", "hotline.ticket", "nothing.here"])
def test_only_what_a_pack_opens_is_open(citizen, kind):
    assert citizen.client.get(f"/portal/new/{kind}/").status_code == 404
    assert citizen.send(kind).status_code == 404
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_fields_that_the_pack_does_not_ask_are_not_taken(citizen):
    case, _code = citizen.report(
        ERRAND,
        **{"fields.applicant": "许满", "fields.result": "granted", "fields.id_number": "x"},
        priority="urgent", stage="closed", confidential="on", channel="counter", office="1",
    )  # fmt: skip
    assert case.fields["applicant"] == "许满"
    assert "result" not in case.fields
    assert "id_number" not in case.fields
    assert (case.priority, case.stage, case.confidential, case.channel) == (
        "normal",
        "accepted",
        False,
        "online",
    )
    assert case.lead_office.key == "services"


@pytest.mark.django_db
def test_an_application_needs_a_telephone_and_takes_the_category_of_the_guide(citizen):
    assert citizen.send(ERRAND, phone="").context["form"].errors["phone"]
    url = f"/portal/new/{ERRAND}/?category=social/pension"
    said = {"text": "参加养老保险", "phone": "19900001234", **answered()}
    answer = citizen.client.post(url, said)
    case = Case.objects.get(number=answer.context["number"])
    assert case.category == "social/pension"
    assert [clock.limit for clock in case.clocks.filter(key="promise")] == ["当日"]
    unknown = citizen.client.post(url.replace("social/pension", "nothing"), {**said, **answered()})
    assert Case.objects.get(number=unknown.context["number"]).category == ""


@pytest.mark.django_db
def test_a_message_that_names_no_village_belongs_to_the_township(citizen):
    case, _code = citizen.report(MESSAGE, village="", text="公交末班车能不能晚一点", may_publish="on")
    assert case.area == citizen.town.town
    assert case.receipt.may_publish is True


@pytest.mark.django_db
def test_a_report_needs_the_token_of_the_page_itself(citizen):
    """Django's own protection holds at the portal too."""
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    said = {"text": "灯坏了", "village": str(citizen.town.villages[0].pk), **answered()}
    assert strict.post(f"/portal/new/{SNAPSHOT}/", said).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/portal/", f"/portal/new/{SNAPSHOT}/", "/portal/follow/", "/portal/guide/"]
)
def test_the_pages_load_nothing_foreign_and_run_nothing_inline(citizen, address):
    answer = citizen.client.get(address)
    body = answer.content.decode()
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert " style=" not in body
    assert "onclick" not in body
    assert "http://" not in body.replace("http://www.w3.org", "")
