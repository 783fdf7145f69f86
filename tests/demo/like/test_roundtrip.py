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
民生支出39.66亿元，民生支出占比84.28%。空气优良天数比例87%。新增全市首家智能工厂。
产值超1亿元规上工业企业12家，产值超5亿元规上工业企业4家。
全年村营收入超2316万元，村营收入均突破100万元。接待来访42批。三公经费支出xx万元。

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
    assert sorted(line.outcome for line in told) == ["contradiction", "equal"]
    barred = next(line for line in told if line.outcome != "equal")
    assert next(line.quote for line in told if line.outcome == "equal") in barred.why


def told_of(built, quote):
    return next(line for line in roundtrip.compare_figures(built) if line.quote == quote)


def test_a_share_has_a_base_as_great_as_it_needs_though_no_figure_tells_it(built):
    assert {told_of(built, quote).outcome for quote in ("39.66亿元", "84.28%")} == {"equal"}


def test_readings_above_a_threshold_are_no_more_than_told(built):
    """Readings on trial stood in for one another, and then a dossier more counted than was meant."""
    assert [told_of(built, quote).composed for quote in ("12家", "4家", "87%")] == pytest.approx(
        [12, 4, 87], abs=0.5
    )


def test_the_first_of_its_kind_is_one(built):
    first = told_of(built, "首家")
    assert (first.outcome, first.composed) == ("equal", 1)


def test_a_bound_is_met_by_the_greater_value_and_is_not_called_equal(built):
    bound = told_of(built, "突破100万元")
    assert (bound.outcome, bound.composed) == ("met", 2316)
    assert bound.why


def test_one_name_with_two_values_is_a_contradiction_in_the_report(built):
    lines = roundtrip.compare_figures(built)
    told = [line.outcome for line in lines if line.indicator == "petitions.visits"]
    summary = roundtrip.summary_of(lines)
    assert sorted(told) == ["contradiction", "equal"]
    assert (summary.met, summary.contradictory, summary.infeasible) == (1, 2, 1)
    assert summary.covered - summary.equal == 4
    assert summary.share < 100


def test_a_number_the_report_leaves_open_is_covered_and_not_equal(built):
    left_open = told_of(built, "xx万元")
    assert (left_open.value, left_open.outcome) == (None, "infeasible")


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
