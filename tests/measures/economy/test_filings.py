"""Court filings come in as a reported series, signed; the rate per ten thousand people follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from zhenshu.ground.packs.registry import library
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.indicators.errors import ReportedError
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.reported import report_value
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.readings import add_reading

pytestmark = pytest.mark.django_db


def test_filings_of_the_months_over_the_people_of_the_year(town, scopes):
    kind = library().dossier_kind("base.village")
    by = scopes["secretary"]
    for village, people in zip(town.villages, (18_000, 12_000), strict=True):
        values = {"name": village.name, "kind": "village"}
        made = create_dossier(kind, values, area=village, opened_on=date(2020, 1, 1), by=by)
        add_reading(
            made, kind, "population", period="2023", values={"dwellers": people}, signer="派出所", by=by
        )
    for month in range(1, 13):
        filed = 7 if month < 12 else 13
        told = f"2023-{month:02d}"
        report_value("petitions.filings", town.town, told, filed, signer="法庭内勤", by=by, source="法院通报")
    report_value("petitions.diverted", town.town, "2023", 60, signer="法庭内勤", by=by)
    year = parse_period("2023")
    assert evaluate("petitions.filings_per_10k", town.town, year).value == Decimal(30)
    assert evaluate("petitions.diverted_share", town.town, year).value == Decimal(40)


def test_a_filing_without_a_signer_is_refused(town, scopes):
    with pytest.raises(ReportedError):
        report_value("petitions.filings", town.town, "2023-01", 40, signer=" ", by=scopes["secretary"])
