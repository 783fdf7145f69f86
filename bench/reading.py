"""How fast reports are read, and what reading costs at start and in memory.

    python bench/reading.py [REPORT.txt …]

Prints megabytes of UTF-8 a second and core for reading alone and for loading and reading, each with its ratio
to this machine's own limit (one pass of a plain regular expression over the same bytes); the seconds
``zhenshu read FILE`` takes with its start; the memory of a folder of 1,000 reports. Exits with 1 when a
stated limit is missed. Without arguments the labelled report of the tests is read, thinned out with ordinary
paragraphs to the four or five figures a kilobyte that published reports have.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

from zhenshu.papers.reading.report import read_document, read_folder
from zhenshu.papers.reading.sources import load

FIXTURE = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "reports" / "wangshu-2024.txt"
PLAIN = re.compile(r"\d+(?:\.\d+)?[万亿]?(?:元|个|家|件|户|人|亩|%)")
ORDINARY = (
    "坚持把发展的着力点放在实体经济上，不断优化营商环境，持续增强干部队伍的服务意识，主动靠前、精准服务，"
    "推动各项工作走深走实。深入推进移风易俗，广泛开展群众性文化活动，群众的获得感、幸福感、安全感不断增强。"
    "压实各级责任，健全工作机制，强化督促检查，坚决守住不发生系统性风险的底线，为全镇发展营造良好氛围。\n"
)
THINNED = 55
"""Ordinary paragraphs added to the labelled report."""
LIMIT_MEGABYTES, LIMIT_START_SECONDS, LIMIT_MEMORY_MEGABYTES = 1.0, 1.0, 200
ROUNDS, REPORTS, MEGABYTE = 5, 1000, 1_000_000


def fastest(act: Callable[[], object]) -> float:
    """Return the processor seconds of the fastest of several runs."""
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        act()
        times.append(process_time() - start)
    return min(times)


def measure_speed(paths: list[Path]) -> float:
    """Print the speed of reading; return megabytes a second for loading and reading together."""
    paths = paths * max(1, MEGABYTE // sum(path.stat().st_size for path in paths))
    size = sum(path.stat().st_size for path in paths) / MEGABYTE
    documents = [load(path) for path in paths]
    texts = [document.text for document in documents]
    bare = fastest(lambda: [sum(1 for _ in PLAIN.finditer(text)) for text in texts])
    reading = fastest(lambda: [read_document(document) for document in documents])
    loading = fastest(lambda: [load(path) for path in paths])
    for name, seconds in (("reading", reading), ("loading and reading", reading + loading)):
        print(f"{name}: {size / seconds:.2f} MB/s a core, {seconds / bare:.0f} times a plain regex pass")
    return size / (reading + loading)


def measure_start(path: Path) -> float:
    """Print and return the seconds of one report read by a fresh process."""
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        subprocess.run(
            [sys.executable, "-m", "zhenshu.papers.reading", str(path), "--jsonl"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        times.append(perf_counter() - start)
    print(f"one report with start-up: {min(times):.2f} s")
    return min(times)


def measure_folder(path: Path) -> float:
    """Print and return the megabytes of memory that a folder of 1,000 reports takes in one process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(REPORTS):
            (folder / f"{number:04}.txt").write_bytes(path.read_bytes())
        start = perf_counter()
        rows = sum(len(reading.rows) for reading in read_folder(folder, workers=2))
        seconds = perf_counter() - start
    peaks = [
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(f"{REPORTS} reports: {rows} rows in {seconds:.1f} s, 2 processes of {max(peaks):.0f} MB at most")
    return max(peaks)


def usual_report(folder: Path) -> Path:
    """Return a report of usual density written into *folder*."""
    review, mark, plan = FIXTURE.read_text(encoding="utf-8").partition("二、2025年")
    path = folder / "usual.txt"
    path.write_text(
        review + ORDINARY * (THINNED // 2) + mark + plan + ORDINARY * (THINNED // 2), encoding="utf-8"
    )
    return path


def main() -> int:
    """Print every figure; return 1 when one misses its limit."""
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(path) for path in sys.argv[1:]] or [usual_report(Path(name))]
        memory = measure_folder(paths[0])
        start = measure_start(paths[0])
        speed = measure_speed(paths)
    met = speed >= LIMIT_MEGABYTES and start <= LIMIT_START_SECONDS and memory <= LIMIT_MEMORY_MEGABYTES
    print("all limits met" if met else "a limit is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
