"""How long a township takes that is built like a report, and how much of the report it states.

    python bench/like.py [REPORT]

Without a report our own labelled one is built. The last line is JSON.
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
    """Build once and print the seconds, of the clock and of the processor."""
    named = [word for word in sys.argv[1:] if not word.startswith("--")]
    report = Path(named[0]) if named else OWN
    began = time.perf_counter()
    command = [sys.executable, "-m", "zhenshu", "roundtrip", str(report), "--jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return done.returncode
    told = json.loads(done.stdout.splitlines()[-1])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "township like a report s": round(seconds, 1),
        "township like a report cpu s": round(used.ru_utime + used.ru_stime, 1),
        "round trip equal %": told["share"],
    }
    print(f"{report.stem}: {told['covered']} of {told['figures']} figures covered, {told['equal']} equal")
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
