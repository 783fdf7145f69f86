"""Each system of the table: the records an office keeps give the figures that its row names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone
from tests.conftest import Town

from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import FieldKind, FieldType, Stage
from zhenshu.ground.people.models import Office, Post, User
from zhenshu.ground.people.scope import Scope, scope_of
from zhenshu.measures.indicators.evaluate import evaluate
from zhenshu.registers.blocks.acts import RecordDraft, keep_record
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.histories import Past, import_finished
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.readings import add_reading
from zhenshu.registers.plans.acts import complete_item, create_item
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.reporting import record_life_stage

ROWS = yaml.safe_load(Path(__file__).with_name("rows.yaml").read_text(encoding="utf-8"))
OPENED = date(2023, 1, 4)


@pytest.fixture
def scope(town: Town, offices: dict[str, Office], people: dict[str, User]) -> Scope:
    """The secretary, who may read what is sensitive."""
    Post.objects.filter(user=people["secretary"]).update(sensitive=True)
    return scope_of(people["secretary"], on=date(2023, 6, 1))


class Keeper:
    """Keeps the records of a row, each through the act of its register."""

    def __init__(self, town: Town, scope: Scope, people: dict[str, User]) -> None:
        self.town, self.scope, self.people, self.numbers = town, scope, people, count(1)

    def keep(self, said: dict[str, Any]) -> None:
        makers: dict[str, Callable[[str, dict[str, Any]], Any]] = {
            "dossier": self.dossier, "plan": self.plan, "case": self.case, "record": self.record,
        }  # fmt: skip
        sort = next(sort for sort in makers if sort in said)
        makers[sort](said[sort], said)

    def dossier(self, code: str, said: dict[str, Any]) -> Dossier:
        kind = library().dossier_kind(code)
        values = self.complete(kind.fields, said.get("fields", {}))
        made = create_dossier(kind, values, area=self.town.grids[0], opened_on=OPENED, by=self.scope)
        for series, period, numbers in said.get("readings", ()):
            add_reading(
                made, kind, series, period=str(period), values=numbers, signer="李统计", by=self.scope
            )
        return made

    def plan(self, code: str, said: dict[str, Any]) -> None:
        kind = library().plan_kind(code)
        subject = self.dossier(_full(kind.subject, kind.pack), {}).pk if kind.subject else None
        draft = PlanDraft(
            kind=code, title="示例任务", area=self.town.town.pk, category=said.get("category", ""),
            fields=self.complete(kind.fields, said.get("fields", {})), subject=subject,
            start=said.get("start", OPENED), due=said.get("due", date(2023, 12, 20)),
        )  # fmt: skip
        item = create_item(draft, by=self.scope)
        for stage, day in said.get("life", {}).items():
            item = record_life_stage(item, stage, day, version=item.version, by=self.scope)
        if "done" in said:
            complete_item(item, on=said["done"], version=item.version, by=self.scope)

    def case(self, code: str, said: dict[str, Any]) -> None:
        kind = library().case_kind(code)
        subject = self.dossier(said["about"], {}).pk if "about" in said else None
        begun = timezone.make_aware(datetime(2023, 5, 8, 9))
        draft = Draft(
            code, "示例事项", self.town.micro_grids[0].pk, category=said.get("category", ""),
            channel=said.get("channel", ""), subject=subject, received_at=begun,
            fields=self.complete(kind.fields, said.get("fields", {})),
        )  # fmt: skip
        lived = [s for s in kind.stages if s is not Stage.ARCHIVED][: 1 if said.get("open") else None]
        reached = {stage: begun + timedelta(days=n) for n, stage in enumerate(lived)}
        past = Past(draft, reached, outcome=said.get("outcome", "resolved"), answer="已办", **self.cast())
        intake = import_finished([past], by=self.scope)
        assert [str(reject.error) for reject in intake.rejects] == []

    def cast(self) -> dict[str, int]:
        """Return who handled and who verified: never the same person."""
        return {"handler": self.people["officer"].pk, "verifier": self.people["leader"].pk}

    def record(self, code: str, said: dict[str, Any]) -> None:
        subject = self.dossier(said["about"], {}).pk if "about" in said else None
        draft = RecordDraft(
            kind=code, day=date(2023, 5, 9), subject=subject, fields=said.get("fields", {}),
            area=None if subject else self.town.town.pk, derived=said.get("derived", {}),
        )  # fmt: skip
        keep_record(draft, by=self.scope)

    def complete(self, fields: Mapping[str, FieldKind], given: Mapping[str, Any]) -> dict[str, Any]:
        """Return *given* with what must be said besides; every text is another one."""
        needed = {key: kind for key, kind in fields.items() if kind.required and key not in given}
        return {**{key: self.some(kind) for key, kind in needed.items()}, **given}

    def some(self, kind: FieldKind) -> Any:
        if kind.type is FieldType.CHOICE:
            return next(iter(kind.options))
        if kind.type is FieldType.DOSSIER:
            code = str(kind.of)
            return self.dossier(code if "." in code else f"education.{code}", {}).pk
        return OPENED.isoformat() if kind.type is FieldType.DATE else f"示例{next(self.numbers)}"


def _full(code: str, pack: str) -> str:
    return code if "." in code else f"{pack}.{code}"


@pytest.mark.parametrize("row", ROWS)
def test_the_records_of_a_row_give_its_figures(
    row: str, town: Town, scope: Scope, people: dict[str, User]
) -> None:
    office = Keeper(town, scope, people)
    for said in ROWS[row]["records"]:
        office.keep(said)
    gives = ROWS[row]["gives"]
    found = {code: evaluate(code, town.town, "2023").value for code in gives}
    assert {code: None if one is None else float(one) for code, one in found.items()} == gives
