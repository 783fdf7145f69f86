"""What the published report says on the home page of those who answer for it: figures that changed since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.ground.people.scope import Scope
from zhenshu.papers.publishing.changes import changes_since
from zhenshu.papers.publishing.models import State
from zhenshu.papers.publishing.rights import visible_reports


def changed_facts(scope: Scope) -> Iterator[dict[str, Any]]:
    """Yield what the tile of the latest published report says; nothing while none is published."""
    report = visible_reports(scope).filter(state=State.PUBLISHED).order_by("-year", "-published_at").first()
    if report is None:
        return
    changed = len(changes_since(report))
    yield {
        "title": _("Figures changed since publication"),
        "value": changed,
        "url": reverse("desk:report_changes", args=[report.pk]),
        "icon": "file-text",
        "state": "near" if changed else "",
        "note": report.title,
    }
