"""Warnings: when they hold, and that each month becomes one thing only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import DatabaseError, connections

from zhenshu.ground.ledger.models import Entry
from zhenshu.measures.economy.errors import EconomyError, WarningGoneError, WarningTakenError
from zhenshu.measures.economy.models import TakenWarning
from zhenshu.measures.economy.panel import read_panel
from zhenshu.measures.economy.taking import keep_visit, open_visit
from zhenshu.measures.economy.warning import warned
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.errors import DossierError, DossierNotAllowedError, DossierNotFoundError

pytestmark = pytest.mark.django_db
LAST_YEAR = {f"2022-{m:02d}": {"output": 100, "power": 100, "tax": 5} for m in range(1, 13)}


@pytest.fixture
def falling(firm):
    """Down by exactly 30 % in two months."""
    return firm("降", months=LAST_YEAR | {f"2023-{m:02d}": {"power": 70} for m in (4, 5)})


def names(panel_kind, scope, month):
    found = warned(read_panel(panel_kind, scope, last=month), month)
    return {one.dossier.title: [warning.code for warning in one.warnings] for one in found}


def test_a_fall_must_last_as_long_as_the_pack_says(firm, falling, panel_kind, scopes):
    firm("刚降", months=LAST_YEAR | {"2023-04": {"power": 71}, "2023-05": {"power": 60}})
    firm("漏报", months=LAST_YEAR | {"2023-05": {"power": 60}})
    assert names(panel_kind, scopes["officer"], "2023-05") == {"降": ["power"]}
    assert names(panel_kind, scopes["officer"], "2023-04") == {}


def test_the_most_pressing_comes_first(firm, panel_kind, scopes):
    both = {f"2023-{m:02d}": {"power": 10} for m in (4, 5)}
    firm("停", months=LAST_YEAR | both)
    firm("无税", months=LAST_YEAR | {"2023-05": {"output": 120, "power": 100, "tax": 0}})
    found = warned(read_panel(panel_kind, scopes["officer"], last="2023-05"), "2023-05")
    assert [(one.dossier.title, one.colour) for one in found] == [("停", "red"), ("无税", "yellow")]
    assert [one.code for one in found[0].warnings] == ["stop", "power"]


def test_a_warning_becomes_one_visit(falling, panel_kind, scopes):
    case = open_visit(panel_kind, falling.pk, "2023-05", by=scopes["officer"])
    assert (case.kind, case.subject_id, case.fields, case.channel) == (
        "watch.visit", falling.pk, {"sign": "fall"}, "warning",
    )  # fmt: skip
    assert "-30.0" in case.description
    with pytest.raises(WarningTakenError):
        open_visit(panel_kind, falling.pk, "2023-05", by=scopes["officer"])
    with pytest.raises(WarningTakenError):
        keep_visit(panel_kind, falling.pk, "2023-05", said="谈过", day=date(2023, 6, 5), by=scopes["officer"])
    assert (Case.objects.count(), Record.objects.count()) == (1, 0)
    taken = TakenWarning.objects.get()
    entry = Entry.objects.get(action="warning.taken")
    assert (entry.subject_id, entry.changes["case_id"]) == (taken.pk, [None, case.pk])


def test_a_visit_already_made_is_kept_under_the_round(falling, panel_kind, scopes):
    kept = keep_visit(
        panel_kind, falling.pk, "2023-05", said="检修停机", day=date(2023, 6, 5), by=scopes["officer"]
    )
    assert (kept.kind, kept.subject_id, kept.fields) == ("watch.call", falling.pk, {"talked": "检修停机"})
    with pytest.raises(WarningTakenError):
        open_visit(panel_kind, falling.pk, "2023-05", by=scopes["officer"])
    assert Case.objects.count() == 0


def test_where_no_warning_holds_nothing_is_opened(falling, panel_kind, scopes):
    with pytest.raises(WarningGoneError):
        open_visit(panel_kind, falling.pk, "2023-04", by=scopes["officer"])
    assert Case.objects.count() == 0


def test_who_may_not_see_or_write_takes_nothing_up(firm, town, falling, panel_kind, scopes):
    here = firm("邻", area=town.villages[1], months=LAST_YEAR | {"2023-05": {"power": 1}})
    for key, about, refusal in (
        ("viewer", falling, DossierNotFoundError),
        ("viewer", here, DossierNotAllowedError),
        ("leader", falling, DossierNotAllowedError),
    ):
        with pytest.raises(refusal):
            open_visit(panel_kind, about.pk, "2023-05", by=scopes[key])
    assert TakenWarning.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_one_moment_open_one_visit(falling, panel_kind, scopes):
    barrier = Barrier(2)

    def click(_number):
        barrier.wait()
        try:
            return open_visit(panel_kind, falling.pk, "2023-05", by=scopes["officer"])
        except (EconomyError, DossierError, DatabaseError) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(click, range(2)))
    assert sum(isinstance(one, Case) for one in found) == 1
    assert (Case.objects.count(), TakenWarning.objects.count()) == (1, 1)
