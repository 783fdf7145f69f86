"""What the pages of the engines share: find a kind, choose a dossier, try an act, say where one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import DeskRequest
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.pack_fields import MOST_OFFERED, Suggested, area_choices
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import Packed
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.dossiers.errors import (
    DossierError,
    DossierNotAllowedError,
    DossierNotFoundError,
)
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import find_dossier, visible_dossiers
from zhenshu.registers.engines.errors import EngineError, EngineInvalidError, EngineNotFoundError
from zhenshu.registers.engines.kinds import find_kind, full_code

Kind = TypeVar("Kind", bound=Packed)
Done = TypeVar("Done")
# Who writes into the engines; each act asks again for the area it touches.
KEEPERS = frozenset({Role.DISPATCHER, Role.GRID_WORKER, Role.OFFICER, Role.SECRETARY, Role.ADMINISTRATOR})
OFFICERS = KEEPERS - {Role.GRID_WORKER}


def kind_or_404(code: str, sort: type[Kind]) -> Kind:
    """Return the kind; a code no pack declares is a page that doesn't exist."""
    try:
        return find_kind(code, sort)
    except EngineNotFoundError as error:
        raise Http404(str(error)) from error


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def trail(kind: Packed, engine: str, here: str = "") -> list[Link]:
    """Return the way to a page of a kind: the engines, the kind, the page."""
    links = [
        Link(title=_("Engines"), url=reverse("desk:engines")),
        Link(title=kind.name, url=reverse(f"desk:{engine}", args=[kind.full_code]) if here else ""),
    ]
    return [*links, Link(title=here)] if here else links


def leaves(kind: Packed, *of: str | None) -> bool:
    """Tell whether a list about these kinds of dossiers leaves as a table: not that of sensitive persons."""
    kinds = library().dossier_kinds
    found = [kinds.get(full_code(kind, one)) for one in of if one]
    return not any(one is not None and one.sensitive for one in found)


def try_act(act: Callable[[], Done], form: forms.Form) -> Done | None:
    """Return what the act returns; None after a refusal, which then stands at the field it is about.

    What is not there or not allowed for these eyes is no matter of the form: the page itself answers so.
    """
    try:
        return act()
    except (DossierNotFoundError, DossierNotAllowedError):
        raise
    except EngineInvalidError as error:
        for name, sentence in error.problems.items():
            form.add_error(name if name in form.fields else None, sentence)
    except (EngineError, DossierError, CaseError) as error:
        form.add_error(None, str(error))
    return None


def act_or_form(
    request: DeskRequest,
    form: forms.Form,
    act: Callable[[Any], Done],
    *,
    title: str,
    way: Sequence[Link],
    to: Callable[[Done], HttpResponse],
    words: Callable[[Done], str] | None = None,
    **context: Any,
) -> HttpResponse:
    """Answer a form of an act: done with what was filled in, it says *words* and leads *to* what follows.

    Before that, and after a refusal, the answer is the form itself.
    """
    sent = request.method == "POST" and form.is_valid()
    made = try_act(lambda: act(form.cleaned_data), form) if sent else None
    if not made:
        return form_page(request, title, forms=[form], breadcrumbs=way, **context)
    if words:
        messages.success(request, words(made))
    return to(made)


class OnceForm(forms.Form):
    """A form that is heard once: sent twice, its act is done once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4().hex


class DossierField(forms.CharField):
    """Choose a dossier of a kind by its number and name, as the list offers them, or by its name alone."""

    def __init__(self, kind: Packed, of: str, scope: Scope, **kwargs: Any) -> None:
        self.code, self.scope = full_code(kind, of), scope
        super().__init__(max_length=200, widget=Suggested(self._offered()), **kwargs)

    def _offered(self) -> Iterable[str]:
        found = visible_dossiers(self.scope).filter(kind=self.code, state=State.ACTIVE)
        some = found.select_related("area").order_by("title")[:MOST_OFFERED]
        return [f"{one.pk} {title_for(one, self.scope)}" for one in some]

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return _find_dossier(text, self.code, self.scope) if text else None


def _find_dossier(text: str, code: str, scope: Scope) -> Dossier:
    number = text.split(maxsplit=1)[0]
    found = visible_dossiers(scope).filter(kind=code)
    named = found.filter(pk=int(number)) if _is_number(number) else found.filter(title=text)
    ids = list(named.values_list("pk", flat=True)[:2])
    if len(ids) != 1:
        raise forms.ValidationError(
            _("“%(text)s” names no dossier, or several; give its number.") % {"text": text}
        )
    return find_dossier(ids[0], scope)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


class AreaField(forms.ChoiceField):
    """Choose an area below one's posts."""

    def __init__(self, scope: Scope, **kwargs: Any) -> None:
        super().__init__(choices=[("", _("Please choose")), *area_choices(scope)], **kwargs)

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        return Area.objects.get(pk=number) if number else None


def named(choices: Mapping[str, Packed | Any]) -> list[tuple[str, str]]:
    """Return declared things as the choices of a control."""
    return [(code, one.name) for code, one in choices.items()]


class ReasonForm(forms.Form):
    """Why something is undone or done again."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
