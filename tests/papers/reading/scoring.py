"""How well a reading agrees with hand labels: the same rules for every labelled report."""

import json
from difflib import SequenceMatcher
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "reports"
SAME_UNITS = {"㎡": "平方米", "万㎡": "万平方米", "百分点": "个百分点", "公里": "千米", "位": "名"}


def labels(name, part):
    lines = (FIXTURES / f"{name}.{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def plain_unit(unit):
    return SAME_UNITS.get(unit, unit)


def same_name(left, right):
    return left in right or right in left or SequenceMatcher(None, left, right).ratio() >= 0.6


def is_right(label, figure):
    inside = label["start"] <= figure.start and figure.end <= label["start"] + len(label["quote"])
    return inside and figure.value == label["value"] and plain_unit(figure.unit) == plain_unit(label["unit"])


def pair_figures(wanted, figures):
    """Pair each label with one figure of the same place, value and unit."""
    free, pairs = [figure for figure in figures if figure.value is not None], []
    for label in wanted:
        found = next((figure for figure in free if is_right(label, figure)), None)
        if found is not None:
            free.remove(found)
            pairs.append((label, found))
    return pairs, free


def overlap(label, promise):
    end = label["start"] + len(label["quote"])
    shared = min(end, promise.end) - max(label["start"], promise.start)
    return shared / max(1, min(len(label["quote"]), promise.end - promise.start))


def pair_promises(wanted, promises):
    """Pair each label with the promise that overlaps it most, by half of the shorter at least."""
    free, pairs = list(promises), []
    for label in wanted:
        found = max(free, key=lambda promise: overlap(label, promise), default=None)
        if found is not None and overlap(label, found) >= 0.5:
            free.remove(found)
            pairs.append((label, found))
    return pairs, free


def f1(pairs, wanted, rest):
    return 2 * len(pairs) / (len(wanted) + len(pairs) + len(rest))
