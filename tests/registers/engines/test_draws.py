"""Random inspections: reproducible from the frozen list and the seed, never drawn anew unseen."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registers.engines.conftest import at_once

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.models import Post, User
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.errors import DossierNotAllowedError
from zhenshu.registers.engines import draws
from zhenshu.registers.engines.drawing import Frozen, digest_of, places, work_out
from zhenshu.registers.engines.draws import DrawDraft, cancel, freeze, hold_draw, open_cases, publish
from zhenshu.registers.engines.errors import EngineInvalidError, EngineNotFoundError, EngineStateError
from zhenshu.registers.engines.models import Draw, DrawnObject, DrawState

DAY = date(2024, 5, 8)


# ── the rule ──────────────────────────────────────────────────────────────────────────────────────────

OBJECTS = st.tuples(st.integers(1, 500), st.sampled_from(["red", "blue", ""]))
LISTS = st.builds(
    Frozen,
    objects=st.lists(OBJECTS, unique_by=lambda pair: pair[0]).map(tuple),
    inspectors=st.sets(st.integers(1, 9), min_size=4).map(lambda s: tuple(sorted(s))),
    conflicts=st.frozensets(st.tuples(st.integers(1, 2), st.integers(1, 500))),
    shares=st.sampled_from(["0", "1/3"]).map(lambda rest: {"red": "1", "blue": "0.2", "": rest}),
    each=st.just(2),
)


@given(LISTS, st.text(min_size=1, max_size=20))
def test_a_draw_keeps_its_promises(frozen, seed):
    drawn = work_out(frozen, seed=seed, on=DAY)
    assert drawn == work_out(Frozen.from_json(json.loads(json.dumps(frozen.as_json()))), seed=seed, on=DAY)
    assert len({one.number for one in drawn}) == len(drawn)
    for group, share in frozen.shares.items():
        listed = [number for number, of in frozen.objects if of == group]
        taken = [one.number for one in drawn if one.group == group]
        assert set(taken) <= set(listed)
        assert len(taken) == places(len(listed), share)
    for one in drawn:
        assert len(set(one.inspectors)) == 2
        assert not any((who, one.number) in frozen.conflicts for who in one.inspectors)


@given(LISTS)
def test_the_order_in_which_a_list_is_written_makes_no_difference(frozen):
    turned = Frozen(
        frozen.objects[::-1], frozen.inspectors[::-1], frozen.conflicts, frozen.shares, frozen.each
    )
    assert digest_of(turned) == digest_of(frozen)
    assert work_out(turned, seed="x", on=DAY) == work_out(frozen, seed="x", on=DAY)


def test_anybody_can_do_it_again_by_hand():
    frozen = Frozen(((3, ""), (5, ""), (8, "")), (1, 2), frozenset(), {"": "0.5"}, 1)
    text = '{"conflicts":[],"each":1,"inspectors":[1,2],"objects":[[3,""],[5,""],[8,""]],"shares":{"":"0.5"}}'
    digest = hashlib.sha256(text.encode()).hexdigest()

    def lot(*parts):
        return hashlib.sha256(
            "|".join(["2024050", digest, "2024-05-08", *map(str, parts)]).encode()
        ).hexdigest()

    first, second = sorted((3, 5, 8), key=lot)[:2]
    drawn = work_out(frozen, seed="2024050", on=DAY)
    assert [one.number for one in drawn] == [first, second]
    assert [one.inspectors for one in drawn] == [
        (min((1, 2), key=lambda who: lot(n, who)),) for n in (first, second)
    ]


@pytest.mark.parametrize(
    ("count", "share", "drawn"), [(0, "1", 0), (1, "0.05", 1), (40, "0.05", 2), (41, "0.05", 3)]
)
def test_a_share_is_rounded_up(count, share, drawn):
    assert places(count, share) == drawn


# ── the acts ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def check(kind_of):
    return kind_of("check")


@pytest.fixture
def officer(scopes):
    return scopes["officer"]


@pytest.fixture
def homes(make, people, offices, town):
    """Two red and five blue homes, and a third officer in the town."""
    third = User.objects.create(username="third", name="谢三")
    Post.objects.create(user=third, role="officer", office=offices["enforcement"], area=town.town)
    return [make(f"红{n}", colour="red") for n in range(2)] + [
        make(f"蓝{n}", colour="blue") for n in range(5)
    ]


def draft(town, **more):
    return DrawDraft(**{"area": town.town, "period": "2024-Q2", "seed_source": "5月8日福彩3D开奖号", **more})


@pytest.mark.django_db
class TestDrawing:
    def test_frozen_then_drawn_then_worked_out_again(self, homes, check, officer, town):
        made = freeze(check, draft(town), by=officer)
        assert not made.objects_drawn.exists()
        drawn = hold_draw(made.pk, seed="385", by=officer, on=DAY)
        found = list(drawn.objects_drawn.all())
        assert sorted(one.group for one in found) == ["blue", "red", "red"]
        assert draws.work_out_again(drawn)
        assert drawn.publish_due == date(2024, 6, 4)  # 20 working days from the next day, one a make-up day
        actions = (
            Entry.objects.filter(subject_kind="engines.draw").order_by("seq").values_list("action", flat=True)
        )
        assert list(actions) == ["draw.frozen", "draw.drawn"]

    def test_a_list_changed_behind_its_back_is_not_drawn_from(self, homes, check, officer, town):
        made = freeze(check, draft(town), by=officer)
        made.frozen["objects"] = made.frozen["objects"][1:]
        made.save()
        with pytest.raises(EngineStateError):
            hold_draw(made.pk, seed="385", by=officer)

    def test_a_result_changed_behind_its_back_shows(self, homes, check, officer, town):
        drawn = hold_draw(freeze(check, draft(town), by=officer).pk, seed="385", by=officer)
        DrawnObject.objects.filter(draw=drawn, place=1).update(inspectors=[officer.user_id])
        assert not draws.work_out_again(drawn)

    def test_who_must_not_go_is_never_sent(self, homes, check, scopes, officer, town):
        third = User.objects.get(username="third").pk
        avoided = frozenset((third, home.pk) for home in homes)
        drawn = hold_draw(freeze(check, draft(town, conflicts=avoided), by=officer).pk, seed="1", by=officer)
        both = {scopes["officer"].user_id, scopes["second_officer"].user_id}
        assert all(set(one.inspectors) == both for one in drawn.objects_drawn.all())

    def test_an_object_without_enough_inspectors_is_named_before_the_draw(
        self, homes, check, scopes, officer, town
    ):
        avoided = frozenset((scopes[who].user_id, homes[0].pk) for who in ("officer", "second_officer"))
        with pytest.raises(EngineInvalidError, match="红0"):
            freeze(check, draft(town, conflicts=avoided), by=officer)
        assert not Draw.objects.exists()

    def test_a_seed_that_nobody_gives_is_rolled(self, homes, check, officer, town):
        drawn = hold_draw(freeze(check, draft(town), by=officer).pk, seed=" ", by=officer)
        assert len(drawn.seed) == 32
        assert draws.work_out_again(drawn)

    def test_who_may(self, homes, check, scopes, town):
        for who in ("grid_worker", "leader"):
            with pytest.raises(DossierNotAllowedError):
                freeze(check, draft(town), by=scopes[who])
        made = freeze(check, draft(town), by=scopes["officer"])
        with pytest.raises(EngineNotFoundError):
            draws.find_draw(made.pk, scopes["viewer"])
        assert not draws.visible_draws(check, scopes["viewer"]).exists()


@pytest.mark.django_db
class TestDrawingAgain:
    def test_a_drawn_one_is_never_drawn_again(self, homes, check, officer, town):
        made = freeze(check, draft(town), by=officer)
        hold_draw(made.pk, seed="1", by=officer)
        with pytest.raises(EngineStateError):
            hold_draw(made.pk, seed="2", by=officer)
        assert Draw.objects.get().seed == "1"

    @pytest.mark.parametrize("period", ["2024-Q2", "2024-05", "2024-H1"])
    def test_a_second_one_for_the_time_says_what_it_repeats_and_why(
        self, homes, check, officer, town, period
    ):
        first = hold_draw(freeze(check, draft(town), by=officer).pk, seed="1", by=officer)
        with pytest.raises(EngineInvalidError):
            freeze(check, draft(town, period=period), by=officer)
        with pytest.raises(EngineInvalidError):
            freeze(check, draft(town, period=period, repeats=first.pk), by=officer)
        again = freeze(check, draft(town, period=period, repeats=first.pk, reason="名录漏项"), by=officer)
        assert (again.number, again.repeats) == (2, first)
        assert [one.number for one in draws.visible_draws(check, officer)] == [2, 1]

    def test_a_village_of_the_town_is_the_same_ground(self, homes, check, officer, town):
        freeze(check, draft(town), by=officer)
        with pytest.raises(EngineInvalidError):
            freeze(check, draft(town, area=town.villages[0]), by=officer)

    def test_a_cancelled_one_keeps_its_number_and_its_place(self, homes, check, officer, town):
        made = freeze(check, draft(town), by=officer)
        with pytest.raises(EngineInvalidError):
            cancel(made.pk, reason=" ", by=officer)
        cancel(made.pk, reason="名录有误", by=officer)
        with pytest.raises(EngineStateError):
            hold_draw(made.pk, seed="1", by=officer)
        with pytest.raises(EngineInvalidError):
            freeze(check, draft(town), by=officer)

    def test_another_time_is_another_draw(self, homes, check, officer, town):
        freeze(check, draft(town), by=officer)
        assert freeze(check, draft(town, period="2024-Q3"), by=officer).repeats is None


@pytest.mark.django_db
def test_the_drawn_become_matters_once_each(homes, check, officer, town):
    drawn = hold_draw(freeze(check, draft(town), by=officer).pk, seed="1", by=officer)
    assert len(open_cases(drawn.pk, by=officer)) == 3
    assert open_cases(drawn.pk, by=officer) == []
    assert set(Case.objects.values_list("subject_id", flat=True)) == set(
        drawn.objects_drawn.values_list("subject_id", flat=True)
    )


@pytest.mark.django_db
def test_it_is_published_once_and_not_before_it_was_drawn(homes, check, officer, town):
    drawn = hold_draw(freeze(check, draft(town), by=officer).pk, seed="1", by=officer, on=DAY)
    with pytest.raises(EngineStateError):
        publish(drawn.pk, on=date(2024, 5, 7), by=officer)
    publish(drawn.pk, on=date(2024, 5, 9), by=officer)
    with pytest.raises(EngineStateError):
        publish(drawn.pk, on=date(2024, 5, 10), by=officer)


@pytest.mark.django_db(transaction=True)
def test_of_two_first_draws_at_one_moment_one_stands(homes, check, officer, town):
    outcomes = at_once(*[lambda: freeze(check, draft(town), by=officer)] * 2)
    assert sorted(type(one).__name__ for one in outcomes) == ["Draw", "EngineInvalidError"]


@pytest.mark.django_db(transaction=True)
def test_of_two_seeds_at_one_moment_one_counts(homes, check, officer, town):
    made = freeze(check, draft(town), by=officer)
    outcomes = at_once(*[lambda seed=seed: hold_draw(made.pk, seed=seed, by=officer) for seed in "12"])
    assert sorted(type(one).__name__ for one in outcomes) == ["Draw", "EngineStateError"]
    assert Draw.objects.get().state == DrawState.DRAWN
