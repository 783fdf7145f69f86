"""The guide to services: items for everybody, and questions that lead to the right one and its papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind, DossierKind
from zhenshu.registers.dossiers.models import Dossier, State

# Fields of an item that the guide reads by name; everything else it shows as the pack names it.
CATEGORY, HIDDEN_FLAG, EXEMPT = "category", "unlisted", "exempt"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in the questions: the next one, or the category they lead to."""

    question: str
    ask: str
    answers: tuple[str, ...]
    category: str
    papers: tuple[str, ...]
    exempt: tuple[str, ...]
    said: tuple[tuple[str, str], ...]  # what was asked and answered on the way


def item_kind(kind: CaseKind) -> DossierKind | None:
    """Return the dossier kind whose dossiers are the items of *kind*."""
    named = kind.portal.items if kind.portal is not None else None
    if not named:
        return None
    return library().dossier_kinds.get(named if "." in named else f"{kind.pack}.{named}")


def items_of(kind: CaseKind, *, words: str = "", category: str = "") -> QuerySet[Dossier]:
    """Return the items that stand in the guide, with *words* in their name, or of a category."""
    items = item_kind(kind)
    if items is None or items.sensitive:
        return Dossier.objects.none()
    found = Dossier.objects.filter(kind=items.full_code, state=State.ACTIVE)
    listed = Q(**{f"fields__{HIDDEN_FLAG}__isnull": True}) | Q(**{f"fields__{HIDDEN_FLAG}": False})
    found = found.filter(listed).order_by("title", "pk")
    for word in words.split()[:5]:
        found = found.filter(Q(title__icontains=word) | Q(initials__istartswith=word))
    if category:
        inside = Q(**{f"fields__{CATEGORY}": category})
        found = found.filter(inside | Q(**{f"fields__{CATEGORY}__startswith": f"{category}/"}))
    return found


def walk(kind: CaseKind, answers: Sequence[str]) -> Place | None:
    """Return where *answers*, numbers of the answers given so far, lead; None without questions."""
    rule = kind.portal
    if rule is None or not rule.questions:
        return None
    key, category = rule.first, ""
    papers: list[str] = []
    exempt: list[str] = []
    said: list[tuple[str, str]] = []
    for given in answers:
        question = rule.questions[key]
        if not given.isdecimal() or int(given) >= len(question.answers):
            break
        chosen = question.answers[int(given)]
        said.append((question.ask, chosen.name))
        papers += chosen.papers
        exempt += chosen.exempt
        if chosen.category:
            category = chosen.category
            break
        key = chosen.next
    asked = rule.questions[key]
    return Place(
        question="" if category else key,
        ask="" if category else asked.ask,
        answers=() if category else tuple(answer.name for answer in asked.answers),
        category=category,
        papers=tuple(dict.fromkeys(papers)),
        exempt=tuple(dict.fromkeys(exempt)),
        said=tuple(said),
    )
