"""People and their posts: the list, one person's page, first passwords, shutting out and letting in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.context import ADMINISTRATORS
from zhenshu.doors.desk.form_pages import attempt
from zhenshu.doors.desk.lists import (
    Asked,
    Condition,
    Listing,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.doors.desk.pack_fields import area_choices, office_choices
from zhenshu.ground.areas.models import Area
from zhenshu.ground.people import accounts, posts
from zhenshu.ground.people.errors import PeopleError
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.scope import Scope


class UserForm(forms.Form):
    """Log-in name, name and telephone of a person."""

    username = forms.CharField(label=gettext_lazy("Log-in name"), max_length=60)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=20, required=False)


class CorrectionForm(forms.Form):
    """What may be corrected of a person."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=20, required=False)


class PostForm(forms.Form):
    """A post: role, office, area, and what goes with it."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    office = forms.ChoiceField(label=gettext_lazy("Office"))
    area = forms.ChoiceField(label=gettext_lazy("Area and all below it"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=40, required=False)
    sensitive = forms.BooleanField(
        label=gettext_lazy("May see sensitive persons’ data; every view is logged"), required=False
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = office_choices()  # type: ignore[attr-defined]
        self.fields["area"].choices = area_choices(scope)  # type: ignore[attr-defined]

    def post(self) -> dict[str, Any]:
        """Return what was chosen, as the act takes it."""
        said = self.cleaned_data
        return {
            "role": said["role"],
            "office": Office.objects.get(pk=said["office"]),
            "area": Area.objects.get(pk=said["area"]),
            "title": said["title"],
            "sensitive": said["sensitive"],
        }


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────


@page(roles=ADMINISTRATORS)
def list_users(request: DeskRequest) -> HttpResponse:
    """Show the people with their posts."""
    asked = read_asked(request, ["q", "role", "office", "state"])
    listing = Listing(
        name=_("People"),
        columns=[
            Column(title=_("Name"), width="wide"),
            Column(title=_("Log-in name")),
            Column(title=_("Posts")),
            Column(title=_("Telephone"), phone=False),
            Column(title=_("State")),
        ],
        records=find_users(asked).prefetch_related("posts__office", "posts__area").order_by("name", "pk"),
        rows=user_rows,
        empty=_("Nobody fits these conditions."),
        numbered=True,
    )
    new = Link(title=_("New person"), url=reverse("desk:new_user"), icon="user-plus", active=True)
    sheet = Link(title=_("From a workbook"), url=reverse("desk:import_people"), icon="upload")
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, _conditions()),
        breadcrumbs=crumbs((_("Administration"), "administration"), here=_("People")),
        buttons=[sheet, new],
    )


def find_users(asked: Asked) -> QuerySet[User]:
    """Return the people asked for; without a state those who can log in."""
    users = User.objects.filter(_state_condition(asked.get("state")))
    words = asked.get("q")
    if words:
        named = (
            Q(name__icontains=words) | Q(username__icontains=words) | Q(initials__startswith=words.lower())
        )
        users = users.filter(named)
    held = {"role": asked.get("role"), "office_id": asked.number("office")}
    wanted = {name: value for name, value in held.items() if value}
    if wanted:
        users = users.filter(pk__in=Post.objects.filter(ended_on=None, **wanted).values("user_id"))
    return users


def _state_condition(state: str) -> Q:
    conditions = {
        "locked": Q(is_active=True, locked_until__gt=timezone.now()),
        "out": Q(is_active=False),
        "all": Q(),
    }
    return conditions.get(state, Q(is_active=True))


def _conditions() -> list[Condition]:
    roles = [Option(value=value, title=str(title)) for value, title in Role.choices]
    offices = [Option(value=value, title=title) for value, title in office_choices()]
    states = {"locked": _("Locked"), "out": _("Shut out"), "all": _("All")}
    return [
        Condition("q", _("Name, log-in name or initials"), kind="text"),
        Condition("role", _("Role"), options=roles),
        Condition("office", _("Office"), options=offices),
        Condition("state", _("State"), options=[Option(value=v, title=t) for v, t in states.items()]),
    ]


def user_rows(users: Sequence[User]) -> Iterable[Row]:
    now = timezone.now()
    for user in users:
        url = reverse("desk:user", args=[user.pk])
        held = [post for post in user.posts.all() if post.ended_on is None]
        state, word = user_state(user, now)
        cells = [
            Cell(text=user.name, url=url),
            Cell(text=user.username),
            Cell(text="；".join(post_words(post) for post in held)),
            Cell(text=user.phone),
            Cell(text=word, state=state),
        ]
        yield Row(cells=cells, url=url)


def post_words(post: Post) -> str:
    return f"{post.office.name} {post.title or Role(post.role).label} · {post.area.name}"


def user_state(user: User, now: Any) -> tuple[str, str]:
    """Return the state of an account for its badge, and its word."""
    if not user.is_active:
        return "archived", _("Shut out")
    if user.locked_until and user.locked_until > now:
        return "returned", _("Locked")
    if user.must_change_password:
        return "waiting", _("First password")
    return "confirmed", _("Active")


# ── one person ────────────────────────────────────────────────────────────────────────────────────────


@page(roles=ADMINISTRATORS, methods=FORM)
def new_user(request: DeskRequest) -> HttpResponse:
    """Create a person with a first post; the first password is shown this once."""
    form, post = UserForm(request.POST or None), PostForm(request.POST or None, scope=request.scope)
    if request.method == "POST" and form.is_valid() and post.is_valid():
        password = first_password()
        user = attempt(lambda: _create(form, post, password, request.scope), form, PeopleError)
        if user:
            return _show_password(request, user, password)
    context = {
        "page_title": _("New person"),
        "forms": [form, post],
        "breadcrumbs": crumbs((_("Administration"), "administration"), (_("People"), "users"), here=_("New")),
    }
    return render(request, "desk/lists/form.html", context, status=422 if form.errors or post.errors else 200)


@transaction.atomic
def _create(form: UserForm, post: PostForm, password: str, by: Scope) -> User:
    """Create person and post together: nobody is left without a post because the post was refused."""
    user = accounts.create_user(**form.cleaned_data, by=by, password=password)
    posts.grant_post(user, by=by, **post.post())
    return user


def first_password() -> str:
    """Return a first password that can be read out: letters and digits in two groups."""
    return f"{secrets.token_hex(3)}-{secrets.token_hex(3)}"


def _show_password(request: DeskRequest, user: User, password: str) -> HttpResponse:
    context = {
        "page_title": _("First password of %(name)s") % {"name": user.name},
        "breadcrumbs": crumbs(
            (_("Administration"), "administration"), (_("People"), "users"), here=user.name
        ),
        "secret": password,
        "words": _("Hand it over; it is shown this once and must be changed at the first log-in."),
        "back": reverse("desk:user", args=[user.pk]),
    }
    return render(request, "desk/admin/secret.html", context)


@page(roles=ADMINISTRATORS, methods=FORM)
def show_user(request: DeskRequest, user_id: int) -> HttpResponse:
    """Show one person with posts, past ones too; correct the name and number."""
    user = get_object_or_404(User, pk=user_id)
    form = CorrectionForm(request.POST or None, initial={"name": user.name, "phone": user.phone})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if attempt(lambda: accounts.correct_user(user, by=request.scope, **said), form, PeopleError):
            messages.success(request, _("Corrected."))
            return go_to(request, "desk:user", user.pk)
    return _user_page(request, user, form=form, post=PostForm(scope=request.scope))


def _user_page(request: DeskRequest, user: User, *, form: forms.Form, post: forms.Form) -> HttpResponse:
    state, word = user_state(user, timezone.now())
    held = user.posts.select_related("office", "area", "supervisor__user").order_by("ended_on", "pk")
    context = {
        "page_title": user.name,
        "breadcrumbs": crumbs(
            (_("Administration"), "administration"), (_("People"), "users"), here=user.name
        ),
        "person": user,
        "state": state,
        "state_word": word,
        "posts": held,
        "form": form,
        "post_form": post,
        "history_url": f"{reverse('desk:ledger')}?kind=people.user&id={user.pk}",
    }
    wrong = form.errors or post.errors
    return render(request, "desk/admin/user.html", context, status=422 if wrong else 200)


@page(roles=ADMINISTRATORS, methods=WRITING)
def grant_post(request: DeskRequest, user_id: int) -> HttpResponse:
    """Give a person another post."""
    user = get_object_or_404(User, pk=user_id)
    post = PostForm(request.POST, scope=request.scope)
    if post.is_valid():
        made = attempt(lambda: posts.grant_post(user, by=request.scope, **post.post()), post, PeopleError)
        if made:
            messages.success(request, _("The post was granted."))
            return go_to(request, "desk:user", user.pk)
    form = CorrectionForm(initial={"name": user.name, "phone": user.phone})
    return _user_page(request, user, form=form, post=post)


@page(roles=ADMINISTRATORS, methods=WRITING)
def end_post(request: DeskRequest, post_id: int) -> HttpResponse:
    """End a post today; it stays in the record."""
    post = get_object_or_404(Post.objects.select_related("area"), pk=post_id)
    _act(
        request,
        lambda: posts.end_post(post, on=timezone.localdate(), by=request.scope),
        _("The post has ended."),
    )
    return go_to(request, "desk:user", post.user_id)


@page(roles=ADMINISTRATORS, methods=WRITING)
def reset_password(request: DeskRequest, user_id: int) -> HttpResponse:
    """Give a person a new first password, shown this once; open sessions end."""
    user = get_object_or_404(User, pk=user_id)
    password = first_password()
    try:
        accounts.set_password(user, password, by=request.scope)
    except PeopleError as error:
        messages.error(request, str(error))
        return go_to(request, "desk:user", user.pk)
    return _show_password(request, user, password)


ACTS: Mapping[str, Callable[..., User]] = {
    "out": accounts.deactivate_user,
    "in": accounts.reactivate_user,
}


@page(roles=ADMINISTRATORS, methods=WRITING)
def switch_user(request: DeskRequest, user_id: int, act: str) -> HttpResponse:
    """Shut a person out at once, or let them in again."""
    user = get_object_or_404(User, pk=user_id)
    if act not in ACTS:
        raise Http404
    if user.pk == request.user.pk:
        messages.error(request, _("Nobody shuts themselves out; ask another administrator."))
    else:
        done = _("%(name)s is shut out.") if act == "out" else _("%(name)s may log in again.")
        _act(request, lambda: ACTS[act](user, by=request.scope), done % {"name": user.name})
    return go_to(request, "desk:user", user.pk)


def _act(request: DeskRequest, act: Callable[[], Any], done: str) -> None:
    try:
        act()
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
