"""How fast texts are mended before they are read, and how long the arithmetic of a report takes to redo.

    python bench/mending.py [megabytes]

Prints megabytes of UTF-8 a second for a plain Simplified text and for one that needs every repair, each with
its ratio to this machine's own limit (decoding the same bytes and translating every character once), and the
milliseconds the checker needs for a report of usual length. Exits with 1 below the stated limits.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter

from zhenshu.papers.checking.check import check_report
from zhenshu.papers.reading.repair import WIDE, repair
from zhenshu.papers.reading.report import read_report

LIMIT_MEGABYTES = 3.0
LIMIT_CHECK_MILLISECONDS = 100
ROUNDS = 5
MEGABYTE = 1_000_000
REPORT_LENGTH = 12_000

PLAIN = (
    "一年来，全镇实现一般公共预算收入3.16亿元，同比增长4.5%，新增规上工业企业6家，完成投资12.8亿元。"
    "接待来访153批218人次，其中初访102批142人次，重访51批76人次，群众满意率达98.6%。"
    "坚持以人民为中心的发展思想，持续改善人居环境，推动各项社会事业取得新的进展。\n"
)
BROKEN = (
    "全鎮(zhèn)經(jīng)濟發(fā)展實現新突破，完成投資１２.８億元，增長 ４.5％，"
    "[bookmark: _Hlk1]著力推動重點項目。\n"
    "第 3 页 共 21 页\n建設(shè)道路3.\n5公里，服務(wù)\u200b群眾12 萬人，群眾滿意率提高2個百分點。\n"
)


def fastest(act: Callable[[], object]) -> float:
    """Return the seconds of the fastest of several runs."""
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        act()
        times.append(perf_counter() - start)
    return min(times)


def report_speed(name: str, sample: str, megabytes: float) -> float:
    """Print and return the megabytes mended a second."""
    text = sample * int(megabytes * MEGABYTE / len(sample.encode()))
    packed = text.encode()
    seconds = fastest(lambda: repair(text))
    bare = fastest(lambda: packed.decode().translate(WIDE))
    speed = len(packed) / MEGABYTE / seconds
    print(f"{name}: {speed:.1f} MB/s, {seconds / bare:.1f} times as long as decoding and translating")
    return speed


def report_check() -> float:
    """Print and return the milliseconds to check one report of usual length."""
    report = read_report(PLAIN * (REPORT_LENGTH // len(PLAIN)))
    milliseconds = fastest(lambda: check_report(report)) * 1000
    size = len(report.document.text)
    print(f"check of {size} characters, {len(report.figures)} figures: {milliseconds:.0f} ms")
    return milliseconds


def main() -> int:
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    plain = report_speed("plain text", PLAIN, megabytes)
    report_speed("text that needs every repair", BROKEN, megabytes)
    slow = plain < LIMIT_MEGABYTES or report_check() > LIMIT_CHECK_MILLISECONDS
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
