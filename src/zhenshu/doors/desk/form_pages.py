"""A form as a page: drawn in one place, its refusals said where they belong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from zhenshu.doors.desk.access import DeskRequest

Done = TypeVar("Done")


def form_page(
    request: DeskRequest, title: str, *, forms: Sequence[forms.Form], **context: Any
) -> HttpResponse:
    """Answer with the page of one or several forms sent together; 422 when something in them is wrong."""
    wrong = any(form.is_bound and form.errors for form in forms)
    shown = {"page_title": title, "forms": forms, **context}
    return render(request, "desk/lists/form.html", shown, status=422 if wrong else 200)


def attempt(
    act: Callable[[], Done], form: forms.Form, refusals: type[Exception] | tuple[type[Exception], ...]
) -> Done | None:
    """Return what the act returns; None after one of the *refusals*, which then stands above the form."""
    try:
        return act()
    except refusals as error:
        form.add_error(None, str(error))
        return None
