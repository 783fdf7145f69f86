"""A township built like a report states the report's figures, and each rests on its records."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from zhenshu.demo.like import roundtrip
from zhenshu.demo.like.township import build_like, read
from zhenshu.measures.command import operator_of
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.tallies import check
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.opening import open_case

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 3, 15, 16, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TEXT = """望舒镇2023年政府工作报告

一、2023年工作回顾
全年接待来访40批，接待来访人次65人次，其中领导接访25批。化解信访积案6件。
办理便民服务件120件，承诺事项按时办结率100%。拆除违建9起，拆除违建面积310.5平方米。
规模以上工业产值26.1亿元，增长8.5%。
发现隐患问题30个，安全执法检查次数12家次。化解信访积案16件。

二、2024年工作安排
办理便民服务件150件。
"""


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """One township for all tests of this module, taken away again when they are done."""
    path = tmp_path_factory.mktemp("report") / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    with django_db_blocker.unblock():
        with transaction.atomic():
            yield build_like(read(path), seed=11, password="Cj-abcdef12", now=NOW)
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture(autouse=True)
def in_township(built, django_db_blocker):
    with django_db_blocker.unblock():
        yield


def test_every_figure_that_can_be_stated_is_equal(built):
    lines = [line for line in roundtrip.compare_figures(built) if line.outcome != "not covered"]
    assert len(lines) >= 9
    assert [line.quote for line in lines if line.outcome == "differs"] == []
    equal = {line.quote for line in lines if line.outcome == "equal"}
    assert {"40批", "65人次", "25批", "120件", "100%", "9起", "310.5平方米", "150件"} <= equal


def test_a_figure_against_another_is_named_with_it(built):
    told = [
        line for line in roundtrip.compare_figures(built) if line.indicator == "petitions.backlog_settled"
    ]
    assert sorted(line.outcome for line in told) == ["equal", "infeasible"]
    barred = next(line for line in told if line.outcome == "infeasible")
    assert barred.why


def test_a_figure_counts_its_records(built):
    visits = evaluate("petitions.visits", built.town, "2023")
    assert (visits.value, visits.n, visits.made_from) == (40, 40, "records")


def test_the_tallies_equal_the_records(built):
    assert check() == []


def test_one_record_more_changes_the_figure(built):
    with transaction.atomic():
        fields = {"people": 3, "petitioner": "某某", "request": "反映道路问题"}
        village = Case.objects.filter(kind="petitions.visit").values_list("area_id", flat=True).first()
        moment = datetime(2023, 6, 1, 9, 0, tzinfo=NOW.tzinfo)
        draft = Draft(
            kind="petitions.visit", title="反映道路问题", area=village or 0, channel="leader",
            received_at=moment, reported_at=moment, fields=fields,
        )  # fmt: skip
        open_case(draft, by=operator_of(built.town))
        assert evaluate("petitions.visitors", built.town, "2023").value == 68
        told = {line.quote: line.outcome for line in roundtrip.compare_figures(built)}
        assert (told["65人次"], told["40批"], told["9起"]) == ("differs", "differs", "equal")
        transaction.set_rollback(True)


def test_nothing_of_the_trials_is_left(built):
    assert Case.objects.filter(kind="petitions.visit").count() == 40
    assert built.refused == []
