"""Many writers at once: nothing is counted twice, nothing is lost, nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from tests.measures.indicators.conftest import Records

from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.measures.indicators.tallies import build_missing, check, rebuild
from zhenshu.registers.cases.bulk import open_many
from zhenshu.registers.cases.loop import Draft

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, EACH = 4, 6


def test_writers_side_by_side(records: Records) -> None:
    build_missing()
    places = records.town.micro_grids

    def write(writer: int) -> None:
        try:
            for number in range(EACH):
                records.matter("2023-05-16", area=places[(writer * number) % 8], channel="web")
            # Batches that touch the same villages in opposite orders.
            order = places if writer % 2 else places[::-1]
            drafts = [Draft("counts.matter", "批量", area.pk) for area in order]
            open_many(drafts, by=records.scopes["dispatcher"])
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert check() == []
    assert evaluate("counts.matters", records.town.town, "2020..2099").value == WRITERS * (EACH + len(places))


def test_a_rebuild_amid_writers(records: Records) -> None:
    build_missing()

    def write(_: int) -> None:
        try:
            for number in range(EACH):
                records.matter("2023-05-16", area=records.town.micro_grids[number])
        finally:
            connection.close()

    def build(_: int) -> None:
        try:
            rebuild()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write, writer) for writer in range(2)]
        building = pool.submit(build, 0)
        for job in (*writing, building):
            job.result(timeout=60)
    assert check() == []
    assert evaluate("counts.matters", records.town.town, "2023").value == 2 * EACH
