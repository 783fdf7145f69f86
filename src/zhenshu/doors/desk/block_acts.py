"""What is done with one record at the desk: pay, end, renew, answer, hand over, cancel, report a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.block_forms import SheetForm, holders_for
from zhenshu.doors.desk.block_parts import (
    REFUSALS,
    DossierField,
    ReasonForm,
    UserField,
    day_input,
    kind_or_404,
    trail,
    try_act,
)
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.record_forms import RecordForm
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import (
    BallotKind,
    BookingKind,
    ChecklistKind,
    ContractKind,
    MeetingKind,
    Packed,
    SurveyKind,
    TieKind,
)
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks import ballots, bookings, checklists, contracts, meetings, surveys, ties
from zhenshu.registers.blocks.kinds import asked_code, block_of, raises_of
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.raising import raise_case
from zhenshu.registers.blocks.visibility import find_record


class PaymentForm(forms.Form):
    """How much was paid on which day."""

    amount = forms.DecimalField(label=gettext_lazy("Amount (元)"), max_digits=16, decimal_places=2)
    day = forms.DateField(label=gettext_lazy("Day"), widget=day_input())
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class EndForm(ReasonForm):
    """The last day on which something holds, and why."""

    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=day_input())
    field_order = ("version", "last_day", "reason")


class RenewForm(forms.Form):
    """Until when a contract is renewed, and for which instalment."""

    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=day_input())
    amount = forms.DecimalField(
        label=gettext_lazy("Amount of each instalment"), required=False, max_digits=16, decimal_places=2,
        help_text=gettext_lazy("Empty: as before"),
    )  # fmt: skip


class HandOverForm(forms.Form):
    """Who answers from which day on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.DateField(label=gettext_lazy("From"), widget=day_input())
    note = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)


class MinutesForm(forms.Form):
    """The minutes of a meeting."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    minutes = forms.CharField(label=gettext_lazy("Minutes"), widget=forms.Textarea(attrs={"rows": 12}))


class ProblemForm(forms.Form):
    """What was found, as the matter it becomes."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("What was found"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


Attempt = Callable[[], Any]
Prepared = tuple[list[forms.Form], Attempt, RecordForm | None]
Prepare = Callable[[DeskRequest, Record, Any], Prepared]


def _pay(request: DeskRequest, kept: Record, kind: ContractKind) -> Prepared:
    form = PaymentForm(request.POST or None, initial={"day": timezone.localdate()})

    def act() -> Any:
        said = form.cleaned_data
        amount: Decimal = said["amount"]
        return contracts.add_payment(kept, amount, day=said["day"], by=request.scope, note=said["note"])

    return [form], act, None


def _end(request: DeskRequest, kept: Record, kind: ContractKind) -> Prepared:
    form = EndForm(request.POST or None, initial={"version": kept.version, "last_day": timezone.localdate()})
    return [form], lambda: contracts.end_contract(kept, by=request.scope, **form.cleaned_data), None


def _renew(request: DeskRequest, kept: Record, kind: ContractKind) -> Prepared:
    form = RenewForm(request.POST or None)
    return [form], lambda: contracts.renew_contract(kept, by=request.scope, **form.cleaned_data), None


def _minutes(request: DeskRequest, kept: Record, kind: MeetingKind) -> Prepared:
    initial = {"version": kept.version, "minutes": kept.detail.get("minutes", "")}
    form = MinutesForm(request.POST or None, initial=initial)
    return [form], lambda: meetings.write_minutes(kept, by=request.scope, **form.cleaned_data), None


def _cancel(request: DeskRequest, kept: Record, kind: BookingKind) -> Prepared:
    form = ReasonForm(request.POST or None, initial={"version": kept.version})
    return [form], lambda: bookings.cancel_booking(kept, by=request.scope, **form.cleaned_data), None


def _release(request: DeskRequest, kept: Record, kind: TieKind) -> Prepared:
    form = EndForm(request.POST or None, initial={"version": kept.version, "last_day": timezone.localdate()})

    def act() -> Any:
        said = form.cleaned_data
        return ties.release(
            kept, last_day=said["last_day"], version=said["version"], by=request.scope, note=said["reason"]
        )

    return [form], act, None


def _hand_over(request: DeskRequest, kept: Record, kind: TieKind) -> Prepared:
    initial = {"version": kept.version, "day": timezone.localdate()}
    form = HandOverForm(request.POST or None, initial=initial)
    form.fields["holder"] = UserField(_("Who answers for it"), list(holders_for(kind)))
    form.order_fields(["version", "holder", "day", "note"])

    def act() -> Any:
        said = form.cleaned_data
        return ties.hand_over(
            kept, said["holder"], on=said["day"], version=said["version"], by=request.scope, note=said["note"]
        )

    return [form], act, None


class _AnsweringForm(forms.Form):
    """Which of the sample answers."""

    def __init__(self, kind: SurveyKind, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.of:
            self.fields["subject"] = DossierField(asked_code(kind), scope, _("Who answers"))


def _survey(request: DeskRequest, kept: Record, kind: SurveyKind) -> Prepared:
    who = _AnsweringForm(kind, request.POST or None, scope=request.scope)
    answers = RecordForm(kind.questions, request.POST or None, scope=request.scope)

    def act() -> Any:
        subject = who.cleaned_data.get("subject")
        return surveys.take_answers(kept, subject, answers.typed(), by=request.scope)

    return [who, answers], act, answers


def _sheet(request: DeskRequest, kept: Record, kind: ChecklistKind) -> Prepared:
    form = SheetForm(checklists.open_items(kind, kept), request.POST or None)

    def act() -> Any:
        return checklists.add_answers(kept, form.answers(), version=kept.version, by=request.scope)

    return [form], act, None


def _answer(request: DeskRequest, kept: Record, kind: Packed) -> Prepared:
    if isinstance(kind, SurveyKind):
        return _survey(request, kept, kind)
    if isinstance(kind, ChecklistKind):
        return _sheet(request, kept, kind)
    raise Http404


def _raise(request: DeskRequest, kept: Record, kind: Packed) -> Prepared:
    form = ProblemForm(request.POST or None)
    choices = [(code, library().case_kind(code).name) for code in raises_of(kind)]
    form.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def act() -> Any:
        said = form.cleaned_data
        return raise_case(
            kept, said["kind"], said["title"], by=request.scope, description=said["description"]
        )

    return [form], act, None


# The acts by name: which kind they belong to, what they are called, how their page is made ready.
ACTS: Mapping[str, tuple[tuple[str, ...], Any, Prepare]] = {
    "pay": (("contracts",), gettext_lazy("Book a payment"), _pay),
    "end": (("contracts",), gettext_lazy("End early"), _end),
    "renew": (("contracts",), gettext_lazy("Renew"), _renew),
    "minutes": (("meetings",), gettext_lazy("Write minutes"), _minutes),
    "cancel": (("bookings",), gettext_lazy("Cancel"), _cancel),
    "release": (("ties",), gettext_lazy("End"), _release),
    "hand-over": (("ties",), gettext_lazy("Hand over"), _hand_over),
    "answer": (("surveys", "checklists"), gettext_lazy("Take in answers"), _answer),
    "raise": ((), gettext_lazy("Report a problem"), _raise),
}


@page(methods=FORM)
def record_act(request: DeskRequest, record_id: int, act: str) -> HttpResponse:
    """Do one of the acts of a record, each with the form it needs."""
    kept = find_record(record_id, request.scope)
    kind = kind_or_404(kept.kind)
    if act not in ACTS:
        raise Http404(act)
    blocks, title, prepare = ACTS[act]
    if blocks and block_of(kind) not in blocks:
        raise Http404(act)
    asked, attempt, fields = prepare(request, kept, kind)
    plain = [one for one in asked if not isinstance(one, RecordForm)]
    if request.method == "POST" and all(one.is_valid() for one in plain):
        done = try_act(attempt, plain[0], fields)
        if done:
            messages.success(request, _("Done: %(what)s") % {"what": title})
            return go_to(request, "desk:record", done.pk if isinstance(done, Record) else kept.pk)
    return form_page(
        request,
        f"{title} · {kept.title}",
        forms=asked,
        breadcrumbs=trail(kind, kept, str(title)),
        submit=title,
    )


@page(methods=WRITING)
def record_item_act(request: DeskRequest, record_id: int, act: str, number: int) -> HttpResponse:
    """Make a task of one decision of a meeting or of one winner of a ballot."""
    kept = find_record(record_id, request.scope)
    kind = kind_or_404(kept.kind)
    try:
        if isinstance(kind, MeetingKind) and act == "carry":
            meetings.carry_out(kept, number, by=request.scope)
        elif isinstance(kind, BallotKind) and act == "plan" and number < len(kept.detail.get("chosen", [])):
            ballots.make_plan(kept, kept.detail["chosen"][number], by=request.scope)
        else:
            raise Http404(act)
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is a task now."))
    return go_to(request, "desk:record", kept.pk)
