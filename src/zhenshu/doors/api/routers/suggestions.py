"""Suggestions: where a matter belongs and which others it may repeat; a person confirms."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from ninja import Router

from zhenshu.doors.api.answers import reply
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.schemas.cases import SuggestionInputSchema, SuggestionSchema, SuggestionsSchema
from zhenshu.ground.areas.coordinates import to_wgs84
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.opening import find_kind
from zhenshu.registers.cases.routing import Matter, suggest
from zhenshu.registers.cases.suggestions.duplicates import Duplicate
from zhenshu.registers.cases.suggestions.model import Guess
from zhenshu.registers.cases.visibility import visible_cases

router = Router(tags=["cases"])


@router.post(
    "", response=SuggestionsSchema, auth=needs("cases:read"), operation_id="suggest",
    summary="Suggest area, kind, office and possible duplicates for a text",
)  # fmt: skip
def post_suggestions(request: HttpRequest, matter: SuggestionInputSchema) -> HttpResponse:
    """Nothing is stored. Duplicates name only matters the caller may see."""
    by = caller_of(request).scope
    found = suggest(_matter(matter))
    kind = found.kinds[0].label if found.kinds else ""
    return reply(
        SuggestionsSchema(
            areas=[_named(one.area.pk, one.area.name, one.confidence, one.words) for one in found.areas],
            kinds=[_guess(one, library().case_kind(one.label).name) for one in found.kinds],
            categories=[_guess(one, _category_name(kind, one.label)) for one in found.categories],
            offices=[
                _named(one.office.pk, one.office.name, one.confidence, one.words, one.basis)
                for one in found.offices
            ],
            duplicates=_duplicates(found.duplicates, by),
        )
    )


def _matter(given: SuggestionInputSchema) -> Matter:
    lon, lat = given.lon, given.lat
    if lon is not None and lat is not None:
        lon, lat = to_wgs84(lon, lat, given.crs)
    kind = find_kind(given.kind).full_code if given.kind else ""
    return Matter(text=given.text, kind=kind, address=given.address, lon=lon, lat=lat)


def _named(
    value: object, name: str, confidence: float, words: Iterable[str], basis: str = ""
) -> SuggestionSchema:
    return SuggestionSchema(
        value=str(value), name=name, confidence=confidence, words=list(words), basis=basis
    )


def _guess(guess: Guess, name: str) -> SuggestionSchema:
    return _named(guess.label, name, guess.confidence, guess.words)


def _category_name(kind: str, path: str) -> str:
    category = library().case_kind(kind).find_category(path)
    return category.name if category else path


def _duplicates(found: Iterable[Duplicate], by: Scope) -> list[SuggestionSchema]:
    found = list(found)
    mine = visible_cases(by).filter(pk__in=[one.case.pk for one in found])
    seen = set(mine.values_list("pk", flat=True)) if found else set()
    return [
        _named(one.case.number, one.case.title, one.score, one.reasons)
        for one in found
        if one.case.pk in seen
    ]
