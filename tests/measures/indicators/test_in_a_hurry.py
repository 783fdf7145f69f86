"""Who waits for a page does not wait for many records to be counted anew: the worker counts them."""

from __future__ import annotations

import pytest
from tests.papers.writing.conftest import Petitions, petitions, scope_of_post, year  # noqa: F401

from zhenshu.measures.indicators import tallies
from zhenshu.measures.indicators.evaluate import evaluate_board
from zhenshu.measures.indicators.models import Part
from zhenshu.measures.indicators.tallies import build_missing, in_a_hurry
from zhenshu.papers.publishing.acts import start_draft
from zhenshu.papers.publishing.changes import changes_since
from zhenshu.papers.publishing.errors import ReportStateError

CODE = "petitions.visits"


@pytest.fixture
def many(year: Petitions, monkeypatch: pytest.MonkeyPatch) -> Petitions:  # noqa: F811
    """More records than are counted while somebody waits, and a change of every definition."""
    monkeypatch.setattr(tallies, "MOST_AT_ONCE", 3)
    build_missing()
    Part.objects.update(built_at=None)
    return year


def visits(year: Petitions):  # noqa: F811
    board = evaluate_board([CODE], [year.town.town], ["2023"], comparisons=False)
    return board.waits(CODE), board.value(CODE, year.town.town.pk, board.periods[0]).value


def test_few_records_are_counted_while_somebody_waits(year: Petitions):  # noqa: F811
    Part.objects.update(built_at=None)
    with in_a_hurry():
        assert visits(year) == (False, 5)


def test_many_are_left_to_the_worker_and_told_as_such(many: Petitions):
    with in_a_hurry():
        assert visits(many) == (True, None)
        many.visit("2023-12-01", 4)
        build_missing()
        assert visits(many) == (False, 6)


def test_nobody_else_is_in_a_hurry(many: Petitions):
    assert visits(many) == (False, 5)


def test_the_page_says_what_is_being_counted(many: Petitions, clients):
    answer = clients["secretary"].get("/reports/2023/")
    assert "接待来访批次" in answer.context["composed"].waiting
    build_missing()
    answer = clients["secretary"].get("/reports/2023/")
    assert answer.context["composed"].waiting == ()
    assert "共接待来访" in answer.content.decode()


def test_no_draft_is_made_of_what_is_only_late(many: Petitions, in_english):
    with in_a_hurry(), pytest.raises(ReportStateError, match="counted anew"):
        start_draft(many.town.town, 2023, by=many.secretary)


def test_what_is_being_counted_has_not_changed(many: Petitions):
    draft = start_draft(many.town.town, 2023, by=many.secretary)
    Part.objects.update(built_at=None)
    with in_a_hurry():
        assert changes_since(draft) == []
