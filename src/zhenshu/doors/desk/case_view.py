"""A matter as its page shows it: stages with dates, story, clocks with words, shares, place, likes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.case_rows import category_name, stage_word
from zhenshu.doors.desk.components import Attachment, StageMark, StoryEntry
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.pack_fields import shown_value
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.masking import HIDDEN, mask_name, mask_phone
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.visibility import visible_records
from zhenshu.registers.cases.loop import CONTENT_NAMES
from zhenshu.registers.cases.models import Assignment, AssignmentState, Case, ClockState, Supervision
from zhenshu.registers.cases.models import Attachment as File
from zhenshu.registers.cases.slip import may_read_reporter
from zhenshu.registers.cases.story import StoryLine
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.visibility import may_see
from zhenshu.registers.references import names_of

# Acts of the house rather than of a person; they fold in the story.
SYSTEM_ACTS = frozenset({"escalated", "viewed", "file_viewed", "exported", "carried_over", "order_dismissed"})
STORY_ICONS = {
    "opened": "map-pin", "imported": "database", "dispatch": "send", "accept": "user-check",
    "answer": "message", "verify": "clipboard-check", "call_back": "phone", "close": "circle-check",
    "archive": "archive", "return": "arrow-back-up", "object": "alert-circle", "supervise": "flag-3",
    "pause": "player-pause", "resume": "player-play", "reopen": "refresh", "comment": "message-circle",
    "file_added": "paperclip", "merge": "git-merge", "group": "layers-intersect", "correct": "edit",
    "park": "box-multiple",
}  # fmt: skip
# What a story tells of a change, with the name people know it by.
TOLD = (
    "title",
    "category",
    "priority",
    "address",
    "area_id",
    "lead_office_id",
    "handler_id",
    "solved",
    "satisfied",
)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One deadline of a case, for its badge."""

    name: str
    limit: str
    basis: str
    started: datetime
    due: datetime
    near: datetime
    done: datetime | None
    paused: bool
    whose: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what a matter says of itself."""

    name: str
    value: str
    masked: bool = False


# ── stages ────────────────────────────────────────────────────────────────────────────────────────────


def stage_marks(case: Case, kind: CaseKind, story: Sequence[StoryLine]) -> list[StageMark]:
    """Return the stages of the kind with the moment each was reached last."""
    reached = {line.stage: line.at for line in story if line.stage} | {"accepted": case.opened_at}
    order = [str(stage) for stage in kind.stages]
    here = order.index(case.stage) if case.stage in order else len(order)
    over = not case.is_open
    return [
        StageMark(
            title=stage_word(stage, kind),
            status=_status(place, here, over, stage in reached),
            at=reached.get(stage) if place <= here else None,
        )
        for place, stage in enumerate(order)
    ]


def _status(place: int, here: int, over: bool, reached: bool) -> str:
    if place < here:
        return "done" if reached else "skipped"
    if place == here:
        return "done" if over else "now"
    return "ahead"


# ── story ─────────────────────────────────────────────────────────────────────────────────────────────


def story_entries(case: Case, kind: CaseKind, lines: Sequence[StoryLine]) -> list[StoryEntry]:
    """Return the story, newest first, with the files of each step."""
    files = list(case.attachments.order_by("pk"))
    names = _names_in(lines)
    entries = [_entry(line, case, kind, names, files) for line in lines]
    return list(reversed(entries))


def _entry(
    line: StoryLine, case: Case, kind: CaseKind, names: Mapping[str, Mapping[int, str]], files: Sequence[File]
) -> StoryEntry:
    system = line.action in SYSTEM_ACTS or (line.action == "file_added")
    return StoryEntry(
        at=line.at,
        title=line.name,
        who=line.who,
        office=line.office,
        text=_words(line, kind),
        state=line.stage if line.stage and line.action != "opened" else "",
        icon=STORY_ICONS.get(line.action, "point"),
        attachments=[_file(file, case) for file in files if _belongs(file, line)],
        changes=[] if line.action == "opened" else list(_changes(line, names, kind)),
        system=system,
    )


def _words(line: StoryLine, kind: CaseKind) -> str:
    """Return what was said; a reason that stands alone is named by its words, a digest is left out."""
    if line.action == "file_added":
        return line.opinion.partition(" sha256:")[0]
    reasons: Any = kind.reasons
    named: dict[str, str] = {key: reason.name for group in reasons.values() for key, reason in group.items()}
    return named.get(line.opinion, line.opinion)


def _belongs(file: File, line: StoryLine) -> bool:
    """Tell whether a file came with this step: same act, within its transaction."""
    step = file.step or "opened"
    return step == line.action and abs((file.uploaded_at - line.at).total_seconds()) < 120


def _file(file: File, case: Case) -> Attachment:
    return Attachment(
        name=file.name,
        url=reverse("desk:case_file", args=[case.number, file.pk]),
        size=filesizeformat(file.size),
        image=file.content_type.startswith("image/"),
    )


def loose_files(case: Case) -> list[Attachment]:
    """Return all files of the case."""
    return [_file(file, case) for file in case.attachments.order_by("pk")]


REFERENCES = {"area_id": "area", "lead_office_id": "office", "handler_id": "user"}


def _names_in(lines: Sequence[StoryLine]) -> dict[str, dict[int, str]]:
    """Return the names of the areas, offices and people the story speaks of, one query for each sort."""
    wanted: dict[str, set[int]] = {kind: set() for kind in REFERENCES.values()}
    for line in lines:
        for column, kind in REFERENCES.items():
            wanted[kind] |= {value for value in line.changes.get(column, ()) if isinstance(value, int)}
    return {kind: names_of(kind, ids) if ids else {} for kind, ids in wanted.items()}


def _changes(
    line: StoryLine, names: Mapping[str, Mapping[int, str]], kind: CaseKind
) -> Iterable[tuple[str, str, str]]:
    words = {
        "title": _("Matter"), "category": _("Category"), "priority": _("Priority"), "address": _("Address"),
        "area_id": _("Area"), "lead_office_id": _("Lead office"), "handler_id": _("Handler"),
        "solved": str(CONTENT_NAMES["solved"]), "satisfied": str(CONTENT_NAMES["satisfied"]),
    }  # fmt: skip
    for column in TOLD:
        if column not in line.changes:
            continue
        before, after = line.changes[column]
        yield words[column], _told(column, before, names, kind), _told(column, after, names, kind)


def _told(column: str, value: Any, names: Mapping[str, Mapping[int, str]], kind: CaseKind) -> str:
    if value in (None, ""):
        return ""
    if column in REFERENCES:
        return names[REFERENCES[column]].get(value, str(value))
    if column == "category":
        return category_name(str(value), kind)
    if column == "priority":
        return kind.priorities.get(str(value), str(value))
    words: dict[str, Any] = WORDS.get(column, {})
    return str(words.get(str(value), value))


WORDS: dict[str, dict[str, Any]] = {
    "solved": dict(Case._meta.get_field("solved").flatchoices),
    "satisfied": dict(Case._meta.get_field("satisfied").flatchoices),
}


# ── clocks, shares, orders ────────────────────────────────────────────────────────────────────────────


def clock_lines(case: Case, kind: CaseKind) -> list[ClockLine]:
    """Return the deadlines, those that run first, then in the order of their ends."""
    clocks = case.clocks.exclude(state=ClockState.CANCELLED).select_related(
        "assignment__office", "supervision"
    )
    lines = [_clock_line(clock, kind) for clock in clocks]
    return sorted(lines, key=lambda line: (line.done is not None, line.due))


def _clock_line(clock: Any, kind: CaseKind) -> ClockLine:
    declared = kind.clocks.get(clock.key)
    office = clock.assignment.office.name if clock.assignment_id else ""
    name = _("Supervision") if clock.supervision_id else (declared.name if declared else "")
    return ClockLine(
        name=name or clock.key,
        limit=clock.limit,
        basis=clock.basis,
        started=clock.started_at,
        due=clock.due_at,
        near=clock.near_at,
        done=clock.stopped_at,
        paused=clock.state == ClockState.PAUSED,
        whose=office,
    )


def shares_of(case: Case) -> list[Assignment]:
    """Return the lead office and the assisting ones with their replies; those taken back are left out."""
    shares = case.assignments.exclude(state=AssignmentState.TAKEN_BACK).select_related("office", "handler")
    return list(shares.order_by("-role", "pk"))


def orders_of(case: Case) -> list[Supervision]:
    return list(case.supervisions.select_related("office", "ordered_by").order_by("-ordered_at"))


# ── what it says of itself ────────────────────────────────────────────────────────────────────────────


def facts_of(case: Case, kind: CaseKind, shares: Sequence[Assignment], by: Scope) -> list[Fact]:
    """Return what the matter says, the caller and sensitive fields masked for those who need them not."""
    plain = may_read_reporter(case, list(shares), by)
    name = case.reporter_name if plain else mask_name(case.reporter_name)
    phone = case.reporter_phone if plain else mask_phone(case.reporter_phone)
    said = [
        Fact(_("Category"), category_name(case.category, kind)),
        Fact(_("Area"), area_words(case.area)),
        Fact(_("Address"), case.address),
        Fact(_("Channel"), kind.channels.get(case.channel, case.channel)),
        Fact(_("Priority"), kind.priorities.get(case.priority, case.priority)),
        Fact(_("Reported by"), " ".join(part for part in (name, phone) if part), masked=not plain),
        Fact(_("Number there"), " ".join(part for part in (case.source, case.source_number) if part)),
    ]
    return [fact for fact in [*said, *_own_fields(case, kind, by)] if fact.value]


def _own_fields(case: Case, kind: CaseKind, by: Scope) -> Iterable[Fact]:
    for key, field in kind.fields.items():
        value = shown_value(field, case.fields.get(key))
        hidden = field.sensitive and not by.sensitive and bool(value)
        yield Fact(field.name, HIDDEN if hidden else value, masked=hidden)


def area_words(area: Area) -> str:
    """Return the names from the village down to the area: 东浦村 第一网格 微网格2."""
    ids = area.ancestor_ids[2:] or [area.pk]
    names = dict(Area.objects.filter(pk__in=ids).values_list("pk", "name"))
    said: list[str] = []
    for name in (names[pk] for pk in ids if pk in names):
        # Where the name of a grid begins with its village's, the village is not said twice.
        said = [*(one for one in said if not name.startswith(one)), name]
    return " ".join(said)


# ── where it lies, what it is joined to ───────────────────────────────────────────────────────────────


def place_map(case: Case) -> dict[str, Any] | None:
    """Return the village or area around the matter and its point; None where neither is known."""
    ids = case.area.ancestor_ids[2:4] or [case.area_id]
    areas = Area.objects.filter(pk__in=ids).exclude(boundary=None).order_by("level")
    # Only the narrowest area is named: the names would lie over each other.
    features = [
        {
            "type": "Feature",
            "geometry": area.boundary,
            "properties": {"name": "" if area.pk != ids[-1] else area.name},
        }
        for area in areas
    ]
    points = []
    if case.lon is not None and case.lat is not None:
        shape = {"type": "Point", "coordinates": [case.lon, case.lat]}
        points = [
            {"type": "Feature", "geometry": shape, "properties": {"title": case.title, "tone": "plain"}}
        ]
    if not features and not points:
        return None
    return {
        "areas": {"type": "FeatureCollection", "features": features},
        "points": {"type": "FeatureCollection", "features": points},
        "plain": True,
    }


@dataclass(frozen=True, slots=True)
class SubjectCard:
    """The dossier a matter is about, with how many others of its matters are open."""

    title: str
    kind: str
    url: str
    open_cases: int
    list_url: str


def subject_card(case: Case, by: Scope, kind_word: str) -> SubjectCard | None:
    """Return the card of the dossier the matter is about; a link for those who may open it."""
    if case.subject is None:
        return None
    others = visible_cases(by).filter(subject_id=case.subject_id, is_open=True).exclude(pk=case.pk)
    opens = may_see(case.subject, by)
    return SubjectCard(
        title=title_for(case.subject, by),
        kind=kind_word,
        url=reverse("desk:dossier", args=[case.subject_id]) if opens else "",
        open_cases=others.count(),
        list_url=f"{reverse('desk:cases')}?list=open&subject={case.subject_id}",
    )


def joined_cases(case: Case, by: Scope) -> dict[str, list[Case]]:
    """Return the matters this one is joined to: its common problem, its parts, what it was merged into."""
    seen = visible_cases(by)
    found: dict[str, list[Case]] = {}
    for word, ids in ((_("Common problem"), case.parent_id), (_("Merged into"), case.merged_into_id),
                      (_("Arose from"), case.raised_by_id)):  # fmt: skip
        if ids:
            found[word] = list(seen.filter(pk=ids))
    for word, column in (
        (_("Belonging matters"), "parent_id"),
        (_("Merged into this one"), "merged_into_id"),
    ):
        cases = list(seen.filter(**{column: case.pk})[:20])
        if cases:
            found[word] = cases
    return {word: cases for word, cases in found.items() if cases}


def origin_of(case: Case, by: Scope) -> Record | None:
    """Return the record the matter came from, such as the check sheet of a failed item, if one may see it."""
    return visible_records(by).filter(raised__case=case).first()
