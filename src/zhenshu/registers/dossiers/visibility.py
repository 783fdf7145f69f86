"""The one rule for who sees and changes which dossier; page, API, search and export all ask here.

- One sees the dossiers of the areas of one's posts and below.
- A dossier of a sensitive kind needs a post with the sensitive right over its area; opening it leaves a
  ledger line (个人信息保护法第二十八条、第五十四条).
- Sensitive fields of other dossiers are masked without that right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q, QuerySet

from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.errors import DossierNotAllowedError, DossierNotFoundError
from zhenshu.registers.dossiers.models import Dossier

_KEEPERS = frozenset({Role.DISPATCHER, Role.GRID_WORKER, Role.OFFICER, Role.SECRETARY, Role.ADMINISTRATOR})
_CURATORS = frozenset({Role.DISPATCHER, Role.SECRETARY, Role.ADMINISTRATOR})
# Which roles may do what, each within the areas of its posts.
RIGHTS: Mapping[str, frozenset[Role]] = {
    "create": _KEEPERS,
    "correct": _KEEPERS,
    "relate": _KEEPERS,
    "read_in": _KEEPERS,
    "close": _KEEPERS - {Role.GRID_WORKER},
    "reopen": _KEEPERS - {Role.GRID_WORKER},
    "merge": _CURATORS,
    "import": _KEEPERS - {Role.GRID_WORKER},
}


def visible_dossiers(scope: Scope) -> QuerySet[Dossier]:
    """Return the dossiers that *scope* may see."""
    plain = _under(post.area_path for post in scope.posts)
    sensitive = _under(post.area_path for post in scope.posts if post.sensitive)
    return Dossier.objects.filter(plain & Q(sensitive=False) | sensitive & Q(sensitive=True))


def _under(paths: Iterable[str]) -> Q:
    rule = Q(pk__in=[])
    for path in sorted(set(paths)):
        rule |= Q(area__path__startswith=path)
    return rule


def may_see(dossier: Dossier, scope: Scope) -> bool:
    """Tell whether *scope* may see a loaded dossier; the same rule as `visible_dossiers`."""
    return any(
        dossier.area.path.startswith(post.area_path) and (post.sensitive or not dossier.sensitive)
        for post in scope.posts
    )


def may_see_sensitive(area_path: str, scope: Scope) -> bool:
    """Tell whether sensitive fields of records in this area are shown to *scope* unmasked."""
    return any(post.sensitive and area_path.startswith(post.area_path) for post in scope.posts)


def find_dossier(dossier_id: int, scope: Scope) -> Dossier:
    """Return the dossier if *scope* may see it; raise DossierNotFoundError otherwise."""
    found = Dossier.objects.select_related("area", "merged_into").defer("area__boundary")
    dossier = found.filter(pk=dossier_id).first()
    if dossier is None or not may_see(dossier, scope):
        raise DossierNotFoundError(dossier_id)
    return dossier


def require(right: str, scope: Scope, *, area_path: str, sensitive: bool) -> None:
    """Refuse unless a post of *scope* gives the right over the area, and the sensitive right when needed."""
    roles = RIGHTS[right]
    for post in scope.posts:
        if post.role in roles and area_path.startswith(post.area_path) and (post.sensitive or not sensitive):
            return
    raise DossierNotAllowedError
