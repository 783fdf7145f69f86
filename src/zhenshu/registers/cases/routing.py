"""Suggest where a matter belongs: area, kind, category, office, and matters it may repeat.

A suggestion is shown with its confidence and the words that spoke for it, and a person confirms it.
Nothing here changes a record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from zhenshu.ground.areas.addresses import find_area_in_text
from zhenshu.ground.areas.geometry import locate
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.conditions import compile_condition
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.offices import find_office
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.suggestions.duplicates import Duplicate, Report, find_duplicates
from zhenshu.registers.cases.suggestions.held import Shelf
from zhenshu.registers.cases.suggestions.model import Guess

# A guess of the model below this is weaker than a word of the pack.
SURE_ENOUGH = 0.35
WORD_CONFIDENCE, DIRECTORY_CONFIDENCE, POINT_CONFIDENCE = 0.5, 0.8, 0.99
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class OfficeGuess:
    """An office that may lead, how sure, and what spoke for it: a line of the directory or words."""

    office: Office
    confidence: float
    words: tuple[str, ...]
    basis: str = ""


@dataclass(frozen=True, slots=True)
class AreaGuess:
    area: Area
    confidence: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a matter most likely is and where it belongs; best first; empty when nothing is known."""

    areas: Sequence[AreaGuess] = ()
    kinds: Sequence[Guess] = ()
    categories: Sequence[Guess] = ()
    offices: Sequence[OfficeGuess] = ()
    assisting: Sequence[Office] = ()
    duplicates: Sequence[Duplicate] = ()

    @property
    def area(self) -> AreaGuess | None:
        return self.areas[0] if self.areas else None

    @property
    def office(self) -> OfficeGuess | None:
        return self.offices[0] if self.offices else None


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known when a suggestion is asked for; the more is known, the more is suggested."""

    text: str
    kind: str = ""
    category: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    area_id: int | None = None
    phone: str = ""
    channel: str = ""
    priority: str = "normal"
    fields: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    case_id: int | None = None

    @classmethod
    def of_case(cls, case: Case) -> Matter:
        """Return the matter that a stored case tells of."""
        return cls(
            text=f"{case.title} {case.description}",
            kind=case.kind,
            category=case.category,
            address=case.address,
            lon=case.lon,
            lat=case.lat,
            area_id=case.area_id,
            phone=case.reporter_phone,
            channel=case.channel,
            priority=case.priority,
            fields=case.fields,
            at=case.opened_at,
            case_id=case.pk,
        )


@lru_cache(maxsize=1)
def shelf() -> Shelf:
    """Return the models of this process."""
    return Shelf(settings.INSTALLATION.models)


def suggest(matter: Matter, *, landmarks: Mapping[str, Sequence[int]] | None = None) -> Suggestion:
    """Return suggestions for *matter*; landmarks are further words for areas."""
    areas = suggest_areas(matter, landmarks)
    kinds = [Guess(matter.kind, 1.0)] if matter.kind else suggest_kinds(matter.text)
    if not kinds:
        return Suggestion(areas=areas)
    kind = library().case_kind(kinds[0].label)
    categories = [Guess(matter.category, 1.0)] if matter.category else suggest_categories(matter.text, kind)
    area = areas[0].area if areas else None
    category = categories[0].label if categories else ""
    offices, assisting = suggest_offices(matter, kind, category, area)
    return Suggestion(areas, kinds, categories, offices, assisting, _duplicates(matter, kind, category, area))


def suggest_areas(matter: Matter, landmarks: Mapping[str, Sequence[int]] | None = None) -> list[AreaGuess]:
    """Return the area known, the one its point lies in, or those its address and text speak of.

    A matter that stands under the whole township is looked at further: narrower areas come first.
    """
    if matter.area_id is None:
        return _areas_told(matter, landmarks)
    known = Area.objects.get(pk=matter.area_id)
    if known.level >= Level.VILLAGE:
        return [AreaGuess(known, 1.0)]
    told = _areas_told(matter, landmarks)
    narrower = [guess for guess in told if guess.area != known and guess.area.path.startswith(known.path)]
    return [*narrower, AreaGuess(known, 1.0)]


def _areas_told(matter: Matter, landmarks: Mapping[str, Sequence[int]] | None) -> list[AreaGuess]:
    if matter.lon is not None and matter.lat is not None:
        found = locate(matter.lon, matter.lat)
        if found is not None:
            return [AreaGuess(Area.objects.get(pk=found), POINT_CONFIDENCE)]
    candidates = find_area_in_text(matter.address, landmarks=landmarks) if matter.address else []
    candidates = candidates or find_area_in_text(matter.text, landmarks=landmarks)
    areas = Area.objects.in_bulk([candidate.area_id for candidate in candidates[:MOST_SHOWN]])
    return [
        AreaGuess(areas[candidate.area_id], candidate.confidence, candidate.words)
        for candidate in candidates[:MOST_SHOWN]
        if candidate.area_id in areas
    ]


def suggest_kinds(text: str) -> list[Guess]:
    """Return the kinds this text most likely is: learned from cases, else by the words of the packs."""
    kinds = library().case_kinds
    learned = [guess for guess in _learned("kind", text) if guess.label in kinds]
    if learned and learned[0].confidence >= SURE_ENOUGH:
        return learned
    return _by_words(text, ((code, _all_words(kind)) for code, kind in kinds.items())) or learned


def suggest_categories(text: str, kind: CaseKind) -> list[Guess]:
    """Return the categories of *kind* this text most likely falls under; retired ones are left out."""
    today = timezone.localdate()
    paths = {
        path: category
        for path, category in kind.category_paths()
        if category.retired_on is None or category.retired_on > today
    }
    learned = [guess for guess in _learned(f"category.{kind.full_code}", text) if guess.label in paths]
    if learned and learned[0].confidence >= SURE_ENOUGH:
        return learned
    named = ((path, (category.name, *category.words)) for path, category in paths.items())
    return _by_words(text, named) or learned


def suggest_offices(
    matter: Matter, kind: CaseKind, category: str, area: Area | None
) -> tuple[list[OfficeGuess], list[Office]]:
    """Return the likely lead offices and those that the dispatch directory names to assist.

    The directory (派单目录) speaks first; what was learned from answered cases stands beside it.
    """
    path = area.path if area else ""
    guesses, assisting = _by_directory(matter, kind, category, path)
    named = kind.find_category(category) if category else None
    if named is not None and named.office:
        guesses += _office(named.office, path, DIRECTORY_CONFIDENCE, (named.name,))
    for guess in _learned(f"office.{kind.full_code}", matter.text):
        guesses += _office(guess.label, path, guess.confidence, guess.words)
    best: dict[int, OfficeGuess] = {}
    for found in guesses:
        best.setdefault(found.office.pk, found)
    return list(best.values())[:MOST_SHOWN], assisting


def _by_directory(
    matter: Matter, kind: CaseKind, category: str, path: str
) -> tuple[list[OfficeGuess], list[Office]]:
    facts = {
        **matter.fields,
        "category": category,
        "channel": matter.channel,
        "priority": matter.priority,
        "kind": kind.code,
    }
    for rule in kind.directory:
        if rule.when and not compile_condition(rule.when, kind.fields)(facts):
            continue
        guesses = _office(rule.office, path, DIRECTORY_CONFIDENCE, (), rule.basis)
        assisting = [office for key in rule.assist if (office := _find(key, path)) is not None]
        if guesses:
            return guesses, assisting
    return [], []


def _office(
    key: str, path: str, confidence: float, words: tuple[str, ...], basis: str = ""
) -> list[OfficeGuess]:
    office = _find(key, path)
    return [OfficeGuess(office, confidence, words, basis)] if office else []


def _find(key: str, path: str) -> Office | None:
    """Return the office of this key that serves the area; any of that key while the area is unknown."""
    return find_office(key, path) if path else Office.objects.filter(key=key, closed_on=None).first()


def _learned(question: str, text: str) -> list[Guess]:
    model = shelf().model(question)
    return model.guess(text, most=MOST_SHOWN) if model else []


def _all_words(kind: CaseKind) -> tuple[str, ...]:
    return (kind.name, *(word for _path, category in kind.category_paths() for word in category.words))


def _by_words(text: str, named: Any) -> list[Guess]:
    """Return labels by how many of their words stand in *text*, longer words counting more."""
    found = []
    for label, words in named:
        hits = tuple(word for word in words if word and word in text)
        if hits:
            found.append((sum(len(word) for word in hits), label, hits))
    total = sum(weight for weight, _label, _hits in found)
    found.sort(key=lambda row: (-row[0], row[1]))
    return [
        Guess(label, round(WORD_CONFIDENCE * (0.5 + weight / total / 2), 3), hits)
        for weight, label, hits in found[:MOST_SHOWN]
    ]


def _duplicates(matter: Matter, kind: CaseKind, category: str, area: Area | None) -> list[Duplicate]:
    report = Report(
        text=matter.text,
        at=matter.at or timezone.now(),
        village_id=area.village_id if area else None,
        grid_id=area.grid_id if area else None,
        lon=matter.lon,
        lat=matter.lat,
        category=category,
        phone=matter.phone,
        fields=matter.fields,
    )
    return find_duplicates(report, kind, but=matter.case_id)
