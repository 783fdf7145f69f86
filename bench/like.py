"""How long a township takes that is built like a report, and how much of the report it states.

    python bench/like.py [REPORT ...]

Without a report our own labelled one is built. Each report gets its own line; the last line is JSON, the
seconds of the slowest and the share over all.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

OWN = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "reports" / "wangshu-2024.txt"


def main() -> int:
    """Build each township once and print its seconds, of the clock and of the processor."""
    named = [Path(word) for word in sys.argv[1:] if not word.startswith("--")] or [OWN]
    slowest, busiest, covered, equal = 0.0, 0.0, 0, 0
    for report in named:
        seconds, used, told = built_like(report)
        slowest, busiest = max(slowest, seconds), max(busiest, used)
        covered, equal = covered + told["covered"], equal + told["equal"]
        print(
            f"{report.stem}: {told['covered']} of {told['figures']} figures covered, {told['equal']} equal, "
            f"{told['met']} bounds met, {told['contradictory']} against itself; {seconds:.0f} s, "
            f"{used:.0f} s of the processor"
        )
    figures = {
        "township like a report s": round(slowest, 1),
        "township like a report cpu s": round(busiest, 1),
        "round trip equal %": round(100 * equal / covered, 1) if covered else 100.0,
    }
    print(json.dumps(figures))
    return 0


def built_like(report: Path) -> tuple[float, float, dict[str, int]]:
    """Return the seconds of the clock and of the processor that a round trip takes, and what it found."""
    before, began = _processor(), time.perf_counter()
    command = [sys.executable, "-m", "zhenshu", "roundtrip", str(report), "--jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(done.stderr)
    return seconds, _processor() - before, json.loads(done.stdout.splitlines()[-1])


def _processor() -> float:
    """Return the processor time that finished child processes have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
