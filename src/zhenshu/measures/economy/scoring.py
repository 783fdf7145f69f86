"""The arithmetic of an assessment by land (亩均论英雄): terms of a year, points of each measure, the class.

Points of a measure are ``value ÷ base × weight``, never below nought and at most ``cap × weight``, each
rounded to two decimals (half up); the score is the sum of the rounded points, so that a printed sheet adds
up by hand. A class is reached from its cut on (≥).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from zhenshu.ground.packs.economy_kinds import Exemption, MuMeasure, MuYear
from zhenshu.ground.packs.schema import DossierKind, PerMuKind
from zhenshu.ground.worktime.periods import add_months
from zhenshu.measures.economy.kinds import subject_kind
from zhenshu.registers.blocks.among import terms_of, test_of
from zhenshu.registers.dossiers.models import Dossier, Reading

CENT = Decimal("0.01")
# How many readings a year has, by how often they are taken; others are added up as they are.
OF_A_YEAR = {"month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True, slots=True)
class Term:
    """A number of a year, with how many readings it rests on and how many it needs."""

    value: Decimal | None
    have: int = 1
    need: int = 1

    @property
    def whole(self) -> bool:
        return self.value is not None and self.have >= self.need


NOTHING = Term(None, 0, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """What one measure earns, with all that is needed to work it out again."""

    sum: Decimal
    per: Decimal
    value: Decimal | None  # None where there is nothing to divide by
    base: Decimal
    weight: Decimal
    cap: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Scored:
    """Where a subject stands: its parts, score and class; or what exempts it; or what is missing."""

    parts: Mapping[str, Part]
    score: Decimal | None = None
    grade: str = ""
    exempt: str = ""
    missing: tuple[tuple[str, int, int], ...] = ()  # term, readings there are, readings needed


def work_out(
    kind: PerMuKind, year: int, rule: MuYear, subjects: Iterable[Dossier]
) -> list[tuple[Dossier, Scored]]:
    """Return where each subject stands for a year."""
    found = list(subjects)
    of = subject_kind(kind, kind.of)
    wanted = {term for one in kind.measures.values() for term in (one.sum, one.per)}
    terms, free = _terms(found, of, wanted, year), _exempt(kind, of, found, year)
    return [
        (one, Scored({}, exempt=free[one.pk]) if one.pk in free else score(kind, rule, terms[one.pk]))
        for one in found
    ]


# ── points ────────────────────────────────────────────────────────────────────────────────────────────


def score(kind: PerMuKind, rule: MuYear, terms: Mapping[str, Term]) -> Scored:
    """Return the points and the class that the terms of a year give; nothing where a term is missing."""
    wanted = dict.fromkeys(term for one in kind.measures.values() for term in (one.sum, one.per))
    lacking = [(name, terms.get(name, NOTHING)) for name in wanted]
    missing = tuple((name, term.have, term.need) for name, term in lacking if not term.whole)
    if missing:
        return Scored({}, missing=missing)
    parts = {code: _part(one, code, rule, terms) for code, one in kind.measures.items()}
    points = sum((part.points for part in parts.values()), Decimal(0))
    return Scored(parts, points, grade_for(kind, rule, points))


def _part(measure: MuMeasure, code: str, rule: MuYear, terms: Mapping[str, Term]) -> Part:
    above, below = terms[measure.sum].value or Decimal(0), terms[measure.per].value or Decimal(0)
    base, weight, cap = (Decimal(str(one[code])) for one in (rule.bases, rule.weights, rule.caps))
    value = above * Decimal(str(measure.factor)) / below if below > 0 else None
    if value is None:
        reached = cap if measure.without == "full" else Decimal(0)
    else:
        reached = min(max(value / base, Decimal(0)), cap)
    points = (reached * weight).quantize(CENT, ROUND_HALF_UP)
    return Part(above, below, value, base, weight, cap, points)


def grade_for(kind: PerMuKind, rule: MuYear, points: Decimal) -> str:
    """Return the best class whose cut the points reach; the last class takes the rest."""
    reached = (code for code in kind.classes if code in rule.cuts and points >= Decimal(str(rule.cuts[code])))
    return next(reached, list(kind.classes)[-1])


# ── terms of a year ───────────────────────────────────────────────────────────────────────────────────


def _terms(
    subjects: list[Dossier], of: DossierKind, wanted: set[str], year: int
) -> dict[int, dict[str, Term]]:
    """Return the terms of each subject: fields as they stand, readings of the year added up."""
    read = {name.partition(".")[0] for name in wanted if "." in name}
    sums = _sums([one.pk for one in subjects], of, read, year)
    found: dict[int, dict[str, Term]] = {}
    for one in subjects:
        own = {name: Term(_number(one.fields.get(name))) for name in wanted if "." not in name}
        found[one.pk] = own | {name: term for name, term in sums.get(one.pk, {}).items() if name in wanted}
    return found


def _sums(ids: list[int], of: DossierKind, series: set[str], year: int) -> dict[int, dict[str, Term]]:
    rows = Reading.objects.filter(series__in=series, replaced_by=None, on__year=year)
    wanted, found = set(ids), dict[int, dict[str, Term]]()
    for pk, name, values in rows.order_by().values_list("dossier_id", "series", "values"):
        if pk not in wanted:
            continue
        need = OF_A_YEAR.get(of.readings[name].every, 0) if name in of.readings else 0
        for field, said in values.items():
            number, key = _number(said), f"{name}.{field}"
            if number is not None:
                before = found.setdefault(pk, {}).get(key, Term(Decimal(0), 0, need))
                found[pk][key] = Term((before.value or Decimal(0)) + number, before.have + 1, need)
    return found


def _number(said: Any) -> Decimal | None:
    return Decimal(str(said)) if isinstance(said, int | float) and not isinstance(said, bool) else None


# ── who is not classed ────────────────────────────────────────────────────────────────────────────────


def _exempt(kind: PerMuKind, of: DossierKind, subjects: list[Dossier], year: int) -> dict[int, str]:
    """Return what exempts each subject that is exempt, by the first exemption that holds."""
    found: dict[int, str] = {}
    for code, one in kind.exempt.items():
        facts = terms_of(subjects, of, one.when) if one.when else {}
        test = test_of(one.when, of) if one.when else None
        for subject in subjects:
            held = test(facts[subject.pk]) if test else _is_new(one, subject, year)
            if held and subject.pk not in found:
                found[subject.pk] = code
    return found


def _is_new(one: Exemption, subject: Dossier, year: int) -> bool:
    """Tell whether a subject is newer than so many months at the end of the year."""
    said = subject.opened_on if one.since == "opened" else subject.fields.get(one.since)
    since = date.fromisoformat(said) if isinstance(said, str) else said
    return since is not None and add_months(since, one.months or 0) > date(year, 12, 31)
