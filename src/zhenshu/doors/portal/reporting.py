"""Report a matter, send a message, apply for a service: one form, without an account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.portal.forms import ReportForm
from zhenshu.doors.portal.visitors import address_of, public
from zhenshu.ground.packs.case_kinds import PortalRule
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.registers.cases.attachments import Upload
from zhenshu.registers.cases.errors import AttachmentRefusedError, CaseInvalidError
from zhenshu.registers.cases.file_types import MEGABYTE
from zhenshu.registers.portal.codes import written
from zhenshu.registers.portal.errors import PortalError
from zhenshu.registers.portal.limits import ask, ask_again, check_answer, knock, refuse_too_often
from zhenshu.registers.portal.models import Spot
from zhenshu.registers.portal.receiving import Received, Told, kinds_of, public_kind, receive
from zhenshu.registers.portal.spots import find_spot

SECTIONS = ("report", "message", "errand")
PICTURES = ("jpg", "jpeg", "png", "webp")
FORM = ("GET", "HEAD", "POST")


@dataclass(frozen=True, slots=True)
class Sheet:
    """An opened form: its kind, and the spot or category it was opened with."""

    kind: CaseKind
    rule: PortalRule
    spot: Spot | None
    category: str


@public()
def choose(request: HttpRequest, section: str) -> HttpResponse:
    """Show the kinds of a section; where there is but one, open its form."""
    if section not in SECTIONS:
        raise Http404
    kinds = kinds_of(section)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    if len(kinds) == 1:
        return redirect(f"/portal/new/{kinds[0].full_code}/{query}")
    context = {"page_title": title_of_section(section), "kinds": kinds, "query": query}
    return render(request, "portal/choose.html", context)


def title_of_section(section: str) -> str:
    """Return what a section of the portal is called."""
    return {"report": _("Report a matter"), "message": _("Write to us"), "errand": _("Apply")}[section]


@public(*FORM)
def new_report(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form of a kind; take it in and show the receipt."""
    sheet = _sheet(request, code)
    if request.method != "POST":
        chosen = {"village": request.GET.get("village", "")}
        return _show(request, sheet, ReportForm(sheet.kind, sheet.rule, initial=chosen, spot=sheet.spot))
    form = ReportForm(sheet.kind, sheet.rule, request.POST, spot=sheet.spot)
    received = _take_in(request, sheet, form)
    if received is None:
        return _show(request, sheet, form, status=422)
    return render(request, "portal/receipt.html", _receipt(sheet, received))


def _sheet(request: HttpRequest, code: str) -> Sheet:
    kind = public_kind(code)
    if kind is None or kind.portal is None:
        raise Http404
    category = request.GET.get("category", "")[:80]
    known = category if category and kind.find_category(category) else ""
    return Sheet(kind, kind.portal, find_spot(request.GET.get("at", "")), known)


def _show(request: HttpRequest, sheet: Sheet, form: ReportForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    token = request.POST.get("token", "")
    context = {
        "page_title": sheet.rule.name or sheet.kind.name,
        "sheet": sheet,
        "form": form,
        "category": sheet.kind.find_category(sheet.category) if sheet.category else None,
        "question": ask_again(token, at=now) if token else ask(at=now),
        "answer": request.POST.get("sum", ""),
    }
    return render(request, "portal/report.html", context, status=status)


def _take_in(request: HttpRequest, sheet: Sheet, form: ReportForm) -> Received | None:
    """Return what was taken in; otherwise the form holds a sentence for everything that is wrong."""
    now = timezone.now()
    try:
        refuse_too_often("report", address_of(request), at=now)
        told = _told(request, sheet, form, at=now)
        if told is None:
            return None
        knock("report", address_of(request), at=now)
        return receive(told, at=now)
    except CaseInvalidError as error:
        form.take_problems(error.problems)
    except (AttachmentRefusedError, PortalError) as error:
        form.add_error(None, str(error))
    return None


def _told(request: HttpRequest, sheet: Sheet, form: ReportForm, *, at: datetime) -> Told | None:
    """Return what the form tells; None when a control is filled in wrongly."""
    mark = check_answer(
        request.POST.get("token", ""), request.POST.get("sum", ""), request.POST.get("website", ""), at=at
    )
    if not form.is_valid():
        return None
    said = form.cleaned_data
    village = said.get("village") or ""
    return Told(
        kind=sheet.kind.full_code,
        text=said["text"],
        mark=mark,
        village=int(village) if village.isdecimal() else None,
        spot=sheet.spot,
        lon=degree(said.get("lon")),
        lat=degree(said.get("lat")),
        address=said.get("address", ""),
        name=said["name"],
        phone=said["phone"],
        category=sheet.category,
        fields=form.entered(),
        may_publish=bool(said.get("may_publish")),
        pictures=_pictures(request.FILES.getlist("photos"), sheet),
    )


def degree(value: str | None) -> float | None:
    """Return a degree that a phone sent; what is none counts as no place."""
    try:
        return float(value) if value else None
    except ValueError:
        return None


def _pictures(files: Iterable[UploadedFile[Any]], sheet: Sheet) -> list[Upload]:
    """Return the pictures of a form; one that is too large is refused before it is read."""
    most = sheet.kind.attachments.megabytes
    found = list(files)
    if len(found) > sheet.rule.photos:
        raise AttachmentRefusedError(_("At most %(count)d pictures.") % {"count": sheet.rule.photos})
    for file in found:
        name = file.name or ""
        if name.rpartition(".")[2].lower() not in PICTURES:
            raise AttachmentRefusedError(
                _("“%(name)s” is no picture. Send JPG, PNG or WEBP.") % {"name": name}
            )
        if (file.size or 0) > most * MEGABYTE:
            raise AttachmentRefusedError(
                _("“%(name)s” is too large; at most %(most)d MB are taken.") % {"name": name, "most": most}
            )
    return [Upload(file.name or "", file.read()) for file in found]


def _receipt(sheet: Sheet, received: Received) -> dict[str, Any]:
    return {
        "page_title": _("We have your report"),
        "number": received.case.number,
        "code": written(received.code),
        "due": received.case.promise_due_at,
        "sheet": sheet,
        "again": received.again,
    }
