"""The inbox: the lists of matters with their conditions, counts, bulk actions and Excel file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import WITH_PROVIDERS, DeskRequest, page
from zhenshu.doors.desk.case_filters import SORT_WORDS, Question, filter_bar, read_question
from zhenshu.doors.desk.case_lists import CaseList, lists_for
from zhenshu.doors.desk.case_rows import case_rows, export_columns, export_values
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.counting import counts_of
from zhenshu.doors.desk.exports import Value, export_rows
from zhenshu.doors.desk.saved_views import saved_links
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.queries import COUNT_AT_MOST, Page, count_of, page_of
from zhenshu.registers.cases.visibility import visible_cases

MOST_EXPORTED = 20_000
EXPORT_PAGE = 500
# What may be done with several matters at once: act, word, sign, who.
BULK: tuple[tuple[str, str | Promise, str, frozenset[str]], ...] = (
    ("dispatch", gettext_lazy("Dispatch"), "send", frozenset({Role.DISPATCHER})),
    (
        "group",
        gettext_lazy("Common problem"),
        "layers-intersect",
        frozenset({Role.DISPATCHER, Role.SECRETARY}),
    ),
    ("merge", gettext_lazy("Merge"), "git-merge", frozenset({Role.DISPATCHER})),
)


@page(roles=WITH_PROVIDERS)
def show_cases(request: DeskRequest) -> HttpResponse:
    """Show a list of matters on the left, the chosen one on the right."""
    question = read_question(request.GET, request.scope)
    query = question.query(request.scope)
    counts = counts_of(request, request.scope)
    found = page_of(request.scope, query, after=question.after)
    total = _total(question, counts, found, request.scope)
    views = [*_lists(question, counts, request.scope), *saved_links(request, question)]
    context = {
        "page_title": _("%(list)s: %(count)s") % {"list": question.chosen.title, "count": total},
        "page_note": _("data as of %(at)s") % {"at": f"{timezone.localtime(found.as_of):%Y-%m-%d %H:%M}"},
        "question": question,
        "rows": case_rows(found.cases),
        "now": found.as_of,
        "bounded": found.bounded,
        "bar": filter_bar(question, request.scope, views=views, save_url=question.address("save_view")),
        "export_url": question.address("export_cases"),
        "next_url": question.address(after=found.after) if found.after else "",
        "first_url": question.address() if question.after else "",
        "sorts": [
            Link(title=str(word), url=question.address(sort=key), active=key == question.order)
            for key, word in SORT_WORDS.items()
        ],
        "bulk": _bulk(request.scope),
        "empty": question.chosen.empty if question.plain else _("No matter fits these conditions."),
    }
    return render(request, "desk/inbox/inbox.html", context)


def _total(question: Question, counts: Mapping[str, int], found: Page, scope: Scope) -> str:
    """Return how many matters the list has; from a thousand on, that there are more."""
    if question.plain and question.chosen.key in counts:
        return str(counts[question.chosen.key])
    if not found.after and not question.after:
        return str(len(found.cases))
    number = count_of(scope, question.query(scope))
    return f"{COUNT_AT_MOST}+" if number > COUNT_AT_MOST else str(number)


def _lists(question: Question, counts: Mapping[str, int], scope: Scope) -> Sequence[Link]:
    """Return the lists of this person with their counts; the one in use also when it is not among them."""
    own = lists_for(scope)
    shown = own if question.chosen in own else [*own, question.chosen]
    return [_list_link(one, question, counts) for one in shown]


def _list_link(one: CaseList, question: Question, counts: Mapping[str, int]) -> Link:
    return Link(
        title=str(one.title),
        url=f"{reverse('desk:cases')}?list={one.key}",
        count=counts.get(one.key),
        active=one.key == question.chosen.key,
        late=one.late and counts.get(one.key, 0) > 0,
    )


def _bulk(scope: Scope) -> Sequence[Link]:
    """Return what may be done with several matters at once."""
    acts = [
        Link(title=str(name), url=reverse("desk:bulk", args=[key]), icon=icon, post=True)
        for key, name, icon, roles in BULK
        if scope.has_role(roles)
    ]
    return [
        *acts,
        Link(title=_("Print"), url=reverse("desk:slips"), icon="printer"),
        Link(title="Excel", url=reverse("desk:export_cases"), icon="file-spreadsheet"),
    ]


@page(roles=WITH_PROVIDERS)
def export_cases(request: DeskRequest) -> HttpResponse:
    """Answer the list as an Excel file: the chosen matters, or all that fit, up to `MOST_EXPORTED`.

    Confidential matters stay out (个人信息保护法第二十八条: own permission for special groups).
    """
    question = read_question(request.GET, request.scope)
    keys = request.GET.getlist("key")
    cases = _chosen(keys, request.scope) if keys else _all(question, request.scope)
    rows: Iterator[Sequence[Value]] = (export_values(case) for case in cases if not case.confidential)
    name = f"{question.chosen.title} {timezone.localtime():%Y-%m-%d %H%M}"
    return export_rows(name, export_columns(), rows)


def _chosen(keys: Sequence[str], scope: Scope) -> Iterator[Case]:
    cases = visible_cases(scope).filter(number__in=keys[:COUNT_AT_MOST]).order_by("queue_at", "pk")
    yield from cases.select_related("area", "lead_office", "handler").defer("area__boundary")


def _all(question: Question, scope: Scope) -> Iterator[Case]:
    """Yield the matters of the whole list, page by page."""
    query, after = question.query(scope), ""
    for _page in range(MOST_EXPORTED // EXPORT_PAGE):
        found = page_of(scope, query, after=after, size=EXPORT_PAGE)
        answers = dict(Case.objects.filter(pk__in=[c.pk for c in found.cases]).values_list("pk", "answer"))
        for case in found.cases:
            case.answer = answers.get(case.pk, "")
            yield case
        if not found.after:
            return
        after = found.after
