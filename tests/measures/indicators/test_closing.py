"""A closed period keeps its published values; later changes go through and are shown."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from tests.measures.indicators.conftest import Records

from zhenshu.ground.ledger.models import Entry
from zhenshu.measures.indicators.closing import (
    close_period,
    closing_of,
    differences,
    published_value,
    reopen_period,
)
from zhenshu.measures.indicators.errors import ClosingError, RightMissingError
from zhenshu.measures.indicators.evaluate import evaluate

CODES = ["counts.matters", "counts.matters.web_share", "counts.revenue"]


def test_published_values_stand_and_later_changes_show(records: Records) -> None:
    town = records.town.town
    records.matter("2023-05-16", channel="web")
    closing = close_period(town, "2023-05", by=records.scopes["secretary"], codes=CODES, note="五月结账")
    assert differences(closing) == []
    records.matter("2023-05-17", area=records.town.micro_grids[-1])
    found = {(one.indicator, one.area_id): (one.published, one.now) for one in differences(closing)}
    assert found[("counts.matters", town.pk)] == (1, 2)
    assert found[("counts.matters", records.town.villages[1].pk)] == (0, 1)
    assert ("counts.matters", records.town.villages[0].pk) not in found
    published = published_value("counts.matters", town, "2023-05")
    assert published is not None
    assert (published.value, evaluate("counts.matters", town, "2023-05").value) == (1, 2)


def test_a_share_keeps_its_parts(records: Records) -> None:
    records.matter("2023-05-16", channel="web")
    close_period(records.town.town, "2023-05", by=records.scopes["secretary"], codes=CODES)
    published = published_value("counts.matters.web_share", records.town.town, "2023-05")
    assert published is not None
    assert (published.value, published.numerator, published.denominator, published.n) == (100, 1, 1, 1)


def test_a_period_closes_once_until_reopened(records: Records) -> None:
    town, secretary = records.town.town, records.scopes["secretary"]
    closing = close_period(town, "2023-05", by=secretary, codes=CODES)
    with pytest.raises(ClosingError, match="2023年5月"):
        close_period(town, "2023-05", by=secretary, codes=CODES)
    with pytest.raises(ClosingError):
        reopen_period(closing, by=secretary, reason="")
    reopen_period(closing, by=secretary, reason="漏报")
    assert closing_of(town, "2023-05") is None
    close_period(town, "2023-05", by=secretary, codes=CODES)
    actions = (
        Entry.objects.filter(subject_kind="indicators.closing")
        .order_by("seq")
        .values_list("action", flat=True)
    )
    assert list(actions) == ["period.closed", "period.reopened", "period.closed"]


def test_a_closing_of_the_town_holds_for_its_villages(records: Records) -> None:
    closing = close_period(records.town.town, "2023-05", by=records.scopes["secretary"], codes=CODES)
    assert closing_of(records.town.villages[0], "2023-05") == closing
    assert closing_of(records.town.district, "2023-05") is None


def test_what_cannot_be_closed(records: Records) -> None:
    town, secretary = records.town.town, records.scopes["secretary"]
    next_year = str(timezone.localdate().year + 1)
    for period in (next_year, "2023-13"):
        with pytest.raises(ClosingError):
            close_period(town, period, by=secretary, codes=CODES)
    for name in set(records.scopes) - {"secretary", "administrator"}:
        with pytest.raises(RightMissingError):
            close_period(town, "2023-05", by=records.scopes[name], codes=CODES)


def test_a_changed_definition_is_told_from_changed_records(records: Records, counts_pack) -> None:
    from zhenshu.ground.packs.registry import forget_library

    records.matter("2023-05-16", channel="web")
    records.matter("2023-05-16", channel="phone")
    closing = close_period(records.town.town, "2023-05", by=records.scopes["secretary"], codes=CODES)
    text = counts_pack.read_text(encoding="utf-8")
    counts_pack.write_text(
        text.replace("{count: matter, where: {channel: web}}", "{count: matter}"), encoding="utf-8"
    )
    forget_library()
    found = [one for one in differences(closing) if one.area_id == records.town.town.pk]
    assert [(one.indicator, one.published, one.now, one.redefined) for one in found] == [
        ("counts.matters.web_share", 50, 100, True)
    ]
    assert date(2023, 5, 1) == closing.first_day
