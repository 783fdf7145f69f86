"""How many deadlines a core computes, and that a long limit costs what a short one does.

Run: `python bench/worktime.py`. Printed per row: calls a second, and the time of one call as a
multiple of this machine's own unit, one aware datetime addition measured in the same run.
"""

import random
import timeit
from collections.abc import Callable
from datetime import datetime, timedelta

from zhenshu.ground.worktime import (
    Limit,
    Pause,
    StartRule,
    Unit,
    WorkCalendar,
    due,
    elapsed,
    parse_period,
    same_period_last_year,
)
from zhenshu.ground.worktime.calendars import CHINA

CALLS = 5_000
ROUNDS = 5


def seconds_a_call(call: Callable[[], object]) -> float:
    return min(timeit.repeat(call, number=CALLS, repeat=ROUNDS)) / CALLS


def starts() -> list[datetime]:
    chance = random.Random(2023)
    first = datetime(2020, 1, 1, tzinfo=CHINA)
    return [first + timedelta(minutes=chance.randrange(6 * 365 * 1440)) for _ in range(CALLS)]


def cases(calendar: WorkCalendar) -> dict[str, Callable[[datetime], object]]:
    def count(value: int, unit: Unit, pauses: int = 0) -> Callable[[datetime], object]:
        limit = Limit(value, unit)

        def one(start: datetime) -> datetime:
            held = [
                Pause(start + timedelta(hours=9 * n), start + timedelta(hours=9 * n + 5))
                for n in range(pauses)
            ]
            return due(start, limit, calendar, rule=StartRule.SAME_DAY, pauses=held)

        return one

    return {
        "due 4 工作时": count(4, Unit.WORKING_HOUR),
        "due 4000 工作时": count(4000, Unit.WORKING_HOUR),
        "due 5 工作日": count(5, Unit.WORKING_DAY),
        "due 5000 工作日": count(5000, Unit.WORKING_DAY),
        "due 60 日": count(60, Unit.DAY),
        "due 5 工作日, 6 pauses": count(5, Unit.WORKING_DAY, pauses=6),
        "elapsed 工作时 over 400 days": lambda start: elapsed(
            start, start + timedelta(days=400), Unit.WORKING_HOUR, calendar
        ),
    }


def main() -> None:
    calendar = WorkCalendar()
    moments = starts()
    step = timedelta(hours=1)
    unit = seconds_a_call(lambda: moments[0] + step)
    print(f"one aware datetime addition: {unit * 1e9:.0f} ns")
    for name, call in cases(calendar).items():
        cursor = iter(moments * ROUNDS)
        took = seconds_a_call(lambda call=call, cursor=cursor: call(next(cursor)))
        print(f"{name:32} {1 / took:>10,.0f} a second {took / unit:>8.0f} x")
    took = seconds_a_call(lambda: same_period_last_year(parse_period("2023-01..2023-10")))
    print(f"{'period and its last year':32} {1 / took:>10,.0f} a second {took / unit:>8.0f} x")
    built = min(timeit.repeat(WorkCalendar, number=1, repeat=ROUNDS))
    print(f"{'building a calendar':32} {built * 1e3:>10.1f} ms")


if __name__ == "__main__":
    main()
