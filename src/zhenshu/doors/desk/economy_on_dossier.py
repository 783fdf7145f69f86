"""What the page of a dossier shows of the economy and of the layers: its classes, its tests."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.layer_pages import ground_history, is_tested
from zhenshu.doors.desk.per_mu_pages import class_history
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.models import Dossier


def economy_context(dossier: Dossier, scope: Scope) -> dict[str, Any]:
    """Return the classes by land and the tests against layers of a dossier; nothing for the grids' posts."""
    if not scope.has_role(OFFICE_ROLES):
        return {}
    return {
        "classes": list(class_history(dossier)),
        "ground_tests": ground_history(dossier),
        "tested": is_tested(dossier),
        "lay_over_url": f"{reverse('desk:lay_over')}?dossier={dossier.pk}",
    }
