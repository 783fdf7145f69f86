"""Bearer tokens for programs: those in force, a new one shown once, revoking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.context import ADMINISTRATORS
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.lists import Listing, crumbs, read_asked, show_listing
from zhenshu.ground.people.errors import PeopleError
from zhenshu.ground.people.models import Token, User
from zhenshu.ground.people.tokens import DEFAULT_DAYS, SCOPES, issue_token, revoke_token


class TokenForm(forms.Form):
    """For whom, for what, how long."""

    user = forms.ChoiceField(label=gettext_lazy("Acts for"))
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=60)
    days = forms.IntegerField(
        label=gettext_lazy("Good for so many days"), min_value=1, max_value=3650, initial=DEFAULT_DAYS
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May be used for"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("name").values_list("pk", "name", "username")
        names = [(str(pk), f"{name} ({username})") for pk, name, username in people]
        self.fields["user"].choices = names  # type: ignore[attr-defined]


@page(roles=ADMINISTRATORS)
def list_tokens(request: DeskRequest) -> HttpResponse:
    """Show the tokens; their text is kept nowhere."""
    asked = read_asked(request, [])
    now = timezone.now()
    listing = Listing(
        name=_("Tokens"),
        columns=[
            Column(title=_("What it is for"), width="wide"),
            Column(title=_("Begins with"), phone=False),
            Column(title=_("Acts for")),
            Column(title=_("May be used for"), phone=False),
            Column(title=_("Good until")),
            Column(title=_("Last used"), phone=False),
            Column(title=_("State")),
            Column(title=""),
        ],
        records=Token.objects.select_related("user").order_by("-created_at"),
        rows=lambda some: token_rows(some, now),
        empty=_("No token yet. A program that reads or reports gets one of its own."),
        export=False,
    )
    return show_listing(
        request,
        listing,
        asked,
        breadcrumbs=crumbs((_("Administration"), "administration"), here=_("Tokens")),
        buttons=[Link(title=_("New token"), url=reverse("desk:new_token"), icon="key", active=True)],
    )


def token_rows(tokens: Sequence[Token], now: datetime) -> Iterable[Row]:
    for token in tokens:
        state, word = token_state(token, now)
        ask = reverse("desk:revoke_token", args=[token.pk])
        link = format_html('<a href="{}">{}</a>', ask, _("Revoke")) if state == "confirmed" else ""
        cells = [
            Cell(text=token.name),
            Cell(text=f"{token.prefix}…"),
            Cell(text=token.user.name, below=token.user.username),
            Cell(text="、".join(str(SCOPES.get(scope, scope)) for scope in token.scopes)),
            Cell(text=f"{timezone.localtime(token.expires_at):%Y-%m-%d}"),
            Cell(
                text=f"{timezone.localtime(token.last_used_at):%Y-%m-%d %H:%M}" if token.last_used_at else "–"
            ),
            Cell(text=word, state=state),
            Cell(html=link),
        ]
        yield Row(cells=cells)


def token_state(token: Token, now: datetime) -> tuple[str, str]:
    """Return the state of a token for its badge, and its word."""
    if token.revoked_at:
        return "archived", _("Revoked")
    return ("overdue", _("Expired")) if token.expires_at <= now else ("confirmed", _("In force"))


@page(roles=ADMINISTRATORS, methods=FORM)
def new_token(request: DeskRequest) -> HttpResponse:
    """Issue a token and show its text this once."""
    form = TokenForm(request.POST or None)
    way = crumbs((_("Administration"), "administration"), (_("Tokens"), "tokens"), here=_("New token"))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        user = get_object_or_404(User, pk=said["user"], is_active=True)
        issued = attempt(
            lambda: issue_token(
                user, said["name"], scopes=said["scopes"], by=request.scope, days=said["days"]
            ),
            form,
            PeopleError,
        )
        if issued:
            context = {
                "page_title": _("Token for %(name)s") % {"name": issued[0].name},
                "breadcrumbs": way,
                "secret": issued[1],
                "words": _("Put it into the program now; it is shown this once and kept nowhere."),
                "back": reverse("desk:tokens"),
            }
            return render(request, "desk/admin/secret.html", context)
    return form_page(request, _("New token"), forms=[form], breadcrumbs=way, submit=_("Issue"))


@page(roles=ADMINISTRATORS, methods=FORM)
def revoke(request: DeskRequest, token_id: int) -> HttpResponse:
    """Ask once more, then make a token useless from now on."""
    token = get_object_or_404(Token.objects.select_related("user"), pk=token_id)
    if request.method in WRITING:
        revoke_token(token, by=request.scope)
        messages.success(request, _("The token for %(name)s is revoked.") % {"name": token.name})
        return go_to(request, "desk:tokens")
    way = crumbs((_("Administration"), "administration"), (_("Tokens"), "tokens"), here=token.name)
    title = _("Revoke the token for %(name)s?") % {"name": token.name}
    return form_page(request, title, forms=[], breadcrumbs=way, submit=_("Revoke"))
