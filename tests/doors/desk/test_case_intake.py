"""Matters from a file at the desk: tried first, taken in once, and back with the reason."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db

KIND = "hotline.ticket"
ROWS = (
    "工单编号,标题,内容,受理时间,村社区,备注\n"
    "T-1,路灯不亮,村口路灯三天不亮,2023-05-15 09:10,东浦村,甲\n"
    "T-2,垃圾满溢,菜场东侧垃圾满溢,2023-05-15 10:00,东浦村,乙\n"
    "T-3,占道,占道经营,2023-02-31 10:00,东浦村,丙\n"
)


def send(client, act, rows=ROWS, **more):
    file = SimpleUploadedFile("工单.csv", rows.encode("gb18030"))
    said = {"kind": KIND, "file": file, "area": "", "act": act, **more}
    return client.post("/cases/intake/", said, headers={"HX-Request": "true"})


def test_a_trial_shows_the_columns_and_stores_nothing(clients):
    outcome = send(clients["dispatcher"], "trial").context["outcome"]
    assert (outcome.report.taken, outcome.report.rejected) == (2, 1)
    held = {one.heading: one.held for one in outcome.columns}
    assert (held["标题"], held["受理时间"], held["备注"]) == ("title", "opened_at", "")
    assert not Case.objects.exists()


def test_a_file_is_taken_in_once_and_the_broken_row_says_why(clients):
    first = send(clients["dispatcher"], "store").context["outcome"]
    again = send(clients["dispatcher"], "store").context["outcome"]
    assert sorted(Case.objects.values_list("source_number", flat=True)) == ["T-1", "T-2"]
    assert (first.report.taken, again.report.taken, again.already) == (2, 0, 2)
    (problem,) = first.report.problems
    assert (problem.row, problem.column) == (4, "受理时间")
    assert first.rejected.startswith("data:")


def test_a_column_is_given_another_meaning_by_hand(clients):
    send(clients["dispatcher"], "store", **{"column:备注": "reporter_name"})
    assert Case.objects.get(source_number="T-2").reporter_name == "乙"


def test_what_is_no_table_is_said_in_a_sentence(clients):
    answer = send(clients["dispatcher"], "store", rows="\x00\x01")
    assert answer.context["outcome"] is None
    assert answer.context["form"].errors["file"]


@pytest.mark.parametrize(("role", "status"), [("dispatcher", 200), ("grid_worker", 403)])
def test_who_may_take_files_in(clients, role, status):
    assert clients[role].get("/cases/intake/").status_code == status
