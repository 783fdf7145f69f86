"""The acts of the ledger in words: case.dispatch is 派发, user.locked is 锁定."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhenshu.doors.desk import (
    adopting_words,
    block_words,
    economy_words,
    engine_words,
    exchange_words,
    plan_words,
    scorecard_words,
)
from zhenshu.doors.portal import ledger_words as portal_words
from zhenshu.registers.cases.steps.table import STEPS
from zhenshu.registers.cases.story import OTHER_ACTS

Words = str | Promise

# What an act is about, by the part before the dot.
SUBJECTS: Mapping[str, Words] = {
    "case": _("Matters"),
    "dossier": _("Dossiers"),
    "reading": _("Readings"),
    "user": _("People"),
    "post": _("Posts"),
    "office": _("Offices"),
    "area": _("Areas"),
    "token": _("Tokens"),
    "pack": _("Packs"),
    "figure": _("Figures"),
    "target": _("Targets"),
    "period": _("Periods"),
    "report": _("Reports"),
    "plan": _("Tasks and projects"),
    **block_words.SUBJECTS,
    "webhook": _("Webhooks"),
    **engine_words.SUBJECTS,
    **adopting_words.SUBJECTS,
    **economy_words.SUBJECTS,
    **exchange_words.SUBJECTS,
    **portal_words.SUBJECTS,
    **scorecard_words.SUBJECTS,
    "list": _("Lists taken out"),
    "demo": _("Demonstration"),
}
ACTS: Mapping[str, Words] = {
    "dossier.created": _("Dossier opened"),
    "field.renamed": _("Field carried over to its new name"),
    "dossier.corrected": _("Dossier corrected"),
    "dossier.closed": _("Dossier closed"),
    "dossier.reopened": _("Dossier reopened"),
    "dossier.merged": _("Dossier merged into another"),
    "dossier.absorbed": _("Took in a double"),
    "dossier.related": _("Tied to another dossier"),
    "dossier.unrelated": _("Tie ended"),
    "dossier.viewed": _("Sensitive dossier viewed"),
    "reading.added": _("Reading added"),
    "reading.replaced": _("Reading replaced"),
    "reading.moved": _("Reading moved"),
    "user.created": _("User created"),
    "user.corrected": _("User corrected"),
    "user.deactivated": _("User shut out"),
    "user.reactivated": _("User let in again"),
    "user.password_set": _("New first password"),
    "user.password_changed": _("Own password changed"),
    "user.logged_in": _("Logged in"),
    "user.logged_out": _("Logged out"),
    "user.log_in_failed": _("Failed log-in"),
    "user.log_in_refused": _("Refused log-in"),
    "user.locked": _("Locked after failures"),
    "post.granted": _("Post granted"),
    "post.placed": _("Post placed under another"),
    "post.ended": _("Post ended"),
    "office.created": _("Office created"),
    "office.corrected": _("Office corrected"),
    "office.closed": _("Office closed"),
    "area.created": _("Area created"),
    "area.renamed": _("Area renamed"),
    "area.corrected": _("Area corrected"),
    "area.moved": _("Area moved"),
    "area.closed": _("Area ended"),
    "area.merged": _("Areas merged"),
    "area.split": _("Area split"),
    "area.recoded": _("Area recoded"),
    "token.issued": _("Token issued"),
    "token.revoked": _("Token revoked"),
    "pack.loaded": _("Pack taken into use"),
    "figure.reported": _("Figure reported"),
    "figure.corrected": _("Figure corrected"),
    "target.set": _("Target set"),
    "target.changed": _("Target changed"),
    "target.ended": _("Target ended"),
    "report.started": _("Report draft started"),
    "report.derived": _("Report derived anew"),
    "report.worded": _("Free words of a report written"),
    "report.sentence_worded": _("Sentence of a report worded"),
    "report.sentence_left_out": _("Sentence of a report left out"),
    "report.sentence_taken_in": _("Sentence of a report taken in again"),
    "report.figure_overridden": _("Figure of a report overridden"),
    "report.override_withdrawn": _("Override of a figure withdrawn"),
    "report.published": _("Report published"),
    "report.withdrawn": _("Report withdrawn"),
    "period.closed": _("Period closed"),
    "period.reopened": _("Period reopened"),
    "webhook.created": _("Webhook created"),
    "webhook.changed": _("Webhook changed"),
    "webhook.removed": _("Webhook removed"),
    "list.exported": _("List taken out as a table"),
    "demo.planted": _("Demonstration township planted"),
    **plan_words.ACTS,
    **block_words.ACTS,
    **engine_words.ACTS,
    **adopting_words.ACTS,
    **economy_words.ACTS,
    **exchange_words.ACTS,
    **portal_words.ACTS,
    **scorecard_words.ACTS,
}


def action_word(action: str) -> str:
    """Return an act in words; one that nobody named here shows its own name."""
    subject, _dot, act = action.partition(".")
    if subject == "case":
        return str(STEPS[act].name if act in STEPS else OTHER_ACTS.get(act, act))
    return str(ACTS.get(action, action))
