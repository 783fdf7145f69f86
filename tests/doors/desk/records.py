"""Dossiers for tests of the desk: an enterprise with monthly figures, a household, a shop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Post
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.readings import add_reading

ENTERPRISE, PLACE, BUILDING = "enterprises.enterprise", "base.place", "base.building"
HOUSEHOLD, PERSON = "base.household", "base.person"
OPENED = date(2023, 1, 1)
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    ENTERPRISE: {"name": "澄江精密铸造有限公司", "credit_code": "91990000DEMO000001", "workers": 120},
    PLACE: {"name": "东浦小吃店", "kind": "restaurant", "address": "东浦路1号"},
    BUILDING: {"name": "东浦商铺楼", "address": "东浦路1号"},
    HOUSEHOLD: {"number": "DP-001", "head": "陆文华", "address": "东浦村1组3号"},
    PERSON: {"name": "沈玉兰", "group": "alone_old"},
}


def keep(code: str, area: Area, *, by: Scope, **more: Any) -> Dossier:
    """Return a dossier of a kind with the usual example values and *more*."""
    said = {**EXAMPLES[code], **more}
    return create_dossier(library().dossier_kind(code), said, area=area, opened_on=OPENED, by=by)


def read_months(dossier: Dossier, *, by: Scope, months: int = 18) -> None:
    """Add a monthly reading for each of so many months from January 2022 on, 100 more each month."""
    kind = library().dossier_kind(dossier.kind)
    for number in range(months):
        year, month = 2022 + number // 12, number % 12 + 1
        values = {"output": 1000 + 100 * number}
        add_reading(
            dossier, kind, "operations", period=f"{year}-{month:02}", values=values, signer="钱会计", by=by
        )


def open_eyes(user: Any) -> None:
    """Give a user the sensitive right in every post."""
    Post.objects.filter(user=user).update(sensitive=True)
