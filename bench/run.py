"""Run every bench and write its figures to bench/RESULTS.md, with the machine, the date and what falls short.

    python bench/run.py [--quick]

Each bench is a process of its own. Those that print a last line of JSON are held against their targets and
against the limits of this machine, which are measured first; of the others the text is kept. ``--quick``
loads ten thousand matters instead of a million.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
FIRST = ("limits.py", "http_lifecycle.py")
MINUTES = 40
# Figure, target, whether more is better, the limit it is held against and how often one figure meets it.
HELD = (
    ("life cycles/s empty", None, True, "commits", 7),
    ("life cycles/s", {"postgres": 40, "sqlite": 30}, True, "commits", 7),
    ("fall %", {"postgres": 15}, False, "", 0),
    ("cpu ms/life cycle empty", None, False, "", 0),
    ("cpu ms/life cycle", {"postgres": 50, "sqlite": 33}, False, "", 0),
    ("share of cpu %", None, True, "", 0),
    ("more cpu %", {"postgres": 15}, False, "", 0),
    ("batch cases/s", 3000, True, "", 0),
    ("batch cases/s, 2 senders", 3000, True, "", 0),
    ("create p95 ms", 40, False, "", 0),
    ("inbox p95 ms", 60, False, "", 0),
    ("idle PSS MB", 300, False, "", 0),
    ("help s", 0.3, False, "", 0),
)
COMMITS = {"postgres": "postgres commits/s, 8 clients", "sqlite": "sqlite commits/s"}


def benches() -> list[str]:
    """Return the benches, those first that the others are held against."""
    found = sorted(path.name for path in HERE.glob("*.py") if path.name != Path(__file__).name)
    return [*(name for name in FIRST if name in found), *(name for name in found if name not in FIRST)]


def run(name: str, *wishes: str) -> tuple[str, list[dict[str, Any]]]:
    """Return what a bench printed, and its lines of JSON apart."""
    try:
        done = subprocess.run(
            [sys.executable, str(HERE / name), *wishes], capture_output=True, text=True, timeout=MINUTES * 60,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"Not done after {MINUTES} minutes.", []
    lines = done.stdout.splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    text = "\n".join(line for line in lines if not line.startswith("{")).strip()
    if done.returncode:
        text += f"\nEnded with status {done.returncode}: {done.stderr.strip()[-600:]}"
    return text, found


def machine() -> str:
    """Return the machine in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores {_processor()}, {memory:.0f} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; load before the run {os.getloadavg()[0]:.1f}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def held(found: dict[str, Any], limits: dict[str, float]) -> Iterator[tuple[str, ...]]:
    """Yield a row per figure: name, value, target, whether it is met, ratio to the machine's limit."""
    kind = found["database"]
    for name, target, more, limit, times in HELD:
        if name not in found:
            continue
        wanted = target.get(kind) if isinstance(target, dict) else target
        met = "" if wanted is None else "yes" if (found[name] >= wanted) == more else "**no**"
        ratio = ""
        if limit and COMMITS[kind] in limits:
            ratio = f"{100 * found[name] * times / limits[COMMITS[kind]]:.0f} % of the machine's commits"
        yield name, f"{found[name]:,.2f}", "" if wanted is None else f"{wanted:g}", met, ratio


def table(rows: Iterator[tuple[str, ...]]) -> str:
    head = "| figure | measured | target | met | ratio |\n|---|---:|---:|---|---|"
    return "\n".join([head, *("| " + " | ".join(row) + " |" for row in rows)])


def section(name: str, text: str, found: list[dict[str, Any]], limits: dict[str, float]) -> str:
    """Return what is kept of one bench."""
    parts = [f"## {name}"]
    for one in found:
        if "database" in one:
            title = f"### {one['database']}, {one['matters']:,} matters loaded"
            parts += [title, table(held(one, limits))]
    if not any("database" in one for one in found):
        parts.append(f"```text\n{text}\n```")
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="ten thousand matters instead of a million")
    quick = parser.parse_args().quick
    wishes = {
        "limits.py": ["--json"],
        "http_lifecycle.py": ["--json", *(["--matters", "10000", "--seconds", "8"] if quick else [])],
    }
    limits: dict[str, float] = {}
    parts = [f"# Results\n\n{datetime.now():%Y-%m-%d %H:%M}. {machine()}.\n\nWritten by `make bench`."]
    for name in benches():
        print(f"… {name}", file=sys.stderr, flush=True)
        text, found = run(name, *wishes.get(name, []))
        limits = limits or (found[0] if name == "limits.py" and found else {})
        parts.append(section(name, text, found, limits))
        print(text, flush=True)
    RESULTS.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
