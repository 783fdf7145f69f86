"""Everything in a report that contradicts its own arithmetic, its history or the ledger."""

from collections.abc import Callable, Iterator, Sequence

from zhenshu.papers.checking.across import (
    Ledger,
    ReadReport,
    check_last_levels,
    check_ledger,
    check_targets,
)
from zhenshu.papers.checking.averages import check_averages
from zhenshu.papers.checking.finding import Finding
from zhenshu.papers.checking.growth import check_growth
from zhenshu.papers.checking.numbers import Passage, passages_of
from zhenshu.papers.checking.parts import check_parts
from zhenshu.papers.checking.ranks import check_ranks
from zhenshu.papers.checking.repeats import check_repeats
from zhenshu.papers.checking.shares import check_shares
from zhenshu.papers.checking.years import check_years
from zhenshu.papers.reading.document import Document

PASSAGE_CHECKS: tuple[Callable[[Document, Passage], Iterator[Finding]], ...] = (
    check_growth,
    check_parts,
    check_averages,
)


def check_report(
    report: ReadReport,
    *,
    last: ReadReport | None = None,
    ledger: Ledger | None = None,
    ledger_year: int | None = None,
) -> list[Finding]:
    """The contradictions of *report* in the order of the text.

    With *last*, last year's report, its targets and levels are compared too; with *ledger*, the values
    that the records yield by indicator code or name, each with its unit, in *ledger_year* (None: any).
    """
    passages = passages_of(report.document.clean)
    findings = [finding for passage in passages for finding in _passage(report, passage)]
    findings += check_repeats(report.document, report.figures)
    findings += check_ranks(report.document)
    findings += check_years(report.document, report.structure)
    if last is not None:
        findings += check_targets(report, last)
        findings += check_last_levels(report, last)
    if ledger is not None:
        findings += check_ledger(report, ledger, ledger_year)
    return sorted(_once(findings), key=lambda finding: finding.places[0].start)


def _passage(report: ReadReport, passage: Passage) -> Iterator[Finding]:
    for check in PASSAGE_CHECKS:
        yield from check(report.document, passage)
    yield from check_shares(report.document, passage, report.figures)


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """Each place of a contradiction once, by the first check that found it."""
    seen: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        last = finding.places[-1]
        seen.setdefault((finding.kind, last.start, last.end, finding.computed), finding)
    return list(seen.values())
