"""The ledger viewer: who did what, when, to which record, and whether the seals hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.dossiers import area_options
from zhenshu.doors.desk.ledger_words import ACTS, SUBJECTS, action_word
from zhenshu.doors.desk.lists import (
    Asked,
    Condition,
    Listing,
    Tile,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.history import EntryQuestion
from zhenshu.ground.ledger.models import Entry, Seal
from zhenshu.ground.ledger.seal import verify
from zhenshu.ground.people.ledger_access import READERS, shown_changes, visible_entries
from zhenshu.ground.people.models import Role, User
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier

# Above this many lines a check takes minutes and belongs to the command line.
MOST_VERIFIED = 200_000
CHANGES_SHOWN = 3
NAMES = ("about", "who", "area", "since", "since_until", "note", "kind", "id")


@page(roles=READERS)
def list_entries(request: DeskRequest) -> HttpResponse:
    """Show the lines this person may read, newest first."""
    asked = read_asked(request, NAMES)
    entries = visible_entries(request.scope, question_of(asked))
    listing = Listing(
        name=_("Lines of the ledger"),
        columns=[
            Column(title=_("Line"), numeric=True),
            Column(title=_("At"), width="middle"),
            Column(title=_("Who"), width="middle"),
            Column(title=_("Act")),
            Column(title=_("About"), width="wide"),
            Column(title=_("What changed"), width="wide", phone=False),
        ],
        records=entries,
        rows=lambda some: entry_rows(some, request),
        empty=_("No line fits these conditions."),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, _conditions(), keep=["kind", "id"]),
        tiles=list(_seal_tiles()),
        buttons=_buttons(request),
    )


def question_of(asked: Asked) -> EntryQuestion:
    """Return the conditions of the page as the ledger understands them."""
    since, until = asked.day("since"), asked.day("since_until")
    area = asked.area("area")
    below = Area.objects.filter(path__startswith=area.path).values("pk") if area else None
    return EntryQuestion(
        subject_kind=asked.get("kind") or None,
        subject_id=asked.number("id"),
        actor_id=asked.number("who"),
        action=asked.get("about") or None,
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        area_ids=below,  # type: ignore[arg-type]  # a subquery serves as well as a list
        note=asked.get("note") or None,
    )


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _conditions() -> list[Condition]:
    subjects = [Option(value=key, title=str(title)) for key, title in SUBJECTS.items()]
    acts = [Option(value=key, title=str(title), depth=1) for key, title in ACTS.items()]
    people = User.objects.order_by("name").values_list("pk", "name")
    return [
        Condition("about", _("About"), options=[*subjects, *acts]),
        Condition("who", _("Who"), options=[Option(value=str(pk), title=name) for pk, name in people]),
        Condition("area", _("Area"), options=area_options()),
        Condition("since", _("Days"), kind="dates"),
        Condition("note", _("Words of the note"), kind="text", more=True),
    ]


def entry_rows(entries: Sequence[Entry], request: DeskRequest) -> Iterable[Row]:
    subjects = subject_names(entries)
    for entry in entries:
        url = reverse("desk:ledger_entry", args=[entry.seq])
        title, link = subjects.get((entry.subject_kind, entry.subject_id), (f"{entry.subject_id}", ""))
        cells = [
            Cell(text=str(entry.seq), url=url),
            Cell(text=f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"),
            Cell(text=entry.actor_name, below=entry.actor_office),
            Cell(text=action_word(entry.action), below=entry.action),
            Cell(text=title, url=link, below=entry.note[:80]),
            Cell(text=change_line(shown_changes(entry.changes, request.scope))),
        ]
        yield Row(cells=cells, url=url)


def change_line(changes: Mapping[str, Any]) -> str:
    """Return the first changes in one line: stage: handling → answered."""
    shown = [_change(name, old, new) for name, (old, new) in list(changes.items())[:CHANGES_SHOWN]]
    more = len(changes) - CHANGES_SHOWN
    return "；".join(shown) + (f" (+{more})" if more > 0 else "")


def _change(name: str, old: Any, new: Any) -> str:
    """Return one change; of what was not there before, only what it is."""
    return f"{name}: {_short(new)}" if old is None else f"{name}: {_short(old)} → {_short(new)}"


def _short(value: Any) -> str:
    text = "–" if value in (None, "", [], {}) else str(value)
    return f"{text[:24]}…" if len(text) > 25 else text


Subjects = dict[tuple[str, int], tuple[str, str]]


def subject_names(entries: Iterable[Entry]) -> Subjects:
    """Return title and page of the records these lines speak of, one query per sort of record."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for entry in entries:
        wanted[entry.subject_kind].add(entry.subject_id)
    names: Subjects = {}
    cases = Case.objects.filter(pk__in=wanted["cases.case"]).values_list("pk", "number", "title")
    for pk, number, title in cases:
        names["cases.case", pk] = (f"{number} {title}", reverse("desk:case", args=[number]))
    for pk, title in Dossier.objects.filter(pk__in=wanted["dossiers.dossier"]).values_list("pk", "title"):
        names["dossiers.dossier", pk] = (title, reverse("desk:dossier", args=[pk]))
    for pk, name in User.objects.filter(pk__in=wanted["people.user"]).values_list("pk", "name"):
        names["people.user", pk] = (name, "")
    for pk, name in Area.objects.filter(pk__in=wanted["areas.area"]).values_list("pk", "name"):
        names["areas.area", pk] = (name, "")
    return names


def _seal_tiles() -> Iterable[Tile]:
    last = Seal.objects.order_by("-last_seq").first()
    sealed = last.last_seq if last else 0
    waiting = Entry.objects.filter(seq__gt=sealed).count()
    yield Tile(_("Sealed up to line"), f"{sealed:,}", "", "shield-check", note=_time(last.at) if last else "")
    yield Tile(_("Waiting for the next seal"), f"{waiting:,}", "", "clock", note=_("sealed each minute"))


def _time(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _buttons(request: DeskRequest) -> list[Link]:
    if not request.scope.has_role({Role.ADMINISTRATOR}):
        return []
    return [
        Link(title=_("Check the seals"), url=reverse("desk:verify_ledger"), icon="shield-check", post=True)
    ]


@page(roles=READERS)
def show_entry(request: DeskRequest, seq: int) -> HttpResponse:
    """Show one line whole, with the seal it stands under."""
    entry = visible_entries(request.scope).filter(seq=seq).first()
    if entry is None:
        raise Http404
    title, link = subject_names([entry]).get((entry.subject_kind, entry.subject_id), ("", ""))
    seal = Seal.objects.filter(first_seq__lte=seq, last_seq__gte=seq).first()
    record = {"kind": entry.subject_kind, "id": entry.subject_id}
    context = {
        "page_title": _("Line %(seq)d: %(act)s") % {"seq": seq, "act": action_word(entry.action)},
        "breadcrumbs": crumbs((_("Ledger"), "ledger"), here=str(seq)),
        "entry": entry,
        "act": action_word(entry.action),
        "subject": title or f"{entry.subject_kind} {entry.subject_id}",
        "subject_url": link,
        "history_url": f"{reverse('desk:ledger')}?kind={record['kind']}&id={record['id']}",
        "changes": [(name, *pair) for name, pair in shown_changes(entry.changes, request.scope).items()],
        "area": Area.objects.filter(pk=entry.area_id or 0).values_list("name", flat=True).first() or "–",
        "seal": seal,
    }
    return render(request, "desk/ledger/entry.html", context)


@page(roles={Role.ADMINISTRATOR}, methods=WRITING)
def verify_ledger(request: DeskRequest) -> HttpResponse:
    """Recompute every seal and say what was found."""
    last = Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    if last > MOST_VERIFIED:
        messages.warning(request, _("The ledger is long; check it with the command: zhenshu ledger verify"))
    else:
        _say_result(request)
    return go_to(request, "desk:ledger")


def _say_result(request: DeskRequest) -> None:
    fault = verify()
    if fault is None:
        messages.success(request, _("Every seal holds: no line was changed or taken away."))
        return
    words = {"seq": fault.seq, "reason": fault.reason}
    messages.error(request, _("The ledger was tampered with at line %(seq)d: %(reason)s.") % words)
