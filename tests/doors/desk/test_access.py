"""Coming in: log-in, lock-out, first passwords, the post in use."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.conftest import PASSWORD

from zhenshu.ground.people.models import Post, Role

pytestmark = pytest.mark.django_db


def log_in(client: Client, username: str, password: str = PASSWORD, **extra: str):
    return client.post("/log-in/", {"username": username, "password": password, **extra})


def test_a_stranger_is_sent_to_the_log_in(people):
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer["Location"] == "/log-in/?next=/"


def test_htmx_sends_the_window_of_a_stranger_to_the_log_in(people):
    answer = Client().get("/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/log-in/"


def test_the_right_password_opens_home(people):
    answer = log_in(Client(), "dispatcher")
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "there", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_the_log_in_never_leads_elsewhere(people, there):
    assert log_in(Client(), "dispatcher", next=there)["Location"] == "/"


def test_the_log_in_leads_back_to_where_one_was(people):
    assert log_in(Client(), "dispatcher", next="/password/")["Location"] == "/password/"


def test_a_wrong_password_is_refused_without_saying_which_was_wrong(people, in_english):
    known = log_in(Client(), "dispatcher", "wrong-password-1")
    unknown = log_in(Client(), "nobody-here", "wrong-password-1")
    for answer in (known, unknown):
        assert answer.status_code == 422
        assert answer.context["form"].non_field_errors()
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


def test_after_five_failures_the_page_says_until_when_one_waits(people):
    client = Client()
    for _ in range(5):
        answer = log_in(client, "dispatcher", "wrong-password-1")
    assert answer.status_code == 422
    again = log_in(client, "dispatcher")
    assert again.status_code == 422
    assert ":" in str(again.context["form"].non_field_errors())


def test_log_out_ends_the_session(clients):
    client = clients["dispatcher"]
    assert client.post("/log-out/")["Location"] == "/log-in/"
    assert client.get("/").status_code == 302


def test_log_out_is_not_a_link(clients):
    assert clients["dispatcher"].get("/log-out/").status_code == 405


def test_a_first_password_must_be_changed_before_anything_else(people, clients):
    people["officer"].must_change_password = True
    people["officer"].save()
    assert clients["officer"].get("/")["Location"] == "/password/"
    changed = clients["officer"].post(
        "/password/", {"old": PASSWORD, "new": "Clear-water-77", "again": "Clear-water-77"}
    )
    assert changed["Location"] == "/"
    assert clients["officer"].get("/").status_code == 200


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"old": "nonsense", "new": "Clear-water-77", "again": "Clear-water-77"}, "old"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "new"),
        ({"old": PASSWORD, "new": "Clear-water-77", "again": "Clear-water-78"}, "again"),
    ],
)
def test_a_password_that_does_not_fit_is_said_at_its_field(clients, given, wrong):
    answer = clients["officer"].post("/password/", given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]


def test_a_person_without_a_post_sees_no_page(people, clients):
    Post.objects.filter(user=people["viewer"]).delete()
    assert clients["viewer"].get("/").status_code == 403


def test_the_post_switcher_narrows_what_one_is(people, clients, offices, town):
    second = Post.objects.create(
        user=people["officer"], role=Role.DISPATCHER, office=offices["command"], area=town.town
    )
    client = clients["officer"]
    assert len(client.get("/").context["frame"].posts) == 3
    client.post(f"/posts/{second.pk}/use/")
    assert client.get("/").wsgi_request.session["post"] == second.pk
    client.post("/posts/0/use/")
    assert "post" not in client.session


def test_the_post_of_somebody_else_cannot_be_used(people, clients):
    foreign = Post.objects.get(user=people["leader"])
    clients["officer"].post(f"/posts/{foreign.pk}/use/")
    assert "post" not in clients["officer"].session
