"""A township with a report to read, and a packs folder that is as it was when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from tests.conftest import Town

from zhenshu.ground.packs.local_figures import FILE
from zhenshu.ground.packs.registry import forget_library
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.papers.adopting.sources import keep_source
from zhenshu.papers.linked import catalogue_in_force, read_linked

FIXTURE = Path(__file__).parents[2] / "fixtures" / "reports" / "wangshu-2024.txt"
TEXT = """澄江镇2024年政府工作报告
一、2024年工作回顾
全年地区生产总值41.6亿元，同比增长5.8%。接待来访126批301人次。新增规上企业6家，发放便民连心卡3200张。
二、2025年工作安排
2025年主要预期目标：地区生产总值增长6%左右，规上工业总产值突破95亿元，新增规上企业5家以上，信访总量下降10%。
发放便民连心卡4000张，新建口袋公园3处，建成镇文体中心，确保竹木家居产业园二期6月底前投产，完成隐患排查整治任务。
"""


@pytest.fixture
def scope(town: Town, people: dict[str, User], scope_for: Callable[[User], Scope]) -> Callable[[str], Scope]:
    return lambda name: scope_for(people[name])


@pytest.fixture
def keep(town: Town, scope: Callable[[str], Scope]) -> Callable[..., SourceReport]:
    """Keep a text as somebody's report."""

    def keep_text(text: str = TEXT, *, by: str = "secretary", name: str = "") -> SourceReport:
        report = read_linked(text, catalogue_in_force())
        return keep_source(report, town.town, by=scope(by), name=name)

    return keep_text


@pytest.fixture
def source(keep: Callable[..., SourceReport]) -> SourceReport:
    return keep()


@pytest.fixture(autouse=True)
def _packs_as_before() -> Iterator[None]:
    yield
    folder = Path(settings.INSTALLATION.packs)
    if (folder / FILE).exists():
        (folder / FILE).unlink()
        forget_library()
