"""Scores from records: recounted by hand, by office and by trade, estimated at any time, against targets."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from zhenshu.ground.packs.loader import check_files, load_file
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.indicators.models import Reported, Target
from zhenshu.measures.scorecards.compute import compute
from zhenshu.measures.scorecards.records import records_of_score
from zhenshu.measures.scorecards.units import card_kind
from zhenshu.registers.cases.models import Case

pytestmark = pytest.mark.django_db
MAY = parse_period("2023-05")


def scores(town, code="scored.offices", period=MAY):
    result = compute(card_kind(code), town.town, period)
    return {one.unit.name: one for one in result.scored}


def test_the_scores_of_offices_are_those_counted_by_hand(jobs, town, offices):
    rng = random.Random(7)
    for _ in range(24):
        month, day = rng.choice(("04", "05")), rng.randint(4, 12)
        jobs.closed(
            f"2023-{month}-{day:02d}", office=rng.choice(("enforcement", "safety", "services")),
            late=rng.random() < 0.4, area=rng.choice(town.micro_grids),
        )  # fmt: skip
    told, late, names = Counter(), Counter(), {office.pk: office.name for office in offices.values()}
    for case in Case.objects.filter(kind="scored.job"):
        if timezone.localtime(case.closed_at).month == 5:
            told[case.lead_office_id] += 1
            late[case.lead_office_id] += not case.in_time
    expected = {}
    for office, n in told.items():
        share = (Decimal(60) * (n - late[office]) / n).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        expected[names[office]] = share + max(Decimal(40) - 15 * late[office], Decimal(0))
    found = {name: one.score for name, one in scores(town).items()}
    assert found == expected
    ranked = sorted(found.values(), reverse=True)
    assert all(one.place == ranked.index(one.score) + 1 for one in scores(town).values())


def test_one_matter_counts_for_the_office_that_handles_it_and_again_for_that_of_its_trade(jobs, town):
    jobs.closed("2023-05-08", office="enforcement", trade="safety")
    jobs.closed("2023-05-09", office="enforcement", trade="safety", late=True)
    jobs.closed("2023-05-10", office="enforcement")
    own = scores(town)["综合执法队"].scores["in_time"]
    trade = scores(town, "scored.trades")
    assert (own.numerator, own.denominator) == (2, 3)
    assert list(trade) == ["应急管理办公室"]
    assert (trade["应急管理办公室"].scores["in_time"].numerator, trade["应急管理办公室"].score) == (1, 50)


@pytest.mark.parametrize(("code", "unit"), [("scored.offices", "综合执法队"), ("scored.villages", "东浦村")])
def test_a_score_opens_the_records_that_make_it_up(code, unit, jobs, town, scopes):
    jobs.closed("2023-05-08")
    jobs.closed("2023-05-09", late=True)
    jobs.closed("2023-05-09", office="safety", area=town.micro_grids[-1])
    jobs.closed("2023-04-11")
    one = scores(town, code)[unit]
    item = next(item for item in compute(card_kind(code), town.town, MAY).items if item.code == "in_time")
    upper, lower = records_of_score(card_kind(code), town.town, MAY, item, one.unit.id, scopes["leader"])
    assert (upper.count, lower.count) == (one.scores["in_time"].numerator, one.scores["in_time"].denominator)
    seen_by_other = records_of_score(
        card_kind(code), town.town, MAY, item, one.unit.id, scopes["second_officer"]
    )
    assert [(part.count, part.records.count(), part.hidden) for part in seen_by_other] == [
        (1, 0, 1),
        (2, 0, 2),
    ]


def test_villages_are_scored_by_their_tallies_and_need_half_of_the_marks_for_a_place(jobs, town):
    jobs.closed("2023-05-08")
    jobs.closed("2023-05-09", late=True)
    (one,) = scores(town, "scored.villages").values()
    assert (one.unit.name, one.total, one.attainable, one.score, one.place) == ("东浦村", 30, 60, 50, 1)


def test_the_estimate_of_a_running_period_moves_with_the_records(jobs, town):
    today = timezone.localdate()
    period = parse_period(f"{today:%Y-%m}")
    assert scores(town, period=period) == {}
    jobs.closed(f"{today:%Y-%m-%d}")
    assert scores(town, period=period)["综合执法队"].score == 100


@pytest.mark.parametrize(("reached", "points"), [(25, 80), (20, 64), (40, 80)])
def test_what_grows_is_held_against_the_share_of_the_year_elapsed(reached, points, town, monkeypatch):
    """100 asked for the year, a quarter of it by the end of March: 25 earns the full mark, 20 four fifths."""
    Target.objects.create(indicator="scored.income", area=town.town, year=2022, value=100, unit="万元")
    for month, part in (("01", 0), ("02", 0), ("03", reached)):
        start = date(2022, int(month), 1)
        end = date(2022, int(month) + 1, 1)
        Reported.objects.create(
            indicator="scored.income", area=town.town, period=f"2022-{month}", first_day=start, end_day=end,
            value=part, signer="钱", entered_by="钱", entered_at=timezone.now(),
        )  # fmt: skip
    result = compute(card_kind("scored.town"), town.town, parse_period("2022-Q1"))
    score = result.units[0].scores["income"]
    assert (score.value, score.target) == (reached, 100)
    assert abs(score.points - points) <= Decimal("1.2")  # 90 days of 365 are a little less than a quarter


def test_an_item_without_a_target_is_left_out_and_never_guessed(town):
    result = compute(card_kind("scored.town"), town.town, parse_period("2022-Q1"))
    assert result.units[0].score is None


@pytest.mark.parametrize("of", ["person", "user", "grid_worker", "post"])
def test_a_pack_that_scores_persons_is_refused(of, tmp_path):
    head = "pack: sample\nname: 示例\neffective: 2024-01-01\nscorecards:\n  card:\n    name: 积分\n"
    place = tmp_path / "sample.yaml"
    items = "    items: {look: {name: 检查, full: 9, way: given}}\n"
    place.write_text(f"{head}    of: {of}\n{items}", encoding="utf-8")
    (checked,) = check_files([load_file(place)], date(2024, 6, 1))
    assert not checked.usable
    assert any("town" in problem.text and "grid" in problem.text for problem in checked.problems)
