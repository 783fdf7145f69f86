"""What the tests of the desk share."""

from __future__ import annotations

from typing import Any

import pytest
from tests.doors.desk.matters import Matters


@pytest.fixture
def matters(town: Any, people: Any, offices: Any) -> Matters:
    """Brings matters to where a test begins."""
    return Matters(town, people, offices)
