"""The petitions of the writing tests, and a report drafted from them."""

from __future__ import annotations

import pytest
from tests.papers.writing.conftest import Petitions, petitions, scope_of_post, year  # noqa: F401

from zhenshu.papers.publishing.acts import start_draft
from zhenshu.papers.publishing.models import Report


@pytest.fixture
def draft(year: Petitions) -> Report:  # noqa: F811
    """The draft of 2023: one sentence about petitions."""
    return start_draft(year.town.town, 2023, by=year.secretary)
