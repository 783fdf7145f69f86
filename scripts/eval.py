"""Score the reading of reports against hand labels: ``make eval``.

The reports of the folder ``shared`` beside this checkout are scored where they are; elsewhere our own are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
SCORER = SHARED / "eval" / "score_reading.py"
GOALS = {"figures F1": 0.98, "kind": 0.97, "name": 0.92, "commitments F1": 0.85}


def main() -> int:
    """Print the scores; return 1 when one stays below its goal."""
    own = subprocess.run([sys.executable, str(ROOT / "scripts" / "score_fixture.py")], check=False)
    if not SCORER.exists():
        print(f"{SCORER.parent} is not there: only our own labelled reports were scored.")
        return own.returncode
    return own.returncode or score_shared()


def score_shared() -> int:
    """Print the scores of the shared reports beside their goals."""
    reading = f"{sys.executable} -m zhenshu.papers.reading"
    command = [sys.executable, str(SCORER), "--reports", str(SHARED / "reports"), "--command", reading]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout, end="")
    if done.returncode:
        print(done.stderr, file=sys.stderr, end="")
        return done.returncode
    return print_table(scores_in(done.stdout))


def scores_in(printed: str) -> dict[str, float]:
    """Return the scores of the summary, the last line the scorer prints."""
    summary = json.loads(printed.splitlines()[-1])
    found = (summary["figures"]["f1"], summary["kind_accuracy"], summary["name_accuracy"])
    return dict(zip(GOALS, (*found, summary["commitments"]["f1"]), strict=True))


def print_table(scores: dict[str, float]) -> int:
    """Print each score beside its goal; return 1 when one stays below."""
    print(f"\n{'score':16} {'reached':>8} {'goal':>6}")
    for name, goal in GOALS.items():
        print(f"{name:16} {scores[name]:8.4f} {goal:6.2f}  {'ok' if scores[name] >= goal else 'below'}")
    return int(any(scores[name] < goal for name, goal in GOALS.items()))


if __name__ == "__main__":
    sys.exit(main())
