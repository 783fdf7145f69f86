"""What the inbox may be narrowed to: the conditions of `cases.queries` with their words and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.case_lists import CaseList, find_list, lists_for, moment_of
from zhenshu.doors.desk.case_rows import stage_word
from zhenshu.doors.desk.components import Chip, Filter, FilterBar, Link, Option
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import Stage
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Satisfied
from zhenshu.registers.cases.queries import SORTS, Query

LONGEST_VALUE = 100
OFFICE_ROWS = 0  # stands in the place of the storey where a row is an office
Options = Callable[[Scope], Sequence[Option]]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """One condition of the bar. *means* names its condition in `cases.queries`; *until* the second end."""

    name: str
    title: str | Promise
    means: str
    options: Options | None = None
    kind: str = "choice"
    until: str = ""
    more: bool = False


def _kinds(scope: Scope) -> Sequence[Option]:
    return [Option(value=code, title=kind.name) for code, kind in library().case_kinds.items()]


def _stages(scope: Scope) -> Sequence[Option]:
    return [Option(value=str(stage), title=stage_word(stage, None)) for stage in Stage]


def places_and_offices(scope: Scope) -> dict[str, Sequence[Option]]:
    """Return the areas above and below the posts down to the grids, and the offices, with one question."""
    paths = [post.area_path for post in scope.posts]
    areas = Area.objects.open().filter(level__gte=Level.TOWN, level__lte=Level.GRID).order_by()
    offices = Office.objects.filter(closed_on=None)
    rows = areas.values_list("path", "pk", "name", "level").union(
        offices.values_list(Value(""), "pk", "name", Value(OFFICE_ROWS)), all=True
    )
    found: dict[str, list[Option]] = {"area": [], "office": []}
    for path, pk, name, level in rows.order_by("path", "pk"):
        if level == OFFICE_ROWS:
            found["office"].append(Option(value=str(pk), title=name))
        elif any(path.startswith(own) or own.startswith(path) for own in paths):
            found["area"].append(Option(value=str(pk), title=name, depth=level - Level.TOWN))
    return dict(found)


def _clocks(scope: Scope) -> Sequence[Option]:
    words = {
        "overdue": _("Past due"), "today": _("Due today"), "near": _("Near due"), "normal": _("On time"),
    }  # fmt: skip
    return [Option(value=key, title=word) for key, word in words.items()]


def _channels(scope: Scope) -> Sequence[Option]:
    names: dict[str, str] = {}
    for kind in library().case_kinds.values():
        names |= kind.channels
    return [Option(value=key, title=name) for key, name in names.items()]


def _satisfied(scope: Scope) -> Sequence[Option]:
    return [Option(value=value, title=str(title)) for value, title in Satisfied.choices]


def _in_time(scope: Scope) -> Sequence[Option]:
    return [Option(value="1", title=_("Closed in time")), Option(value="0", title=_("Closed late"))]


FILTERS: tuple[CaseFilter, ...] = (
    CaseFilter("text", gettext_lazy("Title, text, address, number"), "", kind="text"),
    CaseFilter("kind", gettext_lazy("Kind"), "kind", _kinds),
    CaseFilter("stage", gettext_lazy("Stage"), "stage", _stages),
    CaseFilter("area", gettext_lazy("Area"), "area"),
    CaseFilter("office", gettext_lazy("Lead office"), "office"),
    CaseFilter("clock", gettext_lazy("Deadline"), "clock", _clocks),
    CaseFilter("channel", gettext_lazy("Channel"), "channel", _channels, more=True),
    CaseFilter("satisfied", gettext_lazy("Satisfied or not"), "satisfied", _satisfied, more=True),
    CaseFilter("in_time", gettext_lazy("In time or late"), "in_time", _in_time, more=True),
    CaseFilter("opened", gettext_lazy("Opened"), "opened_from", kind="dates", until="opened_to", more=True),
    CaseFilter(
        "closed", gettext_lazy("Concluded"), "closed_from", kind="dates", until="closed_to", more=True
    ),
)
ENDS = {f"{one.name}_until": one.until for one in FILTERS if one.until}
# Names in the address and the conditions they stand for.
MEANINGS: Mapping[str, str] = {one.name: one.means for one in FILTERS if one.means} | ENDS
TITLES: Mapping[str, str | Promise] = {one.name: one.title for one in FILTERS} | {
    "opened_until": gettext_lazy("Opened until"),
    "closed_until": gettext_lazy("Closed until"),
    "category": gettext_lazy("Category"),
    "subject": gettext_lazy("Dossier"),
    "parent": gettext_lazy("Common problem"),
}
# Conditions that links elsewhere ask for and no control of the bar shows.
UNSHOWN = ("category", "subject", "parent")
NAMES = (*MEANINGS, "text", *UNSHOWN)
SORT_WORDS: Mapping[str, str | Promise] = {
    "due": gettext_lazy("Due first"),
    "newest": gettext_lazy("Newest first"),
    "oldest": gettext_lazy("Oldest first"),
}


@dataclass(frozen=True, slots=True)
class ListQuery(Query):
    """A query of the register with the condition of the list it is asked in."""

    within: Q = field(default_factory=Q)

    def condition(self, now: datetime) -> Q:
        return Query.condition(self, now) & self.within


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks of the inbox: a list, conditions, an order, where the page begins."""

    chosen: CaseList
    values: Mapping[str, str]
    sort: str = ""
    after: str = ""

    @property
    def order(self) -> str:
        wanted = self.sort or self.chosen.order
        return "newest" if SORTS[wanted].open_only and not self.chosen.open_only else wanted

    @property
    def plain(self) -> bool:
        """Whether nothing narrows the list, so that its own count is the count of the page."""
        return not self.values

    def address(self, page: str = "cases", **changes: str | None) -> str:
        """Return the address of this question with *changes*; None takes a condition away."""
        asked: dict[str, str | None] = {"list": self.chosen.key, **self.values, "sort": self.sort, **changes}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{reverse(f'desk:{page}')}?{query}"

    def query(self, scope: Scope) -> ListQuery:
        """Return the question as the register understands it."""
        filters = {MEANINGS.get(name, name): value for name, value in self.values.items() if name != "text"}
        return ListQuery(
            filters=filters,
            state=self.chosen.state,
            text=self.values.get("text", ""),
            sort=self.order,
            within=self.chosen.condition(scope, moment_of()),
        )


def read_question(given: QueryDict, scope: Scope) -> Question:
    """Return what the address asks; what it says wrongly is left out rather than refused."""
    own = lists_for(scope)
    narrowed = any(given.get(name) for name in NAMES)
    usual = own[0].key if own and not narrowed else "all"
    asked = {name: str(given.get(name, "")).strip()[:LONGEST_VALUE] for name in NAMES}
    values = {name: value for name, value in asked.items() if value}
    sort = given.get("sort", "")
    return Question(
        chosen=find_list(given.get("list") or usual),
        values=values,
        sort=sort if sort in SORTS else "",
        after=given.get("after", "")[:80],
    )


# ── the bar above the list ────────────────────────────────────────────────────────────────────────────


def filter_bar(question: Question, scope: Scope, *, views: Sequence[Link], save_url: str) -> FilterBar:
    """Return the conditions as a bar, with those in force as chips."""
    own = {one.name: one.options(scope) for one in FILTERS if one.options}
    choices = own | places_and_offices(scope)
    kept = {name: question.values[name] for name in UNSHOWN if name in question.values}
    sort = {"sort": question.sort} if question.sort else {}
    return FilterBar(
        action=reverse("desk:cases"),
        filters=[_filter(one, question, choices.get(one.name, ())) for one in FILTERS],
        chips=list(_chips(question, choices)),
        clear_url=Question(question.chosen, {}, question.sort).address(),
        views=views,
        save_url=save_url,
        keep={"list": question.chosen.key} | kept | sort,
    )


def _filter(one: CaseFilter, question: Question, options: Sequence[Option]) -> Filter:
    value = question.values.get(one.name, "")
    return Filter(
        name=one.name,
        title=str(one.title),
        kind=one.kind,
        options=[replace(option, chosen=option.value == value) for option in options],
        value=value,
        until=question.values.get(f"{one.name}_until", ""),
        more=one.more,
    )


def _chips(question: Question, choices: Mapping[str, Sequence[Option]]) -> Iterable[Chip]:
    for name, value in question.values.items():
        names = {option.value: option.title for option in choices.get(name, ())}
        left = Question(
            question.chosen,
            {key: kept for key, kept in question.values.items() if key != name},
            question.sort,
        )
        yield Chip(title=str(TITLES[name]), value=names.get(value, value), remove_url=left.address())
