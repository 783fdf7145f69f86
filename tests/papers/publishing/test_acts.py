"""A report is drafted, worded, overridden, published and withdrawn; each act leaves one line or says no."""

from __future__ import annotations

import io
from decimal import Decimal

import docx
import pytest
from django.db import transaction

from zhenshu.ground.ledger.models import Entry
from zhenshu.measures.indicators.closing import close_period
from zhenshu.papers.publishing import acts
from zhenshu.papers.publishing.changes import changed_since_publication, changes_since
from zhenshu.papers.publishing.content import composed_of, content_of, merge, sentences_of, words_of
from zhenshu.papers.publishing.errors import (
    PublishingError,
    ReportChangedError,
    ReportInvalidError,
    ReportNotAllowedError,
    ReportNotFoundError,
    ReportStateError,
)
from zhenshu.papers.publishing.models import Report
from zhenshu.papers.publishing.rights import find_report, visible_reports
from zhenshu.papers.publishing.sealing import seal_of, verify_reports
from zhenshu.papers.writing.command import run
from zhenshu.papers.writing.compose import compose
from zhenshu.papers.writing.layout import write_official
from zhenshu.papers.writing.report_paper import paper_of

TEXT = "共接待来访5批9人次，其中领导干部定点接访、约访3批6人次，走访下访2批3人次。"
VISITS = "petitions.visits:value"


def key_of(report: Report) -> str:
    return next(sentences_of(report.content))["key"]


def publish(report: Report, by) -> Report:
    return acts.publish(report, version=report.version, by=by)


def entries(report: Report) -> list[str]:
    found = Entry.objects.filter(subject_kind="publishing.report", subject_id=report.pk)
    return list(found.order_by("seq").values_list("action", flat=True))


# ── the acts ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_states_what_the_ledger_tells(draft, year):
    assert (draft.state, draft.edition, draft.title) == ("draft", 1, "澄江镇2023年工作报告")
    assert composed_of(draft).text == TEXT
    assert entries(draft) == ["report.started"]


def test_a_figure_of_a_draft_stays_until_it_is_derived_anew(draft, year):
    year.visit("2023-12-01", 4)
    assert composed_of(Report.objects.get(pk=draft.pk)).text == TEXT
    anew = acts.derive_anew(draft, version=1, by=year.secretary)
    assert "来访6批13人次" in composed_of(anew).text
    assert entries(draft) == ["report.started", "report.derived"]


def test_words_are_put_around_figures_and_outlive_a_derivation(draft, year):
    words, _ = words_of(next(sentences_of(draft.content)))
    words[0] = "一年来，镇村两级接访"
    worded = acts.word_sentence(draft, key_of(draft), words, version=1, by=year.secretary)
    assert composed_of(worded).text.startswith("一年来，镇村两级接访5批9人次")
    year.visit("2023-12-01", 4)
    anew = acts.derive_anew(worded, version=2, by=year.secretary)
    assert composed_of(anew).text.startswith("一年来，镇村两级接访6批13人次")
    back = acts.word_sentence(anew, key_of(anew), None, version=3, by=year.secretary)
    assert composed_of(back).text.startswith("共接待来访6批")


def test_a_wording_whose_figure_is_gone_is_laid_aside(draft, year):
    words = [f"词{n}" for n in range(7)]
    worded = acts.word_sentence(draft, key_of(draft), words, version=1, by=year.secretary)
    nothing = content_of(compose(year.town.town, 2021, scope=year.secretary))
    merged = merge(worded.content, nothing)
    assert merged["aside"][0]["text"].startswith("词05词1")
    assert merged["sections"] == []


def test_free_words_stand_around_the_sections(draft, year):
    said = {"title": "政府工作报告", "opening": "各位代表：\n现在报告工作。", "closing": "谢谢大家。"}
    worded = acts.write_words(draft, **said, version=1, by=year.secretary)
    assert composed_of(worded).text == f"{said['opening']}\n{TEXT}\n谢谢大家。"


def test_a_sentence_left_out_is_neither_printed_nor_lost(draft, year):
    out = acts.leave_out(draft, key_of(draft), out=True, version=1, by=year.secretary)
    assert composed_of(out).sentences == ()
    assert composed_of(out, draft=True).sentences[0].left_out
    back = acts.leave_out(out, key_of(draft), out=False, version=2, by=year.secretary)
    assert composed_of(back).text == TEXT


def test_an_override_shows_both_who_and_why(draft, year):
    said = acts.override_figure(draft, VISITS, "6", reason="含年末补登", version=1, by=year.secretary)
    figure = next(one for one in composed_of(said).figures if one.key == VISITS)
    assert (figure.shown, figure.override.derived, figure.override.reason) == ("6", "5", "含年末补登")
    assert figure.override.by == "白砚"
    assert "来访6批9人次" in composed_of(said).text
    back = acts.withdraw_override(said, VISITS, version=2, by=year.secretary)
    assert composed_of(back).text == TEXT
    assert entries(draft)[1:] == ["report.figure_overridden", "report.override_withdrawn"]


def test_publishing_freezes_text_figures_and_seals_them(draft, year):
    done = publish(draft, year.secretary)
    year.visit("2023-12-01", 4)
    kept = Report.objects.get(pk=done.pk)
    assert composed_of(kept).text == TEXT
    figure = next(one for one in composed_of(kept).figures if one.key == VISITS)
    assert (figure.value, figure.n, bool(figure.version), figure.as_of) == (Decimal(5), 5, True, draft.as_of)
    entry = Entry.objects.get(seq=kept.entry)
    assert entry.action == "report.published"
    assert entry.changes["seal"][1] == kept.seal
    assert verify_reports() is None


def test_after_a_withdrawal_the_next_edition_begins_with_its_words(draft, year):
    said = acts.override_figure(draft, VISITS, "6", reason="含年末补登", version=1, by=year.secretary)
    first = publish(said, year.secretary)
    gone = acts.withdraw(first, reason="数据有误", version=first.version, by=year.secretary)
    second = start_next(year)
    assert (second.edition, gone.state) == (2, "withdrawn")
    assert "来访6批9人次" in composed_of(second).text
    publish(second, year.secretary)
    assert composed_of(Report.objects.get(pk=first.pk)).text == composed_of(gone).text
    assert verify_reports() is None


def start_next(year) -> Report:
    return acts.start_draft(year.town.town, 2023, by=year.secretary)


# ── changed since ─────────────────────────────────────────────────────────────────────────────────────


def test_what_changed_since_publication_is_told_with_its_difference(draft, year):
    done = publish(draft, year.secretary)
    assert changes_since(done) == []
    year.visit("2023-12-01", 4)
    told = {one.figure.key: (one.then, one.now, one.difference, one.redefined) for one in changes_since(done)}
    assert told[VISITS] == ("5", "6", "+1", False)
    assert told["petitions.visitors:value"] == ("9", "13", "+4", False)
    assert changed_since_publication([done, draft]) == len(told) == 4


def test_an_overridden_figure_has_not_changed_while_the_ledger_has_not(draft, year):
    said = acts.override_figure(draft, VISITS, "6", reason="含年末补登", version=1, by=year.secretary)
    assert changes_since(said) == []


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────

REFUSALS = [
    (lambda r, by: acts.start_draft(r.area, 2023, by=by), ReportStateError, "draft already"),
    (lambda r, by: acts.publish(r, version=9, by=by), ReportChangedError, "changed while"),
    (lambda r, by: acts.withdraw(r, reason="误", version=1, by=by), ReportStateError, "Draft"),
    (lambda r, by: word(r, by, key="review.x.0"), ReportInvalidError, "sentence"),
    (lambda r, by: word(r, by), ReportInvalidError, "6 figures"),
    (lambda r, by: override(r, by, key="petitions.nothing:value"), ReportInvalidError, "no such figure"),
    (lambda r, by: override(r, by, shown="六"), ReportInvalidError, "plain number"),
    (lambda r, by: override(r, by, shown="5"), ReportInvalidError, "already"),
    (lambda r, by: override(r, by, reason=" "), ReportInvalidError, "Say why"),
    (lambda r, by: acts.withdraw_override(r, VISITS, version=1, by=by), ReportInvalidError, "not overridden"),
    (lambda r, by: write(r, by, title=" "), ReportInvalidError, "title"),
    (lambda r, by: write(r, by, opening="长" * 20_001), ReportInvalidError, "20000"),
]  # fmt: skip


def override(report, by, *, key=VISITS, shown="6", reason="补登"):
    return acts.override_figure(report, key, shown, reason=reason, version=1, by=by)


def word(report, by, *, key=""):
    return acts.word_sentence(report, key or key_of(report), ["共接待来访8批"], version=1, by=by)


def write(report, by, *, title="报告", opening=""):
    return acts.write_words(report, title=title, opening=opening, closing="", version=1, by=by)


@pytest.mark.parametrize(("act", "error", "words"), REFUSALS)
def test_what_cannot_be_done_is_refused_in_a_sentence(draft, year, in_english, act, error, words):
    before = entries(draft)
    with pytest.raises(error, match=words):
        act(draft, year.secretary)
    assert entries(draft) == before


@pytest.mark.parametrize("act", [
    lambda r, by: acts.derive_anew(r, version=r.version, by=by),
    lambda r, by: acts.override_figure(r, VISITS, "6", reason="补登", version=r.version, by=by),
    lambda r, by: acts.write_words(r, title="新题", opening="", closing="", version=r.version, by=by),
    lambda r, by: acts.publish(r, version=r.version, by=by),
])  # fmt: skip
def test_a_published_report_is_not_written_any_more(draft, year, act):
    done = publish(draft, year.secretary)
    with pytest.raises(ReportStateError):
        act(done, year.secretary)


def test_a_published_report_stands_until_it_is_withdrawn_for_a_reason(draft, year, in_english):
    done = publish(draft, year.secretary)
    with pytest.raises(ReportStateError, match="withdraw it"):
        start_next(year)
    with pytest.raises(ReportInvalidError, match="Say why"):
        acts.withdraw(done, reason=" ", version=done.version, by=year.secretary)


def test_a_report_that_says_nothing_is_not_published(year, in_english):
    empty = acts.start_draft(year.town.town, 2019, by=year.secretary)
    with pytest.raises(ReportInvalidError, match="without a sentence"):
        publish(empty, year.secretary)


def test_a_figure_against_its_closed_period_needs_an_answer(draft, year, in_english):
    close_period(year.town.town, "2023", by=year.secretary)
    year.visit("2023-12-01", 4)
    anew = acts.derive_anew(draft, version=1, by=year.secretary)
    with pytest.raises(ReportInvalidError, match=r"closed period 2023 says 5, the report 6"):
        publish(anew, year.secretary)
    report = anew
    for key, shown in (("visits", "5"), ("visitors", "9"), ("visits.leader", "3"), ("visitors.leader", "6")):
        report = acts.override_figure(
            report, f"petitions.{key}:value", shown, reason="以结账数为准", version=report.version,
            by=year.secretary,
        )  # fmt: skip
    assert publish(report, year.secretary).state == "published"


# ── who ───────────────────────────────────────────────────────────────────────────────────────────────

MAY = {"secretary": True, "leader": True}
ACTS = {
    "start": lambda r, by: acts.start_draft(r.area, 2022, by=by),
    "derive": lambda r, by: acts.derive_anew(r, version=1, by=by),
    "write": lambda r, by: write(r, by),
    "word": lambda r, by: acts.word_sentence(r, key_of(r), None, version=1, by=by),
    "leave_out": lambda r, by: acts.leave_out(r, key_of(r), out=True, version=1, by=by),
    "override": lambda r, by: override(r, by),
    "publish": lambda r, by: acts.publish(r, version=1, by=by),
}


@pytest.mark.parametrize("who", ["secretary", "leader", "administrator", "dispatcher", "officer", "viewer"])
@pytest.mark.parametrize("act", sorted(ACTS))
def test_who_may_write_and_publish(draft, people, scope_for, who, act):
    by = scope_for(people[who])
    if MAY.get(who):
        ACTS[act](draft, by)
        return
    with pytest.raises((ReportNotAllowedError, ReportNotFoundError)):
        ACTS[act](draft, by)


def test_drafts_are_seen_by_their_writers_and_editions_by_overseers(draft, year, people, scope_for):
    seen = {
        who: visible_reports(scope_for(people[who])).exists() for who in ("leader", "dispatcher", "officer")
    }
    assert seen == {"leader": True, "dispatcher": False, "officer": False}
    publish(draft, year.secretary)
    assert find_report(draft.pk, scope_for(people["dispatcher"])).state == "published"
    for who in ("officer", "viewer"):  # the viewer's post is over a village only
        with pytest.raises(ReportNotFoundError):
            find_report(draft.pk, scope_for(people[who]))


# ── the seal ──────────────────────────────────────────────────────────────────────────────────────────

TAMPER = {
    "text": lambda r: r.content["sections"][0]["sentences"][0]["pieces"][0].update(text="共"),
    "figure": lambda r: r.content["figures"][VISITS].update(shown="50"),
    "title": lambda r: setattr(r, "title", "另一份报告"),
    "seal": lambda r: setattr(r, "seal", "f" * 64),
    "signer": lambda r: setattr(r, "published_by", "某某"),
}


@pytest.mark.parametrize("what", sorted(TAMPER))
def test_tampering_is_found_and_named(draft, year, what):
    done = publish(draft, year.secretary)
    TAMPER[what](done)
    done.save()
    fault = verify_reports()
    assert fault is not None
    assert fault.edition.pk == done.pk


def test_a_new_seal_over_a_changed_text_is_found_by_the_ledger(draft, year, in_english):
    done = publish(draft, year.secretary)
    done.content["figures"][VISITS]["shown"] = "50"
    done.seal = seal_of(done, done.previous_seal)
    done.save()
    assert "ledger" in verify_reports().reason


def test_a_removed_edition_breaks_the_chain(draft, year, in_english):
    first = publish(draft, year.secretary)
    acts.withdraw(first, reason="误", version=first.version, by=year.secretary)
    publish(start_next(year), year.secretary)
    with transaction.atomic():
        Report.objects.filter(pk=first.pk).delete()
    assert "chain" in verify_reports().reason


# ── documents ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_document_holds_the_frozen_and_overridden_figures(draft, year, tmp_path):
    said = acts.override_figure(draft, VISITS, "6", reason="含年末补登", version=1, by=year.secretary)
    done = publish(said, year.secretary)
    year.visit("2023-12-01", 4)
    path = tmp_path / "report.docx"
    write_official(paper_of(composed_of(Report.objects.get(pk=done.pk))), path, provenance="appendix")
    word = docx.Document(io.BytesIO(path.read_bytes()))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "共接待来访6批9人次" in text
    sources = "\n".join(cell.text for row in word.tables[-1].rows for cell in row.cells)
    assert "台账为5，理由：含年末补登（白砚" in sources


def test_every_refusal_is_of_one_family():
    assert all(issubclass(error, PublishingError) for _, error, _ in REFUSALS)


def test_the_command_gives_the_published_edition_or_says_there_is_none(draft, year, capsys):
    out = io.StringIO()
    assert run("", 2023, published=True, out=out) == 1
    assert "2023" in capsys.readouterr().err
    publish(draft, year.secretary)
    year.visit("2023-12-01", 4)
    assert run("", 2023, published=True, out=out) == 0
    assert TEXT in out.getvalue()
