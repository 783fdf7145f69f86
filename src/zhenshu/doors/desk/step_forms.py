"""The form of a step: just what the step needs, built from the loop's table and the kind's pack."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.pack_fields import PREFIX, TypedText, entered_fields, pack_field
from zhenshu.ground.packs.schema import CannedReply, CaseKind
from zhenshu.ground.people.models import Office, User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.clocks import holds
from zhenshu.registers.cases.facts import condition_facts
from zhenshu.registers.cases.loop import Given, Step
from zhenshu.registers.cases.models import Case, Outcome, Satisfied, Solved
from zhenshu.registers.cases.routing import Suggestion
from zhenshu.registers.cases.steps.together import held_posts

# What each step asks, in order; what of it must be given stands in the loop's table and the pack.
ASKS: Mapping[str, tuple[str, ...]] = {
    "dispatch": ("category", "office", "assist", "opinion"),
    "accept": (),
    "answer": ("opinion",),
    "verify": ("opinion",),
    "call_back": ("solved", "satisfied", "opinion"),
    "close": ("outcome", "opinion"),
    "archive": (),
    "contact": ("opinion",),
    "add_assist": ("office", "opinion"),
    "reply_assist": ("opinion",),
    "object": ("reason", "opinion"),
    "decide_objection": ("granted", "opinion"),
    "ask_extension": ("reason", "limit", "opinion"),
    "decide_extension": ("granted", "opinion"),
    "hand_over": ("handler", "opinion"),
    "pause": ("reason", "opinion"),
    "resume": ("opinion",),
    "park": ("reason", "opinion"),
    "unpark": ("opinion",),
    "return": ("reason", "opinion"),
    "take_back": ("opinion",),
    "reopen": ("reason", "opinion"),
    "reject": ("reason", "opinion"),
    "withdraw": ("reason", "opinion"),
    "merge": ("into", "opinion"),
    "group": ("into", "opinion"),
    "ungroup": ("opinion",),
    "supervise": ("office", "due", "opinion"),
    "reply_supervision": ("opinion",),
    "settle_supervision": ("opinion",),
    "comment": ("opinion",),
    "urge": ("opinion",),
}
# Steps that end or take something away are looked at twice.
SECOND_LOOK: Mapping[str, str | Promise] = {
    "reject": gettext_lazy("Turn this matter down? It will be closed."),
    "withdraw": gettext_lazy("Take this report back? It will be closed."),
    "merge": gettext_lazy("Merge this matter into the other one? It will be closed."),
}
OPINION_NAMES: Mapping[str, str | Promise] = {
    "answer": gettext_lazy("Answer"),
    "reply_assist": gettext_lazy("Reply"),
    "reply_supervision": gettext_lazy("Reply"),
    "comment": gettext_lazy("Comment"),
    "supervise": gettext_lazy("Order"),
    "contact": gettext_lazy("What was said"),
    "dispatch": gettext_lazy("Instruction"),
}
WITH_CANNED = frozenset({"answer", "reply_assist"})


@dataclass(frozen=True, slots=True)
class StepAsked:
    """A step somebody wants to take on a case, with what is known when the form is drawn."""

    step: Step
    case: Case
    kind: CaseKind
    by: Scope
    suggestion: Suggestion | None = None


class StepForm(forms.Form):
    """The form of one step; `given` turns what was entered into what the loop takes."""

    def __init__(self, asked: StepAsked, data: QueryDict | None = None, *, into: str = "") -> None:
        super().__init__(
            data, auto_id=f"step-{asked.step.action}-%s", initial={"into": into} if into else None
        )
        self.asked = asked
        needed = needed_contents(asked)
        for name in ASKS[asked.step.action]:
            field = FIELDS[name](asked)
            if field is not None:
                field.required = name in needed
                self.fields[name] = field
        self.pack_kinds = {key: asked.kind.fields[key] for key in needed if key in asked.kind.fields}
        for key, kind in self.pack_kinds.items():
            self.fields[f"{PREFIX}{key}"] = _filled(pack_field(kind, asked.by), asked.case.fields.get(key))
        self.fields["version"] = forms.IntegerField(
            initial=asked.case.version, widget=forms.HiddenInput, required=False
        )

    def given(self) -> Given:
        """Return what was entered, for the loop."""
        values = {
            key: value for key, value in self.cleaned_data.items() if key in GIVEN and value not in ("", None)
        }
        entered = entered_fields(self.pack_kinds, self.data)
        return Given.from_mapping({**values, "fields": entered})

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Show what the loop refused, each sentence at its field."""
        for key, sentence in problems.items():
            self.add_error(key if key in self.fields else None, str(sentence))


# Controls of a form whose values a step carries by the same name.
GIVEN = frozenset(
    {"opinion", "office", "assist", "handler", "reason", "granted", "limit", "due", "solved", "satisfied",
     "outcome", "into"}
)  # fmt: skip


def needed_contents(asked: StepAsked) -> frozenset[str]:
    """Return what the step must carry: by the loop's table, by the pack, and a reason where it lists some."""
    rule = asked.kind.steps.get(asked.step.action)
    needed = {*asked.step.require, *(rule.require if rule else ())}
    if reasons_of(asked):
        needed.add("reason")
    return frozenset(needed)


def reasons_of(asked: StepAsked) -> Mapping[str, str]:
    """Return the reasons the pack lists for this step, by key."""
    listed: Any = asked.kind.reasons
    found = listed.get(asked.step.reasons, {}) if asked.step.reasons else {}
    return {key: reason.name for key, reason in found.items()}


def needs_file(asked: StepAsked) -> bool:
    """Tell whether the step must come with a file and the case has none yet."""
    return bool({"attachment", "attachments"} & needed_contents(asked))


def _filled(field: forms.Field, value: Any) -> forms.Field:
    if value not in (None, ""):
        field.initial = value
    return field


# ── one maker per control ─────────────────────────────────────────────────────────────────────────────


def _opinion(asked: StepAsked) -> forms.Field:
    label = str(OPINION_NAMES.get(asked.step.action, gettext_lazy("Opinion")))
    replies = asked.step.action in WITH_CANNED
    attrs = {"rows": 4 if replies else 2, "maxlength": 20_000} | ({"data-key": "reply"} if replies else {})
    return forms.CharField(label=label, widget=forms.Textarea(attrs=attrs))


def _office(asked: StepAsked) -> forms.Field:
    best = [guess.office for guess in asked.suggestion.offices] if asked.suggestion else []
    known = {office.pk for office in best}
    others = [(str(office.pk), office.name) for office in offices_for(asked.kind) if office.pk not in known]
    suggested = [(str(office.pk), office.name) for office in best]
    choices: list[Any] = [("", _("Please choose"))]
    choices += [(_("Suggested"), suggested), (_("All offices"), others)] if suggested else others
    first = best[0].pk if best else asked.case.lead_office_id if asked.step.action == "supervise" else None
    return forms.ChoiceField(label=_("Office"), choices=choices, initial=str(first or ""))


def _assist(asked: StepAsked) -> forms.Field:
    chosen = [str(office.pk) for office in asked.suggestion.assisting] if asked.suggestion else []
    choices = [(str(office.pk), office.name) for office in offices_for(asked.kind)]
    return forms.MultipleChoiceField(
        label=_("Assisting offices"), choices=choices, initial=chosen, widget=forms.CheckboxSelectMultiple
    )


def offices_for(kind: CaseKind) -> Sequence[Office]:
    """Return the offices that work today and may be given this kind by their list of duties."""
    offices = Office.objects.filter(closed_on=None).order_by("pk").only("pk", "name", "duties", "short_name")
    return [o for o in offices if not o.duties or kind.full_code in o.duties or kind.pack in o.duties]


def _category(asked: StepAsked) -> forms.Field | None:
    """Ask for the category where the kind has some and the matter has none."""
    if asked.case.category or not asked.kind.categories:
        return None
    guessed = asked.suggestion.categories[0].label if asked.suggestion and asked.suggestion.categories else ""
    return forms.ChoiceField(label=_("Category"), choices=category_choices(asked.kind), initial=guessed)


def category_choices(kind: CaseKind) -> list[tuple[str, str]]:
    """Return the categories of a kind that may be chosen today, children indented."""
    today = timezone.localdate()
    found = [
        (path, f"{'　' * path.count('/')}{category.name}")
        for path, category in kind.category_paths()
        if category.retired_on is None or category.retired_on > today
    ]
    return [("", _("Please choose")), *found]


def _reason(asked: StepAsked) -> forms.Field | None:
    reasons = reasons_of(asked)
    if not reasons:
        return None
    return forms.ChoiceField(label=_("Reason"), choices=list(reasons.items()), widget=forms.RadioSelect)


def _handler(asked: StepAsked) -> forms.Field:
    held = held_posts(asked.case.lead_office_id, timezone.now())
    people = User.objects.filter(posts__in=held, is_active=True).exclude(pk=asked.by.user_id or 0).distinct()
    choices = [(str(pk), name) for pk, name in people.values_list("pk", "name")]
    return forms.ChoiceField(label=_("Colleague"), choices=[("", _("Please choose")), *choices])


def _granted(asked: StepAsked) -> forms.Field:
    choices = [("yes", _("Grant")), ("no", _("Refuse"))]
    return forms.ChoiceField(label=_("Decision"), choices=choices, widget=forms.RadioSelect)


def _limit(asked: StepAsked) -> forms.Field | None:
    key = asked.kind.main_clock()
    most = asked.kind.clocks[key].extend if key else None
    if most is None:
        return None
    hint = _("at most %(limit)s; empty means all of it") % {"limit": most}
    return forms.CharField(label=_("For how long"), help_text=hint, widget=TypedText(placeholder=str(most)))


def _due(asked: StepAsked) -> forms.Field:
    rule = asked.kind.supervision
    hint = _("Empty means %(limit)s, as the business line says.") % {"limit": rule.reply} if rule else ""
    tomorrow = timezone.localtime() + timedelta(days=1)
    widget = TypedText("datetime-local", min=f"{tomorrow:%Y-%m-%dT00:00}")
    return forms.CharField(label=_("Reply by"), help_text=hint, widget=widget)


def _solved(asked: StepAsked) -> forms.Field:
    return forms.ChoiceField(label=_("Solved or not"), choices=Solved.choices, widget=forms.RadioSelect)


def _satisfied(asked: StepAsked) -> forms.Field:
    return forms.ChoiceField(label=_("Satisfied or not"), choices=Satisfied.choices, widget=forms.RadioSelect)


def _outcome(asked: StepAsked) -> forms.Field:
    usual = Outcome.UNRESOLVED if asked.case.solved == Solved.NO else Outcome.RESOLVED
    choices = [(str(one), one.label) for one in (Outcome.RESOLVED, Outcome.UNRESOLVED)]
    return forms.ChoiceField(
        label=_("Outcome"), choices=choices, initial=str(usual), widget=forms.RadioSelect
    )


def _into(asked: StepAsked) -> forms.Field:
    return forms.CharField(
        label=_("Number of the other matter"),
        max_length=40,
        widget=TypedText(placeholder="grid-2026-000123", autocomplete="off", spellcheck="false"),
    )


Maker = Callable[[StepAsked], forms.Field | None]
FIELDS: Mapping[str, Maker] = {
    "opinion": _opinion,
    "office": _office,
    "assist": _assist,
    "category": _category,
    "reason": _reason,
    "handler": _handler,
    "granted": _granted,
    "limit": _limit,
    "due": _due,
    "solved": _solved,
    "satisfied": _satisfied,
    "outcome": _outcome,
    "into": _into,
}


def canned_replies(asked: StepAsked) -> list[CannedReply]:
    """Return the ready texts of the pack that fit this matter."""
    if asked.step.action not in WITH_CANNED:
        return []
    facts = condition_facts(asked.case)
    return [reply for reply in asked.kind.canned if holds(reply.when, asked.kind, facts)]
