"""Limits on readings: a case once, until the readings are within them again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.registers.engines.conftest import at_once

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.blocks import ThresholdKind
from zhenshu.ground.packs.registry import forget_library, library
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.engines import thresholds
from zhenshu.registers.engines.limits import is_clear, level_of
from zhenshu.registers.engines.models import Alarm

DUST = ThresholdKind.model_validate(
    {
        "code": "dust", "pack": "x", "name": "x", "of": "home", "reading": "air", "value": "pm25",
        "levels": {
            "warn": {"name": "轻", "above": 75, "times": 3},
            "high": {"name": "重", "above": 150, "colour": "red"},
            "frost": {"name": "低", "below": 0, "colour": "orange", "times": 2},
        },
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ([75, 75, 75], None),
        ([76, 76], None),
        ([76, 76, 76], "warn"),
        ([76, 74, 76, 76], None),
        ([10, 151], "high"),
        ([76, 76, 151], "high"),
        ([-1], None),
        ([-1, -2], "frost"),
        ([0, 0], None),
    ],
)
def test_a_level_is_reached_by_so_many_in_a_row(values, level):
    found = level_of(DUST, values)
    assert (found.code if found else None) == level


@given(st.lists(st.floats(-50, 300, allow_nan=False), min_size=1, max_size=12))
def test_what_is_clear_is_at_no_level(values):
    if is_clear(DUST, values[-1]):
        assert level_of(DUST, values) is None


@pytest.fixture
def read(scopes):
    """Add a reading of so many days ago."""
    kind = library().dossier_kind("engines.home")

    def add(home, ago, pm25, *, reason="", **more):
        day = timezone.localdate() - timedelta(days=ago)
        return add_reading(
            home, kind, "air", period=day.isoformat(), values={"pm25": pm25, **more}, signer="站长",
            by=scopes["officer"], reason=reason,
        )  # fmt: skip

    return add


def alarms():
    return list(Alarm.objects.order_by("pk").values_list("level", "cleared_on"))


@pytest.mark.django_db
class TestFollowing:
    def test_a_run_opens_one_matter_until_it_clears(self, make, read):
        home = make("一号站")
        for ago in (9, 8):
            read(home, ago, 80)
        assert not Alarm.objects.exists()
        read(home, 2, 80)
        alarm = Alarm.objects.get()
        assert (alarm.level, alarm.case.subject_id, alarm.case.area_id) == ("warn", home.pk, home.area_id)
        read(home, 1, 90)
        assert Case.objects.count() == 1
        read(home, 0, 60)
        assert alarms() == [("warn", timezone.localdate())]

    def test_after_it_cleared_it_opens_anew(self, make, read):
        home = make("一号站")
        for ago, value in ((2, 160), (1, 50), (0, 170)):
            read(home, ago, value)
        assert [level for level, _cleared in alarms()] == ["high", "high"]
        assert Case.objects.count() == 2

    def test_a_worse_level_is_noted_on_the_same_matter(self, make, read):
        home = make("一号站")
        for ago, value in ((3, 80), (2, 80), (1, 80), (0, 200)):
            read(home, ago, value)
        assert alarms() == [("high", None)]
        assert Case.objects.count() == 1
        acts = (
            Entry.objects.filter(subject_kind="engines.alarm")
            .order_by("seq")
            .values_list("action", flat=True)
        )
        assert list(acts) == ["alarm.opened", "alarm.raised"]

    def test_a_corrected_reading_clears_what_it_had_opened(self, make, read):
        home = make("一号站")
        read(home, 0, 500)
        read(home, 0, 50, reason="仪器故障")
        assert alarms() == [("high", timezone.localdate())]

    def test_history_that_is_brought_in_sends_nobody_out(self, make, read):
        read(make("一号站"), 400, 300)
        assert alarms() == [("high", None)]
        assert not Case.objects.exists()

    def test_a_reading_without_the_value_says_nothing(self, make, read):
        home = make("一号站")
        read(home, 2, 160)
        read(home, 1, None, noise=50)
        assert alarms() == [("high", None)]

    def test_a_reading_brought_in_late_does_not_hide_the_newest(self, make, read):
        home = make("一号站")
        read(home, 0, 160)
        read(home, 5, 20)
        assert alarms() == [("high", None)]

    def test_a_matter_that_asks_for_more_never_loses_the_reading(self, make, read, engines_pack):
        text = engines_pack.read_text(encoding="utf-8")
        asks = "name: 任务\n    fields: {who: {name: 责任人, required: true}}\n"
        engines_pack.write_text(text.replace("name: 任务\n", asks), encoding="utf-8")
        forget_library()
        reading = read(make("一号站"), 0, 160)
        assert reading.values == {"pm25": 160}
        assert Alarm.objects.get().case is None
        assert "责任人" in Entry.objects.get(action="alarm.opened").note

    def test_who_sees_them(self, make, read, kind_of, scopes):
        read(make("一号站"), 0, 160)
        assert thresholds.alarms_of(kind_of("dust"), scopes["leader"]).count() == 1
        assert not thresholds.alarms_of(kind_of("dust"), scopes["viewer"]).exists()


@pytest.mark.django_db(transaction=True)
def test_two_readings_at_one_moment_open_one_matter(make, read):
    home = make("一号站")
    at_once(lambda: read(home, 1, 200), lambda: read(home, 0, 210))
    assert alarms() == [("high", None)]
    assert Case.objects.count() == 1
