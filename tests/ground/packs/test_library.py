"""The shipped packs are sound, say on what they rest, and never ask for what may not be asked."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from zhenshu.ground.packs.case_checks import ROLES, STEPS
from zhenshu.ground.packs.check import run, run_pack_tests
from zhenshu.ground.packs.conditions import OUTCOMES, STAGES
from zhenshu.ground.packs.findings import walk
from zhenshu.ground.packs.loader import shelf_of
from zhenshu.ground.packs.pack_tests import run_file
from zhenshu.ground.packs.registry import SHIPPED, Library, library, read_library
from zhenshu.ground.packs.schema import (
    LINES,
    ChecklistKind,
    ClockKind,
    DrawKind,
    MatchKind,
    Stage,
    ThresholdKind,
)
from zhenshu.ground.people.models import Role
from zhenshu.registers.cases.models import Outcome
from zhenshu.registers.cases.steps.table import STEPS as CASE_STEPS

# 国办函〔2026〕12号 and the rules on formalism: what the software may never offer (design, rule 2).
FORBIDDEN = ("签到", "人员排名", "个人排名", "在线时长", "里程", "点赞", "学习时长", "强制上传")
SHIPPED_NOW = ("grid", "hotline", "petitions", "safety", "urban", "services", "enterprises", "base")
# The figures of a township's report that these packs yield from records.
REPORTED = {
    "services.applications", "services.in_time_share", "safety.inspections", "safety.hazards",
    "safety.orders", "safety.penalties", "petitions.visits", "petitions.visitors", "petitions.visits.leader",
    "petitions.visitors.leader", "petitions.visits.outreach", "petitions.visitors.outreach",
    "petitions.visits.joint", "petitions.visitors.joint", "petitions.backlog_settled", "urban.street_order",
    "urban.demolished", "urban.demolished_area", "urban.billboards", "hotline.response_share",
    "hotline.solved_share", "hotline.satisfied_share",
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Library:
    return read_library((SHIPPED,), date(2024, 6, 1))


def test_the_shipped_packs_have_no_problem(shipped: Library) -> None:
    assert [str(problem) for problem in shipped.problems] == []
    assert set(SHIPPED_NOW) <= shipped.packs.keys()


@pytest.mark.parametrize("path", sorted((SHIPPED / "tests").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_tests_of_a_pack_pass(path: Path, shipped: Library) -> None:
    shelf = shelf_of(shipped.files, shipped.day)
    count, problems = run_file(path, shipped.pack(path.stem), shelf)
    assert count >= 3
    assert [str(problem) for problem in problems] == []


def test_each_pack_is_a_business_line_or_shared(shipped: Library) -> None:
    assert shipped.packs.keys() - LINES.keys() == {"base", "plans"}
    assert all(pack.line == key for key, pack in shipped.packs.items() if key in LINES)


def test_every_clock_names_its_basis(shipped: Library) -> None:
    for pack in shipped.packs.values():
        for place, thing in walk(pack):
            if isinstance(thing, ClockKind):
                assert thing.basis, (pack.pack, place)
                assert thing.name, (pack.pack, place)


def test_every_case_kind_has_a_promised_clock(shipped: Library) -> None:
    without = [
        code for code, kind in shipped.case_kinds.items() if not any(c.promise for c in kind.clocks.values())
    ]
    assert without == []


def test_a_promise_runs_to_a_stage_before_the_archive(shipped: Library) -> None:
    order = list(Stage)
    for kind in shipped.case_kinds.values():
        main = kind.clocks[kind.main_clock() or ""]
        assert order.index(main.start) < order.index(main.until) < order.index(Stage.ARCHIVED), kind.full_code


def test_grid_events_have_twenty_two_categories(shipped: Library) -> None:
    kind = shipped.case_kind("grid.event")
    assert len(kind.categories) == 22
    assert all(c.filing and c.closing for c in kind.categories.values())
    assert all(c.words for key, c in kind.categories.items() if key != "other")


def test_the_six_cases_of_not_dispatching_a_ticket_rest_on_the_law(shipped: Library) -> None:
    reasons = shipped.case_kind("hotline.ticket").reasons["reject"]
    assert len(reasons) == 6
    assert all("第十一条" in reason.basis for reason in reasons.values())


def test_the_statutory_limits_of_petitions(shipped: Library) -> None:
    visit, review = (shipped.case_kind(f"petitions.{key}") for key in ("visit", "review_case"))
    limits = {key: str(clock.limit) for key, clock in visit.clocks.items()}
    assert [limits[key] for key in ("register", "notify", "settle", "review")] == [
        "15 日",
        "15 日",
        "60 日",
        "30 日",
    ]
    assert limits["object"] == "5 工作日"
    assert (str(visit.clocks["settle"].extend), limits["review"]) == ("30 日", "30 日")
    assert str(review.clocks["decide"].limit) == "30 日"
    assert len(visit.fields["route"].options) == 6
    assert (
        list(visit.supervision.triggers) == ["db01", "db02", "db03", "db04"] if visit.supervision else False
    )


def test_what_identifies_a_petitioner_is_sensitive(shipped: Library) -> None:
    for code in ("petitions.visit", "petitions.letter"):
        kind = shipped.case_kind(code)
        assert kind.confidential
        assert not kind.public
        assert all(
            kind.fields[key].sensitive for key in ("petitioner", "id_number", "phone", "report_content")
        )


def test_the_figures_of_a_report_have_their_indicators(shipped: Library) -> None:
    assert shipped.indicators.keys() >= REPORTED


def test_shares_say_what_they_leave_out(shipped: Library) -> None:
    for code in ("hotline.response_share", "hotline.solved_share", "hotline.satisfied_share"):
        assert shipped.indicator(code).exclusions


def test_no_two_indicators_of_a_pack_share_a_name(shipped: Library) -> None:
    for pack in shipped.packs.values():
        names = [indicator.name for indicator in pack.indicators.values()]
        assert len(names) == len(set(names)), pack.pack


def test_nothing_forbidden_is_offered() -> None:
    for path in SHIPPED.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert [word for word in FORBIDDEN if word in text] == [], path.name


def test_steps_roles_stages_and_outcomes_are_those_of_the_rooms() -> None:
    assert set(STEPS) == set(CASE_STEPS)
    assert set(ROLES) == set(Role.values)
    assert list(STAGES) == [str(stage) for stage in Stage]
    assert set(OUTCOMES) == set(Outcome.values)


def test_check_prints_a_summary_and_ends_well() -> None:
    out = StringIO()
    assert run(out=out) == 0
    assert len(out.getvalue().splitlines()) == 1


def test_check_names_the_place_and_ends_with_one(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("pack: own\nname: 自办\neffective: 2024-01-01\ncasez: {}\n", encoding="utf-8")
    out = StringIO()
    assert run([path], out=out) == 1
    assert f"{path}:4:" in out.getvalue()
    assert "casez" in out.getvalue()


def test_check_runs_the_tests_beside_an_own_pack(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    pack, tests = tmp_path / "own.yaml", tmp_path / "tests" / "own.yaml"
    pack.write_text(
        "pack: own\nname: 自办\neffective: 2024-01-01\n"
        "cases:\n  errand: {name: 跑腿, clocks: {done: {name: 办完, limit: 3 工作日, promise: true}}}\n",
        encoding="utf-8",
    )
    tests.write_text(
        "tests:\n"
        "  - {name: 三天办完, case: errand, limits: {done: 3 工作日}}\n"
        "  - {name: 两天办完, case: errand, limits: {done: 2 工作日}}\n"
        "  - {name: 没有的时限, case: errand, limits: {gone: 2 工作日}}\n"
        "  - {name: 写错的键, case: errand, limitz: {done: 2 工作日}}\n",
        encoding="utf-8",
    )
    out = StringIO()
    assert run([pack], out=out) == 1
    printed = out.getvalue()
    assert "两天办完" in printed
    assert "三天办完" not in printed
    assert "gone" in printed
    assert "limitz" in printed


def test_a_pack_test_file_that_cannot_be_read(tmp_path: Path, shipped: Library) -> None:
    path = tmp_path / "grid.yaml"
    path.write_text("nothing: here\n", encoding="utf-8")
    count, problems = run_file(path, shipped.pack("grid"), shelf_of(shipped.files, shipped.day))
    assert (count, [problem.kind for problem in problems]) == (0, ["test_shape"])


def test_every_shipped_line_has_tests_of_its_own() -> None:
    tested, failed = run_pack_tests(library().files, ())
    assert failed == []
    assert tested >= 40


def test_a_matter_that_opens_by_itself_asks_for_nothing_that_nobody_fills_in() -> None:
    """A failed item, a limit passed, a match taken up: no form asks, so a required field would refuse it."""
    shelf = library()
    asked = {
        (kind.full_code, full, name)
        for kind in shelf.kinds.values()
        if isinstance(kind, (ChecklistKind, ThresholdKind, MatchKind, DrawKind))
        for raised in ([kind.raises] if isinstance(kind.raises, str) else kind.raises or ())
        for full in [raised if "." in raised else f"{kind.pack}.{raised}"]
        for name, field in shelf.case_kind(full).fields.items()
        if raised and field.required and field.default is None
    }
    assert asked == set()
