"""What may happen to a dossier, who may do it, and the line each act leaves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.dossiers.acts import (
    close_dossier,
    correct_dossier,
    create_dossier,
    heir_of,
    merge_dossiers,
    open_dossier,
    reopen_dossier,
)
from zhenshu.registers.dossiers.errors import (
    DossierChangedError,
    DossierError,
    DossierInvalidError,
    DossierNotAllowedError,
    DossierNotFoundError,
    DoubleDossierError,
)
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.dossiers.ties import relate
from zhenshu.registers.dossiers.visibility import RIGHTS, may_see, visible_dossiers

pytestmark = pytest.mark.django_db

OPENED = date(2023, 1, 1)
DAY = date(2023, 5, 6)
CODE = "91990101MA2TEST001"
ID_NUMBER = "11010519491231002X"


def lines(dossier):
    return list(Entry.objects.filter(subject_kind="dossiers.dossier", subject_id=dossier.pk).order_by("seq"))


class TestCreating:
    def test_cleans_its_fields_and_leaves_a_line(self, make, town, people):
        dossier = make(
            "澄江精密铸造有限公司", credit_code=CODE, staff="120 人", founded="2015年3月1日", risk="红"
        )
        assert dossier.fields == {
            "name": "澄江精密铸造有限公司",
            "credit_code": CODE,
            "staff": 120,
            "founded": "2015-03-01",
            "risk": "red",
        }
        assert (dossier.kind, dossier.initials, dossier.version) == ("firms.enterprise", "cjjmzzyxgs", 1)
        (line,) = lines(dossier)
        assert (line.action, line.actor_id, line.area_id) == (
            "dossier.created",
            people["officer"].pk,
            town.villages[0].pk,
        )
        assert line.changes["fields.staff"] == [None, 120]

    def test_names_every_wrong_field(self, make):
        with pytest.raises(DossierInvalidError) as refusal:
            make("", staff="许多", colour="red")
        assert set(refusal.value.problems) == {"name", "staff", "colour"}
        assert not Dossier.objects.exists()
        assert not Entry.objects.filter(action="dossier.created").exists()

    def test_rare_characters_and_emoji_stay(self, make):
        assert make("𠮷野家🐟").title == "𠮷野家🐟"

    def test_the_same_identity_in_another_spelling_is_a_double(self, make):
        first = make("澄江铸造", credit_code=CODE)
        with pytest.raises(DoubleDossierError) as refusal:
            make("澄江铸造厂", credit_code="９１９９０１０１ｍａ２test001 ")
        assert refusal.value.dossier_id == first.pk

    def test_without_identity_nothing_is_a_double(self, make):
        make("小店")
        assert make("小店").identity == ""


class TestCorrecting:
    def test_only_what_is_given_changes(self, make, enterprise, officer):
        dossier = make("澄江铸造", staff=120, credit_code=CODE)
        after = correct_dossier(dossier, enterprise, {"staff": "130"}, version=1, by=officer, note="月报")
        assert (after.fields["staff"], after.fields["name"], after.version) == (130, "澄江铸造", 2)
        line = lines(dossier)[-1]
        assert line.changes == {"fields.staff": [120, 130], "version": [1, 2]}
        assert line.note == "月报"

    def test_an_empty_value_clears_and_a_required_one_stays(self, make, enterprise, officer):
        dossier = make("澄江铸造", staff=120)
        dossier = correct_dossier(dossier, enterprise, {"staff": ""}, version=1, by=officer)
        assert "staff" not in dossier.fields
        with pytest.raises(DossierInvalidError):
            correct_dossier(dossier, enterprise, {"name": " "}, version=2, by=officer)

    def test_nothing_new_changes_nothing(self, make, enterprise, officer):
        dossier = make("澄江铸造", staff=120)
        assert correct_dossier(dossier, enterprise, {"staff": "120"}, version=1, by=officer).version == 1
        assert len(lines(dossier)) == 1

    def test_the_second_of_two_is_told_and_nothing_is_lost(self, make, enterprise, officer):
        dossier = make("澄江铸造", staff=120)
        correct_dossier(dossier, enterprise, {"staff": 130}, version=1, by=officer)
        with pytest.raises(DossierChangedError) as refusal:
            correct_dossier(dossier, enterprise, {"staff": 140}, version=1, by=officer)
        assert refusal.value.version == 2
        assert Dossier.objects.get(pk=dossier.pk).fields["staff"] == 130

    def test_a_new_title_and_area(self, make, enterprise, officer, town):
        dossier = make("澄江铸造")
        after = correct_dossier(
            dossier, enterprise, {"name": "东浦铸造"}, version=1, by=officer, area=town.villages[1]
        )
        assert (after.title, after.initials, after.area) == ("东浦铸造", "dpzz", town.villages[1])

    def test_another_kind_is_refused(self, make, building, officer):
        with pytest.raises(DossierError):
            correct_dossier(make("澄江铸造"), building, {"name": "厂房"}, version=1, by=officer)

    def test_who_sees_a_field_masked_may_not_write_it(self, make, enterprise, officer, people, scope_for):
        dossier = make("澄江铸造", phone="13800001234")
        with pytest.raises(DossierNotAllowedError):
            correct_dossier(dossier, enterprise, {"phone": "13900001234"}, version=1, by=officer)
        people["officer"].posts.update(sensitive=True)
        trusted = scope_for(people["officer"])
        assert correct_dossier(dossier, enterprise, {"phone": "13900001234"}, version=1, by=trusted)


class TestLife:
    def test_closed_and_reopened(self, make, enterprise, officer):
        dossier = close_dossier(make("澄江铸造", credit_code=CODE), version=1, on=DAY, by=officer)
        assert (dossier.state, dossier.closed_on) == ("closed", DAY)
        with pytest.raises(DossierError):
            correct_dossier(dossier, enterprise, {"staff": 1}, version=2, by=officer)
        assert reopen_dossier(dossier, version=2, by=officer).closed_on is None

    def test_no_earlier_than_it_opened(self, make, officer):
        with pytest.raises(DossierError):
            close_dossier(make("澄江铸造"), version=1, on=date(2022, 12, 31), by=officer)

    def test_a_successor_with_the_identity_keeps_the_old_one_closed(self, make, officer):
        old = close_dossier(make("澄江铸造", credit_code=CODE), version=1, on=DAY, by=officer)
        make("澄江铸造", credit_code=CODE)
        with pytest.raises(DoubleDossierError):
            reopen_dossier(old, version=2, by=officer)


class TestMerging:
    def test_the_kept_one_learns_what_only_the_other_knew(
        self, make, enterprise, building, officer, secretary
    ):
        kept, absorbed = make("澄江铸造", staff=120), make("澄江铸造厂", staff=99, risk="红")
        hall = make("一号厂房", kind=building)
        relate(absorbed, enterprise, "rents", target=hall, by=officer)
        for month, of in (("2023-03", absorbed), ("2023-04", absorbed), ("2023-04", kept)):
            kwh = 1 if of is kept else 2
            add_reading(of, enterprise, "power", period=month, values={"kwh": kwh}, signer="何敏", by=officer)
        after = merge_dossiers(kept, absorbed, versions=(1, 1), on=DAY, by=secretary, note="同一家")
        assert after.fields == {"name": "澄江铸造", "staff": 120, "risk": "red"}
        assert {(r.period, r.values["kwh"]) for r in after.readings.all()} == {("2023-03", 2), ("2023-04", 1)}
        assert after.relations.get().target == hall
        gone = Dossier.objects.get(pk=absorbed.pk)
        assert (gone.state, heir_of(gone)) == ("merged", kept)
        assert [line.action for line in lines(absorbed)] == ["dossier.created", "dossier.merged"]
        assert [line.action for line in lines(kept)] == ["dossier.created", "dossier.absorbed"]

    def test_only_two_of_one_kind(self, make, building, secretary):
        one, hall = make("澄江铸造"), make("厂房", kind=building)
        for pair in ((one, one), (one, hall)):
            with pytest.raises(DossierError):
                merge_dossiers(*pair, versions=(1, 1), on=DAY, by=secretary)

    def test_an_officer_may_not(self, make, officer):
        with pytest.raises(DossierNotAllowedError):
            merge_dossiers(make("a公司"), make("b公司"), versions=(1, 1), on=DAY, by=officer)

    def test_a_stale_version_stops_both(self, make, secretary):
        kept, absorbed = make("a公司"), make("b公司")
        with pytest.raises(DossierChangedError):
            merge_dossiers(kept, absorbed, versions=(1, 7), on=DAY, by=secretary)
        assert Dossier.objects.filter(state="active").count() == 2


class TestVisibility:
    def test_within_the_areas_of_the_posts(self, make, town, people, scope_for):
        here, there = make("东浦的"), make("孝丰的", area=town.villages[1])
        seen = {
            key: set(visible_dossiers(scope_for(people[key])))
            for key in ("officer", "viewer", "grid_worker", "leader")
        }
        assert seen == {
            "officer": {here, there},
            "leader": {here, there},
            "viewer": {there},
            "grid_worker": set(),
        }

    def test_the_query_and_the_single_look_agree(self, make, town, people, scope_for, person, trusted):
        make("东浦的"), make("网格里的", area=town.grids[0]), make("某人", kind=person, by=trusted)
        for user in people.values():
            scope = scope_for(user)
            expected = {d.pk for d in Dossier.objects.all() if may_see(d, scope)}
            assert set(visible_dossiers(scope).values_list("pk", flat=True)) == expected

    def test_a_sensitive_kind_needs_the_right_and_every_view_is_noted(
        self, make, person, trusted, people, scope_for
    ):
        dossier = make("某人", kind=person, by=trusted, id_number=ID_NUMBER)
        with pytest.raises(DossierNotFoundError):
            open_dossier(dossier.pk, by=scope_for(people["leader"]))
        open_dossier(dossier.pk, by=trusted)
        open_dossier(dossier.pk, by=trusted)
        assert [line.action for line in lines(dossier)] == [
            "dossier.created",
            "dossier.viewed",
            "dossier.viewed",
        ]

    def test_an_ordinary_view_leaves_no_line(self, make, officer):
        dossier = make("澄江铸造")
        open_dossier(dossier.pk, by=officer)
        assert len(lines(dossier)) == 1

    def test_a_sensitive_kind_is_not_created_without_the_right(self, make, person, officer):
        with pytest.raises(DossierNotAllowedError):
            make("某人", kind=person, by=officer)


ALLOWED_TO_CREATE = {"dispatcher", "grid_worker", "officer", "secretary", "administrator"}


@pytest.mark.parametrize(
    "key", ["dispatcher", "grid_worker", "officer", "leader", "secretary", "administrator", "viewer"]
)
def test_permission_table(key, town, people, scope_for, enterprise, make):
    """Every right × every role, in the area of the post: allowed as the table says, refused otherwise."""
    scope = scope_for(people[key])
    area = people[key].posts.get().area
    attempts = {
        "create": lambda d: create_dossier(enterprise, {"name": "新"}, area=area, opened_on=OPENED, by=scope),
        "correct": lambda d: correct_dossier(d, enterprise, {"staff": 1}, version=1, by=scope),
        "close": lambda d: close_dossier(d, version=1, on=DAY, by=scope),
        "merge": lambda d: merge_dossiers(d, make("乙", area=area), versions=(1, 1), on=DAY, by=scope),
        "relate": lambda d: relate(d, enterprise, "partner", target=make("丙", area=area), by=scope),
        "read_in": lambda d: add_reading(
            d, enterprise, "power", period="2023-05", values={"kwh": 1}, signer="何敏", by=scope
        ),
    }
    for right, attempt in attempts.items():
        dossier = make("甲", area=area)
        if key in RIGHTS[right]:
            attempt(dossier)
        else:
            with pytest.raises(DossierNotAllowedError):
                attempt(dossier)
    assert (key in RIGHTS["create"]) == (key in ALLOWED_TO_CREATE)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_make_one_dossier(make, officer, enterprise, town):
    def attempt(_):
        try:
            return make("澄江铸造", credit_code=CODE).pk
        except DoubleDossierError as error:
            return -error.dossier_id
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, range(2)))
    (only,) = Dossier.objects.all()
    assert sorted(outcomes) == [-only.pk, only.pk]
