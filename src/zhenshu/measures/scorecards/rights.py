"""Who sees scorecards, who keeps them, who enters marks, who objects for a unit and who answers."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import ScorecardKind
from zhenshu.ground.people.models import Office, Role
from zhenshu.ground.people.scope import OVERSEEING_ROLES, HeldPost, Scope
from zhenshu.measures.scorecards.errors import ScorecardNotAllowedError, ScorecardNotFoundError
from zhenshu.measures.scorecards.models import Appeal, Scorecard, State
from zhenshu.measures.scorecards.standing import Unit

KEEPERS = frozenset({Role.SECRETARY, Role.LEADER, Role.ADMINISTRATOR})
WORKERS = frozenset(Role.values) - {Role.VIEWER, Role.PROVIDER}  # who may speak for a unit


def visible_scorecards(scope: Scope) -> QuerySet[Scorecard]:
    """Return the scorecards that *scope* may see.

    Whoever oversees the area sees all of them; the units within it see what was published.
    """
    rule = Q(pk__in=[])
    for path in scope.overseen_paths():
        rule |= Q(area__path__startswith=path)
    within = {pk for post in scope.posts for pk in _line_of(post)}
    published = Q(area_id__in=within) & ~Q(state=State.DRAFT)
    return Scorecard.objects.filter(rule | published).select_related("area")


def _line_of(post: HeldPost) -> list[int]:
    """Return the area of a post and those above it."""
    return [int(part) for part in post.area_path.strip("/").split("/") if part]


def find_scorecard(scorecard_id: int, scope: Scope) -> Scorecard:
    """Return a scorecard that *scope* may see; raise ScorecardNotFoundError otherwise."""
    found = visible_scorecards(scope).filter(pk=scorecard_id).first()
    if found is None:
        raise ScorecardNotFoundError(scorecard_id)
    return found


def may_estimate(scope: Scope, area: Area) -> bool:
    """Tell whether *scope* may see what the records tell now of the units of an area.

    The scores are of units and their figures are open to offices anyway, so a unit may see them too.
    """
    return any(area.path.startswith(post.area_path) or area.pk in _line_of(post) for post in scope.posts)


def may_keep(scope: Scope, card: ScorecardKind, area: Area) -> bool:
    """Tell whether *scope* drafts, publishes and closes a scorecard and answers objections to it."""
    return scope.covers(area.path, KEEPERS) or _works_in(scope, card.office, area)


def may_mark(scope: Scope, card: ScorecardKind, item: str, area: Area) -> bool:
    """Tell whether *scope* may enter the marks of an item: who keeps the card, or the item's office."""
    return may_keep(scope, card, area) or _works_in(scope, card.items[item].office, area)


def _works_in(scope: Scope, office_key: str, area: Area) -> bool:
    """Tell whether a post for the whole area is held in the office of that key."""
    ids = [
        post.office_id
        for post in scope.posts
        if post.role in WORKERS and area.path.startswith(post.area_path)
    ]
    return bool(office_key and ids) and Office.objects.filter(pk__in=ids, key=office_key).exists()


def belongs_to(scope: Scope, of: str, unit: Unit | int) -> bool:
    """Tell whether *scope* works in a unit and may speak for it; the town itself objects to its district."""
    unit_id = unit if isinstance(unit, int) else unit.id
    posts = [post for post in scope.posts if post.role in WORKERS]
    match of:
        case "office":
            return any(post.office_id == unit_id for post in posts)
        case "village":
            return any(unit_id in _line_of(post) for post in posts)
        case "grid":
            return any(unit_id in _line_of(post) for post in posts) or _is_village_of(posts, unit_id)
        case _:
            return False


def _is_village_of(posts: list[HeldPost], grid_id: int) -> bool:
    """Tell whether a post answers for the village around a grid."""
    villages = [post.area_id for post in posts if post.area_level == Level.VILLAGE]
    return bool(villages) and Area.objects.filter(pk=grid_id, village_id__in=villages).exists()


def may_answer(scope: Scope, appeal: Appeal) -> bool:
    """Tell whether *scope* may answer an objection: a keeper, never the one who raised it or of that unit."""
    card = library().kinds.get(appeal.scorecard.kind)
    of = str(appeal.scorecard.content.get("of", ""))
    if not isinstance(card, ScorecardKind) or not may_keep(scope, card, appeal.scorecard.area):
        return False
    itself = scope.user_id is not None and scope.user_id == appeal.raised_by_id
    return not itself and not belongs_to(scope, of, appeal.unit_id)


def require(allowed: bool) -> None:
    """Refuse with ScorecardNotAllowedError unless *allowed*."""
    if not allowed:
        raise ScorecardNotAllowedError


def overseen(scope: Scope, area: Area) -> bool:
    """Tell whether *scope* oversees the area, drafts included."""
    return scope.covers(area.path, OVERSEEING_ROLES)
