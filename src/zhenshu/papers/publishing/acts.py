"""Acts on reports that are kept: start, word, override, derive anew, publish, withdraw.

Each is one transaction with one ledger entry, and refuses in a sentence what cannot be done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import plain, record
from zhenshu.ground.people.scope import Scope
from zhenshu.papers.publishing.changes import against_closing
from zhenshu.papers.publishing.content import (
    Content,
    content_of,
    figures_of,
    merge,
    report_facts,
    sentence_of,
    sentences_of,
)
from zhenshu.papers.publishing.errors import ReportChangedError, ReportInvalidError, ReportStateError
from zhenshu.papers.publishing.models import Report, State
from zhenshu.papers.publishing.rights import find_report, require_writer
from zhenshu.papers.publishing.sealing import close_with_seal
from zhenshu.papers.writing.compose import Composed, compose
from zhenshu.papers.writing.report_paper import plain_title

MOST_WORDS = 20_000  # characters of free words; a longer text is no report any more
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


@transaction.atomic
def start_draft(area: Area, year: int, *, by: Scope, at: datetime | None = None) -> Report:
    """Return the draft of an area's report, composed from the ledger as it is now.

    After a withdrawn edition the next one begins with its words; a published one must be withdrawn first.
    """
    require_writer(by, area)
    earlier = list(Report.objects.filter(area=area, year=year).order_by("edition"))
    _refuse_second(earlier)
    composed, moment = _settled(area, year, by), at or timezone.now()
    content, last = content_of(composed), earlier[-1] if earlier else None
    report = Report(
        area=area, year=year, edition=len(earlier) + 1,
        started_by=by.name, started_at=moment, changed_at=moment,
        title=last.title if last else plain_title(area.name, year), opening=last.opening if last else "",
        closing=last.closing if last else "", content=merge(last.content, content) if last else content,
        as_of=composed.as_of,
    )  # fmt: skip
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as error:
        raise ReportStateError(_("Somebody else has just started this report.")) from error
    _tell(report, "report.started", None, by, moment)
    return report


def _settled(area: Area, year: int, by: Scope) -> Composed:
    """Return the composed report once every figure is counted: a draft must not miss what is only late."""
    composed = compose(area, year, scope=by)
    if composed.waiting:
        raise ReportStateError(
            _("%(count)d figures are being counted anew. Try again in a minute or two.")
            % {"count": len(composed.waiting)}
        )
    return composed


def _refuse_second(earlier: Sequence[Report]) -> None:
    for one in earlier:
        words = {"title": one.title, "edition": one.edition}
        if one.state == State.DRAFT:
            raise ReportStateError(_("%(title)s has a draft already; go on writing that one.") % words)
        if one.state == State.PUBLISHED:
            raise ReportStateError(
                _("Edition %(edition)d of %(title)s is published; withdraw it before writing the next.")
                % words
            )


@transaction.atomic
def derive_anew(report: Report, *, version: int, by: Scope, at: datetime | None = None) -> Report:
    """Return the draft with every figure and derived sentence as the ledger tells them now.

    What was put by hand stays; a wording whose figures are gone is laid aside in the report.
    """
    held, before = _hold(report, version, by)
    composed = _settled(held.area, held.year, by)
    held.content, held.as_of = merge(held.content, content_of(composed)), composed.as_of
    return _save(held, "report.derived", before, by, at)


@transaction.atomic
def write_words(
    report: Report,
    *,
    title: str,
    opening: str,
    closing: str,
    version: int,
    by: Scope,
    at: datetime | None = None,
) -> Report:
    """Return the draft with its title and the free words before and after its sections."""
    held, before = _hold(report, version, by)
    if not title.strip() or len(title) > 120:
        raise ReportInvalidError(_("A report needs a title of at most 120 characters."))
    if max(len(opening), len(closing)) > MOST_WORDS:
        raise ReportInvalidError(_("Free words may have at most %(most)d characters.") % {"most": MOST_WORDS})
    held.title, held.opening, held.closing = title.strip(), opening.strip(), closing.strip()
    return _save(held, "report.worded", before, by, at)


@transaction.atomic
def word_sentence(
    report: Report,
    key: str,
    words: Sequence[str] | None,
    *,
    version: int,
    by: Scope,
    at: datetime | None = None,
) -> Report:
    """Return the draft with a sentence in *words*: one text before, between and behind its figures.

    Its figures stay where they are; no words take the sentence back to how it was derived.
    """
    held, before = _hold(report, version, by)
    sentence = _sentence(held, key)
    keys = sentence.get("hand", {}).get("figures") or figures_of(sentence)
    sentence.pop("hand", None)
    if words is not None:
        _check_words(words, keys)
        sentence["hand"] = {
            "words": [text.strip("\r\n") for text in words],
            "figures": keys,
            "by": by.name,
            "at": plain(at or timezone.now()),
        }
    return _save(held, "report.sentence_worded", before, by, at)


def _check_words(words: Sequence[str], keys: Sequence[str]) -> None:
    if len(words) != len(keys) + 1:
        raise ReportInvalidError(
            _("This sentence has %(count)d figures; write around them, they cannot be typed over.")
            % {"count": len(keys)}
        )
    if sum(map(len, words)) > MOST_WORDS:
        raise ReportInvalidError(_("Free words may have at most %(most)d characters.") % {"most": MOST_WORDS})
    if not keys and not "".join(words).strip():
        raise ReportInvalidError(_("An empty sentence is left out rather than worded."))


@transaction.atomic
def leave_out(
    report: Report, key: str, *, out: bool, version: int, by: Scope, at: datetime | None = None
) -> Report:
    """Return the draft with a sentence left out, or taken in again."""
    held, before = _hold(report, version, by)
    sentence = _sentence(held, key)
    sentence.pop("left_out", None)
    if out:
        sentence["left_out"] = True
    return _save(held, "report.sentence_left_out" if out else "report.sentence_taken_in", before, by, at)


def _sentence(report: Report, key: str) -> Content:
    sentence = sentence_of(report.content, key)
    if sentence is None:
        raise ReportInvalidError(_("The report has no such sentence any more."))
    return sentence


@transaction.atomic
def override_figure(
    report: Report, key: str, shown: str, *, reason: str, version: int, by: Scope, at: datetime | None = None
) -> Report:
    """Return the draft with another number in a figure's place, for a reason; both stay visible."""
    held, before = _hold(report, version, by)
    figure = held.content["figures"].get(key)
    if figure is None:
        raise ReportInvalidError(_("The report has no such figure any more."))
    said = shown.strip()
    if not _NUMBER.fullmatch(said):
        raise ReportInvalidError(_("Write a plain number such as 1293.33, without its unit."))
    if not reason.strip():
        raise ReportInvalidError(_("Say why the figure is written otherwise than the ledger tells it."))
    if said == figure["shown"]:
        raise ReportInvalidError(_("That is what the ledger tells already."))
    held.content["overrides"][key] = {
        "shown": said,
        "reason": reason.strip()[:300],
        "by": by.name,
        "at": plain(at or timezone.now()),
    }
    return _save(held, "report.figure_overridden", before, by, at, note=reason)


@transaction.atomic
def withdraw_override(
    report: Report, key: str, *, version: int, by: Scope, at: datetime | None = None
) -> Report:
    """Return the draft with the ledger's own figure in its place again."""
    held, before = _hold(report, version, by)
    if held.content["overrides"].pop(key, None) is None:
        raise ReportInvalidError(_("This figure is not overridden."))
    return _save(held, "report.override_withdrawn", before, by, at)


@transaction.atomic
def publish(report: Report, *, version: int, by: Scope, at: datetime | None = None) -> Report:
    """Return the report, published: its text and figures are frozen under a seal.

    A figure that contradicts a closed period is refused unless somebody answers for it by an override.
    """
    held, before = _hold(report, version, by)
    if not any(not one.get("left_out") for one in sentences_of(held.content)):
        raise ReportInvalidError(_("A report without a sentence is not published."))
    _refuse_contradicting(against_closing(held))
    held.state, held.published_by = State.PUBLISHED, by.name
    held.published_at = at or timezone.now()
    close_with_seal(held)
    return _save(held, "report.published", before, by, held.published_at)


def _refuse_contradicting(found: Iterable[Any]) -> None:
    first = next(iter(found), None)
    if first is not None:
        words = {"name": first.name, "closed": first.closed, "shown": first.shown, "year": first.year}
        raise ReportInvalidError(
            _(
                "%(name)s: the closed period %(year)d says %(closed)s, the report %(shown)s. "
                "Open the period again, or override the figure with the reason."
            )
            % words
        )


@transaction.atomic
def withdraw(report: Report, *, reason: str, version: int, by: Scope, at: datetime | None = None) -> Report:
    """Return the edition, withdrawn for a reason; its text and seal stay readable."""
    held, before = _hold(report, version, by, state=State.PUBLISHED)
    if not reason.strip():
        raise ReportInvalidError(_("Say why the report is withdrawn."))
    held.state, held.withdrawn_by = State.WITHDRAWN, by.name
    held.withdrawn_at, held.withdrawn_reason = at or timezone.now(), reason.strip()[:300]
    return _save(held, "report.withdrawn", before, by, held.withdrawn_at, note=reason)


# ── around every act ──────────────────────────────────────────────────────────────────────────────────


def _hold(
    report: Report, version: int, by: Scope, *, state: State = State.DRAFT
) -> tuple[Report, dict[str, Any]]:
    """Return the report locked for an act, and what the ledger knows of it before."""
    require_writer(by, find_report(report.pk, by).area)
    held = Report.objects.select_for_update(of=("self",)).select_related("area").get(pk=report.pk)
    if held.state != state:
        words = {"title": held.title, "state": State(held.state).label}
        raise ReportStateError(_("%(title)s can't be changed like this: it is %(state)s.") % words)
    if held.version != version:
        raise ReportChangedError
    before = report_facts(held)
    held.content = deepcopy(held.content)
    return held, before


def _save(
    report: Report, action: str, before: dict[str, Any], by: Scope, at: datetime | None, *, note: str = ""
) -> Report:
    report.version += 1
    report.changed_at = at or timezone.now()
    report.save()
    seq = _tell(report, action, before, by, report.changed_at, note=note)
    if action == "report.published":
        report.entry = seq
        report.save(update_fields=["entry"])
    return report


def _tell(
    report: Report, action: str, before: dict[str, Any] | None, by: Scope, at: datetime, *, note: str = ""
) -> int:
    entry = record(
        by.actor, action, report, area_id=report.area_id, before=before, after=report_facts(report),
        note=note, at=at,
    )  # fmt: skip
    return entry.seq
