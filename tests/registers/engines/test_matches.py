"""Matches: policies to those who fulfil them, offers to needs with the reasons, and what came of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.schema import MatchKind
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.errors import DossierNotAllowedError
from zhenshu.registers.engines.errors import EngineInvalidError, EngineStateError
from zhenshu.registers.engines.fitting import BEST, pairs
from zhenshu.registers.engines.matches import find_matches, open_for, take_up
from zhenshu.registers.engines.models import Match, MatchState

WORK = MatchKind.model_validate(
    {
        "code": "w",
        "pack": "x",
        "name": "x",
        "need": "n",
        "offer": "o",
        "on": {"trade": "trade", "place": "place"},
    }
)
RECORDS = st.dictionaries(
    st.integers(1, 60),
    st.fixed_dictionaries(
        {
            "trade": st.sampled_from(["缝纫", "养老", "", None]),
            "place": st.sampled_from(["东浦", ["东浦", "孝丰"], []]),
        }
    ),
    max_size=12,
)


@given(RECORDS, RECORDS)
def test_pairs_are_those_that_agree_and_say_in_what(needs, offers):
    found = pairs(WORK, needs, offers)
    for pair in found:
        need, offer = needs[pair.need], offers[pair.offer]
        assert set(pair.equal) | set(pair.unequal) == {"trade", "place"}
        assert ("trade" in pair.equal) == (bool(need["trade"]) and need["trade"] == offer["trade"])
        assert pair.equal
    assert [pair.score for pair in found] == sorted((pair.score for pair in found), reverse=True)
    told = {(pair.need, pair.offer) for pair in found}
    for pk, need in needs.items():
        agreeing = {other for other, offer in offers.items() if other != pk and _agree(need, offer)}
        mine = {other for one, other in told if one == pk}
        assert mine <= agreeing
        assert len(mine) == min(BEST, len(agreeing))


def _agree(need, offer):
    def words(value):
        return {one for one in (value if isinstance(value, list) else [value]) if one}

    return any(words(need[field]) & words(offer[field]) for field in ("trade", "place"))


@pytest.fixture
def officer(scopes):
    return scopes["officer"]


@pytest.mark.django_db
class TestClauses:
    def test_who_fulfils_which_benefit_in_force(self, make, kind_of, officer):
        make("小厂", workers=12)
        make("大厂", workers=80)
        make("未填")
        found = find_matches(kind_of("policy"), officer)
        told = sorted((one.need.title, one.clause.code, one.clause.amount) for one in found)
        assert told == [("大厂", "large", 10), ("大厂", "skilled", 2), ("小厂", "skilled", 2)]
        before = find_matches(kind_of("policy"), officer, on=date(2020, 12, 31))
        assert {one.clause.code for one in before} == {"skilled", "large", "old"}

    def test_what_came_of_it_stays_one_line_and_its_history(self, make, kind_of, officer):
        home, policy = make("小厂", workers=12), kind_of("policy")
        take_up(policy, home.pk, clause="skilled", state=MatchState.TOLD, by=officer)
        take_up(policy, home.pk, clause="skilled", state=MatchState.DECLINED, note="已享受同类", by=officer)
        (one,) = find_matches(policy, officer)
        assert (one.done.state, one.done.note) == ("declined", "已享受同类")
        assert Match.objects.count() == 1
        acts = (
            Entry.objects.filter(subject_kind="engines.match")
            .order_by("seq")
            .values_list("action", flat=True)
        )
        assert list(acts) == ["match.told", "match.declined"]

    def test_one_match_opens_one_matter(self, make, kind_of, officer):
        home, policy = make("小厂", workers=12), kind_of("policy")
        match = take_up(policy, home.pk, clause="skilled", state=MatchState.AGREED, by=officer)
        assert open_for(match, policy, by=officer).case.subject_id == home.pk
        with pytest.raises(EngineStateError):
            open_for(match, policy, by=officer)
        assert Case.objects.count() == 1

    def test_a_clause_that_is_not_there_and_a_reader_are_refused(self, make, kind_of, scopes):
        home, policy = make("小厂", workers=12), kind_of("policy")
        with pytest.raises(EngineInvalidError):
            take_up(policy, home.pk, clause="nothing", state=MatchState.TOLD, by=scopes["officer"])
        with pytest.raises(DossierNotAllowedError):
            take_up(policy, home.pk, clause="skilled", state=MatchState.TOLD, by=scopes["leader"])


@pytest.mark.django_db
def test_needs_meet_offers_with_score_and_reasons(make, kind_of, officer, scopes):
    need, offer = make("陆家", trade="缝 纫"), make("制衣厂岗位", "job", trade="缝纫")
    make("养老院岗位", "job", trade="养老")
    (one,) = find_matches(kind_of("work"), officer)
    assert (one.need, one.offer, one.pair.score, one.pair.equal) == (need, offer, 1 / 2, ("trade",))
    take_up(kind_of("work"), need.pk, offer_id=offer.pk, state=MatchState.AGREED, by=officer)
    (one,) = find_matches(kind_of("work"), officer)
    assert one.done.state == "agreed"
    with pytest.raises(EngineInvalidError):
        take_up(kind_of("work"), need.pk, offer_id=need.pk, state=MatchState.AGREED, by=officer)
    assert find_matches(kind_of("work"), scopes["viewer"]) == []
