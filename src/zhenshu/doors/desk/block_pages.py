"""Records of a kind at the desk: the list, a new record, one record whole, corrections and withdrawal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to, page
from zhenshu.doors.desk.block_forms import NEW_PAGES
from zhenshu.doors.desk.block_parts import (
    AboutForm,
    ReasonForm,
    VersionForm,
    day_text,
    kind_or_404,
    sorted_column,
    subject_name,
    trail,
    try_act,
)
from zhenshu.doors.desk.block_sections import buttons_of, sections_of
from zhenshu.doors.desk.block_words import SPECIAL
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row, StoryEntry
from zhenshu.doors.desk.dossiers import area_options, field_text, title_for
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.ledger_words import action_word
from zhenshu.doors.desk.lists import Asked, Condition, Listing, condition_bar, read_asked, show_listing
from zhenshu.doors.desk.record_forms import RecordForm
from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.packs.schema import NUMBERS, FieldKind, FieldType, FundKind, Packed
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks import acts, funds
from zhenshu.registers.blocks.kinds import (
    block_of,
    party_code,
    record_fields,
    record_kind,
    shown_fields,
    subject_code,
    subject_kind,
)
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.blocks.visibility import find_record, may_do, may_somewhere, visible_records
from zhenshu.registers.dossiers.visibility import may_see_sensitive
from zhenshu.registers.fields import REFERENCES
from zhenshu.registers.references import names_of
from zhenshu.registers.shown import show_fields

SHOWN = 5
CHOICES = 3
SORTS = {"day": "day", "due": "due", "amount": "amount"}
STATES = {State.WITHDRAWN: "rejected", State.ENDED: "closed", State.PAID: "closed", State.LISTED: "handling"}


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────


@page()
def list_records(request: DeskRequest, code: str) -> HttpResponse:
    """Show the records of a kind; those about sensitive persons leave a line each and no Excel file."""
    kind = kind_or_404(code)
    conditions = _conditions(kind)
    names = [one.name for one in conditions]
    asked = read_asked(request, [*names, "day_until", "sort", "subject"])
    of = subject_kind(kind)
    listing = Listing(
        name=kind.name,
        columns=_columns(kind, asked),
        records=find_records(kind, asked, request.scope),
        rows=lambda some: _rows(kind, list(some), asked, request.scope),
        empty=_("Nothing is kept here yet."),
        numbered=True,
        export=of is None or not of.sensitive,
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions, keep=["sort", "subject"]),
        breadcrumbs=trail(kind)[:1] + [Link(title=kind.name)],
        buttons=list(_list_buttons(kind, request.scope)),
    )


def find_records(kind: Packed, asked: Asked, scope: Scope) -> QuerySet[Record]:
    """Return the records asked for that this person may see, the newest first unless sorted otherwise."""
    found = visible_records(scope).filter(kind=kind.full_code)
    state = asked.get("state")
    found = found.filter(state=state) if state in State.values else found.exclude(state=State.WITHDRAWN)
    words = asked.get("q")
    if words:
        found = found.filter(
            Q(title__icontains=words) | Q(subject__title__icontains=words) | Q(party__title__icontains=words)
        )
    if asked.get("area"):
        area = asked.area("area")
        found = found.filter(area__path__startswith=area.path) if area else found.none()
    if asked.number("subject"):
        found = found.filter(subject_id=asked.number("subject"))
    for bound, name in (("gte", "day"), ("lte", "day_until")):
        if asked.day(name):
            found = found.filter(**{f"day__{bound}": asked.day(name)})
    for code in _choice_fields(kind):
        if asked.get(code):
            value = asked.get(code)
            is_yes = shown_fields(kind)[code].type is FieldType.BOOLEAN
            found = found.filter(**{f"fields__{code}": value == "yes" if is_yes else value})
    related = ("area", "subject__area", "party__area", "holder", "office")
    return found.select_related(*related).order_by(*_order(asked))


def _order(asked: Asked) -> tuple[str, ...]:
    name = asked.get("sort")
    column = SORTS.get(name.removeprefix("-"))
    if column is None:
        return ("-day", "-pk")
    return (f"-{column}" if name.startswith("-") else column, "-pk")


def _choice_fields(kind: Packed) -> list[str]:
    sorts = (FieldType.CHOICE, FieldType.BOOLEAN)
    fields = shown_fields(kind)
    return [code for code, one in fields.items() if one.type in sorts and not one.sensitive][:CHOICES]


def _conditions(kind: Packed) -> list[Condition]:
    fields = shown_fields(kind)
    chosen = [
        Condition(code, fields[code].name, options=_options(fields[code]), more=place > 0)
        for place, code in enumerate(_choice_fields(kind))
    ]
    states = [Option(value=str(value), title=str(label)) for value, label in State.choices]
    return [
        Condition("q", _("Name or title"), kind="text"),
        Condition("area", _("Area"), options=area_options()),
        Condition("day", _("Day"), kind="dates"),
        *chosen,
        Condition("state", _("State"), options=states, more=True),
    ]


def _options(field: FieldKind) -> list[Option]:
    if field.type is FieldType.BOOLEAN:
        return [Option(value="yes", title=_("yes")), Option(value="no", title=_("no"))]
    return [Option(value=value, title=title) for value, title in field.options.items()]


def _list_buttons(kind: Packed, scope: Scope) -> Iterable[Link]:
    args, block = [kind.full_code], block_of(kind)
    if block in SPECIAL:
        url = reverse("desk:special_records", args=args)
        yield Link(title=str(SPECIAL[block]), url=url, icon="list-check")
    if may_somewhere("keep", scope):
        url = reverse("desk:new_record", args=args)
        yield Link(title=_("New"), url=url, icon="plus", active=True)


def _shown(kind: Packed, *, wide: bool) -> list[str]:
    fields = shown_fields(kind)
    plain = [code for code, one in fields.items() if not one.sensitive]
    if wide:
        return plain
    short = [code for code in plain if fields[code].type not in (FieldType.LONGTEXT, FieldType.POINT)]
    return short[:SHOWN]


def _columns(kind: Packed, asked: Asked) -> list[Column]:
    fields = shown_fields(kind)
    sides = [Column(title=_("Other side"))] if party_code(kind) else []
    return [
        Column(title=_("Title"), width="wide"),
        sorted_column(asked, "day", _("Day")),
        *sides,
        *(
            Column(
                title=fields[code].name,
                numeric=fields[code].type in NUMBERS,
                unit=fields[code].unit,
                phone=n < 1,
            )
            for n, code in enumerate(_shown(kind, wide=asked.excel))
        ),
        *([sorted_column(asked, "due", _("Due"), phone=False)] if _has_due(kind) else []),
        Column(title=_("Area"), phone=False),
        Column(title=_("Kept by"), phone=False),
        Column(title=_("State"), phone=False),
    ]


def _has_due(kind: Packed) -> bool:
    return block_of(kind) in ("contracts", "payouts", "surveys")


def _rows(kind: Packed, records: Sequence[Record], asked: Asked, scope: Scope) -> Iterable[Row]:
    fields, codes = shown_fields(kind), _shown(kind, wide=asked.excel)
    acts.note_views(records, by=scope)
    names = _reference_names(fields, codes, records)
    for one in records:
        url = reverse("desk:record", args=[one.pk])
        sides = [Cell(text=title_for(one.party, scope) if one.party else "")] if party_code(kind) else []
        cells = [
            Cell(text=subject_name(one, scope) or one.title, below=_below(one, kind), url=url),
            Cell(text=day_text(one.day)),
            *sides,
            *(Cell(text=field_text(fields[code], one.fields.get(code), names)) for code in codes),
            *([Cell(text=day_text(one.due))] if _has_due(kind) else []),
            Cell(text=one.area.name),
            Cell(text=one.holder.name if one.holder else one.office.name if one.office else ""),
            Cell(text=str(State(one.state).label), state=STATES.get(State(one.state), "")),
        ]
        yield Row(cells=cells, url=url, key=str(one.pk))


def _below(one: Record, kind: Packed) -> str:
    """Return what tells records of one subject apart: the period, or a title somebody gave."""
    if one.subject is None or one.title in (kind.name, f"{one.subject.title} · {kind.name}"):
        return one.bundle
    return one.bundle or one.title


def _reference_names(
    fields: dict[str, FieldKind], codes: Iterable[str], records: Iterable[Record]
) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = {}
    found = list(records)
    for code in codes:
        if fields[code].type in REFERENCES:
            ids = {one.fields[code] for one in found if one.fields.get(code)}
            wanted.setdefault(fields[code].type.value, set()).update(ids)
    return {(sort, pk): name for sort, ids in wanted.items() for pk, name in names_of(sort, ids).items()}


# ── a new record ──────────────────────────────────────────────────────────────────────────────────────


@page(methods=FORM)
def new_record(request: DeskRequest, code: str) -> HttpResponse:
    """Keep a record of a kind; blocks with a form of their own answer with it."""
    kind = kind_or_404(code)
    own = NEW_PAGES.get(block_of(kind))
    if own is not None:
        return own(request, kind)
    given = request.POST or None
    about = AboutForm(kind, given, scope=request.scope, initial=_asked_subject(request, kind))
    form = RecordForm(record_fields(kind), given, scope=request.scope)
    if request.method == "POST" and about.is_valid():
        made = try_act(lambda: _keep(kind, about.draft(form.typed()), request.scope), about, form)
        if made:
            messages.success(request, _("%(title)s is kept.") % {"title": made.title})
            return go_to(request, "desk:record", made.pk)
    return form_page(
        request,
        _("New: %(kind)s") % {"kind": kind.name},
        forms=[about, form],
        breadcrumbs=trail(kind, here=_("New")),
        draft=f"record-{code}",
    )


def _keep(kind: Packed, draft: acts.RecordDraft, scope: Scope) -> Record:
    office = scope.posts[0].office_id if scope.posts else None
    whole = acts.RecordDraft(**{**_said(draft), "office": draft.office or office})
    if isinstance(kind, FundKind):
        return funds.move_money(kind, whole, by=scope)
    return acts.keep_record(whole, by=scope)


def _said(draft: acts.RecordDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}


def _asked_subject(request: DeskRequest, kind: Packed) -> dict[str, str]:
    """Return the subject named in the address, as links from its page do."""
    number = request.GET.get("subject", "")
    return {"subject": number} if number.isdigit() and subject_code(kind) else {}


# ── one record ────────────────────────────────────────────────────────────────────────────────────────


@page()
def show_record(request: DeskRequest, record_id: int) -> HttpResponse:
    """Show one record whole: what it says, what came out of it, what happened to it."""
    kept = acts.open_record(record_id, by=request.scope)
    kind = kind_or_404(kept.kind)
    open_eyes = may_see_sensitive(kept.area.path, request.scope)
    context = {
        "page_title": kept.title,
        "breadcrumbs": [*trail(kind), Link(title=kept.title)],
        "record": kept,
        "kind": kind,
        "facts": show_fields(shown_fields(kind), kept.fields, sensitive=open_eyes),
        "links": list(_about_links(kept, request.scope)),
        "sections": list(sections_of(kept, kind, request.scope)),
        "raised": list(raised_links(kept)),
        "story": story_of(kept),
        "state_word": State(kept.state).label,
        "buttons": list(_buttons(kept, kind, request.scope)),
    }
    return render(request, "desk/blocks/record.html", context)


def _about_links(kept: Record, scope: Scope) -> Iterable[tuple[str, str, str]]:
    """Yield whom a record is about: word, name, address."""
    for word, dossier in ((_("About"), kept.subject), (_("Other side"), kept.party)):
        if dossier is not None:
            yield word, title_for(dossier, scope), reverse("desk:dossier", args=[dossier.pk])


def raised_links(kept: Record) -> Iterable[Link]:
    """Yield the matters and tasks that came out of a record."""
    for one in kept.raised.select_related("case", "plan_item"):
        if one.case is not None:
            url = reverse("desk:case", args=[one.case.number])
            yield Link(title=f"{one.case.number} {one.case.title}", url=url, icon="inbox")
        elif one.plan_item is not None:
            url = reverse("desk:plan", args=[one.plan_item.pk])
            yield Link(title=one.plan_item.title, url=url, icon="target-arrow")


def story_of(kept: Record) -> list[StoryEntry]:
    """Return what happened to a record, newest first."""
    lines = entries_of("blocks.record", kept.pk).order_by("-seq")
    return [
        StoryEntry(
            at=line.at, title=action_word(line.action), who=line.actor_name, office=line.actor_office,
            text=line.note, system=line.action == "record.viewed",
        )
        for line in lines
    ]  # fmt: skip


def _buttons(kept: Record, kind: Packed, scope: Scope) -> Iterable[Link]:
    if kept.state == State.WITHDRAWN:
        return
    yield from buttons_of(kept, kind, scope)
    if may_do("withdraw", kept, scope) and not kept.settled:
        url = reverse("desk:withdraw_record", args=[kept.pk])
        yield Link(title=_("Withdraw"), url=url, icon="trash")
    if may_do("correct", kept, scope) and record_fields(kind):
        url = reverse("desk:correct_record", args=[kept.pk])
        yield Link(title=_("Correct"), url=url, icon="edit")


@page(methods=FORM)
def correct_record(request: DeskRequest, record_id: int) -> HttpResponse:
    """Correct the fields of a record; masked fields are not offered."""
    kept = find_record(record_id, request.scope)
    kind = record_kind(kept.kind)
    open_eyes = may_see_sensitive(kept.area.path, request.scope)
    fields = record_fields(kind)
    hidden = [] if open_eyes else [code for code, one in fields.items() if one.sensitive]
    given = request.POST or None
    form = RecordForm(fields, given, scope=request.scope, values=kept.fields, hidden=hidden)
    note = VersionForm(given, initial={"version": kept.version})
    if request.method == "POST" and note.is_valid():
        said = note.cleaned_data
        act = funds.correct_movement if isinstance(kind, FundKind) else acts.correct_record
        done = try_act(
            lambda: act(kept, form.typed(), version=said["version"], by=request.scope, note=said["note"]),
            note,
            form,
        )
        if done:
            messages.success(request, _("Corrected."))
            return go_to(request, "desk:record", kept.pk)
    return form_page(
        request,
        _("Correct: %(title)s") % {"title": kept.title},
        forms=[form, note],
        breadcrumbs=trail(kind, kept, _("Correct")),
    )


@page(methods=FORM)
def withdraw_record(request: DeskRequest, record_id: int) -> HttpResponse:
    """Withdraw a record with a reason: it stays readable and counts for nothing."""
    kept = find_record(record_id, request.scope)
    kind = record_kind(kept.kind)
    form = ReasonForm(request.POST or None, initial={"version": kept.version})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        act = funds.take_back if isinstance(kind, FundKind) else acts.withdraw_record
        done = try_act(
            lambda: act(kept, version=said["version"], reason=said["reason"], by=request.scope), form
        )
        if done:
            messages.success(request, _("%(title)s is withdrawn.") % {"title": kept.title})
            return go_to(request, "desk:record", kept.pk)
    return form_page(
        request,
        _("Withdraw: %(title)s") % {"title": kept.title},
        forms=[form],
        breadcrumbs=trail(kind, kept, _("Withdraw")),
        submit=_("Withdraw"),
    )
