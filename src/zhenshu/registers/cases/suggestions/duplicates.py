"""Which open matters may tell of the same thing: by place, time, text and who reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any, NamedTuple

from django.db.models.functions import Substr
from rapidfuzz.distance import DamerauLevenshtein

from zhenshu.ground.packs.schema import CaseKind, DuplicateRule
from zhenshu.ground.worktime.deadlines import near_due
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.cases.models import Case, Outcome
from zhenshu.registers.cases.suggestions.features import fold

EARTH_RADIUS = 6_371_000
MOST_CANDIDATES = 200
TEXT_HEAD = 200  # characters of title and description that are compared
MOST_SHOWN = 5
NEAR_PLACE, SAME_GRID, SAME_VILLAGE = 1.0, 0.6, 0.3
SHARE_OF_TEXT, SHARE_OF_PLACE, SHARE_OF_KIND = 0.6, 0.25, 0.15


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a matter that is about to be taken in."""

    text: str
    at: datetime
    village_id: int | None = None
    grid_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    category: str = ""
    phone: str = ""
    fields: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A matter that may be the same, how likely (0 to 1), and why."""

    case: Case
    score: float
    metres: float | None
    reasons: tuple[str, ...]


def find_duplicates(report: Report, kind: CaseKind, *, but: int | None = None) -> list[Duplicate]:
    """Return the matters of this kind that may be the same, likeliest first; a person decides."""
    rule = kind.duplicates
    if rule is None:
        return []
    said = signature(report.text)
    found = [_compare(report, said, other, rule) for other in _candidates(report, kind, rule, but)]
    likely = sorted((match for match in found if match.score >= rule.score), key=lambda match: -match.score)
    cases = Case.objects.in_bulk([match.pk for match in likely[:MOST_SHOWN]])
    return [
        Duplicate(cases[match.pk], match.score, match.metres, match.reasons) for match in likely[:MOST_SHOWN]
    ]


class Other(NamedTuple):
    """What is read of a matter nearby, for comparison."""

    pk: int
    title: str
    head: str
    lon: float | None
    lat: float | None
    grid_id: int | None
    village_id: int | None
    category: str
    reporter_phone: str
    fields: dict[str, Any]


class Match(NamedTuple):
    pk: int
    score: float
    metres: float | None
    reasons: tuple[str, ...]


def _candidates(report: Report, kind: CaseKind, rule: DuplicateRule, but: int | None) -> Iterator[Other]:
    """Read the newest matters of the kind nearby, before and after the report within the time of the rule.

    The indexes on place and time bound the work: two hundred rows, and of each only the head of its text.
    """
    earliest = near_due(report.at, rule.within, work_calendar())
    latest = report.at + (report.at - earliest)
    near = Case.objects.filter(kind=kind.full_code, opened_at__range=(earliest, latest))
    if report.village_id is not None:
        near = near.filter(village_id=report.village_id)
    rows = (
        near.exclude(outcome=Outcome.MERGED)
        .exclude(pk=but or 0)
        .annotate(head=Substr("description", 1, TEXT_HEAD))
        .order_by("-opened_at")
        .values_list(*Other._fields)
    )
    return (Other(*row) for row in rows[:MOST_CANDIDATES])


def _compare(report: Report, said: Signature, other: Other, rule: DuplicateRule) -> Match:
    certain = _equal_fields(report, other, rule)
    text = _alike(said, signature(f"{other.title} {other.head}"))
    metres = distance(report, other)
    place = _nearness(report, other, metres, rule)
    kind = float(report.category == other.category) if report.category and other.category else None
    score = _weighed([(SHARE_OF_TEXT, text), (SHARE_OF_PLACE, place), (SHARE_OF_KIND, kind)])
    reasons = [
        *(f"same:{key}" for key in certain),
        *(["text"] if text >= 0.5 else []),
        *(["place"] if place and place >= SAME_GRID else []),
        *(["category"] if kind else []),
    ]
    return Match(other.pk, 1.0 if certain and text >= 0.3 else round(score, 3), metres, tuple(reasons))


def _weighed(parts: Sequence[tuple[float, float | None]]) -> float:
    """Return the mean of what is known; a place or a category nobody has said yet weighs nothing."""
    known = [(share, value) for share, value in parts if value is not None]
    return sum(share * value for share, value in known) / sum(share for share, _value in known)


def _equal_fields(report: Report, other: Other, rule: DuplicateRule) -> list[str]:
    given = {"reporter_phone": report.phone, **(report.fields or {})}
    stored = {"reporter_phone": other.reporter_phone, **other.fields}
    return [key for key in rule.same if given.get(key) and given.get(key) == stored.get(key)]


def _nearness(report: Report, case: Other, metres: float | None, rule: DuplicateRule) -> float | None:
    """Return how near two places are (0 to 1), by metres, else by the areas; None when one is unknown."""
    if metres is not None:
        return (
            NEAR_PLACE if metres <= rule.metres else max(0.0, NEAR_PLACE - metres / (10 * rule.metres or 1))
        )
    if report.village_id is None or case.village_id is None:
        return None
    if report.grid_id is not None and report.grid_id == case.grid_id:
        return SAME_GRID
    return SAME_VILLAGE if report.village_id == case.village_id else 0.0


class Signature(NamedTuple):
    """A text as its head in one spelling and the pairs of neighbouring characters in it."""

    head: str
    pairs: frozenset[str]


def signature(text: str) -> Signature:
    """Return what is compared of a text: its first `TEXT_HEAD` characters."""
    folded = fold(text[:TEXT_HEAD])
    pairs = {
        pair for piece in folded.split(" ") for pair in (map("".join, zip(piece, piece[1:], strict=False)))
    }
    return Signature(folded, frozenset(pairs or filter(None, folded.split(" "))))


def likeness(left: str, right: str) -> float:
    """Return how alike two texts are (0 to 1): shared pairs of characters, or few typing slips."""
    return _alike(signature(left), signature(right))


def _alike(one: Signature, other: Signature) -> float:
    if not one.pairs or not other.pairs:
        return 0.0
    shared = len(one.pairs & other.pairs)
    smaller = min(len(one.pairs), len(other.pairs))
    both = len(one.pairs) + len(other.pairs) - shared
    alike = (shared / smaller + shared / both) / 2
    # Typing slips are counted only as long as they could still make the texts more alike.
    typed = DamerauLevenshtein.normalized_similarity(one.head[:80], other.head[:80], score_cutoff=alike)
    return max(alike, typed)


def distance(report: Report, case: Other | Case) -> float | None:
    """Return the metres between the two points (WGS84), or None when one has no point."""
    if report.lon is None or report.lat is None or case.lon is None or case.lat is None:
        return None
    lat1, lat2 = radians(report.lat), radians(case.lat)
    across, up = radians(case.lon - report.lon), lat2 - lat1
    chord = sin(up / 2) ** 2 + cos(lat1) * cos(lat2) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(chord)))
