"""Coming in and going out: log-in, log-out, own password, post in use."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhenshu.doors.desk.access import FORM, POST_KEY, WITH_PROVIDERS, WRITING, DeskRequest, page
from zhenshu.ground.people import accounts
from zhenshu.ground.people.errors import LogInError, WeakPasswordError, WrongPasswordError
from zhenshu.ground.people.models import User
from zhenshu.ground.people.policy import password_rule

BACKEND = "django.contrib.auth.backends.ModelBackend"


class LogInForm(forms.Form):
    """Name and password; both are checked by `accounts.log_in` alone."""

    username = forms.CharField(
        label=gettext_lazy("Log-in name"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """The old password proves who asks, the new one is typed twice."""

    old = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("new") != given.get("again"):
            self.add_error("again", _("The two entries differ."))
        return given


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Show the log-in; let in who knows the password, tell kindly why not otherwise."""
    if request.user.is_authenticated:
        return redirect(_next_of(request))
    form = LogInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _let_in(request, form):
        return redirect(_next_of(request))
    context = {"form": form, "next": _next_of(request), "page_title": _("Log in")}
    return render(request, "desk/accounts/log_in.html", context, status=422 if form.errors else 200)


def _let_in(request: HttpRequest, form: LogInForm) -> bool:
    given = form.cleaned_data
    origin = request.META.get("REMOTE_ADDR", "")
    try:
        user = accounts.log_in(given["username"], given["password"], at=timezone.now(), origin=origin)
    except LogInError as error:
        form.add_error(None, str(error))
        return False
    login(request, user, backend=BACKEND)
    return True


def _next_of(request: HttpRequest) -> str:
    """Return where to go after the log-in: a page of this server, or home."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if safe else resolve_url("desk:home")


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session and leave the line of it."""
    if isinstance(request.user, User):
        accounts.log_out(request.user, origin=request.META.get("REMOTE_ADDR", ""))
    logout(request)
    return redirect("desk:log_in")


@sensitive_post_parameters("old", "new", "again")
@page(methods=FORM, new_password=True)
def change_password(request: DeskRequest) -> HttpResponse:
    """Let people choose their own password; other sessions of theirs end."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change(request, form):
        messages.success(request, _("Your new password holds from now on."))
        return redirect("desk:home")
    context = {
        "form": form,
        "rule": password_rule(),
        "first": request.user.must_change_password,
        "page_title": _("Change password"),
    }
    return render(request, "desk/accounts/password.html", context, status=422 if form.errors else 200)


def _change(request: DeskRequest, form: PasswordForm) -> bool:
    given = form.cleaned_data
    try:
        user = accounts.change_password(request.user, given["old"], given["new"])
    except WrongPasswordError:
        form.add_error("old", _("This is not your present password."))
        return False
    except WeakPasswordError as error:
        form.add_error("new", list(error.problems))
        return False
    update_session_auth_hash(request, user)
    return True


@page(methods=WRITING, roles=WITH_PROVIDERS)
def use_post(request: DeskRequest, post_id: int) -> HttpResponse:
    """Work in one post from now on; 0 stands for all posts together."""
    if post_id in {post.id for post in request.posts}:
        request.session[POST_KEY] = post_id
    else:
        request.session.pop(POST_KEY, None)
    return redirect("desk:home")
