"""A report read becomes plan items, targets and values: proposed once, made once, withdrawn if untouched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from tests.papers.adopting.conftest import FIXTURE, TEXT

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.local_figures import FILE, LocalFigure, LocalFiguresError, declare_figures
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.indicators.evaluate import evaluate_board
from zhenshu.measures.indicators.models import Reported, Target
from zhenshu.measures.indicators.targets import change_target
from zhenshu.measures.indicators.units import convert
from zhenshu.papers.adopting.acts import Edit, adopt, withdraw
from zhenshu.papers.adopting.errors import (
    AdoptionRefusedError,
    SourceNotAllowedError,
    SourceNotFoundError,
    SourceStateError,
    SourceTooLongError,
)
from zhenshu.papers.adopting.figures import measured_of
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.papers.adopting.proposals import propose
from zhenshu.papers.adopting.sources import (
    MOST_CHARACTERS,
    correct_source,
    find_source,
    last_source,
    reading_of,
    set_source_aside,
)
from zhenshu.registers.plans.acts import edit_item
from zhenshu.registers.plans.models import PlanItem, State

pytestmark = pytest.mark.django_db


def sure(source):
    found = propose(source)
    return {one.key: Edit() for one in (*found.items, *found.targets, *found.values) if one.sure}


def by_quote(rows, words):
    return next(one for one in rows if words in one.quote)


# ── kept once ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_is_kept_once_with_its_year_and_title(source, keep):
    assert (source.year, source.title) == (2024, "澄江镇2024年政府工作报告")
    assert keep().pk == source.pk
    assert SourceReport.objects.count() == 1
    assert [entry.action for entry in Entry.objects.filter(subject_kind="adopting.sourcereport")] == [
        "source.kept"
    ]


def test_a_text_longer_than_any_report_is_refused(keep):
    with pytest.raises(SourceTooLongError):
        keep("全镇完成项目建设3个。" * (MOST_CHARACTERS // 11 + 1))


def test_a_character_the_database_refuses_moves_nothing(keep):
    text = TEXT.replace("全年地区", "\x00全年地区")
    source = keep(text)
    quote = by_quote(propose(source).items, "口袋公园")
    assert source.text[quote.start : quote.end] == quote.quote


def test_who_may_keep_and_see(keep, scope, source):
    with pytest.raises(SourceNotAllowedError):
        keep(TEXT + "完。", by="officer")
    with pytest.raises(SourceNotFoundError):
        find_source(source.pk, scope("viewer"))
    assert find_source(source.pk, scope("leader")) == source


def test_a_wrong_year_is_corrected_and_last_years_report_found(source, keep, scope):
    before = keep(TEXT.replace("2024", "2023").replace("2025", "2024"))
    assert last_source(source) == before
    correct_source(before, title="上年报告", year=2022, by=scope("secretary"))
    assert last_source(source) is None
    with pytest.raises(SourceStateError):
        correct_source(before, title="上年报告", year=22, by=scope("secretary"))


def test_a_report_set_aside_comes_back_when_read_again(source, keep, scope):
    set_source_aside(source, by=scope("secretary"))
    with pytest.raises(SourceStateError, match="read it again|重新"):
        adopt(source, {}, by=scope("secretary"))
    assert not keep().set_aside


# ── what is proposed ──────────────────────────────────────────────────────────────────────────────────


def test_commitments_are_proposed_with_title_day_kind_and_office(source, offices):
    items = propose(source).items
    park, hall = by_quote(items, "口袋公园"), by_quote(items, "产业园")
    assert (park.title, park.due, park.kind) == ("新建口袋公园3处", date(2025, 12, 31), "plans.task")
    assert (hall.due, hall.kind) == (date(2025, 6, 30), "plans.project")
    assert by_quote(items, "隐患排查").office == offices["safety"].pk
    assert all(one.category == "work_report" for one in items)


def test_planned_figures_are_proposed_with_bound_and_what_they_bind(source):
    targets = {one.subject: one for one in propose(source).targets}
    output, product = targets["规上工业总产值"], targets["地区生产总值"]
    in_yuan = convert(output.value, output.unit, "亿元")  # in the unit of its indicator
    assert (output.measured, in_yuan, output.bound, output.year) == ("value", 95, "at_least", 2025)
    assert (product.measured, product.value, product.bound, product.unit) == ("growth", 6, "about", "%")


@pytest.mark.parametrize(("bound", "binds"), [(">=", "at_most"), ("<=", "at_least"), ("~", "about")])
def test_a_planned_fall_is_a_growth_below_zero_that_binds_from_the_other_side(source, bound, binds):
    grown = next(one for one in reading_of(source).figures if one.target and one.kind == "level_change")
    fall = replace(grown, direction="down", value=10.0, bound=bound)
    assert measured_of(fall) == ("growth", Decimal(-10), binds)


def test_a_planned_figure_without_unit_says_so(keep):
    source = keep(TEXT.replace("突破95亿元", "突破95"))
    found = [one for one in propose(source).targets if one.subject == "规上工业总产值"]
    assert not found or found[0].refusal


def test_results_that_no_record_yields_are_proposed_as_reported_values(source):
    values = {one.subject: one for one in propose(source).values}
    product = values["地区生产总值"]
    assert (product.value, product.unit, product.year) == (Decimal("41.6"), "亿元", 2024)
    assert product.sure  # the plan speaks of it again
    assert "接待来访批次" not in values  # counted from records


# ── taken over ────────────────────────────────────────────────────────────────────────────────────────


def test_everything_sure_is_made_and_shown_as_made(source, scope):
    made = adopt(source, sure(source), by=scope("secretary"), signer="白砚")
    item = PlanItem.objects.get(source_quote="新建口袋公园3处")
    assert (item.source_report, item.start, item.due) == (source.pk, date(2025, 1, 1), date(2025, 12, 31))
    assert source.text[slice(*map(int, item.source_place.split("-")))] == item.source_quote
    target = Target.objects.get(quote__contains="95亿元")
    assert (target.report_id, target.year, target.area) == (source.pk, 2025, source.area)
    again = propose(source)
    assert all(one.item for one in again.items if one.sure)
    assert len(made.items) == sum(one.item is not None for one in again.items)
    assert Entry.objects.filter(action="source.adopted").count() == 1


def test_taking_over_again_makes_nothing_twice(source, scope):
    chosen = sure(source)
    adopt(source, chosen, by=scope("secretary"), signer="白砚")
    counts = PlanItem.objects.count(), Target.objects.count(), Reported.objects.count()
    assert adopt(source, chosen, by=scope("secretary"), signer="白砚") is None
    assert (PlanItem.objects.count(), Target.objects.count(), Reported.objects.count()) == counts


def test_what_a_row_says_wins_over_the_proposal(source, scope, offices):
    park = by_quote(propose(source).items, "口袋公园")
    edit = Edit(
        title="口袋公园三处", office=offices["enforcement"].pk, due=date(2025, 9, 30), kind="plans.project"
    )
    made = adopt(source, {park.key: edit}, by=scope("secretary"))
    item = PlanItem.objects.get(pk=made.items[0])
    assert (item.title, item.lead_office, item.due, item.level) == (
        "口袋公园三处", offices["enforcement"], date(2025, 9, 30), "project",
    )  # fmt: skip


def test_one_row_that_cannot_be_made_refuses_all_with_a_sentence_at_that_row(source, scope):
    found = propose(source)
    park, hall = by_quote(found.items, "口袋公园"), by_quote(found.items, "产业园")
    with pytest.raises(AdoptionRefusedError) as refused:
        adopt(source, {park.key: Edit(title=" "), hall.key: Edit()}, by=scope("secretary"))
    assert list(refused.value.problems) == [park.key]
    assert not PlanItem.objects.exists()


def test_a_target_whose_unit_was_taken_away_is_refused(source, scope):
    target = next(one for one in propose(source).targets if one.subject == "规上工业总产值")
    with pytest.raises(AdoptionRefusedError) as refused:
        adopt(source, {target.key: Edit(unit="")}, by=scope("secretary"))
    assert "亿元" in refused.value.problems[target.key] or "单位" in refused.value.problems[target.key]


def test_reported_values_need_a_signer(source, scope):
    value = next(one for one in propose(source).values if one.subject == "地区生产总值")
    with pytest.raises(AdoptionRefusedError) as refused:
        adopt(source, {value.key: Edit()}, by=scope("secretary"))
    assert list(refused.value.problems) == ["signer"]


def test_a_row_that_is_not_proposed_is_refused(source, scope):
    with pytest.raises(AdoptionRefusedError):
        adopt(source, {"item:0-1": Edit()}, by=scope("secretary"))


def test_a_leader_makes_tasks_but_sets_no_targets(source, scope):
    found = propose(source)
    park = by_quote(found.items, "口袋公园")
    assert adopt(source, {park.key: Edit()}, by=scope("leader")).items
    target = next(one for one in found.targets if one.subject == "规上工业总产值")
    with pytest.raises(AdoptionRefusedError):
        adopt(source, {target.key: Edit()}, by=scope("leader"))


def test_an_unknown_figure_becomes_an_indicator_with_a_value_and_a_target(source, scope):
    found = propose(source)
    value = next(one for one in found.values if "连心卡" in one.subject)
    target = next(one for one in found.targets if "连心卡" in one.subject)
    assert value.declares == target.declares is not None
    made = adopt(source, {value.key: Edit(), target.key: Edit()}, by=scope("secretary"), signer="白砚")
    assert made.declared == [value.code]
    year = parse_period("2024")
    assert (
        evaluate_board([value.code], [source.area], [year]).number(value.code, source.area_id, year) == 3200
    )
    assert Target.objects.get(indicator=value.code).value == 4000


def test_an_own_indicator_is_defined_once_and_edits_by_hand_stay(source, db):
    figures = [LocalFigure("kou_dai_gong_yuan", "口袋公园", "处", "urban")]
    path = settings.INSTALLATION.packs / FILE
    assert declare_figures(figures) == ["local_figures.kou_dai_gong_yuan"]
    path.write_text(path.read_text() + "  local_figures.own: {name: 手工, unit: 个, reported: true}\n")
    assert declare_figures([*figures, LocalFigure("b", "乙", "个", "rural")]) == ["local_figures.b"]
    assert "手工" in path.read_text()


def test_a_pack_spoilt_by_hand_is_not_written_over(source, db):
    path = settings.INSTALLATION.packs / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("pack: local_figures\nname: [\n")
    with pytest.raises(LocalFiguresError, match=FILE):
        declare_figures([LocalFigure("b", "乙", "个", "rural")])
    assert path.read_text() == "pack: local_figures\nname: [\n"


# ── taken back ────────────────────────────────────────────────────────────────────────────────────────


def test_withdrawing_cancels_what_nobody_touched_and_names_the_rest(source, scope):
    by = scope("secretary")
    adoption = adopt(source, sure(source), by=by, signer="白砚")
    touched = PlanItem.objects.get(source_quote="新建口袋公园3处")
    edit_item(touched, {"title": "新建口袋公园4处"}, version=touched.version, by=by)
    target = Target.objects.filter(report_id=source.pk).first()
    change_target(target, version=target.version, by=by, reason="上级调整", value=target.value + 1)
    done = withdraw(adoption, by=by)
    assert done.items == len(adoption.items) - 1
    assert set(done.kept) == {"新建口袋公园4处", target.quote}
    touched.refresh_from_db()
    assert touched.state == State.OPEN
    assert PlanItem.objects.filter(state=State.CANCELLED).count() == done.items
    with pytest.raises(SourceStateError):
        withdraw(adoption, by=by)


def test_what_was_withdrawn_may_be_taken_over_again(source, scope):
    park = by_quote(propose(source).items, "口袋公园")
    withdraw(adopt(source, {park.key: Edit()}, by=scope("secretary")), by=scope("secretary"))
    assert by_quote(propose(source).items, "口袋公园").item is None
    assert adopt(source, {park.key: Edit()}, by=scope("secretary")).items


def test_a_report_that_items_name_is_not_set_aside(source, scope):
    park = by_quote(propose(source).items, "口袋公园")
    adopt(source, {park.key: Edit()}, by=scope("secretary"))
    with pytest.raises(SourceStateError):
        set_source_aside(source, by=scope("secretary"))


def test_a_whole_report_is_taken_over(keep, scope):
    source = keep(FIXTURE.read_text(encoding="utf-8"))
    found = propose(source)
    assert len({one.key for one in found.items}) == len(found.items) == source.commitments
    made = adopt(source, sure(source), by=scope("secretary"), signer="白砚")
    assert len(made.items) >= 30
    assert Target.objects.filter(report_id=source.pk).count() == len(made.targets) >= 8
