"""What the demo year adds up to; the report of the demo township states the same figures."""

from __future__ import annotations

from dataclasses import dataclass


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
    grid_events: int = 2_160
    tickets: int = 1_080
    other_urban: int = 210
    disputes: int = 168
    taxable: float = 736_500.0  # 万元, of the enterprises above the threshold
    invoiced: float = 842_500.0
    tax: float = 52_000.0
    village_income: tuple[float, float] = (1_886.3, 301.31)  # 万元: all villages, the strongest one
    villages_planned: int = 7


FIRST_YEAR = 2023
TOTALS = YearTotals()
# Later years live on at a slower pace: what one month brings.
LATER_MONTH = YearTotals(
    applications=40, inspections=5, hazards=8, orders=3, penalties=0, visits_leader=(3, 5),
    visits_outreach=(2, 3), visits_joint=(2, 3), backlog=1, street_order=6, illegal_buildings=1,
    illegal_size=46.5, billboards=0, grid_events=56, tickets=30, other_urban=4, disputes=2,
)  # fmt: skip
