"""Classes by land at the desk: the assessments of the years, everybody's sheet, objections and answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row, Table
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.economy_parts import economy_page, tabs
from zhenshu.doors.desk.engine_parts import day_input
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.lists import Condition, Listing, Tile, condition_bar, crumbs, read_asked, show_listing
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.schema import DossierKind, PerMuKind
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.economy import assessing
from zhenshu.measures.economy.errors import AssessmentInvalidError, AssessmentStateError, PanelNotFoundError
from zhenshu.measures.economy.kinds import find_kind, kinds_of, subject_kind
from zhenshu.measures.economy.models import Assessment, AssessmentState, Objection, Standing
from zhenshu.measures.indicators.rights import may_keep_figures
from zhenshu.registers.dossiers.errors import DossierError

NONE, EXEMPT, LACKING, OBJECTED = "none", "exempt", "lacking", "objected"
TONES = ("good", "plain", "warn", "bad")  # the classes from the best to the last
STATES: Mapping[str, str] = {
    AssessmentState.DRAFT: "draft",
    AssessmentState.LISTED: "near",
    AssessmentState.FINAL: "confirmed",
}
REFUSALS = (AssessmentInvalidError, AssessmentStateError, DossierError)


class DayForm(forms.Form):
    """The day of an act."""

    on = forms.DateField(label=gettext_lazy("On"), widget=day_input())


class YearForm(forms.Form):
    """Which year to assess, in which area."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)
    area = forms.ModelChoiceField(label=gettext_lazy("Area"), queryset=Area.objects.none(), empty_label=None)

    def __init__(self, kind: PerMuKind, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, last = min(map(int, kind.years)), timezone.localdate().year - 1
        years = [(year, str(year)) for year in range(last, min(first, last + 1) - 1, -1)]
        self.fields["year"].choices = years  # type: ignore[attr-defined]
        self.fields["area"].queryset = areas_to_assess(scope)  # type: ignore[attr-defined]


class ObjectionForm(forms.Form):
    """What a subject objects to."""

    on = forms.DateField(label=gettext_lazy("Said on"), widget=day_input())
    text = forms.CharField(label=gettext_lazy("Objection"), widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(forms.Form):
    """The answer to an objection."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("yes", gettext_lazy("Upheld: the record was corrected, work the subject out anew")),
            ("no", gettext_lazy("Refused")),
        ],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=gettext_lazy("Answer to it"), widget=forms.Textarea(attrs={"rows": 4}))


def areas_to_assess(scope: Scope) -> Any:
    """Return the towns a person's posts lie in or above."""
    rule = Q(pk__in=[])
    for post in scope.posts:
        rule |= Q(path__startswith=post.area_path)
    return Area.objects.open().filter(rule, level=Level.TOWN).order_by("path")


# ── the years ─────────────────────────────────────────────────────────────────────────────────────────


@economy_page()
def list_assessments(request: DeskRequest) -> HttpResponse:
    """Show the assessments of the years, how many stand in each class, and the shares as a chart."""
    kinds = {kind.full_code: kind for kind in kinds_of(PerMuKind)}
    asked = read_asked(request, ["kind"])
    kind = kinds.get(asked.get("kind")) or next(iter(kinds.values()), None)
    if kind is None:
        return render(request, "desk/economy/empty.html", {"page_title": _("Classes by land")})
    found = list(assessing.visible_assessments(kind, request.scope))
    counts = {one.pk: _counts(one, request.scope) for one in found}
    listing = Listing(
        name=kind.name,
        columns=[
            Column(title=_("Year")),
            Column(title=_("Area"), phone=False),
            Column(title=_("State")),
            *(Column(title=name, numeric=True, unit=_("firms")) for name in kind.classes.values()),
            Column(title=_("Without a class"), numeric=True, unit=_("firms")),
            Column(title=_("Public until"), phone=False),
            Column(title=_("In force since"), phone=False),
        ],
        records=found,
        rows=lambda some: (_assessment_row(one, kind, counts[one.pk]) for one in some),
        empty=_("No year has been assessed yet."),
    )
    may = any(may_keep_figures(request.scope, area) for area in areas_to_assess(request.scope))
    new = Link(title=_("Assess a year"), url=reverse("desk:new_assessment", args=[kind.full_code]),
               icon="plus", active=True)  # fmt: skip
    kinds_asked = [Option(value=code, title=one.name) for code, one in kinds.items()]
    return show_listing(
        request,
        listing,
        asked,
        template="desk/economy/per_mu.html",
        bar=condition_bar(asked, [Condition("kind", _("Assessment by land"), options=kinds_asked)])
        if len(kinds) > 1
        else None,
        tabs=tabs("per_mu", None),
        page_title=kind.name,
        buttons=[new] if may else [],
        shares=_shares_chart(found, kind, counts),
        kind=kind,
        rules=_rule_rows(kind),
    )


def _counts(one: Assessment, scope: Scope) -> Counter[str]:
    return Counter(assessing.visible_standings(one, scope).order_by().values_list("grade", flat=True))


def _assessment_row(one: Assessment, kind: PerMuKind, counts: Counter[str]) -> Row:
    url = reverse("desk:assessment", args=[one.pk])
    word = AssessmentState(one.state).label
    cells = [
        Cell(text=str(one.year), url=url),
        Cell(text=one.area.name),
        Cell(text=str(word), state=STATES[one.state]),
        *(_count_cell(url, code, counts[code]) for code in kind.classes),
        _count_cell(url, NONE, counts[""]),
        Cell(text=f"{one.public_until:%Y-%m-%d}" if one.public_until else ""),
        Cell(text=f"{one.final_on:%Y-%m-%d}" if one.final_on else ""),
    ]
    return Row(cells=cells, url=url)


def _count_cell(url: str, grade: str, count: int) -> Cell:
    return Cell(text=str(count), url=f"{url}?grade={grade}" if count else "")


def _shares_chart(
    found: Sequence[Assessment], kind: PerMuKind, counts: Mapping[int, Counter[str]]
) -> dict[str, Any] | None:
    """Return the share of each class by year, over those that have one."""
    shown = [one for one in reversed(found) if sum(counts[one.pk][code] for code in kind.classes)]
    if not shown:
        return None
    series = [
        {"name": name, "tone": tone, "values": [_share(counts[one.pk], code, kind) for one in shown]}
        for (code, name), tone in zip(kind.classes.items(), _tones(len(kind.classes)), strict=True)
    ]
    links = [reverse("desk:assessment", args=[one.pk]) for one in shown]
    return {
        "kind": "stacked", "label": _("Year"), "unit": "%", "x": [str(one.year) for one in shown],
        "series": series, "links": links,
    }  # fmt: skip


def _share(counts: Counter[str], code: str, kind: PerMuKind) -> float:
    whole = sum(counts[one] for one in kind.classes)
    return round(100 * counts[code] / whole, 1)


def _tones(count: int) -> list[str]:
    return [TONES[min(place, len(TONES) - 1)] for place in range(count - 1)] + [TONES[-1]]


def _rule_rows(kind: PerMuKind) -> list[tuple[str, str]]:
    """Return the numbers of each declared year in a line, with their basis."""
    rows = []
    for key, year in sorted(kind.years.items(), reverse=True):
        parts = [
            f"{one.name} {year.weights[code]:g}/{year.bases[code]:g}/{year.caps[code]:g}"
            for code, one in kind.measures.items()
        ]
        cuts = "、".join(f"{kind.classes[code]} ≥ {cut:g}" for code, cut in year.cuts.items())
        rows.append((f"{key} {year.name}", f"{'；'.join(parts)}。{cuts}。{year.basis}"))
    return rows


@economy_page(methods=FORM)
def new_assessment(request: DeskRequest, code: str) -> HttpResponse:
    """Work a year out; a draft of that year is worked out anew."""
    kind = find_kind(code, PerMuKind)
    form = YearForm(kind, request.scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = _try(lambda: assessing.assess(kind, said["year"], said["area"], by=request.scope), form)
        if made is not None:
            return go_to(request, "desk:assessment", made.pk)
    way = crumbs((kind.name, "per_mu"), here=_("Assess a year"))
    return form_page(request, _("Assess a year"), forms=[form], breadcrumbs=way, submit=_("Work out"))


def _try(act: Callable[[], Any], form: forms.Form) -> Any:
    """Return what an act returns; None after a refusal, which then stands at the field it is about."""
    try:
        return act()
    except AssessmentInvalidError as error:
        for name, sentence in error.problems.items():
            form.add_error(name if name in form.fields else None, sentence)
    except (AssessmentStateError, DossierError) as error:
        form.add_error(None, str(error))
    return None


# ── one year ──────────────────────────────────────────────────────────────────────────────────────────


def _find(assessment_id: int, scope: Scope) -> tuple[Assessment, PerMuKind]:
    found = Assessment.objects.filter(pk=assessment_id).first()
    kind = assessing.kind_of(found) if found else None
    seen = assessing.visible_assessments(kind, scope).filter(pk=assessment_id).first() if kind else None
    if seen is None or kind is None:
        raise PanelNotFoundError(str(assessment_id))
    return seen, kind


@economy_page()
def show_assessment(request: DeskRequest, assessment_id: int) -> HttpResponse:
    """Show where everybody stands in a year, best first; who has no class says why."""
    one, kind = _find(assessment_id, request.scope)
    asked = read_asked(request, ["grade", "area"])
    whole = assessing.visible_standings(one, request.scope)
    counts = Counter(whole.order_by().values_list("grade", flat=True))
    waiting = Objection.objects.filter(standing__in=whole.values("pk"), answered_on=None).count()
    records = whole.filter(_grade_rule(asked.get("grade"), kind)).order_by("-score", "pk")
    area = asked.area("area")
    if area is not None:
        records = records.filter(dossier__area__path__startswith=area.path)
    # What has no score comes after what has one, on every database.
    shown = sorted(records, key=lambda s: (s.score is None, -(s.score or 0), s.pk))
    title = _("%(name)s of %(year)d") % {"name": kind.name, "year": one.year}
    listing = Listing(
        name=title,
        columns=_standing_columns(kind, whole=asked.excel),
        records=shown,
        rows=lambda some: (_standing_row(s, kind, request.scope, whole=asked.excel) for s in some),
        empty=_("Nobody stands in this list."),
        numbered=True,
    )
    options = [
        *(Option(value=code, title=name) for code, name in kind.classes.items()),
        Option(value=NONE, title=_("Without a class")),
        Option(value=OBJECTED, title=_("With an objection that waits")),
    ]
    return show_listing(
        request,
        listing,
        asked,
        template="desk/economy/list.html",
        page_title=f"{title} · {one.area.name} · {AssessmentState(one.state).label}",
        bar=condition_bar(asked, [Condition("grade", _("Class"), options=options)]),
        tabs=tabs("per_mu", None),
        tiles=_standing_tiles(kind, counts, waiting, asked),
        buttons=_buttons(one, request.scope),
        note=_state_words(one, kind),
        rules=_rule_rows(kind),
    )


def _grade_rule(grade: str, kind: PerMuKind) -> Q:
    if grade in kind.classes:
        return Q(grade=grade)
    rules = {NONE: Q(grade=""), OBJECTED: Q(objections__answered_on=None, objections__isnull=False)}
    return rules.get(grade, Q())


def _standing_columns(kind: PerMuKind, *, whole: bool) -> list[Column]:
    """Return the columns: points of each measure; in the *whole* file its value has a column too."""
    measures = kind.measures.values()
    values = [Column(title=one.name, unit=one.unit, numeric=True) for one in measures] if whole else []
    return [
        Column(title=_("Enterprise"), width="wide"),
        Column(title=_("Area"), phone=False, width="narrow"),
        Column(title=_("Score"), numeric=True),
        Column(title=_("Class"), width="middle"),
        *values,
        *(
            Column(title=_("%(name)s: points") % {"name": one.name}, numeric=True, phone=False)
            for one in measures
        ),
    ]


def _standing_row(one: Standing, kind: PerMuKind, scope: Scope, *, whole: bool) -> Row:
    url = reverse("desk:standing", args=[one.pk])
    waits = any(objection.answered_on is None for objection in one.objections.all())
    values = [_part(one, code, "value") for code in kind.measures]
    points = [_part(one, code, "points") for code in kind.measures]
    if not whole:
        # On the page the value stands small below its points; the file has a column for each.
        pairs = zip(points, values, kind.measures.values(), strict=True)
        points = [Cell(text=p.text, below=f"{v.text} {m.unit}" if v.text else "") for p, v, m in pairs]
        values = []
    cells = [
        Cell(text=title_for(one.dossier, scope), url=url, below=_("objection") if waits else ""),
        Cell(text=one.dossier.area.name),
        Cell(text=f"{one.score:g}" if one.score is not None else ""),
        Cell(text=kind.classes.get(one.grade, "") or why_none(one, kind)),
        *values,
        *points,
    ]
    return Row(cells=cells, url=url, state="near" if waits else "")


def _part(one: Standing, code: str, name: str) -> Cell:
    said = one.parts.get(code, {}).get(name)
    return Cell(text="" if said is None else f"{float(said):.4g}" if name == "value" else said)


def why_none(one: Standing, kind: PerMuKind) -> str:
    """Return in words why a subject has no class."""
    if one.exempt:
        found = kind.exempt.get(one.exempt)
        return _("not assessed: %(why)s") % {"why": found.name if found else one.exempt}
    of = subject_kind(kind, kind.of)
    parts = [f"{term_name(of, term)} {have}/{need}" for term, have, need in one.missing]
    return _("records lack: %(what)s") % {"what": "、".join(parts)} if parts else ""


def term_name(of: DossierKind, term: str) -> str:
    """Return a term of an assessment in the words of the pack."""
    series, dot, field = term.partition(".")
    if not dot:
        return of.fields[term].name if term in of.fields else term
    declared = of.readings.get(series)
    return declared.fields[field].name if declared and field in declared.fields else term


def _standing_tiles(kind: PerMuKind, counts: Counter[str], waiting: int, asked: Any) -> list[Tile]:
    tiles = [
        Tile(name, counts[code], asked.address(grade=code), unit=_("firms"))
        for code, name in kind.classes.items()
    ]
    tiles.append(Tile(_("Without a class"), counts[""], asked.address(grade=NONE), unit=_("firms")))
    if waiting:
        tiles.append(
            Tile(
                _("Objections that wait"), waiting, asked.address(grade=OBJECTED), icon="flag-3", state="near"
            )
        )
    return tiles


def _state_words(one: Assessment, kind: PerMuKind) -> str:
    if one.state == AssessmentState.LISTED:
        words = {"from": f"{one.listed_on:%Y-%m-%d}", "until": f"{one.public_until:%Y-%m-%d}"}
        return _("In public from %(from)s to %(until)s; objections are heard.") % words
    if one.state == AssessmentState.FINAL:
        words = {"day": f"{one.final_on:%Y-%m-%d}"}
        return _("In force since %(day)s; the classes stand in the dossiers.") % words
    return _("A draft. Where a record is wrong, correct it and work out anew; then list it in public.")


def _buttons(one: Assessment, scope: Scope) -> list[Link]:
    if not may_keep_figures(scope, one.area):
        return []
    args = [one.pk]
    if one.state == AssessmentState.DRAFT:
        again = reverse("desk:assess_again", args=args)
        return [
            Link(title=_("Work out anew"), url=again, icon="refresh", post=True),
            Link(title=_("List in public"), url=reverse("desk:publish_assessment", args=args),
                 icon="message-report", active=True),
        ]  # fmt: skip
    if one.state == AssessmentState.LISTED:
        url = reverse("desk:settle_assessment", args=args)
        return [Link(title=_("Put in force"), url=url, icon="check", active=True)]
    return []


@economy_page(methods=WRITING)
def assess_again(request: DeskRequest, assessment_id: int) -> HttpResponse:
    """Work a draft out anew from the records as they are now."""
    one, kind = _find(assessment_id, request.scope)
    try:
        assessing.assess(find_kind(kind.full_code, PerMuKind), one.year, one.area, by=request.scope)
    except REFUSALS as error:
        messages.warning(request, str(error))
    return go_to(request, "desk:assessment", one.pk)


@economy_page(methods=FORM)
def publish_assessment(request: DeskRequest, assessment_id: int) -> HttpResponse:
    """List an assessment in public from a day on."""
    return _day_act(request, assessment_id, _("List in public"), assessing.publish)


@economy_page(methods=FORM)
def settle_assessment(request: DeskRequest, assessment_id: int) -> HttpResponse:
    """Put an assessment in force."""
    return _day_act(request, assessment_id, _("Put in force"), assessing.put_in_force)


def _day_act(request: DeskRequest, assessment_id: int, title: str, act: Callable[..., Any]) -> HttpResponse:
    one, kind = _find(assessment_id, request.scope)
    form = DayForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["on"]
        if _try(lambda: act(one.pk, on=day, by=request.scope), form) is not None:
            return go_to(request, "desk:assessment", one.pk)
    way = [
        *crumbs((kind.name, "per_mu"), here="")[:-1],
        Link(title=str(one.year), url=reverse("desk:assessment", args=[one.pk])),
        Link(title=title),
    ]
    return form_page(request, title, forms=[form], breadcrumbs=way, submit=title)


# ── one subject ───────────────────────────────────────────────────────────────────────────────────────


@economy_page()
def show_standing(request: DeskRequest, standing_id: int) -> HttpResponse:
    """Show the sum of one subject line by line, its objections and their answers."""
    one = assessing.find_standing(standing_id, request.scope)
    kind = assessing.kind_of(one.assessment)
    title = title_for(one.dossier, request.scope)
    keeps = may_keep_figures(request.scope, one.assessment.area)
    open_ = keeps and one.assessment.state == AssessmentState.LISTED
    objections = list(one.objections.select_related("by"))
    context = {
        "page_title": f"{title}：{kind.classes.get(one.grade) or why_none(one, kind)}",
        "page_note": _("%(name)s of %(year)d") % {"name": kind.name, "year": one.assessment.year},
        "breadcrumbs": [
            *crumbs((kind.name, "per_mu"), here="")[:-1],
            Link(title=str(one.assessment.year), url=reverse("desk:assessment", args=[one.assessment_id])),
            Link(title=title),
        ],
        "standing": one,
        "parts": _parts_table(one, kind),
        "objections": objections,
        "dossier_url": reverse("desk:dossier", args=[one.dossier_id]),
        "object_url": reverse("desk:object_to_standing", args=[one.pk])
        if open_ and all(said.answered_on for said in objections)
        else "",
        "may_answer": open_,
    }
    return render(request, "desk/economy/standing.html", context)


def _parts_table(one: Standing, kind: PerMuKind) -> Table:
    of = subject_kind(kind, kind.of)
    columns = [
        Column(title=_("Measure"), width="wide"),
        Column(title=_("Numerator"), numeric=True),
        Column(title=_("Denominator"), numeric=True),
        Column(title=_("Value"), numeric=True),
        Column(title=_("Base value"), numeric=True),
        Column(title=_("Weight"), numeric=True, phone=False),
        Column(title=_("At most times the weight"), numeric=True, phone=False),
        Column(title=_("Points earned"), numeric=True),
    ]
    rows = []
    for code, measure in kind.measures.items():
        part = one.parts.get(code)
        if part is None:
            continue
        below = f"{term_name(of, measure.sum)} ÷ {term_name(of, measure.per)}"
        value = "" if part["value"] is None else f"{float(part['value']):.6g}"
        texts = (part["sum"], part["per"], value, part["base"], part["weight"], part["cap"], part["points"])
        name = f"{measure.name}（{measure.unit}）" if measure.unit else measure.name
        rows.append(Row(cells=[Cell(text=name, below=below), *(Cell(text=text) for text in texts)]))
    whole = [
        Cell(text=_("Score")),
        *([Cell()] * 6),
        Cell(text=f"{one.score:g}" if one.score is not None else ""),
    ]
    return Table(columns=columns, rows=rows, footer=whole if rows else ())


@economy_page(methods=FORM)
def object_to_standing(request: DeskRequest, standing_id: int) -> HttpResponse:
    """Keep an objection of a subject while the list is public."""
    one = assessing.find_standing(standing_id, request.scope)
    form = ObjectionForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> Objection:
            return assessing.object_to(one.pk, text=said["text"], on=said["on"], by=request.scope)

        if _try(act, form) is not None:
            return go_to(request, "desk:standing", one.pk)
    title = _("Objection of %(title)s") % {"title": title_for(one.dossier, request.scope)}
    return form_page(request, title, forms=[form], breadcrumbs=_way_back(one, request, title))


@economy_page(methods=FORM)
def answer_objection(request: DeskRequest, objection_id: int) -> HttpResponse:
    """Answer an objection."""
    found = Objection.objects.filter(pk=objection_id).first()
    if found is None:
        raise PanelNotFoundError(str(objection_id))
    one = assessing.find_standing(found.standing_id, request.scope)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> Objection:
            upheld = said["upheld"] == "yes"
            return assessing.answer(found.pk, upheld=upheld, answer=said["answer"], by=request.scope)

        if _try(act, form) is not None:
            return go_to(request, "desk:standing", one.pk)
    title = _("Answer: %(text)s") % {"text": found.text[:60]}
    return form_page(request, title, forms=[form], breadcrumbs=_way_back(one, request, title))


def _way_back(one: Standing, request: DeskRequest, here: str) -> list[Link]:
    url = reverse("desk:standing", args=[one.pk])
    return [Link(title=title_for(one.dossier, request.scope), url=url), Link(title=here)]


# ── on the page of a dossier ──────────────────────────────────────────────────────────────────────────


def class_history(dossier: Any) -> Iterable[tuple[int, str, str, str]]:
    """Yield the classes of a dossier: year, class, score and its sheet, the newest first."""
    for one in assessing.classes_of(dossier):
        kind = assessing.kind_of(one.assessment)
        word = kind.classes.get(one.grade) or why_none(one, kind)
        score = f"{one.score:g}" if one.score is not None else ""
        yield one.assessment.year, word, score, reverse("desk:standing", args=[one.pk])
