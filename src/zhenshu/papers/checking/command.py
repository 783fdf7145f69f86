"""The contradictions of a report file on the terminal or as JSON lines."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from zhenshu.papers.checking.across import Ledger, ReadReport
from zhenshu.papers.checking.check import check_report
from zhenshu.papers.checking.finding import Finding
from zhenshu.papers.linked import read_linked
from zhenshu.papers.reading.errors import ReportUnreadableError
from zhenshu.papers.reading.report import read_report

NOTHING_FOUND = "没有发现前后矛盾的数据。"
KIND_NAMES = {
    "growth": "增幅与基数不符",
    "direction": "增减方向相反",
    "difference": "差额不符",
    "parts": "分项与总数不符",
    "total": "合计不符",
    "share": "占比不符",
    "shares-total": "占比合计不符",
    "over-hundred": "比率超过100%",
    "rate": "比率不符",
    "completion": "完成率不符",
    "average": "平均数不符",
    "repeat": "同一数据两处不一",
    "rank": "位次矛盾",
    "anniversary": "周年有误",
    "five-year-plan": "五年规划年份有误",
    "year": "年份矛盾",
    "target": "未达上年承诺",
    "last-level": "与上年报告不符",
    "ledger": "与台账不符",
}


def run(
    path: Path, jsonl: bool, out: TextIO, *, last: Path | None = None, ledger: Ledger | None = None
) -> int:
    """Write the contradictions of the report at *path* to *out*; their number."""
    # The names of indicators help to find last year's figures again; one report alone needs none.
    read = read_linked if last else read_report
    report = read(path)
    findings = check_report(report, last=read(last) if last else None, ledger=ledger)
    for warning in report.document.warnings:
        sys.stderr.write(f"{warning}\n")
    write = _write_line if jsonl else _write_words
    for finding in findings:
        write(finding, report, out)
    if not findings and not jsonl:
        out.write(f"{NOTHING_FOUND}\n")
    return len(findings)


def row_of(text: str, place: int) -> int:
    """The line of *text*, counted from 1, that holds *place*."""
    return text.count("\n", 0, place) + 1


def as_record(finding: Finding, report: ReadReport) -> dict[str, object]:
    """*finding* as one JSON object; places are code points of the decoded input."""
    text = report.document.text
    places = [
        {"start": place.start, "end": place.end, "quote": place.quote, "row": row_of(text, place.start)}
        for place in finding.places
    ]
    return {
        "type": "contradiction",
        "kind": finding.kind,
        "message": finding.message,
        "places": places,
        "stated": finding.stated,
        "computed": finding.computed,
        "arithmetic": finding.arithmetic,
        "last": [{"start": one.start, "end": one.end, "quote": one.quote} for one in finding.last_places],
    }


def _write_line(finding: Finding, report: ReadReport, out: TextIO) -> None:
    out.write(json.dumps(as_record(finding, report), ensure_ascii=False) + "\n")


def _write_words(finding: Finding, report: ReadReport, out: TextIO) -> None:
    row = row_of(report.document.text, finding.places[0].start)
    quotes = " …… ".join(f"“{place.quote}”" for place in finding.places)
    out.write(f"第{row}行 【{KIND_NAMES[finding.kind]}】{finding.message}\n")
    last = " …… ".join(f"“{place.quote}”" for place in finding.last_places)
    before = f"    上年：{last}\n" if last else ""
    out.write(f"    原文：{quotes}\n{before}    算式：{finding.arithmetic}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the report named on the command line; 1 for contradictions, 2 when it can't be read."""
    parser = argparse.ArgumentParser(
        prog="zhenshu check", description="Redo the arithmetic of a work report."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--last", type=Path, help="last year's report, to compare targets and levels")
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line")
    options = parser.parse_args(arguments)
    try:
        found = run(options.file, options.jsonl, sys.stdout, last=options.last)
    except ReportUnreadableError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"“{error.filename}” can't be opened: {error.strerror}.\n")
        return 2
    return 1 if found else 0
