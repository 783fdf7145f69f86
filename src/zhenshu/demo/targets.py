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
    grid_events: int = 4_160
    tickets: int = 1_680
    other_urban: int = 420
    disputes: int = 168


FIRST_YEAR = 2023
TOTALS = YearTotals()
# Later years live on at a slower pace: what one month brings.
LATER_MONTH = YearTotals(
    applications=70, inspections=6, hazards=10, orders=3, penalties=0, visits_leader=(4, 6),
    visits_outreach=(3, 4), visits_joint=(2, 3), backlog=0, street_order=16, illegal_buildings=1,
    illegal_size=46.5, billboards=0, grid_events=84, tickets=38, other_urban=8, disputes=3,
)  # fmt: skip
