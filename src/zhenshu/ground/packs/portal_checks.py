"""Check how a kind is open to the public: its channels, fields, what is shown, its questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zhenshu.ground.packs.case_kinds import CaseKind, PortalQuestion, PortalRule, Stage
from zhenshu.ground.packs.findings import Finding, Place

# What the reporter may be shown besides fields of the kind that are not sensitive.
SHOWN = ("due", "office", "answer", "outcome")


def check_portal(kind: CaseKind, place: Place) -> Iterator[Finding]:
    """Yield what is wrong with the ``portal:`` of a case kind."""
    if kind.portal is None:
        return
    rule, at = kind.portal, (*place, "portal")
    if kind.confidential or kind.sensitive:
        yield Finding(at, "portal_secret", {})
    channels = [channel for channel in (rule.channel, rule.code_channel) if channel]
    yield from _among((*at, "channel"), channels, kind.channels)
    yield from _among((*at, "asks"), [*rule.asks, *filter(None, [rule.text])], kind.fields)
    yield from _among((*at, "shows"), rule.shows, [*SHOWN, *kind.fields])
    yield from _fields(kind, rule, at)
    if rule.judged and Stage.CALLED_BACK not in kind.stages:
        yield Finding((*at, "judged"), "portal_judged", {})
    if Stage.DISPATCHED not in kind.stages and not rule.office:
        yield Finding(at, "portal_office", {})
    yield from _questions(kind, rule, at)


def _among(place: Place, names: Iterable[str], allowed: Iterable[str]) -> Iterator[Finding]:
    listed = list(allowed)
    for name in names:
        if name not in listed:
            yield Finding(place, "portal_word", {"name": name, "allowed": listed})


def _fields(kind: CaseKind, rule: PortalRule, at: Place) -> Iterator[Finding]:
    filled = {*rule.asks, rule.text}
    if kind.subject is not None and kind.subject.required:
        yield Finding(at, "portal_lacks", {"field": "subject"})
    for key, field in kind.fields.items():
        if field.required and field.default is None and key not in filled:
            yield Finding((*at, "asks"), "portal_lacks", {"field": key})
        if field.sensitive and key in rule.shows:
            yield Finding((*at, "shows"), "portal_shown", {"field": key})


def _questions(kind: CaseKind, rule: PortalRule, at: Place) -> Iterator[Finding]:
    if rule.questions or rule.first:
        yield from _among((*at, "first"), [rule.first], rule.questions)
    paths = [path for path, _category in kind.category_paths()]
    for key, question in rule.questions.items():
        for number, answer in enumerate(question.answers):
            here = (*at, "questions", key, "answers", number)
            if bool(answer.next) == bool(answer.category):
                yield Finding(here, "portal_answer", {})
            yield from _among((*here, "next"), filter(None, [answer.next]), rule.questions)
            yield from _among((*here, "category"), filter(None, [answer.category]), paths)
        if key in _reached_from(question, rule.questions):
            yield Finding((*at, "questions", key), "portal_circle", {"question": key})


def _reached_from(question: PortalQuestion, questions: dict[str, PortalQuestion]) -> set[str]:
    """Return the questions that the answers to *question* lead to, however far on."""
    reached: set[str] = set()
    ahead = [answer.next for answer in question.answers]
    while ahead:
        key = ahead.pop()
        if key in questions and key not in reached:
            reached.add(key)
            ahead += [answer.next for answer in questions[key].answers]
    return reached
