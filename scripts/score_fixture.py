"""Score the reading of our own labelled reports, by the rules the tests hold them to."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.papers.reading import scoring  # noqa: E402

from zhenshu.papers.reading import read_report  # noqa: E402

NAMES = sorted(path.name.split(".")[0] for path in scoring.FIXTURES.glob("*.figures.jsonl"))


def main() -> int:
    """Print one line a report and the shares of all together."""
    total: Counter[str] = Counter()
    for name in NAMES:
        counted = Counter(dict(count_report(name)))
        total.update(counted)
        print(f"{name:24} {in_words(counted)}")
    print(f"{'all':24} {in_words(total)}")
    return 0


def count_report(name: str) -> Iterator[tuple[str, int]]:
    """Yield what is labelled, read and right in one report."""
    report = read_report(scoring.FIXTURES / f"{name}.txt")
    wanted, promised = scoring.labels(name, "figures"), scoring.labels(name, "commitments")
    pairs, rest = scoring.pair_figures(wanted, report.figures)
    kept, others = scoring.pair_promises(promised, report.commitments)
    yield "figures", len(wanted)
    yield "figures_read", len(pairs) + len(rest)
    yield "figures_right", len(pairs)
    yield "kinds", sum(label["kind"] == figure.kind for label, figure in pairs)
    yield "names", sum(scoring.same_name(label["name"], figure.name) for label, figure in pairs)
    yield "promises", len(promised)
    yield "promises_read", len(kept) + len(others)
    yield "promises_right", len(kept)


def in_words(counted: Counter[str]) -> str:
    """Return the shares of one count in a line."""
    right = max(1, counted["figures_right"])
    return (
        f"figures F1 {f1(counted, 'figures'):.3f}  kind {counted['kinds'] / right:.3f}  "
        f"name {counted['names'] / right:.3f}  |  commitments F1 {f1(counted, 'promises'):.3f}"
    )


def f1(counted: Counter[str], what: str) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * counted[f"{what}_right"] / max(1, counted[what] + counted[f"{what}_read"])


if __name__ == "__main__":
    sys.exit(main())
