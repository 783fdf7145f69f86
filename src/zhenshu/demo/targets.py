"""What the demo year adds up to; the report of the demo township states the same figures."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class YearTotals:
    """Totals of one year of the demo township."""

    applications: int = 32_417
    inspections: int = 285
    hazards: int = 576
    orders: int = 122
    penalties: int = 3
    visits_leader: tuple[int, int] = (102, 142)  # batches, persons
    visits_outreach: tuple[int, int] = (51, 76)
    visits_joint: tuple[int, int] = (52, 68)
    backlog: int = 18
    street_order: int = 950
    illegal_buildings: int = 24
    illegal_size: float = 1293.33
    billboards: int = 10
    grid_events: int = 960
    tickets: int = 512
    other_urban: int = 120
    disputes: int = 168
    taxable: float = 736_500.0  # 万元, of the enterprises above the threshold
    invoiced: float = 842_500.0
    tax: float = 52_000.0
    village_income: tuple[float, float] = (1_886.3, 301.31)  # 万元: all villages, the strongest one
    villages_planned: int = 7


FIRST_YEAR = 2023
TOTALS = YearTotals()
# Later years live on at the same pace: what one month brings, and what is late of it, against the first year.
LATER_MONTH = YearTotals(
    applications=150, inspections=22, hazards=40, orders=10, penalties=0, visits_leader=(8, 11),
    visits_outreach=(4, 6), visits_joint=(4, 5), backlog=2, street_order=48, illegal_buildings=2,
    illegal_size=108.0, billboards=1, grid_events=81, tickets=43, other_urban=8, disputes=13,
)  # fmt: skip
LATER_LATENESS = 0.3
PENALTY_MONTHS = (3, 7, 11)


def month_totals(month: int) -> YearTotals:
    """Return what a month (1 to 12) of a later year adds up to."""
    return replace(LATER_MONTH, penalties=1 if month in PENALTY_MONTHS else 0)
