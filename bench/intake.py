"""How fast sheets come in, how fast a matter is routed, and how often the routing is right.

    python bench/intake.py [rows]

Works on a data folder of its own that is gone afterwards. Intake is compared with this machine's own
limit: the same texts inserted into one bare table of SQLite, a thousand rows per durable transaction; rates
per second of the clock and, on a machine that others use too, of the processor. With the public messages
beside the project (``../shared/messages``), both workbooks are taken in and the seven labelled classes are
guessed for texts that were held out.
"""

from __future__ import annotations

import csv
import io
import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time

FOLDER = tempfile.TemporaryDirectory(prefix="zhenshu-bench-")
os.environ["ZHENSHU_DATA"] = FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "zhenshu.settings"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from zhenshu.ground.people.bootstrap import plant_township  # noqa: E402
from zhenshu.ground.tables import read_table  # noqa: E402
from zhenshu.registers.cases import intake  # noqa: E402
from zhenshu.registers.cases.models import Case  # noqa: E402
from zhenshu.registers.cases.routing import Matter, suggest  # noqa: E402
from zhenshu.registers.cases.suggestions.retrain import read_examples  # noqa: E402
from zhenshu.registers.cases.suggestions.training import train, train_and_save  # noqa: E402

ROWS = 20_000
ASKED = 200
FOLDS = 5
KIND = "hotline.ticket"
MESSAGES = Path(__file__).parents[2] / "shared" / "messages"
HEADS = ["工单编号", "接收时间", "标题", "问题描述", "联系人", "联系电话", "问题分类"]
WORDS = {
    "环境卫生": ("垃圾桶满溢没有清运", "路边垃圾堆了几天", "绿化带里都是白色垃圾"),
    "占道经营": ("流动摊贩占道摆摊", "店外经营堵住人行道", "早市占道影响通行"),
    "物业管理": ("物业费涨价没有公示", "电梯坏了物业不修", "小区保洁一周没来"),
    "道路与市政": ("路灯不亮", "井盖破损有响声", "下雨路面积水很深"),
}


def sheet(rows: int, *, ended: bool) -> bytes:
    """Return a csv as an upper platform exports it."""
    rng = random.Random(rows)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([*HEADS, "答复意见", "答复时间"] if ended else HEADS)
    for number in range(rows):
        category = rng.choice(list(WORDS))
        place = f"{rng.choice('东西南北')}{rng.choice('浦城河岗')}路{rng.randint(1, 400)}号"
        title = f"{place}{rng.choice(WORDS[category])}"
        day = f"2023-{rng.randint(1, 12)}-{rng.randint(1, 28)} {rng.randint(8, 17)}:{rng.randint(10, 59)}"
        row = [
            f"{ended:d}-{number}",
            day,
            title,
            f"{title}，请尽快处理。" * 3,
            "何某",
            f"138{number:08d}",
            category,
        ]
        writer.writerow([*row, "已联系您并处理。", f"2024-1-{rng.randint(1, 28)} 10:00"] if ended else row)
    return file.getvalue().encode()


def take(content: bytes) -> intake.Report:
    table = intake.read_sheet(content, KIND)
    plan = intake.plan_intake(table, KIND)
    return intake.take_in(table, plan, by=intake.command_line_scope())


@dataclass(frozen=True, slots=True)
class Rate:
    """Rows per second, by the clock on the wall and by the time the processor gave to this process."""

    wall: float
    processor: float

    def told(self, limit: Rate) -> str:
        share = self.processor / limit.processor
        return f"{self.wall:8,.0f}/s   {self.processor:8,.0f}/s of processor   {share:.1%} of bare inserts"


def rate(act: Callable[[], int]) -> Rate:
    wall, processor = perf_counter(), process_time()
    count = act()
    return Rate(count / (perf_counter() - wall), count / (process_time() - processor))


def bare_rows(content: bytes) -> int:
    """Insert the rows into one table, a thousand per transaction that reaches the disk."""
    rows = [tuple(map(str, row.cells.values())) for row in read_table(content).rows]
    with sqlite3.connect(Path(FOLDER.name) / "bare.sqlite3", isolation_level=None) as database:
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        database.execute(f"CREATE TABLE bare ({', '.join(f'c{n}' for n in range(len(rows[0])))})")
        for start in range(0, len(rows), 1000):
            database.execute("BEGIN")
            marks = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO bare VALUES ({marks})", rows[start : start + 1000])
            database.execute("COMMIT")
    return len(rows)


def milliseconds(cases: list[Case]) -> list[float]:
    """Return the processor's time for each suggestion."""
    times = []
    for case in cases:
        begin = process_time()
        suggest(Matter.of_case(case))
        times.append((process_time() - begin) * 1e3)
    return times


def measure_speed(rows: int) -> None:
    content = sheet(rows, ended=False)
    limit = rate(lambda: bare_rows(content))
    print(f"rows {rows:,}; a row is a case, its clocks, its ledger entry and its tallies")
    print(f"bare inserts  {limit.told(limit)}")
    print(f"open matters  {rate(lambda: take(content).taken).told(limit)}")
    print(f"the same file {rate(lambda: take(content).here_before).told(limit)}")
    print(f"ended matters {rate(lambda: take(sheet(rows, ended=True)).taken).told(limit)}")


def measure_routing() -> None:
    begin = perf_counter()
    learned = train_and_save(settings.INSTALLATION.models, read_examples())
    print(f"trained {learned} in {perf_counter() - begin:.1f} s")
    cases = list(Case.objects.filter(is_open=True).order_by("?")[:ASKED])
    milliseconds(cases[:5])
    times = milliseconds(cases)
    print(
        f"one suggestion   {median(times):5.1f} ms median, {quantiles(times, n=20)[-1]:5.1f} ms p95, "
        f"{Case.objects.count():,} cases stored; limit 20"
    )


def measure_messages() -> None:
    """Take the real messages in and guess the class of those that were held out."""
    for name in ("with-replies.xlsx", "labelled.xlsx"):
        report = take((MESSAGES / name).read_bytes())
        print(f"{name}: {report.rows} rows, {report.taken} taken in, {report.rejected} rejected")
    table = read_table((MESSAGES / "labelled.xlsx").read_bytes())
    pairs = [
        (f"{row.cells['留言主题']} {row.cells['留言详情']}", str(row.cells["一级分类"])) for row in table.rows
    ]
    random.Random(1).shuffle(pairs)
    first, among = hold_out(pairs)
    print(f"seven classes, {len(pairs)} messages, {FOLDS} folds: first {first:.1%}, among three {among:.1%}")


def hold_out(pairs: list[tuple[str, str]]) -> tuple[float, float]:
    """Return how often the first guess, and one of three, is right for texts that were not learned from."""
    first = among = 0
    for fold in range(FOLDS):
        model = train([pair for place, pair in enumerate(pairs) if place % FOLDS != fold])
        assert model is not None
        for text, label in pairs[fold::FOLDS]:
            guessed = [guess.label for guess in model.guess(text)]
            first += guessed[:1] == [label]
            among += label in guessed
    return first / len(pairs), among / len(pairs)


def main() -> None:
    """Measure and print."""
    call_command("migrate", verbosity=0)
    plant_township("澄江镇")
    measure_speed(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
    measure_routing()
    if MESSAGES.is_dir():
        measure_messages()


if __name__ == "__main__":
    main()
