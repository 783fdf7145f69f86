"""Files into packs, several versions, several packs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from zhenshu.ground.packs.loader import (
    LARGEST,
    PackFile,
    allowed_keys,
    check_files,
    in_force,
    load_file,
    load_text,
)
from zhenshu.ground.packs.schema import BLOCKS, Pack
from zhenshu.ground.packs.versions import version_problems
from zhenshu.ground.worktime.limits import Limit, Unit

SAMPLE = """
pack: {key}
name: 示例
effective: {day}
cases:
  visit:
    name: 来访
    fields:
      people: {{name: 人次, type: integer}}
    clocks:
      close: {{limit: {limit}}}
indicators:
  {key}.visits: {{name: 来访批次, count: visit}}
"""


def sample(key: str = "sample", day: str = "2022-05-01", limit: str = "60 日", file: str = "") -> PackFile:
    return load_text(SAMPLE.format(key=key, day=day, limit=limit), file or f"{key}-{day}.yaml")


def test_what_is_declared_knows_its_own_code() -> None:
    pack = sample().pack
    assert pack is not None
    kind = pack.cases["visit"]
    assert (kind.full_code, kind.fields["people"].code) == ("sample.visit", "people")
    assert kind.clocks["close"].limit == Limit(60, Unit.DAY)
    assert pack.indicators["sample.visits"].code == "sample.visits"


def test_a_name_alone_is_short_for_a_thing_with_a_name() -> None:
    text = SAMPLE.format(key="sample", day="2022-05-01", limit="60 日").replace(
        "    clocks:", "    reasons:\n      return: {not_ours: 不属本单位职责}\n    clocks:"
    )
    pack = load_text(text, "x.yaml").pack
    assert pack is not None
    reason = pack.cases["visit"].reasons["return"]["not_ours"]
    assert (reason.code, reason.name) == ("not_ours", "不属本单位职责")


def test_objects_are_frozen() -> None:
    pack = sample().pack
    assert isinstance(pack, Pack)
    with pytest.raises(ValueError, match="frozen"):
        pack.name = "另一个"  # type: ignore[misc]


def test_the_latest_version_not_after_the_day_is_in_force() -> None:
    files = [sample(day="2022-05-01"), sample(day="2024-01-01", limit="30 日")]
    limits = []
    for day in (date(2022, 4, 30), date(2023, 12, 31), date(2024, 1, 1)):
        pack = in_force(files, day).get("sample")
        limits.append(str(pack.pack.cases["visit"].clocks["close"].limit) if pack and pack.pack else None)
    assert limits == [None, "60 日", "30 日"]


def test_a_broken_version_leaves_the_one_before_in_force() -> None:
    files = check_files([sample(), sample(day="2024-01-01", limit="六十天")], date(2024, 6, 1))
    chosen = in_force(files, date(2024, 6, 1))["sample"].pack
    assert chosen is not None
    assert chosen.effective == date(2022, 5, 1)


def test_two_files_for_one_day_are_refused_by_name() -> None:
    files = version_problems([sample(file="a.yaml"), sample(file="b.yaml")])
    problem = files[1].problems[0]
    assert (problem.kind, problem.line, files[1].usable) == ("same_version", 4, False)
    assert "a.yaml" in problem.message


def test_a_file_of_the_data_folder_may_replace_a_shipped_one() -> None:
    text = SAMPLE.format(key="sample", day="2022-05-01", limit="60 日")
    shipped = load_text(text, "shipped.yaml", shipped=True)
    files = version_problems([shipped, sample(limit="45 日", file="own.yaml")])
    assert [p.kind for p in files[1].problems] == ["shipped_replaced"]
    chosen = in_force(files, date(2024, 1, 1))["sample"]
    assert chosen.file == "own.yaml"


def test_a_field_that_a_later_version_lost_is_a_warning() -> None:
    later = load_text(
        SAMPLE.format(key="sample", day="2024-01-01", limit="60 日").replace("people:", "persons:"),
        "later.yaml",
    )
    files = version_problems([sample(), later])
    lost = files[1].problems[0]
    assert (lost.kind, lost.severity, lost.facts["field"]) == ("field_gone", "warning", "people")
    assert files[1].usable


def test_what_refers_to_a_broken_pack_waits_and_works_otherwise() -> None:
    broken = sample("rivers", limit="六十天")
    text = SAMPLE.format(key="sample", day="2022-05-01", limit="60 日").replace(
        "    clocks:", "    raises: [rivers.visit]\n    clocks:"
    )
    files = check_files([broken, load_text(text, "sample.yaml")], date(2024, 1, 1))
    assert [problem.kind for problem in files[1].problems] == ["pack_absent"]
    assert files[1].usable


def test_a_pack_dropped_for_its_references_makes_others_wait_too() -> None:
    """grid refers to nothing that exists, so it is refused; what refers to grid then waits."""
    lost = SAMPLE.replace("    clocks:", "    raises: [nowhere]\n    clocks:")
    grid = load_text(lost.format(key="grid", day="2022-05-01", limit="60 日"), "grid.yaml")
    user = SAMPLE.replace("    clocks:", "    raises: [grid.visit]\n    clocks:")
    files = check_files(
        [load_text(user.format(key="sample", day="2022-05-01", limit="60 日"), "s.yaml"), grid],
        date(2024, 1, 1),
    )
    assert [[p.kind for p in file.problems] for file in files] == [["pack_absent"], ["unknown_kind"]]


def test_several_problems_of_one_file_come_in_the_order_of_the_file() -> None:
    text = (
        SAMPLE.format(key="sample", day="2022-05-01", limit="六十天") + "colour: red\nsentences: {plan: 3}\n"
    )
    problems = load_text(text, "x.yaml").problems
    assert [p.kind for p in problems] == ["limit", "unknown_key", "wrong_type"]
    assert [p.line for p in problems] == sorted(p.line for p in problems)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\x89PNG\xff\xfe\x00")
    loaded = load_file(path)
    assert [problem.kind for problem in loaded.problems] == ["unreadable"]


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("# " + "x" * LARGEST, encoding="utf-8")
    assert [problem.kind for problem in load_file(path).problems] == ["too_large"]


def test_a_file_written_on_windows(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    text = SAMPLE.format(key="sample", day="2022-05-01", limit="60 日").replace("\n", "\r\n")
    path.write_bytes(text.encode("utf-8-sig"))
    assert load_file(path).usable


def test_the_same_text_is_the_same_version() -> None:
    assert sample().digest == sample(file="elsewhere.yaml").digest
    assert sample().digest != sample(limit="61 日").digest


def test_allowed_keys_are_those_of_the_place() -> None:
    assert set(BLOCKS) < set(allowed_keys(()))
    assert "limit" in allowed_keys(("cases", "visit", "clocks", "close"))
    assert "from" in allowed_keys(("scales", "lec", "bands", "red"))
    assert allowed_keys(("cases", "visit", "categories", "a", "children", "b"))[0] == "name"


def test_a_problem_reads_like_a_compiler_error() -> None:
    problem = sample(limit="六十天", file="rules.yaml").problems[0]
    with translation.override("en"):
        assert str(problem).startswith("rules.yaml:11: cases.visit.clocks.close.limit: The limit “六十天”")
