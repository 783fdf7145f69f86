"""Working time: calendars with make-up days, limits and deadlines, periods. Pure Python, no database."""

from zhenshu.ground.worktime.calendars import CalendarRangeError, WorkCalendar
from zhenshu.ground.worktime.deadlines import (
    OpenPauseError,
    Pause,
    due,
    elapsed,
    near_due,
    part_way,
    remaining,
)
from zhenshu.ground.worktime.limits import Limit, LimitError, StartRule, Unit, parse_limit
from zhenshu.ground.worktime.periods import (
    Kind,
    Period,
    PeriodError,
    add_months,
    months,
    parse_period,
    period_of,
    previous,
    same_period_last_year,
    split,
)
from zhenshu.ground.worktime.relative_periods import RELATIVE, resolve, resolve_one

__all__ = [
    "RELATIVE",
    "CalendarRangeError",
    "Kind",
    "Limit",
    "LimitError",
    "OpenPauseError",
    "Pause",
    "Period",
    "PeriodError",
    "StartRule",
    "Unit",
    "WorkCalendar",
    "add_months",
    "due",
    "elapsed",
    "months",
    "near_due",
    "parse_limit",
    "parse_period",
    "part_way",
    "period_of",
    "previous",
    "remaining",
    "resolve",
    "resolve_one",
    "same_period_last_year",
    "split",
]
