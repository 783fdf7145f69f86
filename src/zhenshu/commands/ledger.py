"""Verify the ledger."""

from __future__ import annotations

from pathlib import Path

from zhenshu.commands.django_start import start_django


def verify(data: Path | None) -> int:
    """Check every seal, those of published reports too; say the first fault and return 1, or 0."""
    start_django(data)
    from django.utils.translation import gettext as _
    from rich.progress import Progress

    from zhenshu.ground.ledger import seal
    from zhenshu.ground.ledger.models import Entry

    seal.seal_entries()
    total = Entry.objects.count()
    with Progress(transient=True) as bar:
        task = bar.add_task(_("Verifying the ledger"), total=total)
        fault = seal.verify(lambda count: bar.advance(task, count))
    if fault:
        words = {"seq": fault.seq, "reason": fault.reason}
        print(_("Entry %(seq)d: %(reason)s. Keep this data, restore a backup beside it and compare.") % words)
        return 1
    print(_("The ledger is whole: %(count)d entries verified.") % {"count": total})
    return _verify_reports() or _verify_scorecards()


def _verify_reports() -> int:
    """Check the seals of published reports; say the first fault and return 1, or 0."""
    from django.utils.translation import gettext as _

    from zhenshu.papers.publishing.models import Report
    from zhenshu.papers.publishing.sealing import verify_reports

    fault = verify_reports()
    if fault:
        words = {"title": str(fault.edition), "reason": fault.reason}
        print(_("Published report %(title)s: %(reason)s. Compare it with a backup.") % words)
        return 1
    sealed = Report.objects.exclude(sequence=None).count()
    if sealed:
        print(_("%(count)d published reports are as they were sealed.") % {"count": sealed})
    return 0


def _verify_scorecards() -> int:
    """Check the seals of published scorecards; say the first fault and return 1, or 0."""
    from django.utils.translation import gettext as _

    from zhenshu.measures.scorecards.models import Scorecard
    from zhenshu.measures.scorecards.sealing import verify_scorecards

    fault = verify_scorecards()
    if fault:
        words = {"title": str(fault.edition), "reason": fault.reason}
        print(_("Published scorecard %(title)s: %(reason)s. Compare it with a backup.") % words)
        return 1
    sealed = Scorecard.objects.exclude(sequence=None).count()
    if sealed:
        print(_("%(count)d published scorecards are as they were sealed.") % {"count": sealed})
    return 0
