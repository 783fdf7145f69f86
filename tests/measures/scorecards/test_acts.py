"""The life of a scorecard: marks, publication under a seal, objections in their days, answers, final."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from tests.measures.scorecards.conftest import moment

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.people.models import Post
from zhenshu.ground.people.scope import scope_of
from zhenshu.measures.indicators import tallies
from zhenshu.measures.indicators.models import Part
from zhenshu.measures.scorecards import acts, appeals
from zhenshu.measures.scorecards.content import result_of, standing_of
from zhenshu.measures.scorecards.errors import (
    ScorecardChangedError,
    ScorecardInvalidError,
    ScorecardNotAllowedError,
    ScorecardStateError,
)
from zhenshu.measures.scorecards.history import changes_since, history_of, published_before
from zhenshu.measures.scorecards.models import Scorecard
from zhenshu.measures.scorecards.rights import visible_scorecards
from zhenshu.measures.scorecards.sealing import verify_scorecards

pytestmark = pytest.mark.django_db
WEDNESDAY, THURSDAY = moment("2023-06-07", 23), moment("2023-06-08", 8)


def told(scorecard):
    return {
        one.unit.name: (one.place, one.score) for one in standing_of(scorecard).units if one.score is not None
    }


def test_publishing_freezes_the_scores_under_a_seal_that_the_ledger_holds(published):
    assert told(published) == {"应急管理办公室": (1, 100), "综合执法队": (2, 55)}
    entry = Entry.objects.get(seq=published.entry)
    assert (entry.action, entry.changes["seal"][1]) == ("scorecard.published", published.seal)
    assert published.appeal_until == date(2023, 6, 7)  # Friday and three working days
    assert verify_scorecards() is None


def test_a_late_correction_of_records_shows_and_changes_nothing_published(published, jobs):
    jobs.closed("2023-05-11", late=True)
    assert told(published)["综合执法队"] == (2, 55)
    moved = {(one.item, one.then.points, one.now.points) for one in changes_since(published)}
    assert moved == {
        ("in_time", Decimal("30.00"), Decimal("20.00")),
        ("late", Decimal("25.00"), Decimal("10.00")),
    }
    assert not any(one.redefined for one in changes_since(published))


def test_scores_changed_behind_the_ledger_are_found(published):
    published.content["units"][0]["scores"]["in_time"]["points"] = "59.00"
    Scorecard.objects.filter(pk=published.pk).update(content=published.content)
    assert verify_scorecards().edition == published


def test_a_period_is_published_once_and_only_when_it_is_over(published, town, scopes):
    with pytest.raises(ScorecardStateError):
        acts.begin("scored.offices", town.town, "2023-05", by=scopes["secretary"])
    draft = acts.begin(
        "scored.offices", town.town, "2023-06", by=scopes["secretary"], at=moment("2023-06-20")
    )
    with pytest.raises(ScorecardInvalidError):
        acts.publish(draft, version=1, by=scopes["secretary"], at=moment("2023-06-30"))
    with pytest.raises(ScorecardInvalidError):
        acts.begin("scored.offices", town.town, "2023-Q1", by=scopes["secretary"])


def test_who_saw_an_older_draft_publishes_nothing(jobs, town, scopes):
    jobs.closed("2023-05-08")
    draft = acts.begin("scored.villages", town.town, "2023-05", by=scopes["secretary"])
    mark(draft, town, scopes["secretary"], 30)
    with pytest.raises(ScorecardChangedError):
        acts.publish(draft, version=1, by=scopes["secretary"])


def test_nothing_is_published_of_what_is_being_counted_anew(jobs, town, scopes, monkeypatch):
    jobs.closed("2023-05-08")
    draft = acts.begin("scored.villages", town.town, "2023-05", by=scopes["secretary"])
    tallies.build_missing()
    monkeypatch.setattr(tallies, "MOST_AT_ONCE", 0)
    Part.objects.update(built_at=None)
    with tallies.in_a_hurry(), pytest.raises(ScorecardStateError):
        acts.publish(draft, version=1, by=scopes["secretary"])
    assert acts.publish(draft, version=1, by=scopes["secretary"]).state == "published"


# ── marks by hand ─────────────────────────────────────────────────────────────────────────────────────


def mark(draft, town, by, points, **more):
    said = {"reason": "现场查看", "signer": "邹安", **more}
    return acts.enter_mark(draft, town.villages[0].pk, "look", Decimal(points), by=by, **said)


def test_a_mark_by_hand_has_a_reason_and_a_signer_and_an_older_one_stays(jobs, town, scopes):
    jobs.closed("2023-05-08")
    draft = acts.begin("scored.villages", town.town, "2023-05", by=scopes["secretary"])
    mark(draft, town, scopes["second_officer"], 20)
    mark(draft, town, scopes["second_officer"], 30, reason="复查")
    result = standing_of(acts.publish(draft, version=3, by=scopes["leader"]))
    score = result.unit(town.villages[0].pk).scores["look"]
    assert (score.points, score.why) == (30, "复查（邹安）")
    assert [(one.points, one.replaced_by_id is None) for one in draft.marks.all()] == [
        (20, False),
        (30, True),
    ]


@pytest.mark.parametrize(
    ("points", "more"), [(41, {}), (-1, {}), ("NaN", {}), (10, {"reason": " "}), (10, {"signer": ""})]
)
def test_a_mark_that_cannot_stand_is_refused(points, more, jobs, town, scopes):
    draft = acts.begin("scored.villages", town.town, "2023-05", by=scopes["secretary"])
    with pytest.raises(ScorecardInvalidError):
        mark(draft, town, scopes["second_officer"], points, **more)
    assert draft.marks.count() == 0


def test_what_records_tell_is_never_entered_by_hand(town, scopes):
    draft = acts.begin("scored.villages", town.town, "2023-05", by=scopes["secretary"])
    with pytest.raises(ScorecardInvalidError):
        acts.enter_mark(
            draft,
            town.villages[0].pk,
            "in_time",
            Decimal(60),
            reason="好",
            signer="许",
            by=scopes["secretary"],
        )


# ── objections ────────────────────────────────────────────────────────────────────────────────────────


def objection(published, offices, by, at=WEDNESDAY, unit="enforcement"):
    return appeals.object_to(published, offices[unit].pk, "late", reason="外因致超期，有佐证", by=by, at=at)


def test_an_upheld_objection_corrects_the_standing_and_keeps_what_was_published(published, offices, scopes):
    raised = objection(published, offices, scopes["officer"])
    answered = appeals.uphold(raised, Decimal(40), answer="佐证属实", by=scopes["secretary"], at=THURSDAY)
    assert told(published)["综合执法队"] == (2, 70)
    score = standing_of(published).unit(offices["enforcement"].pk).scores["late"]
    assert (score.points, score.was, score.why) == (40, 25, "佐证属实（白砚）")
    assert result_of(published.content).unit(offices["enforcement"].pk).score == 55
    assert verify_scorecards() is None
    actions = list(
        Entry.objects.filter(subject_id=answered.pk, action__startswith="scorecard.").values_list(
            "action", flat=True
        )
    )
    assert actions[-2:] == ["scorecard.objected", "scorecard.answered"]


def test_an_objection_is_open_for_the_working_days_of_the_pack_and_no_longer(published, offices, scopes):
    with pytest.raises(ScorecardStateError):
        objection(published, offices, scopes["officer"], at=THURSDAY)
    assert objection(published, offices, scopes["officer"], at=WEDNESDAY).before == 25


def test_a_unit_objects_for_itself_only_and_once(published, offices, scopes):
    for who in ("second_officer", "viewer", "secretary", "grid_worker"):
        with pytest.raises(ScorecardNotAllowedError):
            objection(published, offices, scopes[who])
    objection(published, offices, scopes["officer"])
    with pytest.raises(ScorecardStateError):
        objection(published, offices, scopes["officer"])


def test_somebody_else_answers(published, offices, people, scopes):
    """Neither who has no say over the card, nor a keeper who works in the unit, nor the objector himself."""
    raised = objection(published, offices, scopes["officer"])
    Post.objects.filter(user=people["leader"]).update(office=offices["enforcement"])
    of_that_unit = scope_of(people["leader"], on=date(2023, 6, 1))
    itself = replace(scopes["secretary"], user_id=people["officer"].pk)
    for by in (scopes["officer"], scopes["second_officer"], scopes["viewer"], of_that_unit, itself):
        with pytest.raises(ScorecardNotAllowedError):
            appeals.refuse(raised, answer="不属实", by=by)
    assert appeals.refuse(raised, answer="不属实", by=scopes["secretary"]).state == "refused"
    assert told(published)["综合执法队"] == (2, 55)
    with pytest.raises(ScorecardStateError):
        appeals.refuse(raised, answer="再答", by=scopes["secretary"])


def test_a_card_becomes_final_after_the_days_and_the_answers(published, offices, scopes):
    raised = objection(published, offices, scopes["officer"])
    for at in (WEDNESDAY, THURSDAY):
        with pytest.raises(ScorecardStateError):
            acts.close(published, version=published.version, by=scopes["secretary"], at=at)
    appeals.refuse(raised, answer="不属实", by=scopes["secretary"], at=THURSDAY)
    final = acts.close(published, version=published.version, by=scopes["secretary"], at=THURSDAY)
    assert final.state == "closed"
    with pytest.raises(ScorecardStateError):
        acts.withdraw(final, version=final.version, reason="重算", by=scopes["secretary"])


def test_a_withdrawn_edition_stays_and_another_may_be_begun(published, town, scopes):
    gone = acts.withdraw(published, version=published.version, reason="口径有误", by=scopes["secretary"])
    again = acts.begin("scored.offices", town.town, "2023-05", by=scopes["secretary"])
    assert (gone.content != {}, again.edition) == (True, 2)
    assert verify_scorecards() is None


# ── who may ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "may"),
    [("secretary", True), ("leader", True), ("administrator", True), ("dispatcher", False),
     ("officer", False), ("second_officer", False), ("grid_worker", False), ("viewer", False)],
)  # fmt: skip
def test_who_keeps_a_card(who, may, jobs, town, scopes):
    jobs.closed("2023-05-08")
    if may:
        draft = acts.begin("scored.offices", town.town, "2023-05", by=scopes[who])
        assert acts.publish(draft, version=1, by=scopes[who]).state == "published"
        return
    with pytest.raises(ScorecardNotAllowedError):
        acts.begin("scored.offices", town.town, "2023-05", by=scopes[who])
    draft = acts.begin("scored.offices", town.town, "2023-05", by=scopes["secretary"])
    for act in (acts.publish, acts.withdraw):
        said = {"reason": "试"} if act is acts.withdraw else {}
        with pytest.raises(ScorecardNotAllowedError):
            act(draft, version=1, by=scopes[who], **said)


def test_units_see_what_is_published_and_no_draft(published, town, scopes):
    acts.begin("scored.offices", town.town, "2023-04", by=scopes["secretary"])
    counts = {
        who: visible_scorecards(scopes[who]).count() for who in ("leader", "officer", "grid_worker", "viewer")
    }
    assert counts == {"leader": 2, "officer": 1, "grid_worker": 1, "viewer": 1}


def test_places_of_earlier_periods_stand_in_a_row(published, jobs, offices, town, scopes):
    jobs.closed("2023-06-08")
    later = acts.begin(
        "scored.offices", town.town, "2023-06", by=scopes["secretary"], at=moment("2023-07-03")
    )
    acts.publish(later, version=1, by=scopes["secretary"], at=moment("2023-07-03"))
    rows = published_before("scored.offices", town.town, date(2023, 8, 1))
    found = history_of(offices["enforcement"].pk, rows)
    assert [(one.scorecard.period, one.place, one.of, one.flag) for one in found] == [
        ("2023-06", 1, 1, True), ("2023-05", 2, 2, False),
    ]  # fmt: skip


def test_two_who_publish_at_once_publish_once(jobs, town, scopes):
    jobs.closed("2023-05-08")
    draft = acts.begin("scored.offices", town.town, "2023-05", by=scopes["secretary"])
    stale = Scorecard.objects.get(pk=draft.pk)
    acts.publish(draft, version=1, by=scopes["secretary"])
    with pytest.raises(ScorecardStateError):
        acts.publish(stale, version=1, by=scopes["leader"])
    assert Scorecard.objects.exclude(sequence=None).count() == 1
    assert connection.in_atomic_block
