"""The labelled reports of our own are read as well as promised."""

import pytest
from tests.papers.reading.scoring import FIXTURES, f1, labels, pair_figures, pair_promises, same_name

from zhenshu.papers.reading import read_report

NAMES = sorted(path.name.split(".")[0] for path in FIXTURES.glob("*.figures.jsonl"))


@pytest.fixture(params=NAMES)
def read(request):
    name = request.param
    return name, read_report(FIXTURES / f"{name}.txt")


def test_there_are_labelled_reports():
    assert NAMES


def test_labels_quote_their_text(read):
    name, report = read
    text = report.document.text
    for label in labels(name, "figures") + labels(name, "commitments"):
        assert text.startswith(label["quote"], label["start"])


def test_figures_agree_with_labels(read):
    name, report = read
    wanted = labels(name, "figures")
    pairs, rest = pair_figures(wanted, report.figures)
    assert f1(pairs, wanted, rest) >= 0.98


def test_kinds_agree_with_labels(read):
    name, report = read
    pairs, _ = pair_figures(labels(name, "figures"), report.figures)
    right = [pair for pair in pairs if pair[0]["kind"] == pair[1].kind]
    assert len(right) >= 0.97 * len(pairs)


def test_names_agree_with_labels(read):
    name, report = read
    pairs, _ = pair_figures(labels(name, "figures"), report.figures)
    right = [pair for pair in pairs if same_name(pair[0]["name"], pair[1].name)]
    assert len(right) >= 0.92 * len(pairs)


def test_business_lines_agree_with_labels(read):
    name, report = read
    pairs, _ = pair_figures(labels(name, "figures"), report.figures)
    right = [pair for pair in pairs if pair[0]["line"] == pair[1].line]
    assert len(right) >= 0.8 * len(pairs)


def test_promises_agree_with_labels(read):
    name, report = read
    wanted = labels(name, "commitments")
    pairs, rest = pair_promises(wanted, report.commitments)
    assert f1(pairs, wanted, rest) >= 0.85


def test_every_figure_is_quoted_from_its_place(read):
    _, report = read
    for figure in report.figures:
        assert figure.quote in report.document.text
        assert 0 <= figure.start < figure.end <= len(report.document.text)
