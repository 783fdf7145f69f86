"""Lists of duties (职责清单) side by side: what two offices of one area both claim."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhenshu.ground.people.models import Office


@dataclass(frozen=True, slots=True)
class Claim:
    """A kind ``pack.kind`` (or a whole pack) on the lists of several offices that answer for one area."""

    duty: str
    offices: tuple[Office, ...]

    @property
    def sentence(self) -> str:
        names = "、".join(office.name for office in self.offices)
        return _("%(offices)s both have %(duty)s on their lists of duties.") % {
            "offices": names,
            "duty": self.duty,
        }


def claimed_twice(office: Office | None = None) -> list[Claim]:
    """Return what more than one open office of an area claims; only what *office* has part in, when given.

    A kind belongs to its pack: who lists the pack claims the kind too. Villages claim the same duties
    each for its own ground, which is no dispute.
    """
    offices = Office.objects.filter(closed_on=None).order_by("pk")
    if office is not None:
        offices = offices.filter(area_id=office.area_id)
    claimants: defaultdict[tuple[int, str], list[Office]] = defaultdict(list)
    for one in offices:
        for duty in one.duties:
            claimants[one.area_id, duty].append(one)
    found = []
    for (area, duty), listed in claimants.items():
        whole = claimants.get((area, duty.split(".")[0]), []) if "." in duty else []
        those = sorted({*listed, *whole}, key=lambda one: one.pk)
        if len(those) > 1 and (office is None or office in those):
            found.append(Claim(duty, tuple(those)))
    return sorted(found, key=lambda claim: claim.duty)
