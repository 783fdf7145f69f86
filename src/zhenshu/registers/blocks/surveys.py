"""Surveys: a sample drawn by seed, asked once each, told only in sums.

Who has answered is known, so that nobody is asked twice; what somebody said is added to the counts of the
village at once and kept nowhere else. Sums of fewer answers than the pack says are not shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.schema import FieldType, SurveyKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import RecordDraft, keep_record, record_facts
from zhenshu.registers.blocks.among import dossiers_of
from zhenshu.registers.blocks.errors import RecordInvalidError, RecordStateError
from zhenshu.registers.blocks.fractions import reaches, read_share
from zhenshu.registers.blocks.kinds import asked_code, record_kind, refuse
from zhenshu.registers.blocks.models import AnswerCount, Record
from zhenshu.registers.blocks.visibility import find_record
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.fields import clean_fields

COUNTED = frozenset({FieldType.BOOLEAN, FieldType.CHOICE, FieldType.CHOICES, FieldType.INTEGER})
GROUPS = {"town": "town_id", "village": "village_id", "grid": "grid_id"}


def draw(ids: Iterable[int], count: int, seed: str) -> list[int]:
    """Return *count* of *ids*, the same for the same seed on any machine, each equally likely."""
    return sorted(ids, key=lambda one: (hashlib.sha256(f"{seed}:{one}".encode()).digest(), one))[:count]


def sample_size(kind: SurveyKind, number: int) -> int:
    """Return how many of a group are asked: a fixed number or a share, never more than there are."""
    if kind.sample is not None:
        return min(kind.sample, number)
    return ceil(number * (kind.share or 1))


def draw_sample(kind: SurveyKind, dossiers: Sequence[Dossier], seed: str) -> list[int]:
    """Return the drawn dossiers, so many of each village (or grid, or town) as the pack says."""
    groups: dict[Any, list[int]] = {}
    for one in dossiers:
        place = getattr(one.area, GROUPS[kind.per]) if kind.per in GROUPS else None
        groups.setdefault(place, []).append(one.pk)
    drawn = (draw(ids, sample_size(kind, len(ids)), seed) for ids in groups.values())
    return sorted(one for some in drawn for one in some)


@transaction.atomic
def start_survey(
    kind: SurveyKind, *, day: date, area: int, seed: str, by: Scope, title: str = "",
    last_day: date | None = None,
) -> Record:  # fmt: skip
    """Return the survey with its sample; the seed and the number drawn from stand beside it."""
    if not seed.strip():
        raise refuse(seed=_("A draw needs a seed that others can check, such as the date of a public draw."))
    asked = dossiers_of(asked_code(kind), by) if kind.of else Dossier.objects.none()
    here = [one for one in asked if _inside(one, area)]
    detail = {
        "seed": seed.strip(),
        "of": len(here),
        "sample": draw_sample(kind, here, seed.strip()),
        "answered": [],
    }
    draft = RecordDraft(
        kind=kind.full_code, day=day, area=area, title=title, due=last_day, detail=detail,
        derived={"answers": 0},
    )  # fmt: skip
    return keep_record(draft, by=by)


def _inside(dossier: Dossier, area: int) -> bool:
    return f"/{area}/" in f"/{dossier.area.path.strip('/')}/"


@transaction.atomic
def take_answers(kept: Record, subject: int | None, raw: Mapping[str, Any], *, by: Scope) -> Record:
    """Return the survey after one more of the sample has answered; its words join the sums alone."""
    found = find_record(kept.pk, by)
    kept = Record.objects.select_for_update(of=("self",)).select_related("area").get(pk=found.pk)
    kind = record_kind(kept.kind)
    assert isinstance(kind, SurveyKind)
    values, problems = clean_fields(kind.questions, raw, complete=True)
    if problems:
        raise RecordInvalidError(problems)
    place = _place_of(kind, kept, subject)
    before = record_facts(kept)
    if subject is not None:
        kept.detail = {**kept.detail, "answered": sorted({*kept.detail["answered"], subject})}
    kept.fields = {**kept.fields, "answers": int(kept.fields.get("answers", 0)) + 1}
    kept.version += 1
    kept.save()
    for question, option in _options(kind, values):
        _count(kept, place, question, option)
    # The line says that somebody answered and not what: the sums are no facts of the record.
    after = record_facts(kept)
    record(by.actor, "record.answered", kept, area_id=kept.area_id, before=before, after=after)
    return kept


def _place_of(kind: SurveyKind, kept: Record, subject: int | None) -> int:
    """Return the village whose sums the answers join; refuse whoever was not drawn or has answered."""
    if not kind.of:
        return kept.area_id
    if subject is None or subject not in kept.detail["sample"]:
        raise RecordStateError(_("This one was not drawn."))
    if subject in kept.detail["answered"]:
        raise RecordStateError(_("This one has answered already."))
    area = Dossier.objects.select_related("area").get(pk=subject).area
    return area.village_id or area.pk


def _options(kind: SurveyKind, values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for code, question in kind.questions.items():
        value = values.get(code)
        if value is None or question.type not in COUNTED:
            continue
        for one in value if isinstance(value, list) else [value]:
            yield code, ("yes" if one else "no") if isinstance(one, bool) else str(one)


def _count(kept: Record, place: int, question: str, option: str) -> None:
    line, _made = AnswerCount.objects.get_or_create(
        record=kept, area_id=place, question=question, option=option[:60]
    )
    AnswerCount.objects.filter(pk=line.pk).update(n=F("n") + 1)


@dataclass(frozen=True, slots=True)
class Result:
    """The sums of one question: by option, and whether the consent the pack asks for was reached."""

    code: str
    name: str
    counts: Mapping[str, int]
    agreed: bool | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def results(kept: Record, kind: SurveyKind, area: int | None = None) -> list[Result]:
    """Return the sums of a survey, or of one village; nothing where too few have answered."""
    lines = AnswerCount.objects.filter(record=kept)
    if area is not None:
        lines = lines.filter(area_id=area)
    found: dict[str, dict[str, int]] = {}
    for question, option, n in (
        lines.values_list("question", "option").annotate(total=Sum("n")).order_by("option")
    ):
        found.setdefault(question, {})[option] = n
    whole = len(kept.detail.get("sample", []))
    told = [_result(kind, code, counts, whole) for code, counts in found.items()]
    return [one for one in told if one.total >= kind.shown_from]


def _result(kind: SurveyKind, code: str, counts: Mapping[str, int], whole: int) -> Result:
    """Return the sums of a question; consent is a share of everybody asked, silence is none."""
    question = kind.questions[code]
    asks = bool(kind.agree_at and whole) and question.type is FieldType.BOOLEAN
    agreed = reaches(counts.get("yes", 0), whole, read_share(kind.agree_at)) if asks else None
    return Result(code, question.name, counts, agreed)


def villages_told(kept: Record, kind: SurveyKind) -> list[int]:
    """Return the villages in which enough have answered for sums to be shown."""
    lines = AnswerCount.objects.filter(record=kept).values("area_id", "question").annotate(total=Sum("n"))
    return sorted({line["area_id"] for line in lines if line["total"] >= kind.shown_from})
