"""``python -m zhenshu.papers.reading``: JSON lines, folders, bad files."""

import io
import json
import subprocess
import sys

import pytest
from tests.papers.reading.scoring import FIXTURES

from zhenshu.papers.reading.command import run
from zhenshu.papers.reading.report import find_reports, read_folder

FILE = FIXTURES / "wangshu-2024.txt"
FIGURE_KEYS = [
    "type",
    "value",
    "value_to",
    "unit",
    "bound",
    "name",
    "of",
    "year",
    "kind",
    "target",
    "start",
    "end",
    "quote",
    "line",
    "indicator",
]
COMMITMENT_KEYS = ["type", "quote", "start", "end", "action", "object", "due", "figure", "line"]


def rows(paths, **options):
    out = io.StringIO()
    status = run(paths, jsonl=True, out=out, **options)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def test_rows_carry_the_promised_keys():
    status, found = rows([FILE])
    assert status == 0
    for row in found:
        wanted = FIGURE_KEYS if row["type"] == "figure" else COMMITMENT_KEYS
        assert set(wanted) <= set(row)


def test_offsets_count_code_points_of_the_decoded_text():
    text = FILE.read_text(encoding="utf-8")
    for row in rows([FILE])[1]:
        if row["type"] == "commitment":
            assert text[row["start"] : row["end"]] == row["quote"]


def test_row_is_the_line_of_the_text():
    text = FILE.read_text(encoding="utf-8").split("\n")
    for row in rows([FILE])[1]:
        if row["type"] == "commitment":
            assert row["quote"] in text[row["row"] - 1]


def test_started_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "zhenshu.papers.reading", str(FILE), "--jsonl"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [json.loads(line) for line in done.stdout.splitlines()] == rows([FILE])[1]


def test_reading_needs_no_django():
    program = "import sys, zhenshu.papers.reading.command; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.fixture
def folder(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "notes.csv").write_text("1,2", encoding="utf-8")
    return tmp_path


def test_folder_is_read_in_order_by_several_processes(folder):
    readings = list(read_folder(folder, workers=2))
    assert [reading.path.name for reading in readings] == [f"{number}.txt" for number in range(5)]
    assert all(reading.rows == readings[0].rows for reading in readings)


def test_one_process_reads_the_same(folder):
    assert list(read_folder(folder, workers=1)) == list(read_folder(folder, workers=2))


def test_rows_of_a_folder_name_their_file(folder):
    _, found = rows([folder], workers=1)
    assert {row["file"] for row in found} == {str(path) for path in find_reports(folder)}


def test_unreadable_file_is_said_and_the_others_are_read(folder, capsys):
    (folder / "empty.txt").write_text("", encoding="utf-8")
    status, found = rows([folder], workers=1)
    assert status == 1
    assert found
    assert "empty.txt" in capsys.readouterr().err


def test_missing_file_is_said(tmp_path, capsys):
    status, found = rows([tmp_path / "none.txt"])
    assert (status, found) == (1, [])
    assert "There is no such file" in capsys.readouterr().err


def test_table_for_people():
    out = io.StringIO()
    assert run([FILE], jsonl=False, out=out) == 0
    assert "规上工业总产值" in out.getvalue()
    assert "commitment" in out.getvalue()
