"""Views people save for themselves: a name and the address of a question, kept with their preferences."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WITH_PROVIDERS, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.case_filters import Question, read_question
from zhenshu.doors.desk.components import Link
from zhenshu.ground.people.models import User

KEY = "case_views"
MOST_VIEWS = 12


class ViewForm(forms.Form):
    """What a view is called."""

    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=20)


def views_of(user: User) -> list[dict[str, Any]]:
    """Return the saved views of *user*, each with name and question."""
    return list(user.preferences.get(KEY, []))


def saved_links(request: DeskRequest, question: Question) -> list[Link]:
    """Return the saved views as links; the one that asks the same as *question* is marked."""
    asked = {"list": question.chosen.key, **question.values}
    return [
        Link(
            title=view["name"],
            url=f"{reverse('desk:cases')}?{urlencode(view['asks'])}",
            icon="bookmark",
            active={key: value for key, value in view["asks"].items() if key != "sort"} == asked,
        )
        for view in views_of(request.user)
    ]


@page(methods=FORM, roles=WITH_PROVIDERS)
def save_view(request: DeskRequest) -> HttpResponse:
    """Keep the conditions of the address under a name; the same name again replaces the view."""
    question = read_question(request.GET, request.scope)
    form = ViewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asks = {"list": question.chosen.key, **question.values} | (
            {"sort": question.sort} if question.sort else {}
        )
        keep_view(request.user, form.cleaned_data["name"], asks)
        return go_to(request, question.address())
    context = {"form": form, "address": request.get_full_path(), "views": views_of(request.user)}
    return render(request, "desk/inbox/save_view.html", context)


def keep_view(user: User, name: str, asks: dict[str, str]) -> None:
    """Store a view at the end of those of *user*; the oldest makes room."""
    others = [view for view in views_of(user) if view["name"] != name]
    user.preferences[KEY] = [*others, {"name": name, "asks": asks}][-MOST_VIEWS:]
    user.save(update_fields=["preferences"])


@page(methods=WRITING, roles=WITH_PROVIDERS)
def drop_view(request: DeskRequest) -> HttpResponse:
    """Forget a view by its name."""
    name = request.POST.get("name", "")
    request.user.preferences[KEY] = [view for view in views_of(request.user) if view["name"] != name]
    request.user.save(update_fields=["preferences"])
    return redirect("desk:cases")
