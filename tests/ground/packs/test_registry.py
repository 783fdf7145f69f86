"""The packs of a running installation: added files, versions, days."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs import registry
from zhenshu.ground.packs.models import PackVersion
from zhenshu.ground.packs.offices import missing_offices, office_keys
from zhenshu.ground.packs.registry import (
    SHIPPED,
    PackError,
    UnknownKindError,
    UnknownPackError,
    case_kind_of,
    forget_library,
    library,
    read_library,
    version_id,
)
from zhenshu.ground.people.models import Office

OWN = """
pack: weather
name: 气象预警
effective: {day}
cases:
  warning:
    name: 预警叫应
    opened_by: [dispatcher]
    clocks:
      answer: {{limit: {limit}, promise: true}}
    directory: [{{office: flood_office}}]
indicators:
  weather.warnings: {{name: 预警叫应次数, unit: 次, count: warning}}
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """The data folder's packs, empty before and after, looked at anew with every question."""
    packs: Path = settings.INSTALLATION.packs
    packs.mkdir(parents=True, exist_ok=True)
    wait = registry.LOOK_AGAIN
    registry.LOOK_AGAIN = 0.0
    forget_library()
    yield packs
    for path in packs.glob("*.yaml"):
        path.unlink()
    registry.LOOK_AGAIN = wait
    forget_library()


def write(
    folder: Path, name: str = "weather.yaml", *, limit: str = "2 小时", day: str = "2022-01-01"
) -> Path:
    path = folder / name
    path.write_text(OWN.format(limit=limit, day=day), encoding="utf-8")
    os.utime(path, ns=(time.time_ns(), time.time_ns()))
    return path


def test_a_file_added_to_a_running_installation_is_usable_at_once(folder: Path) -> None:
    assert "weather.warning" not in library().case_kinds
    write(folder)
    kind = library().case_kind("weather.warning")
    assert (kind.name, str(kind.clocks["answer"].limit)) == ("预警叫应", "2 小时")
    assert "weather.warnings" in library().indicators


def test_a_file_that_changed_or_went_is_seen(folder: Path) -> None:
    path = write(folder)
    library()
    write(folder, limit="30 小时")
    assert str(library().case_kind("weather.warning").clocks["answer"].limit) == "30 小时"
    path.unlink()
    with pytest.raises(UnknownKindError, match="weather.warning"):
        library().case_kind("weather.warning")


def test_between_two_looks_the_folder_is_left_alone(folder: Path) -> None:
    registry.LOOK_AGAIN = 60.0
    first = library()
    write(folder)
    assert library() is first


def test_a_broken_file_is_told_and_the_rest_works(folder: Path) -> None:
    write(folder, limit="两小时半")
    found = library()
    assert [problem.kind for problem in found.problems] == ["limit"]
    assert "grid.event" in found.case_kinds


def test_the_kinds_a_role_may_open(folder: Path) -> None:
    write(folder)
    codes = {kind.full_code for kind in library().kinds_for_new_case(["dispatcher"])}
    assert {"weather.warning", "grid.event"} <= codes
    assert "weather.warning" not in {k.full_code for k in library().kinds_for_new_case(["grid_worker"])}
    assert library().kinds_for_new_case(["viewer"]) == []


def test_packs_come_in_the_order_of_the_business_lines() -> None:
    keys = list(library().packs)
    assert keys.index("grid") < keys.index("hotline") < keys.index("petitions") < keys.index("services")


def test_another_day_has_its_own_version(folder: Path) -> None:
    write(folder)
    write(folder, "weather-2024.yaml", limit="1 小时", day="2024-07-01")
    found = read_library((SHIPPED, folder), date(2024, 6, 30))
    limits = [str(found.on(day).case_kind("weather.warning").clocks["answer"].limit)
              for day in (date(2024, 6, 30), date(2024, 7, 1))]  # fmt: skip
    assert limits == ["2 小时", "1 小时"]


@pytest.mark.django_db
def test_a_version_is_stored_once_and_entered_in_the_ledger(folder: Path) -> None:
    write(folder)
    first, again = version_id("weather"), version_id("weather")
    stored = PackVersion.objects.get(pk=first)
    assert (first, stored.pack, stored.effective) == (again, "weather", date(2022, 1, 1))
    entries = Entry.objects.filter(action="pack.loaded", subject_id=first)
    assert [entry.changes["pack"] for entry in entries] == [[None, "weather"]]


@pytest.mark.django_db
def test_a_case_keeps_the_version_it_was_opened_under(folder: Path) -> None:
    write(folder)
    old = version_id("weather")
    write(folder, limit="9 小时")
    new = version_id("weather")
    limits = [str(case_kind_of(version, "weather.warning").clocks["answer"].limit) for version in (old, new)]
    assert limits == ["2 小时", "9 小时"]


@pytest.mark.django_db(transaction=True)
def test_a_version_that_was_rolled_back_is_stored_again(folder: Path) -> None:
    write(folder)

    def open_and_fail() -> None:
        with transaction.atomic():
            version_id("weather")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        open_and_fail()
    assert PackVersion.objects.filter(pk=version_id("weather")).exists()


@pytest.mark.django_db
def test_a_kind_the_old_version_did_not_have(folder: Path) -> None:
    write(folder)
    with pytest.raises(UnknownKindError):
        case_kind_of(version_id("weather"), "weather.alarm")


def test_a_pack_that_is_not_there() -> None:
    with pytest.raises(UnknownPackError, match="nowhere"):
        version_id("nowhere")
    with pytest.raises(PackError):
        library().indicator("nowhere.visits")


@pytest.mark.django_db
def test_an_office_that_nobody_is_shows_as_a_warning(folder: Path, offices: dict[str, Office]) -> None:
    write(folder)
    found = library()
    assert "flood_office" in office_keys(found)
    missing = [p for p in missing_offices(found) if p.facts["office"] == "flood_office"]
    assert [(p.severity, p.line, p.place) for p in missing] == [("warning", 11, "cases.warning.directory[0]")]
    assert library().case_kind("weather.warning")


def test_the_subject_of_a_kind_is_found_across_packs() -> None:
    subject = library().subjects_of(library().case_kind("safety.hazard"))
    assert subject is not None
    assert subject.full_code == "enterprises.enterprise"
    assert library().subjects_of(library().case_kind("grid.event")) is None
