"""Offices: create, correct, close, and find the one that answers for an area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.areas.names import pinyin_initials
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.administration import require_administrator
from zhenshu.ground.people.errors import OfficeError
from zhenshu.ground.people.models import Office, Post
from zhenshu.ground.people.scope import Scope

KEPT = ("name", "short_name", "key", "parent_id", "area_id", "duties", "phone", "closed_on")


def office_facts(office: Office) -> dict[str, Any]:
    """Return what the ledger keeps of an office."""
    return {field: getattr(office, field) for field in KEPT}


def find_office(key: str, area_path: str) -> Office | None:
    """Return the open office with this key whose area contains the area, deepest first; None without one."""
    ids = [int(part) for part in area_path.strip("/").split("/") if part]
    offices = Office.objects.filter(key=key, closed_on=None, area_id__in=ids)
    return offices.order_by("-area__level", "pk").first()


@transaction.atomic
def create_office(
    name: str,
    *,
    area: Area,
    by: Scope,
    key: str = "",
    short_name: str = "",
    parent: Office | None = None,
    duties: Sequence[str] = (),
    phone: str = "",
) -> Office:
    """Return a new office that answers for *area*."""
    require_administrator(by, area.path)
    office = Office(
        name=name.strip(), key=key.strip(), short_name=short_name.strip(), area=area, parent=parent
    )
    office.duties, office.phone = list(duties), phone.strip()
    _refuse_bad_name(office)
    office.initials = pinyin_initials(office.name)[:60]
    office.save()
    record(by.actor, "office.created", office, area_id=area.pk, before=None, after=office_facts(office))
    return office


@transaction.atomic
def correct_office(office: Office, *, by: Scope, note: str = "", **attributes: Any) -> Office:
    """Return the office with corrected attributes: name, short_name, key, parent, duties, phone."""
    require_administrator(by, office.area.path)
    unknown = sorted(set(attributes) - {"name", "short_name", "key", "parent", "duties", "phone"})
    if unknown:
        raise OfficeError(_("%(names)s of an office can't be corrected.") % {"names": ", ".join(unknown)})
    office = Office.objects.select_for_update().get(pk=office.pk)
    before = office_facts(office)
    for name, value in attributes.items():
        setattr(office, name, value)
    _refuse_bad_name(office)
    _refuse_circle(office)
    office.initials = pinyin_initials(office.name)[:60]
    office.save()
    after = office_facts(office)
    record(
        by.actor, "office.corrected", office, area_id=office.area_id, before=before, after=after, note=note
    )
    return office


@transaction.atomic
def close_office(office: Office, *, on: date, by: Scope, note: str = "") -> Office:
    """Return the office closed on a day; refused while it has open posts or open offices below."""
    require_administrator(by, office.area.path)
    office = Office.objects.select_for_update().get(pk=office.pk)
    before = office_facts(office)
    if office.closed_on:
        raise OfficeError(_("%(name)s is closed already.") % {"name": office.name})
    if Post.objects.filter(Q(ended_on=None) | Q(ended_on__gt=on), office=office).exists():
        raise OfficeError(_("%(name)s still has posts; end or move them first.") % {"name": office.name})
    if office.children.filter(closed_on=None).exists():
        raise OfficeError(_("%(name)s still has offices below it.") % {"name": office.name})
    office.closed_on = on
    office.save(update_fields=["closed_on"])
    after = office_facts(office)
    record(by.actor, "office.closed", office, area_id=office.area_id, before=before, after=after, note=note)
    return office


def _refuse_bad_name(office: Office) -> None:
    if not office.name:
        raise OfficeError(_("An office needs a name."))
    if Office.objects.filter(name=office.name).exclude(pk=office.pk).exists():
        raise OfficeError(_("There is an office called %(name)s already.") % {"name": office.name})


def _refuse_circle(office: Office) -> None:
    above, seen = office.parent, {office.pk}
    while above:
        if above.pk in seen:
            raise OfficeError(_("%(name)s can't stand below itself.") % {"name": office.name})
        seen.add(above.pk)
        above = above.parent
