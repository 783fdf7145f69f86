"""The page that stands where no pack declares a panel: what to do about it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest


def show_empty(request: DeskRequest) -> HttpResponse:
    """Answer with an empty page that says where panels come from."""
    return render(request, "desk/economy/empty.html", {"page_title": _("The economy")})
