"""Reports from the field: what comes in, what is refused, and that nothing comes in twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)


def send(client, **said):
    said = {"kind": "grid.event", "text": "桥头护栏松动。请尽快处理", "once": "a1", **said}
    return client.post("/patrol/send/", said, headers={"Accept": "application/json"})


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 302), ("grid_worker", 200), ("officer", 200), ("dispatcher", 200), ("leader", 200),
     ("secretary", 200), ("administrator", 403), ("viewer", 403)],
)  # fmt: skip
def test_who_may_open_the_patrol_page(clients, who, status):
    assert clients[who].get("/patrol/").status_code == status


def test_a_sentence_and_a_place_are_enough(clients, town):
    answer = send(clients["grid_worker"], lon="120.005", lat="31.005")
    assert answer.status_code == 201
    case = Case.objects.get(number=answer.json()["number"])
    assert (case.title, case.area_id) == ("桥头护栏松动", town.micro_grids[0].pk)
    assert case.description == "桥头护栏松动。请尽快处理"
    assert case.reported_by.username == "grid_worker"


def test_the_same_report_sent_again_is_the_same_matter(clients):
    first, second = send(clients["grid_worker"]), send(clients["grid_worker"])
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["number"] == second.json()["number"]
    assert Case.objects.count() == 1


def test_marks_of_two_people_do_not_meet(clients):
    send(clients["grid_worker"])
    assert send(clients["officer"]).status_code == 201
    assert Case.objects.count() == 2


def test_a_point_outside_the_township_falls_back_to_the_own_grid(clients, town):
    answer = send(clients["grid_worker"], lon="100.0", lat="20.0")
    case = Case.objects.get(number=answer.json()["number"])
    assert (case.area_id, case.lon) == (town.grids[0].pk, None)


def test_a_place_named_in_the_words_is_found(clients, town):
    answer = send(clients["grid_worker"], text="孝丰社区门口积水")
    case = Case.objects.get(number=answer.json()["number"])
    assert case.village_id == town.villages[1].pk


@pytest.mark.parametrize(
    "said",
    [{"text": "  "}, {"kind": "no.such"}, {"category": "no/such"}],
    ids=["no words", "kind", "category"],
)
def test_what_does_not_fit_is_refused_with_a_sentence(clients, said):
    answer = send(clients["grid_worker"], **said)
    assert answer.status_code == 422
    assert answer.json()["text"]
    assert Case.objects.count() == 0


@pytest.mark.parametrize("lon", ["nan", "x", "1e999", ""])
def test_a_broken_position_does_not_lose_the_report(clients, lon):
    assert send(clients["grid_worker"], lon=lon, lat="31.0").status_code == 201


@pytest.mark.parametrize("days", [-400, 5])
def test_a_phone_with_a_wrong_clock_reports_now(clients, days):
    wrong = (timezone.now() + timedelta(days=days)).isoformat()
    answer = send(clients["grid_worker"], at=wrong)
    case = Case.objects.get(number=answer.json()["number"])
    assert abs(timezone.now() - case.reported_at) < timedelta(minutes=5)


def test_a_report_keeps_the_moment_it_was_written(clients):
    written = timezone.now() - timedelta(hours=7)
    answer = send(clients["grid_worker"], at=written.isoformat())
    case = Case.objects.get(number=answer.json()["number"])
    assert case.reported_at == written
    assert case.opened_at > written


def test_a_picture_comes_in_with_the_report(clients):
    picture = SimpleUploadedFile("现场.png", PIXEL, content_type="image/png")
    answer = send(clients["grid_worker"], photos=picture)
    case = Case.objects.get(number=answer.json()["number"])
    file = case.attachments.get()
    shown = clients["grid_worker"].get(f"/cases/{case.number}/files/{file.pk}/")
    assert b"".join(shown.streaming_content) == PIXEL
    assert shown["Content-Type"] == "image/png"


def test_a_picture_that_is_none_takes_the_report_back(clients):
    script = SimpleUploadedFile("现场.png", b"<script>alert(1)</script>", content_type="image/png")
    answer = send(clients["grid_worker"], photos=script)
    assert answer.status_code == 422
    assert Case.objects.count() == 0


def test_emoji_rare_characters_and_formulas_come_in_as_they_are(clients):
    text = "=cmd|'/C calc'!A0 𠮷家门口 🚧"
    answer = send(clients["grid_worker"], text=text)
    assert Case.objects.get(number=answer.json()["number"]).description == text


def test_a_form_without_scripts_goes_back_to_the_page(clients):
    answer = clients["grid_worker"].post("/patrol/send/", {"kind": "grid.event", "text": "路灯不亮"})
    assert answer["Location"] == "/patrol/"
    assert Case.objects.count() == 1


def test_the_worker_keeps_the_page_under_its_own_version(clients):
    script = clients["nobody"].get("/patrol/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert "__VERSION__" not in script.content.decode()


def test_what_follows_is_told_while_one_types(clients, in_english):
    said = {"kind": "grid.event", "text": "孝丰社区门口占道经营，行人无法通过"}
    answer = clients["grid_worker"].post("/patrol/follow/", said)
    assert "孝丰社区" in answer.content.decode()
