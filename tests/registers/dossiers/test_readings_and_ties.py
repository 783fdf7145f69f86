"""Series on a dossier and ties between dossiers."""

from datetime import date

import pytest

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.dossiers.errors import DossierInvalidError, ReadingError, RelationError
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.dossiers.ties import relate, unrelate

pytestmark = pytest.mark.django_db

DAY = date(2023, 5, 6)


@pytest.fixture
def firm(make):
    return make("澄江铸造")


@pytest.fixture
def read(firm, enterprise, officer):
    def add(period, kwh, **rest):
        values = {"signer": "何敏", "source": "供电所月报", **rest}
        return add_reading(
            firm, enterprise, "power", period=period, values={"kwh": kwh}, by=officer, **values
        )

    return add


class TestReadings:
    def test_a_reading_has_its_period_day_source_and_signer(self, read):
        reading = read("2023-05", "12,400")
        assert (reading.on, reading.values, reading.signer) == (date(2023, 5, 31), {"kwh": 12400}, "何敏")
        entry = Entry.objects.get(action="reading.added")
        assert entry.changes["values.kwh"] == [None, 12400]

    def test_the_same_again_changes_nothing(self, read, firm):
        assert read("2023-05", 1).pk == read("2023-05", "1.0").pk
        assert firm.readings.count() == 1

    def test_another_value_needs_a_reason_and_keeps_the_old_one(self, read, firm):
        old = read("2023-05", 1)
        with pytest.raises(ReadingError, match="2023-05"):
            read("2023-05", 2)
        new = read("2023-05", 2, reason="抄表有误")
        old.refresh_from_db()
        assert (old.replaced_by, old.period, old.values) == (new, "2023-05", {"kwh": 1})
        assert firm.readings.get(replaced_by=None) == new
        entry = Entry.objects.get(action="reading.replaced")
        assert (entry.changes["values.kwh"], entry.note) == ([1, 2], "抄表有误")

    def test_replaced_again_and_again(self, read, firm):
        for value in (1, 2, 3):
            read("2023-05", value, reason="复核")
        assert firm.readings.count() == 3
        assert firm.readings.get(replaced_by=None).values == {"kwh": 3}

    @pytest.mark.parametrize("period", ["2023", "2023-Q1", "2023-05-06", "2023-01..2023-03", "五月", ""])
    def test_only_the_grain_of_the_series(self, read, period):
        with pytest.raises(ReadingError):
            read(period, 1)

    def test_wrong_values_and_a_missing_signer_are_named_together(self, read):
        with pytest.raises(DossierInvalidError) as refusal:
            read("2023-05", -1, signer=" ")
        assert set(refusal.value.problems) == {"kwh", "signer"}

    def test_an_unknown_series_is_named_with_the_known_ones(self, firm, enterprise, officer):
        with pytest.raises(ReadingError, match="power"):
            add_reading(firm, enterprise, "water", period="2023-05", values={}, signer="何敏", by=officer)

    def test_several_events_of_one_day(self, firm, enterprise, officer):
        periods = [
            add_reading(
                firm,
                enterprise,
                "visit",
                period="2023-05-06",
                values={"note": note},
                signer="何敏",
                by=officer,
            ).period
            for note in ("上午", "下午")
        ]
        assert periods == ["2023-05-06#1", "2023-05-06#2"]


class TestTies:
    def test_related_and_unrelated_with_history(self, firm, make, enterprise, building, officer):
        hall = make("一号厂房", kind=building)
        tie = relate(firm, enterprise, "rents", target=hall, since=DAY, by=officer)
        assert hall.back_relations.get() == tie
        ended = unrelate(tie, on=DAY, by=officer, note="搬离")
        assert ended.ended_on == DAY
        assert relate(firm, enterprise, "rents", target=hall, by=officer)
        actions = Entry.objects.filter(subject_kind="dossiers.relation").values_list("action", flat=True)
        assert list(actions.order_by("seq")) == ["dossier.related", "dossier.unrelated", "dossier.related"]

    def test_what_does_not_fit_is_refused(self, firm, make, enterprise, building, officer):
        hall, second = make("一号厂房", kind=building), make("二号厂房", kind=building)
        relate(firm, enterprise, "rents", target=hall, by=officer)
        partner = make("协作企业")
        relate(firm, enterprise, "partner", target=partner, by=officer)
        misfits = [
            ("rents", hall),
            ("rents", second),
            ("partner", hall),
            ("partner", partner),
            ("owns", hall),
            ("partner", firm),
        ]
        for relation, target in misfits:
            with pytest.raises(RelationError):
                relate(firm, enterprise, relation, target=target, by=officer)

    def test_a_tie_ends_once(self, firm, make, enterprise, building, officer):
        tie = relate(firm, enterprise, "rents", target=make("一号厂房", kind=building), by=officer)
        unrelate(tie, on=DAY, by=officer)
        with pytest.raises(RelationError):
            unrelate(tie, on=DAY, by=officer)
