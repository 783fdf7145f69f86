"""Dates move by drag, forwards and backwards; what would move is shown before it is saved."""

from __future__ import annotations

from datetime import date

import pytest

from zhenshu.registers.plans.acts import edit_item
from zhenshu.registers.plans.baselines import dates_in, set_baseline, visible_baselines
from zhenshu.registers.plans.errors import PlanChangedError, PlanInvalidError, PlanNotAllowedError
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.replanning import apply_drag, save_moves, show_drag, show_replan
from zhenshu.registers.plans.schedule import Dates, Reason


@pytest.fixture
def chain(planning):
    """Survey, then build, then accept, under one project promised for 30 June."""
    project = planning.project(start=None, due=None, promised=date(2023, 6, 30))
    survey = planning.make(
        "勘察", "plans.project", parent=project, start=date(2023, 5, 15), due=date(2023, 5, 19)
    )
    build = planning.make(
        "施工", "plans.project", parent=project, start=date(2023, 5, 22), due=date(2023, 6, 2),
        predecessors=((survey.pk, 0),),
    )  # fmt: skip
    accept = planning.make(
        "验收", "plans.milestone", parent=project, due=date(2023, 6, 2), predecessors=((build.pk, 0),)
    )
    return project, survey, build, accept


def moved(replan):
    return {move.item: (move.after.start, move.after.due) for move in replan.moves}


def test_a_drag_shows_what_follows_and_saves_nothing(planning, chain, fresh):
    project, survey, build, accept = chain
    shown = show_drag(survey.pk, Dates(date(2023, 5, 22), date(2023, 5, 26)), by=planning.scopes["officer"])
    told = moved(shown)
    assert told[survey.pk] == (date(2023, 5, 22), date(2023, 5, 26))
    assert told[build.pk] == (date(2023, 5, 29), date(2023, 6, 9))
    assert told[accept.pk][1] == date(2023, 6, 9)
    assert told[project.pk] == (date(2023, 5, 22), date(2023, 6, 9))
    assert fresh(survey).start == date(2023, 5, 15)


def test_a_drag_that_frees_nothing_moves_only_the_item_and_its_whole(planning, chain):
    project, _survey, build, accept = chain
    shown = show_drag(accept.pk, Dates(None, date(2023, 6, 9)), by=planning.scopes["officer"])
    assert set(moved(shown)) == {accept.pk, project.pk}


def test_a_drag_past_the_promise_says_by_how_many_working_days(planning, chain):
    project, survey, _build, _accept = chain
    shown = show_drag(survey.pk, Dates(date(2023, 6, 19), date(2023, 6, 21)), by=planning.scopes["officer"])
    (breach,) = shown.breaches
    assert (breach.item, breach.reason, breach.days) == (project.pk, Reason.PROMISE, 4)


def test_a_saved_drag_moves_all_of_them_in_one_act(planning, chain, fresh):
    project, survey, build, _accept = chain
    dates = Dates(date(2023, 5, 22), date(2023, 5, 26))
    apply_drag(
        survey.pk, dates, version=fresh(survey).version, by=planning.scopes["officer"], at=planning.now
    )
    assert (fresh(build).start, fresh(project).due) == (date(2023, 5, 29), date(2023, 6, 9))


def test_a_drag_of_what_somebody_changed_meanwhile_is_refused(planning, chain):
    _project, survey, _build, _accept = chain
    with pytest.raises(PlanChangedError):
        apply_drag(survey.pk, Dates(date(2023, 5, 22), None), version=7, by=planning.scopes["officer"])


def test_moves_shown_before_another_change_are_refused(planning, chain):
    _project, survey, build, _accept = chain
    officer = planning.scopes["officer"]
    shown = show_drag(survey.pk, Dates(date(2023, 5, 22), date(2023, 5, 26)), by=officer)
    edit_item(build, {"title": "土建施工"}, version=1, by=officer, at=planning.now)
    with pytest.raises(PlanChangedError, match="土建施工"):
        save_moves(shown, by=officer)


def test_counting_back_from_the_promise_puts_the_last_step_on_its_day(planning, chain):
    """30 June 2023 is a Friday; 22 and 23 June are holidays, 25 June is worked (2023年端午节安排)."""
    _project, survey, build, accept = chain
    laid = moved(show_replan(accept.pk, direction="backward", by=planning.scopes["officer"]))
    assert laid[accept.pk][1] == date(2023, 6, 30)
    assert laid[build.pk] == (date(2023, 6, 16), date(2023, 6, 30))
    assert laid[survey.pk][1] == date(2023, 6, 15)


def test_a_finished_item_does_not_move(planning, chain, fresh):
    _project, survey, build, _accept = chain
    PlanItem.objects.filter(pk=survey.pk).update(state="done", done_on=date(2023, 5, 19))
    laid = moved(show_replan(build.pk, direction="backward", by=planning.scopes["officer"]))
    assert survey.pk not in laid


def test_dates_the_wrong_way_round_are_refused(planning, chain):
    with pytest.raises(PlanInvalidError):
        show_drag(chain[1].pk, Dates(date(2023, 6, 2), date(2023, 6, 1)), by=planning.scopes["officer"])


def test_who_only_assists_does_not_move_dates(planning):
    item = planning.project(assisting=(planning.offices["petitions"].pk,))
    with pytest.raises(PlanNotAllowedError):
        show_drag(item.pk, Dates(date(2023, 6, 1), date(2023, 6, 2)), by=planning.scopes["assistant"])


# ── baselines ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_baseline_keeps_the_dates_agreed_whatever_moves_later(planning, chain, fresh):
    project, survey, _build, _accept = chain
    agreed = set_baseline("开工会", by=planning.scopes["secretary"], root=project, at=planning.now)
    dates = Dates(date(2023, 5, 22), date(2023, 5, 26))
    apply_drag(
        survey.pk, dates, version=fresh(survey).version, by=planning.scopes["officer"], at=planning.now
    )
    assert dates_in(agreed)[survey.pk] == Dates(date(2023, 5, 15), date(2023, 5, 19))
    assert set(dates_in(agreed)) == {item.pk for item in chain}


def test_a_baseline_of_everything_and_who_sets_one(planning, chain):
    other = planning.make("别的")
    made = set_baseline("年初计划", by=planning.scopes["leader"], at=planning.now)
    assert other.pk in dates_in(made)
    assert made in visible_baselines(planning.scopes["officer"])
    for who in ("officer", "viewer", "dispatcher"):
        with pytest.raises(PlanNotAllowedError):
            set_baseline("年初计划", by=planning.scopes[who])


def test_a_baseline_has_a_name(planning):
    with pytest.raises(PlanInvalidError):
        set_baseline("  ", by=planning.scopes["leader"])
