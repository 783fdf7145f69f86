"""The demo township adds up to what its own report states, and every figure of it follows from records."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import Count, Q

from zhenshu.demo.build import build, planter_scope
from zhenshu.demo.like.roundtrip import reads_as
from zhenshu.demo.like.wishes import wishes_of
from zhenshu.demo.lines.living import live_lines
from zhenshu.demo.report import STRONGEST_VILLAGE, report_path
from zhenshu.demo.targets import TOTALS
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import BLOCKS, LINES, CaseKind, DossierKind, MatchKind, PlanKind
from zhenshu.ground.people.models import User
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.indicators.evaluate import evaluate_board
from zhenshu.measures.indicators.models import Target
from zhenshu.measures.indicators.units import convert
from zhenshu.papers.linked import catalogue_of, read_linked
from zhenshu.papers.writing.compose import compose
from zhenshu.registers.blocks.kinds import KEPT_BLOCKS
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.histories import Past, import_finished
from zhenshu.registers.cases.models import Case, Clock, ClockState, Supervision
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.engines.fitting import has_ended
from zhenshu.registers.engines.models import (
    Alarm,
    Draw,
    DutyTurn,
    LadderPlace,
    Match,
    PointTransfer,
    StockMove,
)
from zhenshu.registers.plans.models import PlanItem, ProgressEntry

pytestmark = pytest.mark.django_db

# The large, plain series are shortened; everything else is the whole year.
SMALL = replace(TOTALS, applications=240, grid_events=220, tickets=160, other_urban=30, disputes=12)
NOW = datetime(2024, 1, 31, 16, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def refused():
    """What the makers of the lines could not make."""
    return []


@pytest.fixture(scope="module")
def township(django_db_setup, django_db_blocker, refused):
    """One township for all tests of this module, taken away again when they are done."""

    def heard(stock, **people):
        live_lines(stock, **people)
        refused.extend(stock.refused)

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("zhenshu.demo.build.live_lines", heard)
        with transaction.atomic():
            built = build(totals=SMALL, now=NOW)
            yield built
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture(autouse=True)
def in_township(township, django_db_blocker):
    with django_db_blocker.unblock():
        yield


def scalar(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def year(kind: str):
    return Case.objects.filter(kind=kind, opened_at__year=2023)


def test_the_tree_has_the_villages_and_grids_of_the_report():
    assert list(Area.objects.values_list("level").annotate(n=Count("id")).order_by("level")) == [
        (1, 1), (2, 1), (3, 13), (4, 51), (5, 272),
    ]  # fmt: skip


def test_all_applications_are_closed_within_the_promise():
    applications = year("services.application")
    assert applications.count() == SMALL.applications
    assert applications.filter(in_time=True, outcome="resolved").count() == SMALL.applications


def test_checks_hazards_orders_and_penalties_add_up():
    hazards = year("safety.hazard")
    assert year("safety.inspection").count() == 285
    assert hazards.count() == 576
    assert len({h.fields["order_number"] for h in hazards if h.fields.get("order_number")}) == 122
    assert len(set(year("safety.penalty").values_list("subject", flat=True))) == 3


def test_each_hazard_was_raised_by_a_check_of_the_same_enterprise():
    assert not year("safety.hazard").filter(raised_by=None).exists()
    for hazard in year("safety.hazard").select_related("raised_by")[:50]:
        assert hazard.subject_id == hazard.raised_by.subject_id


@pytest.mark.parametrize(
    ("channel", "batches", "persons"), [("leader", 102, 142), ("outreach", 51, 76), ("joint", 52, 68)]
)
def test_visits_add_up_by_channel(channel, batches, persons):
    visits = [visit for visit in year("petitions.visit") if visit.channel == channel]
    assert (len(visits), sum(visit.fields["people"] for visit in visits)) == (batches, persons)


def test_old_petitions_are_settled():
    assert year("petitions.backlog").filter(outcome="resolved", closed_at__year=2023).count() == 18


def test_street_cases_and_illegal_structures_add_up():
    street = Q(category__in=["street/shop_outside", "street/vendor"])
    assert year("urban.case").filter(street).count() == TOTALS.street_order
    illegal = [case.fields for case in year("urban.illegal_building")]
    assert len(illegal) == 24
    assert round(sum(fields["demolished_size"] for fields in illegal), 2) == 1293.33
    assert all(fields["demolished_on"].startswith("2023") for fields in illegal)
    assert year("urban.billboard").filter(fields__treatment="removed").count() == 10


def test_some_grid_events_and_tickets_were_late_and_most_in_time():
    for kind in ("grid.event", "hotline.ticket"):
        closed = year(kind).exclude(in_time=None)
        late = closed.filter(in_time=False).count()
        assert 0 < late < closed.count() / 4


def test_the_inbox_of_today_has_fresh_and_turned_matters():
    waiting = Case.objects.filter(is_open=True)
    assert waiting.filter(stage="accepted").count() >= 10
    assert waiting.exclude(lead_office=None).exists()
    assert Supervision.objects.exists()


def test_no_clock_of_a_closed_case_still_runs():
    still = [ClockState.RUNNING, ClockState.PAUSED]
    assert not Clock.objects.filter(case__is_open=False, state__in=still, case__stage="archived").exists()
    assert scalar("SELECT count(*) FROM cases_case WHERE stage = 'closed' AND outcome = ''") == 0


def test_numbers_run_without_gaps():
    for pack in ("grid", "hotline", "safety"):
        serials = sorted(
            int(number.rsplit("-", 1)[1])
            for number in Case.objects.filter(number__startswith=f"{pack}-2023-").values_list(
                "number", flat=True
            )
        )
        assert serials == list(range(1, len(serials) + 1))


def test_every_page_can_know_that_it_is_invented():
    assert Entry.objects.order_by("seq").first().action == "demo.planted"


def test_only_the_demo_log_ins_have_a_password(township):
    able = [user.username for user in User.objects.all() if user.has_usable_password()]
    assert sorted(able) == sorted(username for username, _title in township.log_ins)


def fingerprint() -> str:
    rows = Case.objects.filter(opened_at__year=2023).order_by("number")
    content = list(rows.values_list("number", "title", "category", "channel", "answer"))
    return sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def test_no_phrase_has_an_unfilled_slot():
    assert not Case.objects.filter(Q(title__contains="{") | Q(description__contains="{")).exists()
    assert len(fingerprint()) == 64


# ── the report ────────────────────────────────────────────────────────────────────────────────────────

# The large, plain series are shortened here, in the text as in the records.
SHORTENED = {
    "便民服务件32417件": f"便民服务件{SMALL.applications}件",
    "网格事件960件": f"网格事件{SMALL.grid_events}件",
    "热线工单512件": f"热线工单{SMALL.tickets}件",
    "矛盾纠纷168件": f"矛盾纠纷{SMALL.disputes}件",
}
IN_SENTENCES = (
    "services.applications", "services.in_time_share", "grid.events", "hotline.tickets",
    "safety.inspections", "safety.hazards", "safety.orders", "safety.penalties",
    "petitions.visits", "petitions.visitors", "petitions.visits.leader", "petitions.visitors.leader",
    "petitions.visits.outreach", "petitions.visitors.outreach", "petitions.visits.joint",
    "petitions.visitors.joint", "petitions.backlog_settled", "petitions.disputes",
    "urban.street_order", "urban.demolished", "urban.demolished_area", "urban.billboards",
)  # fmt: skip
OF_ONE_ENTERPRISE = ("突破20亿元",)  # told of the largest one, not of the township
STATISTICS = ("enterprises.invoiced", "enterprises.taxable", "enterprises.tax")


def town() -> Area:
    return Area.objects.get(level=Level.TOWN)


def composed_review():
    return compose(town(), 2023, scope=planter_scope(Area.objects.all()))


@pytest.fixture(scope="module")
def stated(township):
    """The results that the shipped report states, by indicator, as the reader finds them."""
    text = report_path().read_text(encoding="utf-8")
    for long, short in SHORTENED.items():
        assert long in text
        text = text.replace(long, short)
    figures = read_linked(text, catalogue_of(library())).figures
    first: dict[str, tuple[Decimal, str]] = {}
    for one in figures:
        if one.kind == "actual" and one.indicator and one.value is not None:
            first.setdefault(one.indicator, (Decimal(str(one.value)), one.unit))
    return first


def shortened_report():
    text = report_path().read_text(encoding="utf-8")
    for long, short in SHORTENED.items():
        text = text.replace(long, short)
    return read_linked(text, catalogue_of(library()))


def test_the_report_is_as_long_as_a_real_one():
    assert 9_000 <= len(report_path().read_text(encoding="utf-8")) <= 11_000


def test_every_result_that_the_report_states_comes_out_of_the_ledger(township):
    wishes = [
        one
        for one in wishes_of(shortened_report(), 2023)
        if one.view == "value" and not one.barred and one.figure.quote not in OF_ONE_ENTERPRISE
    ]
    board = evaluate_board([one.code for one in wishes], [town()], [parse_period("2023")])
    wrong = []
    for wish in wishes:
        found = board.value(wish.code, town().pk, parse_period("2023")).value
        if found is None or not reads_as(wish.figure, found, wish):
            wrong.append((wish.figure.quote, wish.code, float(wish.value), found))
    assert len(wishes) >= 70
    assert wrong == []


def test_the_totals_are_those_of_the_shipped_report():
    figures = read_linked(report_path(), catalogue_of(library())).figures
    applications = next(one for one in figures if one.indicator == "services.applications")
    assert applications.value == TOTALS.applications


@pytest.mark.parametrize("code", IN_SENTENCES)
def test_the_composed_review_states_what_the_report_states(code, stated):
    composed = {one.code: one for one in composed_review().figures if one.view == "value"}
    value, unit = stated[code]
    assert composed[code].value == convert(value, unit, unit)
    assert composed[code].n > 0


@pytest.mark.parametrize("code", STATISTICS)
def test_the_monthly_returns_add_up_to_the_report(code, stated):
    value, unit = stated[code]
    board = evaluate_board([code], [town()], [parse_period("2023")])
    assert board.value(code, town().pk, parse_period("2023")).value == convert(value, unit, "万元")


def test_tax_grew_as_the_report_says():
    board = evaluate_board(["enterprises.tax"], [town()], [parse_period("2023"), parse_period("2022")])
    of = [board.value("enterprises.tax", town().pk, parse_period(year)).value for year in ("2023", "2022")]
    assert round(100 * (of[0] / of[1] - 1), 1) == 10


def test_one_more_visit_changes_the_sentence():
    assert "共接待来访153批218人次，其中领导干部定点接访、约访102批142人次" in composed_review().text
    known = Case.objects.filter(kind="petitions.visit", channel="leader", opened_at__year=2023).first()
    again = Draft(
        kind=known.kind, title="补登来访", area=known.area_id, channel="leader",
        received_at=known.opened_at, reported_at=known.opened_at, fields={**known.fields, "people": 3},
    )  # fmt: skip
    with transaction.atomic():
        import_finished([Past(again, {})], by=planter_scope(Area.objects.all()))
        assert "共接待来访154批221人次，其中领导干部定点接访、约访103批145人次" in composed_review().text
        transaction.set_rollback(True)


def test_a_corrected_reading_changes_the_figure():
    village = Dossier.objects.get(kind="base.village", title=STRONGEST_VILLAGE)
    held = village.readings.get(series="income", period="2023-06", replaced_by=None)
    values = {**held.values, "operating": float(held.values["operating"]) + 10}
    year = parse_period("2023")
    with transaction.atomic():
        add_reading(
            village, library().dossier_kind(village.kind), "income", period="2023-06", values=values,
            signer="报账员", reason="漏记一笔租金", by=planter_scope(Area.objects.all()),
        )  # fmt: skip
        board = evaluate_board(["base.village_income"], [town()], [year])
        assert board.value("base.village_income", town().pk, year).value == Decimal("1896.3")
        transaction.set_rollback(True)


def test_the_promises_of_the_report_are_the_tasks_and_targets_of_the_next_year():
    promised = PlanItem.objects.filter(due__year=2024).exclude(source_quote="")
    text = report_path().read_text(encoding="utf-8")
    assert promised.count() >= 60
    for item in promised:
        start, _, end = item.source_place.partition("-")
        assert text[int(start) : int(end)] == item.source_quote
        assert item.lead_office_id
        assert item.parent.level == "goal"
    targets = dict(Target.objects.filter(year=2024).values_list("indicator", "value"))
    assert targets["services.in_time_share"] == 100
    assert ProgressEntry.objects.exists()


# ── the lines of business ─────────────────────────────────────────────────────────────────────────────

ENGINES = {
    "draws": Draw, "duties": DutyTurn, "supplies": StockMove, "points": PointTransfer, "ladders": LadderPlace,
    "matches": Match, "thresholds": Alarm,
}  # fmt: skip


def kinds_without_life() -> list[str]:
    """Every declared kind that has no record at all."""
    found = []
    for code, kind in library().kinds.items():
        block = next((name for name, sort in BLOCKS.items() if type(kind) is sort), "")
        match kind:
            case DossierKind():
                rows = Dossier.objects.filter(kind=code)
            case CaseKind():
                rows = Case.objects.filter(kind=code)
            case PlanKind():
                rows = PlanItem.objects.filter(kind=code)
            case _ if block in KEPT_BLOCKS:
                rows = Record.objects.filter(kind=code)
            case MatchKind() if kind.clauses and all(
                has_ended(one, NOW.date()) for one in kind.clauses.values()
            ):
                continue
            case _ if block in ENGINES:
                rows = ENGINES[block].objects.filter(kind=code)
            case _:
                continue
        if not rows.exists():
            found.append(f"{block or type(kind).__name__} {code}")
    return found


def test_every_kind_of_every_line_has_records():
    assert kinds_without_life() == []


def test_the_makers_of_the_lines_were_refused_nothing(township, refused):
    assert refused == []


@pytest.mark.parametrize("line", LINES)
def test_a_line_lives_in_the_years_up_to_today(line):
    """A line has matters and items, some done and some waiting, and indicators that count them."""
    pack = library().packs[line]
    cases = Case.objects.filter(kind__in=[one.full_code for one in pack.cases.values()])
    items = PlanItem.objects.filter(kind__in=[one.full_code for one in pack.plans.values()])
    if pack.cases:
        assert {2023, 2024} <= {moment.year for moment in cases.values_list("opened_at", flat=True)}
        assert cases.filter(is_open=True).exists()
        assert cases.filter(is_open=False).exists()
    if pack.plans:
        assert items.filter(state="done").exists()
        assert items.filter(state="open").exists()
    codes = [one for one in pack.indicators if not pack.indicators[one].reported]
    board = evaluate_board(codes, [town()], [parse_period("2023")], comparisons=False)
    told = [code for code in codes if board.number(code, town().pk, parse_period("2023"))]
    assert not codes or len(told) >= max(1, len(codes) // 5)


def test_the_year_that_runs_reads_like_a_report():
    lines = compose(town(), 2024, scope=planter_scope(Area.objects.all())).figures
    assert sum(1 for one in lines if one.value) >= len(lines) / 2


def test_every_log_in_finds_work_waiting(township):
    grid = User.objects.get(username="grid")
    assert Case.objects.filter(reported_by=grid, is_open=True).count() >= 3
    officer = User.objects.get(username="officer").posts.first().office
    assert Case.objects.filter(lead_office=officer, is_open=True).exists()
    assert Case.objects.filter(stage="accepted", is_open=True).count() >= 10
    assert PlanItem.objects.filter(state="open", lamp__in=["yellow", "red"]).exists()
