"""``zhenshu check`` for people and for programs."""

import io
import json
import subprocess
import sys

import pytest

from zhenshu.papers.checking.command import KIND_NAMES, NOTHING_FOUND, main, run

TEXT = "一、2023年工作回顾\n\n财政总收入由2.66亿元增加到4.559亿元,增长比例达55%。\n"


@pytest.fixture(name="report")
def report_file(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_one_json_object_a_finding(report):
    out = io.StringIO()
    assert run(report, True, out) == 1
    (record,) = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (record["type"], record["kind"], record["computed"]) == ("contradiction", "growth", "增长71.4%")
    for place in record["places"]:
        assert TEXT[place["start"] : place["end"]] == place["quote"]
        assert place["row"] == 3


def test_words_for_people(report):
    out = io.StringIO()
    run(report, False, out)
    assert out.getvalue().startswith("第3行 【增幅与基数不符】")
    assert "算式：4.559亿元 ÷ 2.66亿元 − 1 = 71.39%" in out.getvalue()


def test_clean_report_says_so(tmp_path):
    path = tmp_path / "clean.txt"
    path.write_text("全镇完成投资12亿元，增长5%。", encoding="utf-8")
    out = io.StringIO()
    assert run(path, False, out) == 0
    assert out.getvalue() == f"{NOTHING_FOUND}\n"
    assert run(path, True, io.StringIO()) == 0


def test_last_years_report_is_compared(report, tmp_path):
    last = tmp_path / "last.txt"
    last.write_text(
        "一、2022年工作回顾\n完成很好。\n二、2023年工作安排\n财政总收入5亿元。\n", encoding="utf-8"
    )
    out = io.StringIO()
    run(report, True, out, last=last)
    assert "growth" in {json.loads(line)["kind"] for line in out.getvalue().splitlines()}


def test_a_missed_promise_is_quoted_from_both_reports(report, tmp_path):
    last = tmp_path / "last.txt"
    promise = "一、2022年工作回顾\n完成很好。\n二、2023年工作安排\n财政总收入达到6亿元。\n"
    last.write_text(promise, encoding="utf-8")
    out, lines = io.StringIO(), io.StringIO()
    run(report, False, out, last=last)
    assert "未达上年承诺" in out.getvalue()
    assert "上年：“6亿元”" in out.getvalue() or "上年：“达到6亿元”" in out.getvalue()
    run(report, True, lines, last=last)
    missed = next(one for one in map(json.loads, lines.getvalue().splitlines()) if one["kind"] == "target")
    assert all(promise[one["start"] : one["end"]] in one["quote"] for one in missed["last"])


def test_every_kind_has_a_chinese_name():
    from typing import get_args

    from zhenshu.papers.checking.finding import Kind

    assert set(KIND_NAMES) == set(get_args(Kind))


def test_unreadable_file_is_a_sentence_and_exit_code_2(tmp_path, capsys):
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")
    assert main([str(path)]) == 2
    assert "no text at all" in capsys.readouterr().err


def test_missing_file_is_exit_code_2(tmp_path, capsys):
    assert main([str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err


def test_novel_is_checked_with_a_warning(tmp_path, capsys):
    path = tmp_path / "novel.txt"
    path.write_text("那天傍晚她独自坐在窗边，听见雨落在瓦上，想起许多年前的一个夏夜。" * 20, encoding="utf-8")
    assert main([str(path)]) == 0
    assert "something else" in capsys.readouterr().err


def test_module_can_be_run(report):
    command = [sys.executable, "-m", "zhenshu.papers.checking", str(report), "--jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["kind"] == "growth"
