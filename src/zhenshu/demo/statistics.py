"""Statistics of the demo township: monthly returns of enterprises and villages, and reported series.

The year 2023 adds up to what the report of the township states; the other years follow from it by growth.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from zhenshu.demo.economy_life import footprint, returns_so_far
from zhenshu.demo.targets import FIRST_YEAR, TOTALS, YearTotals
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.indicators.models import Reported
from zhenshu.measures.indicators.reported import report_value
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.reading_rounds import Return, add_readings

BEFORE = FIRST_YEAR - 1  # the year that growth is told against
SOURCE = "企业统计月报"
WEAKEST = 0.3  # of what the other villages earn: one lags behind
RESEARCH = 0.034  # of the sales goes into research
SEASON = (7.6, 6.1, 8.4, 8.2, 8.3, 8.9, 8.3, 8.2, 8.7, 8.6, 9.0, 9.7)
# What a year comes to, as a multiple of the first one, by series.
PATH: Mapping[str, Mapping[int, float]] = {
    "invoiced": {2022: 0.921, 2024: 1.072, 2025: 1.121, 2026: 1.177},
    "taxable": {2022: 0.934, 2024: 1.055, 2025: 1.108, 2026: 1.161},
    "tax": {2022: 1 / 1.1, 2024: 1.063, 2025: 1.105, 2026: 1.155},
    "operating": {2022: 0.934, 2024: 1.072, 2025: 1.145, 2026: 1.228},
}
YEARLY_GROWTH = 1.04
LEADER, SECOND, REST = 203_600.0, (42_000.0, 11_500.0), (9_200.0, 2_020.0)
OVER_100_MILLION = 14
FALLING = 21  # the place of an enterprise whose orders fall away this year


def level(series: str, year: int) -> float:
    """Return what a year comes to, as a multiple of the first one."""
    known = {FIRST_YEAR: 1.0, **PATH[series]}
    last = max(known)
    return known[year] if year in known else known[last] * YEARLY_GROWTH ** (year - last)


def shares_of(total: float, weights: Sequence[float], digits: int = 2) -> list[float]:
    """Return *total* cut by *weights*, each part rounded, together exactly the total."""
    unit = 10**digits
    whole, sum_of = round(total * unit), sum(weights)
    parts = [int(whole * weight / sum_of) for weight in weights]
    parts[-1] += whole - sum(parts)
    return [part / unit for part in parts]


def sizes(count: int, total: float) -> list[float]:
    """Return the yearly taxable sales (万元): one giant, thirteen enterprises above 10,000, the rest."""
    second = _ladder(*SECOND, OVER_100_MILLION - 1)
    rest = _ladder(*REST, count - OVER_100_MILLION)
    left = total - LEADER - sum(second)
    scale = left / sum(rest)
    return [LEADER, *second, *(size * scale for size in rest)]


def _ladder(top: float, bottom: float, steps: int) -> list[float]:
    return [top - (top - bottom) * step / max(1, steps - 1) for step in range(steps)]


def months_until(today: date) -> Iterator[tuple[int, int]]:
    """Yield (year, month) from the year before the first one to last month."""
    last = today.year * 12 + today.month - 2
    for month in range(BEFORE * 12, last + 1):
        yield month // 12, month % 12 + 1


# ── enterprises ───────────────────────────────────────────────────────────────────────────────────────


def plant_enterprise_returns(
    enterprises: Sequence[Dossier], today: date, *, by: Scope, rng: random.Random, totals: YearTotals = TOTALS
) -> int:
    """Store the monthly returns of the enterprises above the threshold; return how many."""
    kind = library().dossier_kind("enterprises.enterprise")
    chosen = [one for one in enterprises if one.fields.get("four_up", "none") != "none"]
    yearly = _yearly_returns(chosen, today, totals)
    add_readings(yearly, kind, "investment", by=by, source="企业统计年报")
    rows = returns_so_far(_enterprise_returns(chosen, today, rng, totals), today, FIRST_YEAR)
    return add_readings(rows, kind, "operations", by=by, source=SOURCE)


def _yearly_returns(chosen: Sequence[Dossier], today: date, totals: YearTotals) -> Iterator[Return]:
    """Yield the yearly returns of the years that are over; they say what the months add up to."""
    weights = sizes(len(chosen), totals.taxable)
    for year in range(BEFORE, today.year):
        sales = _taxable(chosen, totals.taxable * level("taxable", year), weights)
        tax = shares_of(totals.tax * level("tax", year), weights)
        for place, dossier in enumerate(chosen):
            values = {
                "sales": sales[place],
                "tax": tax[place],
                "output": round(sales[place] * 1.2, 2),
                "revenue": round(sales[place] * 1.1, 2),
                "research": round(sales[place] * RESEARCH, 2),
                "share": round(100 * RESEARCH / 1.1, 1),
                "land": dossier.fields.get("land", 0),
                **footprint(dossier, tax[place], sales[place]),
            }
            yield Return(dossier, str(year), values, str(dossier.fields.get("legal_person", "统计员")))


def _enterprise_returns(
    chosen: Sequence[Dossier], today: date, rng: random.Random, totals: YearTotals
) -> Iterator[Return]:
    weights = sizes(len(chosen), totals.taxable)
    months = list(months_until(today))
    for year in sorted({year for year, _ in months}):
        by_series = {
            series: shares_of(total * level(series, year), weights)
            for series, total in (("invoiced", totals.invoiced), ("tax", totals.tax))
        }
        by_series["taxable"] = _taxable(chosen, totals.taxable * level("taxable", year), weights)
        for place, dossier in enumerate(chosen):
            yearly = {series: parts[place] for series, parts in by_series.items()}
            told = [month for of, month in months if of == year]
            yield from _year_of(dossier, place, year, yearly, told, rng, falling=year == today.year)


def _taxable(chosen: Sequence[Dossier], total: float, weights: Sequence[float]) -> list[float]:
    """Return each enterprise's taxable sales: industry's come to *total*, the others' stand beside."""
    industry = [place for place, one in enumerate(chosen) if one.fields.get("four_up") == "industry"]
    industry = industry or list(range(len(chosen)))
    scale = total / sum(weights[place] for place in industry)
    found = [round(weight * scale, 2) for weight in weights]
    for place, part in zip(industry, shares_of(total, [weights[p] for p in industry]), strict=True):
        found[place] = part
    return found


def _year_of(
    dossier: Dossier, place: int, year: int, yearly: Mapping[str, float], told: Sequence[int],
    rng: random.Random, *, falling: bool,
) -> Iterator[Return]:  # fmt: skip
    season = [weight * rng.uniform(0.9, 1.1) for weight in SEASON]
    months = {series: shares_of(total, season) for series, total in yearly.items()}
    workers = int(dossier.fields.get("workers", 50))
    for month in told:
        values = {series: parts[month - 1] for series, parts in months.items()}
        if falling and place == FALLING and month > 3:
            values = {series: round(value * 0.58, 2) for series, value in values.items()}
        sales = values["invoiced"]
        values |= {
            "output": round(sales * 1.06, 2),
            "profit": round(sales * rng.uniform(0.03, 0.08), 2),
            "electricity": round(sales * rng.uniform(0.011, 0.015), 2),
            "workers": workers + rng.randint(-6, 6),
            "invested": round(sales * rng.choice((0, 0, 0.02, 0.06)), 2),
        }
        yield Return(
            dossier, f"{year}-{month:02d}", values, str(dossier.fields.get("legal_person", "统计员"))
        )


# ── villages ──────────────────────────────────────────────────────────────────────────────────────────


def plant_village_returns(
    villages: Sequence[Dossier], today: date, *, by: Scope, rng: random.Random, totals: YearTotals = TOTALS
) -> None:
    """Store the villages' monthly income, and their accounts of the years that are over."""
    kind = library().dossier_kind("base.village")
    total, best = totals.village_income
    weights = [*(rng.uniform(0.86, 1.14) for _ in villages[2:]), WEAKEST]
    first = [best, *shares_of(total - best, weights)]
    income = _village_months(villages, first, today, rng)
    add_readings(income, kind, "income", by=by, source="村级财务月报")
    add_readings(_accounts(villages, first, today), kind, "accounts", by=by, source="村级年度决算")


def _village_months(
    villages: Sequence[Dossier], first: Sequence[float], today: date, rng: random.Random
) -> Iterator[Return]:
    months = list(months_until(today))
    for year in sorted({year for year, _ in months}):
        for village, income in zip(villages, first, strict=True):
            season = [rng.uniform(0.7, 1.3) for _ in SEASON]
            parts = shares_of(round(income * level("operating", year), 2), season)
            signer = str(village.fields.get("secretary", "报账员"))
            for month in (month for of, month in months if of == year):
                values = {"operating": parts[month - 1], "total": round(parts[month - 1] * 1.2, 2)}
                yield Return(village, f"{year}-{month:02d}", values, signer)


def _accounts(villages: Sequence[Dossier], first: Sequence[float], today: date) -> Iterator[Return]:
    for year in range(BEFORE, today.year):
        for village, income in zip(villages, first, strict=True):
            operating = round(income * level("operating", year), 2)
            values = {
                "operating": operating,
                "stable": round(operating * 0.82, 2),
                "total": round(operating * 1.2, 2),
                "spent": round(operating * 0.9, 2),
            }
            yield Return(village, str(year), values, str(village.fields.get("secretary", "报账员")))


# ── series that no record yields ──────────────────────────────────────────────────────────────────────


def extend_reported(town: Area, today: date, *, by: Scope, rng: random.Random) -> None:
    """Carry the reported values of the first year on, year by year, to the last one that is over.

    What is a number of things that stand (grids) stays as it is; a flow grows as a township does.
    """
    standing = Reported.objects.filter(area=town, period=str(FIRST_YEAR), replaced_by=None)
    for row in list(standing.order_by("indicator")):
        kind = library().indicators.get(row.indicator)
        for year in range(FIRST_YEAR + 1, today.year):
            lasts = kind is not None and kind.over_time == "last"
            rate = 1.0 if lasts or row.unit == "%" else 1 + rng.uniform(0.01, 0.07) * (year - FIRST_YEAR)
            value = round(float(row.value) * rate, 2) if row.value % 1 else round(float(row.value) * rate)
            report_value(
                row.indicator, town, str(year), str(value), signer=row.signer, by=by, unit=row.unit,
                source=f"{year}年统计公报",
            )  # fmt: skip


def dossiers_of(kind: str, names: Iterable[str] = ()) -> list[Dossier]:
    """Return the dossiers of a kind, those named first."""
    first = {name: place for place, name in enumerate(names)}
    found = list(Dossier.objects.filter(kind=kind).select_related("area").order_by("pk"))
    return sorted(found, key=lambda one: (first.get(one.title, len(first)), one.pk))
