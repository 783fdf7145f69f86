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
EQUAL = 95.0
GOALS = {"figures F1": 0.98, "kind": 0.97, "name": 0.92, "commitments F1": 0.85}


def main() -> int:
    """Print the scores; return 1 when one stays below its goal."""
    own = subprocess.run([sys.executable, str(ROOT / "scripts" / "score_fixture.py")], check=False)
    if not SCORER.exists():
        print(f"{SCORER.parent} is not there: only our own labelled reports were scored.")
        return own.returncode
    return own.returncode or score_shared() or score_round_trips()


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


def score_round_trips() -> int:
    """Build a township like each shared report and print how many of its figures the records state.

    Beside them, of the figures labelled as coming from records or panels, how many have an indicator at all.
    A bound that another value keeps is "met", two values under one name are "against": neither is equal.
    """
    heads = f"{'figures':>8} {'covered':>8} {'equal':>6} {'met':>4} {'against':>8} {'share %':>8}"
    print(f"\n{'report':16} {heads} {'labelled %':>11}")
    shares = [round_trip(path) for path in sorted((SHARED / "reports").glob("*.txt"))]
    covered, equal = (sum(one[place] for one in shares) for place in (0, 1))
    total = 100 * equal / covered if covered else 100.0
    print(f"{'all':16} {'':8} {covered:8} {equal:6} {'':4} {'':8} {total:8.1f}  goal {EQUAL:.0f}")
    return int(total < EQUAL)


def round_trip(path: Path) -> tuple[int, int]:
    """Print the line of one report; return how many figures are covered and how many came out equal."""
    command = [sys.executable, "-m", "zhenshu", "roundtrip", str(path), "--jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{path.stem:16} {done.stderr.strip().splitlines()[-1]}")
        return 0, 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    told, lines = rows[-1], rows[:-1]
    labelled = covered_share(path.with_suffix(".figures.jsonl"), lines)
    print(
        f"{path.stem:16} {told['figures']:8} {told['covered']:8} {told['equal']:6} {told['met']:4} "
        f"{told['contradictory']:8} {told['share']:8.1f} {labelled:11.1f}"
    )
    return told["covered"], told["equal"]


def covered_share(labels: Path, lines: list[dict[str, object]]) -> float:
    """Return the share of the figures labelled records or panel whose quote was read with an indicator."""
    wanted = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    wanted = [one for one in wanted if one["source"] in ("records", "panel")]
    known = [(str(line["quote"]), line["value"]) for line in lines if line["indicator"]]
    found = sum(
        any(value == one["value"] and quote in one["quote"] for quote, value in known) for one in wanted
    )
    return 100 * found / len(wanted) if wanted else 100.0


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
