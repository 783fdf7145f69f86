"""When borders move, open matters go along; closed ones keep the borders of their day."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.areas.tree import current_area_of
from zhenshu.ground.ledger.record import SYSTEM, record
from zhenshu.registers.cases.drafts import set_area
from zhenshu.registers.cases.facts import case_facts
from zhenshu.registers.cases.models import Case

LEVELS = ("district_id", "town_id", "village_id", "grid_id")


def carry_over_open_cases(on: date | None = None) -> int:
    """Put every open case whose area was closed or moved where its ground belongs now; return how many.

    Without this a merged village's open matters would lie where nobody looks any more.
    """
    day = on or timezone.localdate()
    elsewhere = Q(area__valid_to__lte=day)
    for column in LEVELS:
        there, missing = f"area__{column}", f"{column}__isnull"
        elsewhere |= ~Q(**{column: F(there)}) & Q(**{missing: False, f"area__{missing}": False})
        elsewhere |= Q(**{missing: True, f"area__{missing}": False}) | Q(
            **{missing: False, f"area__{missing}": True}
        )
    ids = list(Case.objects.filter(elsewhere, is_open=True).values_list("pk", flat=True))
    return sum(_carry(case_id, day) for case_id in ids)


def _carry(case_id: int, day: date) -> bool:
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("area").get(pk=case_id)
        area = _area_today(case.area, day)
        if not case.is_open or area is None:
            return False
        before = case_facts(case)
        set_area(case, area)
        after = case_facts(case)
        if before == after:
            return False
        case.version += 1
        case.save(update_fields=["area", *LEVELS, "version"])
        record(SYSTEM, "case.carried_over", case, area_id=area.pk, before=before, after=after, note=area.name)
    return True


def _area_today(area: Area, day: date) -> Area | None:
    return area if area.valid_to is None or area.valid_to > day else current_area_of(area, day)
