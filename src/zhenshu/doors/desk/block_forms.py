"""Forms of blocks that ask more than fields: a sheet, a contract, a meeting, a booking, a ballot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import DeskRequest, go_to
from zhenshu.doors.desk.block_parts import AboutForm, UserField, day_input, trail, try_act
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.record_forms import RecordForm
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import (
    BallotKind,
    BookingKind,
    CheckItem,
    ChecklistKind,
    ContractKind,
    MeetingKind,
    Packed,
    SurveyKind,
    TieKind,
)
from zhenshu.ground.people.models import Office, Role, User
from zhenshu.ground.people.posts import posts_on
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks import ballots, bookings, checklists, contracts, meetings, surveys, ties
from zhenshu.registers.blocks.kinds import record_fields
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.spelled_dates import SpellingError, parse_day

NewPage = Callable[[DeskRequest, Any], HttpResponse]
Keep = Callable[[AboutForm, RecordForm, Scope], Record]


def new_page(
    request: DeskRequest, kind: Packed, about: AboutForm, keep: Keep, *, extra: Iterable[forms.Form] = ()
) -> HttpResponse:
    """Answer with the page of a new record whose act is *keep*; *extra* forms stand below the fields."""
    fields = RecordForm(record_fields(kind), request.POST or None, scope=request.scope)
    more = list(extra)
    if request.method == "POST" and all([about.is_valid(), *(one.is_valid() for one in more)]):
        made = try_act(lambda: keep(about, fields, request.scope), about, fields)
        if made:
            messages.success(request, _("%(title)s is kept.") % {"title": made.title})
            return go_to(request, "desk:record", made.pk)
    return form_page(
        request,
        _("New: %(kind)s") % {"kind": kind.name},
        forms=[about, fields, *more],
        breadcrumbs=trail(kind, here=_("New")),
        draft=f"record-{kind.full_code}",
    )


def asked_subject(request: DeskRequest) -> dict[str, str]:
    """Return the subject named in the address, as links from its page do."""
    number = request.GET.get("subject", "")
    return {"subject": number} if number.isdigit() else {}


# ── check sheets ──────────────────────────────────────────────────────────────────────────────────────

RESULTS = (
    (checklists.PASS, gettext_lazy("Passed")),
    (checklists.FAIL, gettext_lazy("Not in order")),
    (checklists.NOT_APPLICABLE, gettext_lazy("Does not apply")),
)


class SheetForm(forms.Form):
    """The items of a sheet with result and finding; an item may be left to another office."""

    def __init__(self, items: Mapping[str, CheckItem], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for code, item in items.items():
            self.fields[f"item-{code}"] = forms.ChoiceField(
                label=item.name, choices=RESULTS, required=False, widget=forms.RadioSelect,
                help_text=item.basis,
            )  # fmt: skip
            note = _("What was found: %(item)s") % {"item": item.name}
            self.fields[f"note-{code}"] = forms.CharField(label=note, required=False, max_length=500)

    def answers(self) -> dict[str, checklists.Answer]:
        """Return what was answered; call it on a valid form."""
        said = self.cleaned_data
        return {
            code: checklists.Answer(said[f"item-{code}"], said[f"note-{code}"])
            for code in self.items
            if said.get(f"item-{code}")
        }


def new_sheet(request: DeskRequest, kind: ChecklistKind) -> HttpResponse:
    given = request.POST or None
    about = AboutForm(kind, given, scope=request.scope, initial=asked_subject(request))
    about.fields.pop("title")
    sheet = SheetForm(kind.items, given)

    def keep(about: AboutForm, fields: RecordForm, scope: Scope) -> Record:
        said = about.cleaned_data
        return checklists.fill_sheet(
            kind, sheet.answers(), subject=said["subject"], day=said["day"], by=scope, fields=fields.typed()
        )

    return new_page(request, kind, about, keep, extra=[sheet])


# ── contracts ─────────────────────────────────────────────────────────────────────────────────────────


class ContractForm(AboutForm):
    """Both sides of a contract and its first and last day."""

    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=day_input())


def new_contract(request: DeskRequest, kind: ContractKind) -> HttpResponse:
    about = ContractForm(kind, request.POST or None, scope=request.scope, initial=asked_subject(request))

    def keep(about: AboutForm, fields: RecordForm, scope: Scope) -> Record:
        draft = about.draft(fields.typed())
        return contracts.sign_contract(draft, last_day=about.cleaned_data["last_day"], by=scope)

    return new_page(request, kind, about, keep)


# ── meetings ──────────────────────────────────────────────────────────────────────────────────────────


class MeetingForm(AboutForm):
    """Who came, what was spoken about, what was decided."""

    present = forms.MultipleChoiceField(
        label=gettext_lazy("Present"), required=False, widget=forms.CheckboxSelectMultiple
    )
    topics = forms.CharField(
        label=gettext_lazy("Topics"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One topic per line"),
    )  # fmt: skip
    minutes = forms.CharField(
        label=gettext_lazy("Minutes"), required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    decisions = forms.CharField(
        label=gettext_lazy("Decisions"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One decision per line: what | office | day"),
    )  # fmt: skip

    def __init__(self, kind: MeetingKind, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(kind, *args, scope=scope, **kwargs)
        widest = min((post.area_path for post in scope.posts), key=len, default="")
        self.called = meetings.roll_of(kind, widest, timezone.localdate()) if widest else []
        choices = [(str(pk), name) for pk, name in self.called]
        self.fields["present"].choices = choices  # type: ignore[attr-defined]

    def clean_decisions(self) -> list[meetings.Decision]:
        """Return the decisions, one per line."""
        lines = [line for line in self.cleaned_data["decisions"].splitlines() if line.strip()]
        return [read_decision(line) for line in lines]


def read_decision(line: str) -> meetings.Decision:
    """Return the decision written as ``what | office | day``; office and day may be left out."""
    text, office, day = ([part.strip() for part in line.replace("｜", "|").split("|")] + ["", ""])[:3]
    found = Office.objects.filter(name=office, closed_on=None).first() if office else None
    if office and found is None:
        raise forms.ValidationError(_("There is no office called %(name)s.") % {"name": office})
    return meetings.Decision(text, office=found.pk if found else None, due=_day(day))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return parse_day(text)
    except SpellingError as error:
        raise forms.ValidationError(str(error)) from error


def new_meeting(request: DeskRequest, kind: MeetingKind) -> HttpResponse:
    about = MeetingForm(kind, request.POST or None, scope=request.scope)

    def keep(form: AboutForm, fields: RecordForm, scope: Scope) -> Record:
        said = form.cleaned_data
        first = next(iter(kind.topic), "")
        lines = [line.strip() for line in said["topics"].splitlines() if line.strip()]
        return meetings.hold_meeting(
            kind, day=said["day"], area=int(said["area"]), by=scope, called=about.called,
            present=[int(pk) for pk in said["present"]], title=said["title"], fields=fields.typed(),
            topics=[{first: line} for line in lines] if first else [], minutes=said["minutes"],
            decisions=said["decisions"],
        )  # fmt: skip

    return new_page(request, kind, about, keep)


# ── bookings ──────────────────────────────────────────────────────────────────────────────────────────


class BookingForm(AboutForm):
    """Which place is booked at what time."""

    at = forms.CharField(
        label=gettext_lazy("Time"), max_length=5, widget=forms.TimeInput(attrs={"type": "time"})
    )

    def clean_at(self) -> str:
        try:
            datetime.strptime(self.cleaned_data["at"], "%H:%M")
        except ValueError as error:
            raise forms.ValidationError(_("Write the time like 09:30.")) from error
        return str(self.cleaned_data["at"])

    def start(self) -> datetime:
        """Return the moment that is asked for."""
        time = datetime.strptime(self.cleaned_data["at"], "%H:%M").time()
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], time))


def new_booking(request: DeskRequest, kind: BookingKind) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("subject", "day", "at")}
    initial = {name: value for name, value in asked.items() if value}
    about = BookingForm(kind, request.POST or None, scope=request.scope, initial=initial)

    def keep(form: AboutForm, fields: RecordForm, scope: Scope) -> Record:
        subject = form.cleaned_data["subject"]
        return bookings.book(kind, subject, about.start(), by=scope, fields=fields.typed())

    return new_page(request, kind, about, keep)


# ── surveys, ties, ballots ────────────────────────────────────────────────────────────────────────────


class SurveyForm(AboutForm):
    """Where and until when is asked, and the seed of the draw."""

    seed = forms.CharField(
        label=gettext_lazy("Seed of the draw"), max_length=60,
        help_text=gettext_lazy("A text others can check; the same seed draws the same sample."),
    )  # fmt: skip
    last_day = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=day_input())


def new_survey(request: DeskRequest, kind: SurveyKind) -> HttpResponse:
    about = SurveyForm(kind, request.POST or None, scope=request.scope)

    def keep(form: AboutForm, fields: RecordForm, scope: Scope) -> Record:
        said = form.cleaned_data
        return surveys.start_survey(
            kind, day=said["day"], area=int(said["area"]), seed=said["seed"], by=scope, title=said["title"],
            last_day=said["last_day"],
        )  # fmt: skip

    return new_page(request, kind, about, keep)


class TieForm(AboutForm):
    """Who answers for whom, since when and until when."""

    last_day = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=day_input())

    def __init__(self, kind: TieKind, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(kind, *args, scope=scope, **kwargs)
        self.fields["holder"] = UserField(_("Who answers for it"), list(holders_for(kind)))
        self.fields.pop("title")
        self.order_fields(["subject", "holder", "day", "last_day"])


def holders_for(kind: TieKind) -> QuerySet[User, str]:
    """Return the names of those who may hold a tie: who holds its role today, or anybody for other roles."""
    users = User.objects.filter(is_active=True)
    if kind.role in Role.values:
        users = users.filter(pk__in=posts_on(timezone.localdate()).filter(role=kind.role).values("user"))
    return users.order_by("name").values_list("name", flat=True)


def new_tie(request: DeskRequest, kind: TieKind) -> HttpResponse:
    about = TieForm(kind, request.POST or None, scope=request.scope, initial=asked_subject(request))

    def keep(form: AboutForm, fields: RecordForm, scope: Scope) -> Record:
        said = form.cleaned_data
        return ties.bind(
            kind, said["subject"], said["holder"], since=said["day"], last_day=said["last_day"], by=scope,
            fields=fields.typed(),
        )  # fmt: skip

    return new_page(request, kind, about, keep)


class BallotForm(AboutForm):
    """The numbers the tellers counted."""

    roll = forms.IntegerField(label=gettext_lazy("Voters on the roll"), min_value=1)
    given = forms.IntegerField(label=gettext_lazy("Papers given out"), min_value=0)
    returned = forms.IntegerField(label=gettext_lazy("Papers taken in"), min_value=0)
    invalid = forms.IntegerField(label=gettext_lazy("Invalid papers"), min_value=0, initial=0)
    votes = forms.CharField(
        label=gettext_lazy("Candidates and votes"), widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("One candidate per line, its votes at the end"),
    )  # fmt: skip

    def clean_votes(self) -> tuple[tuple[str, int], ...]:
        lines = [line.strip() for line in self.cleaned_data["votes"].splitlines() if line.strip()]
        return tuple(_vote(line) for line in lines)


def _vote(line: str) -> tuple[str, int]:
    name, _space, number = line.replace("\t", " ").rpartition(" ")
    if not name.strip() or not number.isdigit():
        raise forms.ValidationError(
            _("Write the votes at the end of the line: %(line)s") % {"line": line[:60]}
        )
    return name.strip(), int(number)


def new_ballot(request: DeskRequest, kind: BallotKind) -> HttpResponse:
    about = BallotForm(kind, request.POST or None, scope=request.scope)

    def keep(form: AboutForm, fields: RecordForm, scope: Scope) -> Record:
        said = form.cleaned_data
        count = ballots.Count(said["roll"], said["given"], said["returned"], said["invalid"], said["votes"])
        area = Area.objects.get(pk=said["area"])
        return ballots.keep_ballot(kind, count, day=said["day"], area=area.pk, by=scope, title=said["title"])

    return new_page(request, kind, about, keep)


def new_payout(request: DeskRequest, kind: Packed) -> HttpResponse:
    """A payment is never typed singly: the run of a period lists everybody entitled."""
    return go_to(request, reverse("desk:special_records", args=[kind.full_code]))


NEW_PAGES: Mapping[str, NewPage] = {
    "checklists": new_sheet,
    "contracts": new_contract,
    "meetings": new_meeting,
    "bookings": new_booking,
    "surveys": new_survey,
    "ties": new_tie,
    "ballots": new_ballot,
    "payouts": new_payout,
}
