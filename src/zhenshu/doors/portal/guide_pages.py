"""The guide to services: search, questions that lead on, and the page of an item."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhenshu.doors.desk.pack_fields import shown_value
from zhenshu.doors.portal.visitors import public, words_sought
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.portal.guide import CATEGORY, EXEMPT, HIDDEN_FLAG, item_kind, items_of, walk
from zhenshu.registers.portal.receiving import kinds_of, public_kind

ITEMS_A_PAGE = 20
MOST_ANSWERS = 12


@public()
def show_guide(request: HttpRequest) -> HttpResponse:
    """Show the items, sought by name, and where the questions begin."""
    words = words_sought(request)
    only = request.GET.get("exempt") == "1"
    kinds = [kind for kind in kinds_of("errand") if item_kind(kind)]
    found = [(kind, item) for kind in kinds for item in _items(kind, words, only=only)]
    pages = Paginator(found, ITEMS_A_PAGE)
    context = {
        "page_title": _("What do I need for …?"),
        "words": words,
        "only_exempt": only,
        "items": pages.get_page(request.GET.get("page")),
        "count": pages.count,
        "asking": [kind for kind in kinds if kind.portal and kind.portal.questions],
    }
    return render(request, "portal/guide.html", context)


def _items(kind: CaseKind, words: str, *, only: bool) -> list[Dossier]:
    items = items_of(kind, words=words)
    return list(items.filter(**{f"fields__{EXEMPT}": True}) if only else items)


@public()
def show_questions(request: HttpRequest, code: str) -> HttpResponse:
    """Ask one question after the other; the answers so far stand in the address."""
    kind = public_kind(code)
    answers = request.GET.getlist("a")[:MOST_ANSWERS]
    place = walk(kind, answers) if kind is not None else None
    if kind is None or place is None:
        raise Http404
    so_far = answers[: len(place.said)]
    context: dict[str, Any] = {
        "page_title": _("Find the right service"),
        "kind": kind,
        "place": place,
        "choices": [(name, _address(code, [*so_far, str(n)])) for n, name in enumerate(place.answers)],
        "back": _address(code, so_far[:-1]) if so_far else "",
    }
    if place.category:
        found = kind.find_category(place.category)
        context["category"] = found
        context["items"] = list(items_of(kind, category=place.category))
    return render(request, "portal/questions.html", context)


def _address(code: str, answers: list[str]) -> str:
    query = "&".join(f"a={answer}" for answer in answers)
    return f"/portal/guide/ask/{code}/" + (f"?{query}" if query else "")


@public()
def show_item(request: HttpRequest, item_id: int) -> HttpResponse:
    """Show everything the pack keeps of an item that is not sensitive."""
    for kind in kinds_of("errand"):
        item = items_of(kind).filter(pk=item_id).first()
        declared = item_kind(kind)
        if item is None or declared is None:
            continue
        hidden = (CATEGORY, HIDDEN_FLAG, declared.title)
        rows = [
            (field.name, shown_value(field, item.fields.get(key)))
            for key, field in declared.fields.items()
            if key not in hidden and not field.sensitive
        ]
        context = {
            "page_title": item.title,
            "item": item,
            "rows": [(name, value) for name, value in rows if value],
            "exempt": bool(item.fields.get(EXEMPT)),
            "kind": kind,
            "category": item.fields.get(CATEGORY) or "",
            "online": item.fields.get("online") is not False,
        }
        return render(request, "portal/item.html", context)
    raise Http404
