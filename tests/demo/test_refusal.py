"""The demo township is built into an empty installation only."""

from __future__ import annotations

import pytest

from zhenshu.demo.build import DemoError, build, build_if_empty
from zhenshu.ground.areas.models import Area


@pytest.mark.django_db
def test_a_second_township_is_refused(town):
    with pytest.raises(DemoError, match="already"):
        build()


@pytest.mark.django_db
def test_an_installation_in_use_is_left_alone(town):
    before = Area.objects.count()
    build_if_empty()
    assert Area.objects.count() == before
