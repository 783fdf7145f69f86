"""Files go up with a check and come down as they were, to those who may see the matter."""

import io
import zipfile
from urllib.parse import unquote

import pytest
from tests.doors.api.conftest import assert_problem

from zhenshu.registers.cases.models import Attachment

pytestmark = pytest.mark.django_db

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)
MEGABYTE = 1024 * 1024


@pytest.fixture
def api(as_):
    return as_("dispatcher")


@pytest.fixture
def path(opened):
    return f"/cases/{opened}/attachments"


def test_a_file_comes_down_as_it_went_up(api, path, opened):
    response = api.upload(path, "现场.png", PNG)
    assert response.status_code == 201
    told = response.json()
    assert (told["name"], told["size"], told["media_type"]) == ("现场.png", len(PNG), "image/png")
    assert response["Location"] == told["url"]
    down = api.client.get(told["url"])
    assert down.getvalue() == PNG
    assert down["Content-Type"] == "image/png"
    assert down["Content-Disposition"].startswith("attachment")
    assert "现场.png" in unquote(down["Content-Disposition"])
    assert api.get(f"/cases/{opened}").json()["attachments"] == [told]


def test_the_same_upload_again_makes_no_second_file(api, path):
    first, again = (api.upload(path, "现场.png", PNG, key="f-1") for _time in range(2))
    assert again.content == first.content
    assert again["Idempotent-Replay"] == "true"
    assert Attachment.objects.count() == 1
    assert_problem(api.upload(path, "现场.png", PNG + b" ", key="f-1"), 422, "key-reused")


def test_a_file_of_fifty_megabytes_is_refused(api, path):
    problem = assert_problem(
        api.upload(path, "录像.mp4", b"\x00" * (50 * MEGABYTE)), 422, "attachment-refused"
    )
    assert "20" in problem["detail"]
    assert Attachment.objects.count() == 0


def test_a_file_of_a_hundred_megabytes_is_not_even_read(api, path):
    response = api.upload(path, "录像.mp4", b"\x00" * (65 * MEGABYTE))
    assert_problem(response, 413, "too-large")


def bomb():
    """A zip of a few kilobytes that unpacks to hundreds of megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * (300 * MEGABYTE))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.exe", b"MZ"),
        ("现场.png", b"<script>alert(1)</script>"),
        ("现场.jpg", PNG),
        ("空.txt", b""),
        ("无尾", b"text"),
        ("页面.html", b"<html></html>"),
    ],
    ids=["program", "script as picture", "another type", "empty", "no ending", "page"],
)
def test_what_is_not_taken(api, path, name, content):
    response = api.upload(path, name, content)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert Attachment.objects.count() == 0


def test_a_zip_bomb_is_refused(api, path):
    assert_problem(api.upload(path, "资料.zip", bomb()), 422, "attachment-refused")


def test_a_name_leads_nowhere_else(api, path):
    told = api.upload(path, "../../etc/passwd.txt", b"text").json()
    assert told["name"] == "passwd.txt"


def test_a_file_is_found_only_under_its_own_matter(api, path, draft):
    other = api.post("/cases", draft).json()["number"]
    file = api.upload(path, "现场.png", PNG).json()["id"]
    assert_problem(api.get(f"/cases/{other}/attachments/{file}"), 404, "not-found")
    assert_problem(api.get(f"{path}/999999"), 404, "not-found")


def test_who_does_not_see_the_matter_reads_and_adds_no_file(as_, api, path):
    file = api.upload(path, "现场.png", PNG).json()["id"]
    assert_problem(as_("viewer").get(f"{path}/{file}"), 404, "not-found")
    assert_problem(as_("viewer").upload(path, "现场.png", PNG), 404, "not-found")


def test_a_request_without_a_file_says_so(api, path):
    problem = assert_problem(api.client.post(f"/api/v1{path}", {}), 422, "invalid")
    assert list(problem["problems"]) == ["file"]
