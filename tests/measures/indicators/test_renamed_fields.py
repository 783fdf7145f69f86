"""A field is called otherwise from next year on, with a year of records behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.measures.indicators.conftest import Records

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.tallies import build_missing, check
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier, Reading
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.renames import carry_over_renamed_fields

pytestmark = pytest.mark.django_db


PACK = """
pack: renamed
name: 改名
effective: 2020-01-01
dossiers:
  firm:
    name: 企业
    title: name
    identity: [name]
    fields: {{name: {{name: 名称, required: true}}, {staff}: {{name: 从业人数, type: integer{was_staff}}}}}
    readings: {{monthly: {{name: 月报, fields: {{{output}: {{name: 产值, type: decimal{was_output}}}}}}}}}
cases:
  matter: {{name: 事项, fields: {{{people}: {{name: 人次, type: integer{was_people}}}}}}}
indicators:
  renamed.people: {{name: 人次, unit: 人次, sum: matter.{people}}}
  renamed.output: {{name: 产值, unit: 万元, sum: firm.monthly.{output}}}
"""
KEYS = {"people": "people", "staff": "staff", "output": "output"}


@pytest.fixture
def place(counts_pack: Path) -> Iterator[Path]:
    path = counts_pack.with_name("renamed.yaml")
    write(path)
    yield path
    path.unlink()


def write(place: Path, **now: str) -> None:
    """Write the pack with fields under other keys, each saying what it was before."""
    was = {f"was_{key}": f", formerly: [{key}]" if key in now else "" for key in KEYS}
    place.write_text(PACK.format(**KEYS | now, **was), encoding="utf-8")
    forget_library()
    assert "renamed" in library().packs, library().problems


def told(records: Records) -> list[Decimal | None]:
    codes = ("renamed.people", "renamed.output")
    return [evaluate(code, records.town.town, "2023").value for code in codes]


def matter(records: Records, on: str, **fields: int) -> Case:
    return records.matter(on, kind="renamed.matter", fields=fields)


@pytest.fixture
def firm(records: Records, place: Path, scopes: dict[str, Scope]) -> Dossier:
    by, kind = scopes["secretary"], library().dossier_kind("renamed.firm")
    raw: dict[str, Any] = {"name": "甲公司", "staff": 40}
    made = create_dossier(kind, raw, area=records.town.villages[0], opened_on=date(2022, 1, 1), by=by)
    for month, output in (("2023-01", 10.5), ("2023-02", 4)):
        add_reading(made, kind, "monthly", period=month, values={"output": output}, signer="李统计", by=by)
    return made


def test_what_was_written_under_the_former_key_is_counted_once_under_the_new_one(
    records: Records, place: Path, firm: Dossier
) -> None:
    matter(records, "2023-01-10", people=2)
    matter(records, "2023-03-10", people=5)
    build_missing()
    before = told(records)
    assert before[0] == 7

    write(place, people="heads", staff="workers", output="produced")
    matter(records, "2023-05-01", heads=4)
    build_missing()
    carried = carry_over_renamed_fields()
    assert (carried, carry_over_renamed_fields()) == (5, 0)
    assert told(records) == [Decimal(11), before[1]]
    assert list(check()) == []
    assert sorted(Case.objects.values_list("fields__heads", flat=True)) == [2, 4, 5]
    assert Dossier.objects.get(pk=firm.pk).fields["workers"] == 40
    assert {reading.values["produced"] for reading in Reading.objects.all()} == {10.5, 4}
    assert Entry.objects.filter(action="field.renamed").count() == 5


def test_nothing_is_lost_of_matters_that_show_the_former_name(records: Records, place: Path) -> None:
    case = matter(records, "2023-01-10", people=2)
    write(place, people="heads")
    carry_over_renamed_fields()
    case.refresh_from_db()
    assert case.fields == {"people": 2, "heads": 2}


def test_what_somebody_wrote_under_the_new_key_stays(records: Records, place: Path) -> None:
    case = matter(records, "2023-01-10", people=2)
    Case.objects.filter(pk=case.pk).update(fields={"people": 2, "heads": 3})
    write(place, people="heads")
    assert carry_over_renamed_fields() == 0
    assert evaluate("renamed.people", records.town.town, "2023").value == 3
