"""The first administrator of an installation, from whom everybody else follows."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.areas.names import pinyin_initials
from zhenshu.ground.areas.tree import AreaSeed, plant_areas
from zhenshu.ground.ledger.record import SYSTEM, record
from zhenshu.ground.people.accounts import set_checked_password, user_facts
from zhenshu.ground.people.errors import PeopleError
from zhenshu.ground.people.models import Office, Post, Role, User
from zhenshu.ground.people.offices import office_facts
from zhenshu.ground.people.posts import post_facts


@transaction.atomic
def create_first_administrator(
    username: str, name: str, *, password: str, area: Area, office_name: str, office_key: str = "party"
) -> User:
    """Return the administrator of *area*, with an office; refused once anybody administers anything."""
    if Post.objects.filter(role=Role.ADMINISTRATOR).exists():
        raise PeopleError(_("There is an administrator already; ask them for an account."))
    office = Office.objects.filter(name=office_name).first()
    if office is None:
        office = Office(
            name=office_name, key=office_key, area=area, initials=pinyin_initials(office_name)[:60]
        )
        office.save()
        record(SYSTEM, "office.created", office, area_id=area.pk, before=None, after=office_facts(office))
    user = User(username=username, name=name, initials=pinyin_initials(name)[:20], must_change_password=True)
    set_checked_password(user, password)
    user.save(force_insert=True)
    record(SYSTEM, "user.created", user, area_id=None, before=None, after=user_facts(user))
    post = Post.objects.create(user=user, role=Role.ADMINISTRATOR, office=office, area=area)
    record(SYSTEM, "post.granted", post, area_id=area.pk, before=None, after=post_facts(post))
    return user


def plant_township(name: str, *, district: str = "本区县", on: date = date(2000, 1, 1)) -> Area:
    """Return a township in a district, the ground on which everything else is imported."""
    seeds = [
        AreaSeed("district", None, district, Level.DISTRICT, on),
        AreaSeed("town", "district", name, Level.TOWN, on),
    ]
    return plant_areas(seeds, by=SYSTEM)["town"]
