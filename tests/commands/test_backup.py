"""Backups: consistent while others write, verified before anything is touched, whole again after restore."""

import json
import shutil
import sqlite3
import zipfile

import pytest
from django.db import connection

from zhenshu.archive import MANIFEST, ArchiveError, Manifest, read_manifest, unpack_archive, write_archive


@pytest.fixture
def backup(zhenshu, installation, tmp_path):
    (installation / "attachments" / "ab").mkdir(parents=True)
    (installation / "attachments" / "ab" / "照片").write_bytes(b"picture" * 1000)
    (installation / "packs").mkdir()
    (installation / "packs" / "own.yaml").write_text("pack: own\n")
    target = tmp_path / "copies" / "one.zip"
    zhenshu("backup", "--to", target)
    return target


def count_entries(folder):
    with sqlite3.connect(folder / "zhenshu.sqlite3") as database:
        return database.execute("SELECT count(*) FROM ledger_entry").fetchone()[0]


def test_what_was_backed_up_is_restored(zhenshu, installation, backup, tmp_path):
    zhenshu("restore", backup, "--data", tmp_path / "new")
    assert count_entries(tmp_path / "new") == count_entries(installation) == 5
    assert (tmp_path / "new" / "attachments" / "ab" / "照片").read_bytes() == b"picture" * 1000
    assert (tmp_path / "new" / "packs" / "own.yaml").exists()


def test_the_manifest_tells_the_end_of_the_ledger_and_keeps_no_signing_key(backup):
    manifest = read_manifest(backup)
    assert (manifest.database, manifest.last_entry) == ("sqlite", 5)
    assert set(manifest.files) == {"database.sqlite3", "attachments/ab/照片", "packs/own.yaml"}


def test_present_data_is_put_aside_only_when_told(zhenshu, installation, backup):
    assert "--force" in zhenshu("restore", backup, status=1).stderr
    (installation / "attachments" / "later").write_bytes(b"later")
    zhenshu("restore", backup, "--force")
    (aside,) = installation.glob("before-restore-*")
    assert (aside / "attachments" / "later").read_bytes() == b"later"
    assert not (installation / "attachments" / "later").exists()


def test_a_backup_while_others_write_is_consistent(zhenshu, installation, tmp_path):
    database = sqlite3.connect(installation / "zhenshu.sqlite3", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    database.execute("CREATE TABLE half_done (a)")
    zhenshu("backup", "--to", tmp_path / "two.zip")
    database.execute("ROLLBACK")
    database.close()
    zhenshu("restore", tmp_path / "two.zip", "--data", tmp_path / "new")
    with sqlite3.connect(tmp_path / "new" / "zhenshu.sqlite3") as copy:
        assert not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'half_done'").fetchall()
    copy.close()


@pytest.mark.postgres
@pytest.mark.skipif(
    connection.vendor != "postgresql" or not shutil.which("pg_dump"), reason="needs PostgreSQL"
)
def test_postgresql_is_dumped_and_restored_only_when_told(zhenshu, environment, tmp_path, transactional_db):
    server = connection.settings_dict
    place = f"{server['HOST']}:{server['PORT'] or 5432}/{server['NAME']}"
    environment["ZHENSHU_DATABASE_URL"] = f"postgres://{server['USER']}:{server['PASSWORD']}@{place}"
    zhenshu("backup", "--to", tmp_path / "pg.zip")
    assert read_manifest(tmp_path / "pg.zip").database == "postgresql"
    assert "--force" in zhenshu("restore", tmp_path / "pg.zip", status=1).stderr
    connection.close()
    zhenshu("restore", tmp_path / "pg.zip", "--force")


def test_a_file_that_is_no_backup_changes_nothing(zhenshu, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK nonsense")
    assert "no backup" in zhenshu("restore", tmp_path / "x.zip", "--data", tmp_path / "new", status=1).stderr
    assert "no file" in zhenshu("restore", tmp_path / "y.zip", "--data", tmp_path / "new", status=1).stderr
    assert not (tmp_path / "new" / "zhenshu.sqlite3").exists()


class TestArchive:
    @pytest.fixture
    def archive(self, tmp_path):
        (tmp_path / "a").write_bytes(b"alpha" * 5000)
        target = tmp_path / "archive.zip"
        write_archive(
            target,
            [("a", tmp_path / "a")],
            lambda files: Manifest(1, "0", "2023-05-06", "sqlite", 0, "", files),
        )
        return target

    def rewrite(self, archive, changed):
        with zipfile.ZipFile(archive) as old:
            contents = {name: old.read(name) for name in old.namelist()}
        with zipfile.ZipFile(archive, "w") as new:
            for name, content in {**contents, **changed}.items():
                if content is not None:
                    new.writestr(name, content)

    def test_comes_back_as_it_went_in(self, archive, tmp_path):
        unpack_archive(archive, tmp_path / "out")
        assert (tmp_path / "out" / "a").read_bytes() == b"alpha" * 5000
        assert not list(tmp_path.glob("*.part"))

    @pytest.mark.parametrize(
        "changed", [{"a": b"beta"}, {"a": None}, {"b": b"more"}], ids=["changed", "removed", "slipped in"]
    )
    def test_another_content_than_the_manifest_says_is_refused(self, archive, tmp_path, changed):
        self.rewrite(archive, changed)
        with pytest.raises(ArchiveError):
            unpack_archive(archive, tmp_path / "out")

    def test_a_cut_off_file_is_refused(self, archive, tmp_path):
        archive.write_bytes(archive.read_bytes()[:-200])
        with pytest.raises(ArchiveError):
            unpack_archive(archive, tmp_path / "out")

    def test_another_format_is_refused(self, archive, tmp_path):
        with zipfile.ZipFile(archive) as file:
            manifest = json.loads(file.read(MANIFEST))
        self.rewrite(archive, {MANIFEST: json.dumps({**manifest, "format": 99})})
        with pytest.raises(ArchiveError, match="99"):
            read_manifest(archive)

    def test_a_name_outside_the_folder_is_refused(self, archive, tmp_path):
        with zipfile.ZipFile(archive) as file:
            manifest = json.loads(file.read(MANIFEST))
        name = "../evil"
        self.rewrite(
            archive, {"a": None, name: b"x", MANIFEST: json.dumps({**manifest, "files": {name: "0"}})}
        )
        with pytest.raises(ArchiveError, match="outside"):
            unpack_archive(archive, tmp_path / "out")
        assert not (tmp_path / "evil").exists()
