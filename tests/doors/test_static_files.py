"""The files of the pages: every one under the digest of all, kept for good, packed where that is shorter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from zhenshu.static_version import static_version

LOCAL = re.compile(r'(?:href|src|data-vendor)="(/static/[^"#]+)')


def _written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_any_changed_or_added_file_changes_the_version(tmp_path: Path):
    first = static_version(_written(tmp_path, a="1", b="2"))
    assert static_version(_written(tmp_path, a="1")) == first
    changed = static_version(_written(tmp_path, b="3"))
    added = static_version(_written(tmp_path, c=""))
    assert len({first, changed, added}) == 3


@pytest.mark.django_db
def test_a_page_names_all_its_files_under_one_version(client: Client):
    names = LOCAL.findall(client.get("/log-in/").content.decode())
    assert len(names) > 5
    assert {name.split("/")[2] for name in names} == {settings.STATIC_VERSION}


def _served(client: Client, name: str, **headers: str):
    return client.get(f"{settings.STATIC_URL}{name}", headers=headers)


@pytest.mark.django_db
def test_our_files_are_kept_for_good_and_a_stale_name_is_gone(client: Client):
    answer = _served(client, "zhenshu/desk.js")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/static/0123456789ab/zhenshu/desk.js").status_code == 404


def test_a_script_finds_the_scripts_it_names_in_its_own_version(client: Client):
    """Scripts name one another by relative addresses: none leaves the folder of the version."""
    folder = Path(settings.PACKAGE) / "static/zhenshu"
    named = {
        name for file in folder.glob("*.js") for name in re.findall(r'"(\.\.?/[^"]+\.js)"', file.read_text())
    }
    assert named
    assert {name for name in named if not name.startswith("./")} == set()
    assert {_served(client, f"zhenshu/{name[2:]}").status_code for name in named} == {200}


def test_a_large_file_comes_packed_to_a_browser_that_unpacks(client: Client):
    answer = _served(client, "vendor/tabler.css", **{"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) < 100_000
