"""What the pages of the economy share: the panel, month and place asked for, tabs, refusals as answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import READING, DeskRequest, page
from zhenshu.doors.desk.components import FilterBar, Link, Option
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.dossiers import area_options
from zhenshu.doors.desk.lists import Asked, Condition, condition_bar, read_asked
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.schema import PanelKind
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.economy.errors import EconomyNotAllowedError, PanelNotFoundError
from zhenshu.measures.economy.kinds import kinds_of
from zhenshu.measures.economy.months import before_today, in_words, month_of, moved
from zhenshu.measures.economy.panel import Panel, last_month, read_panel
from zhenshu.registers.layers.errors import LayerNotAllowedError, LayerNotFoundError

MONTHS_OFFERED = 24
NAMES = ("panel", "month", "area")
View = Callable[..., HttpResponseBase]


def economy_page(*, methods: Iterable[str] = READING) -> Callable[[View], View]:
    """Return a decorator for pages of the economy and the land: who gets in, refusals as 404 and 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except (PanelNotFoundError, LayerNotFoundError) as error:
                raise Http404(str(error)) from error
            except (EconomyNotAllowedError, LayerNotAllowedError) as error:
                raise PermissionDenied(str(error)) from error

        return page(roles=OFFICE_ROLES, methods=methods)(answered)

    return decorate


@dataclass(frozen=True)
class Watched:
    """The panel of the month and place that a page was asked for, and the question itself."""

    asked: Asked
    kind: PanelKind
    month: str
    panel: Panel
    value: str  # which of the panel's values is looked at

    def url(self, page: str, **conditions: str) -> str:
        """Return the address of another page about the same panel, month and place."""
        told = {name: self.asked.get(name) for name in NAMES} | {"month": self.month} | conditions
        return f"{reverse(f'desk:{page}')}?{urlencode({k: v for k, v in told.items() if v})}"

    @property
    def words(self) -> str:
        return in_words(self.month)


def watched(request: DeskRequest, more: Iterable[str] = ()) -> Watched | None:
    """Return what the address asks of the panels; None where no pack declares one.

    Without a month it is the last one that anybody returned.
    """
    asked = read_asked(request, [*NAMES, "value", *more])
    kinds = {kind.full_code: kind for kind in kinds_of(PanelKind)}
    if not kinds:
        return None
    kind = kinds.get(asked.get("panel")) or next(iter(kinds.values()))
    month = month_of(asked.get("month"))
    chosen = month.key if month else last_month(kind, request.scope) or before_today(timezone.localdate())
    panel = read_panel(kind, request.scope, last=chosen, area=asked.area("area"))
    value = asked.get("value") if asked.get("value") in kind.values else kind.values[0]
    return Watched(asked, kind, chosen, panel, value)


def watched_bar(found: Watched, more: Iterable[Condition] = (), *, keep: Iterable[str] = ()) -> FilterBar:
    """Return the conditions over a page of the panel."""
    kinds = kinds_of(PanelKind)
    some = [Condition("month", _("Month"), options=_months(found))]
    if len(kinds) > 1:
        options = [Option(value=kind.full_code, title=kind.name) for kind in kinds]
        some.insert(0, Condition("panel", _("Panel"), options=options))
    areas = area_options(deepest=Level.VILLAGE)
    return condition_bar(found.asked, [*some, Condition("area", _("Area"), options=areas), *more], keep=keep)


def _months(found: Watched) -> list[Option]:
    """Return the months one may look at, up to the one that runs: it may be estimated too."""
    last = max(moved(before_today(timezone.localdate()), 1), found.month)
    keys = [moved(last, -back) for back in range(MONTHS_OFFERED)]
    return [Option(value=key, title=in_words(key)) for key in keys]


ICONS: Mapping[str, str] = {
    "economy": "layout-dashboard",
    "economy_firms": "building-factory-2",
    "economy_warnings": "alarm",
    "economy_estimates": "chart-line",
    "economy_brief": "file-text",
    "per_mu": "award",
}


def tabs(here: str, found: Watched | None) -> list[Link]:
    """Return the tabs above the pages of the economy; each keeps month and place."""
    words = {
        "economy": _("Overview"),
        "economy_firms": _("Enterprises"),
        "economy_warnings": _("Warnings"),
        "economy_estimates": _("Estimates"),
        "economy_brief": _("Monthly brief"),
        "per_mu": _("Classes by land"),
    }
    return [
        Link(
            title=title,
            url=found.url(name) if found and name != "per_mu" else reverse(f"desk:{name}"),
            icon=ICONS[name],
            active=name == here,
        )
        for name, title in words.items()
    ]


def town_name(scope: Scope) -> str:
    """Return the name of the town one works in; that of the widest post where it is wider than a town."""
    widest = min(scope.posts, key=lambda post: len(post.area_path), default=None)
    if widest is None:
        return ""
    town = Area.objects.open().filter(level=Level.TOWN)
    ids = [int(part) for part in widest.area_path.strip("/").split("/") if part]
    above = town.filter(pk__in=ids).first() or town.filter(path__startswith=widest.area_path).first()
    return above.name if above else ""


def area_name(asked: Asked) -> str:
    """Return the name of the place asked for; nothing for all that one sees."""
    area: Area | None = asked.area("area")
    return area.name if area else ""
