"""Programs read the published editions of reports, with figures as they were frozen."""

from __future__ import annotations

import pytest
from tests.doors.api.conftest import assert_problem
from tests.papers.writing.conftest import Petitions, petitions, scope_of_post, year  # noqa: F401

from zhenshu.papers.publishing import acts
from zhenshu.papers.publishing.models import Report

VISITS = "petitions.visits:value"


@pytest.fixture
def published(year: Petitions) -> Report:  # noqa: F811
    draft = acts.start_draft(year.town.town, 2023, by=year.secretary)
    said = acts.override_figure(draft, VISITS, "6", reason="含年末补登", version=1, by=year.secretary)
    done = acts.publish(said, version=2, by=year.secretary)
    year.visit("2023-12-01", 4)
    return done


def test_a_published_report_is_read_as_it_was_frozen(as_, published: Report):
    api = as_("leader", "indicators:read")
    (line,) = api.get("/reports", year=2023).json()["items"]
    assert (line["id"], line["seal"], line["edition"]) == (published.pk, published.seal, 1)
    told = api.get(f"/reports/{published.pk}").json()
    sentence = told["sections"][0]["sentences"][0]
    assert "来访6批9人次" in sentence["text"]
    figure = sentence["figures"][0]
    assert (figure["value"], figure["shown"], figure["n"]) == (5, "6", 5)
    assert (figure["override"]["derived"], figure["override"]["reason"]) == ("5", "含年末补登")


def test_a_draft_is_listed_for_its_writers_only(as_, year: Petitions):  # noqa: F811
    acts.start_draft(year.town.town, 2023, by=year.secretary)
    for who, seen in (("secretary", 1), ("dispatcher", 0), ("officer", 0)):
        assert len(as_(who).get("/reports", state="draft").json()["items"]) == seen


def test_a_report_one_may_not_see_is_not_there(as_, published: Report):
    assert_problem(as_("officer").get(f"/reports/{published.pk}"), 404, "not-found")
    assert_problem(as_("leader").get("/reports/999999"), 404, "not-found")
    assert_problem(as_("leader", "cases:read").get("/reports"), 403, "scope-missing")
