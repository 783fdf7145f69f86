"""Dossiers that may be the same subject twice: near names, an equal telephone number."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from zhenshu.ground.packs.schema import DossierKind, FieldType
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import visible_dossiers

NEAR_ENOUGH = 88.0
# A bucket larger than this holds a word everybody bears; near names are then found by closer buckets.
LARGEST_BUCKET = 200
_FORMS = re.compile(r"(股份|有限|责任|公司|集团|个体|工商户|经营部|商行|合作社|专业|[（(].*?[)）]|[\s·・])")


@dataclass(frozen=True, slots=True)
class Double:
    """Two dossiers that may be one, how near they are (0–100) and what speaks for it."""

    first: Dossier
    second: Dossier
    score: float
    reasons: tuple[str, ...]


def core_of(title: str) -> str:
    """Return what is special in a name: 澄江精密铸造有限公司 as 澄江精密铸造."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return _FORMS.sub("", plain) or plain


def find_doubles(kind: DossierKind, scope: Scope, *, limit: int = 200) -> list[Double]:
    """Return pairs of active dossiers of a kind that may be the same, the surest first."""
    active = visible_dossiers(scope).filter(kind=kind.full_code, state=State.ACTIVE).select_related("area")
    dossiers = list(active.order_by("pk"))
    phones = [code for code, declared in kind.fields.items() if declared.type is FieldType.PHONE]
    pairs = {(a.pk, b.pk): (a, b) for a, b in _candidates(dossiers, phones)}
    doubles = [double for a, b in pairs.values() if (double := _compare(a, b, phones))]
    return sorted(doubles, key=lambda double: (-double.score, double.first.pk))[:limit]


def _candidates(dossiers: Iterable[Dossier], phones: list[str]) -> Iterator[tuple[Dossier, Dossier]]:
    """Yield pairs that share the first or the last two characters of the core name, or a number."""
    buckets: defaultdict[tuple[str, str], list[Dossier]] = defaultdict(list)
    for dossier in dossiers:
        core = core_of(dossier.title)
        keys = {("first", core[:2]), ("last", core[-2:]), ("core", core)}
        keys |= {("phone", str(dossier.fields[code])) for code in phones if dossier.fields.get(code)}
        for key in keys:
            buckets[key].append(dossier)
    for members in buckets.values():
        if len(members) <= LARGEST_BUCKET:
            yield from combinations(members, 2)


def _compare(first: Dossier, second: Dossier, phones: list[str]) -> Double | None:
    score = fuzz.ratio(core_of(first.title), core_of(second.title))
    reasons = [_("The names are alike.")] if score >= NEAR_ENOUGH else []
    if any(first.fields.get(code) and first.fields.get(code) == second.fields.get(code) for code in phones):
        reasons.append(_("The telephone number is the same."))
        score = (score + 100) / 2
    return Double(first, second, round(score, 1), tuple(reasons)) if reasons else None


def near_dossiers(kind: DossierKind, title: str, scope: Scope, *, limit: int = 5) -> list[Dossier]:
    """Return active dossiers whose names come near to *title*: shown before a new one is created."""
    active = visible_dossiers(scope).filter(kind=kind.full_code, state=State.ACTIVE)
    cores = {pk: core_of(name) for pk, name in active.values_list("pk", "title")}
    near = process.extract(
        core_of(title), cores, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH - 8, limit=limit
    )
    found = active.select_related("area").in_bulk([pk for _text, _score, pk in near])
    return [found[pk] for _text, _score, pk in near]
