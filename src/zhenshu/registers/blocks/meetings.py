"""Meetings: who was called and came, the quorum, the topics, the minutes, and decisions that become work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import MeetingKind
from zhenshu.ground.people.models import Post, Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import RecordDraft, hold_record, keep_record, record_facts, save_record
from zhenshu.registers.blocks.errors import RecordInvalidError, RecordStateError
from zhenshu.registers.blocks.fractions import exceeds, reaches, read_share
from zhenshu.registers.blocks.kinds import full_code, record_kind
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.raising import raise_plan
from zhenshu.registers.fields import clean_fields, clean_text
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem


@dataclass(frozen=True, slots=True)
class Decision:
    """What a meeting decided: the words, the votes where there was a vote, who does it until when."""

    text: str
    votes_for: int | None = None
    office: int | None = None
    due: date | None = None


def roll_of(kind: MeetingKind, area_path: str, on: date) -> list[tuple[int, str]]:
    """Return who is called: the holders of the roles on the roll whose posts cover the place, by number."""
    roles = [role for role in kind.roll if role in Role.values]
    posts = Post.objects.filter(role__in=roles, ended_on=None, user__is_active=True)
    found = {
        post.user_id: post.user.name
        for post in posts.select_related("user", "area").order_by("user__name", "pk")
        if area_path.startswith(post.area.path)
    }
    return list(found.items())


def is_quorate(kind: MeetingKind, present: int, called: int) -> bool:
    """Tell whether enough came; a kind without quorum, or a roll nobody stands on, asks for nothing."""
    return not kind.quorum or not called or reaches(present, called, read_share(kind.quorum))


def is_passed(kind: MeetingKind, votes_for: int, called: int) -> bool:
    """Tell whether a vote carries: more than one half of all, or at least a larger share such as 2/3."""
    share = read_share(kind.pass_at, "1/2")
    if share * 2 == 1:
        return exceeds(votes_for, called, share)
    return reaches(votes_for, called, share)


@transaction.atomic
def hold_meeting(
    kind: MeetingKind, *, day: date, area: int, by: Scope, called: Sequence[tuple[int, str]],
    present: Sequence[int], title: str = "", fields: Mapping[str, Any] | None = None,
    topics: Sequence[Mapping[str, Any]] = (), minutes: str = "", decisions: Sequence[Decision] = (),
) -> Record:  # fmt: skip
    """Return the meeting with its roll, topics, minutes and decisions.

    Without quorum a meeting may be kept, but it decides nothing.
    """
    known = dict(called)
    strangers = [one for one in present if one not in known]
    if strangers:
        raise RecordInvalidError({"present": _("Somebody is present who was not called.")})
    if decisions and not is_quorate(kind, len(set(present)), len(known)):
        raise RecordInvalidError({"present": _("Without quorum a meeting decides nothing.")})
    here = set(present)
    detail = {
        "roll": [{"user": pk, "name": name, "present": pk in here} for pk, name in called],
        "topics": _clean_topics(kind, topics),
        "minutes": clean_text(minutes, limit=20_000),
        "decisions": [_clean_decision(kind, one, here) for one in decisions],
    }
    draft = RecordDraft(
        kind=kind.full_code, day=day, area=area, title=title, fields=fields or {}, detail=detail,
        office=by.posts[0].office_id if by.posts else None,
        derived={"people": len(here), "decisions": len(decisions)},
    )  # fmt: skip
    return keep_record(draft, by=by)


def _clean_topics(kind: MeetingKind, topics: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    clean: list[dict[str, Any]] = []
    for number, raw in enumerate(topics, start=1):
        values, problems = clean_fields(kind.topic, raw, complete=True)
        if problems:
            words = {"number": number, "problems": " ".join(problems.values())}
            raise RecordInvalidError({"topics": _("Topic %(number)d: %(problems)s") % words})
        clean.append(values)
    return clean


def _clean_decision(kind: MeetingKind, one: Decision, present: set[int]) -> dict[str, Any]:
    text = clean_text(one.text)
    if not text:
        raise RecordInvalidError({"decisions": _("A decision says what is to be done.")})
    if one.votes_for is not None and not 0 <= one.votes_for <= len(present):
        raise RecordInvalidError({"decisions": _("There are more votes than people present.")})
    return {
        "text": text, "votes_for": one.votes_for, "office": one.office,
        "due": one.due.isoformat() if one.due else None,
    }  # fmt: skip


@transaction.atomic
def carry_out(kept: Record, number: int, *, by: Scope) -> PlanItem:
    """Return the item of the plan that decision *number* (from 0) became; once only.

    A decision that was voted on and not carried becomes nothing.
    """
    kind = record_kind(kept.kind)
    assert isinstance(kind, MeetingKind)
    decisions = kept.detail.get("decisions", [])
    if not kind.decides or not 0 <= number < len(decisions):
        raise RecordStateError(_("There is no such decision to be carried out."))
    said = decisions[number]
    called = len(kept.detail.get("roll", []))
    if said["votes_for"] is not None and not is_passed(kind, said["votes_for"], called):
        raise RecordStateError(_("This decision was not carried."))
    draft = PlanDraft(
        kind=full_code(kind.decides, kind.pack), title=said["text"][:200], area=kept.area_id,
        lead_office=said["office"], due=date.fromisoformat(said["due"]) if said["due"] else None,
        start=kept.day if said["due"] else None, description=kept.title,
    )  # fmt: skip
    return raise_plan(kept, draft, by=by, item=f"decision-{number}")


@transaction.atomic
def write_minutes(kept: Record, minutes: str, *, version: int, by: Scope) -> Record:
    """Return the meeting with its minutes written; the earlier text stays in the ledger."""
    kept = hold_record(kept.pk, version=version, by=by, right="correct")
    before = record_facts(kept)
    kept.detail = {**kept.detail, "minutes": clean_text(minutes, limit=20_000)}
    return save_record(kept, before, "record.corrected", by=by)
