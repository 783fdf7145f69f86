"""Many dossiers in one act: the same rows and lines as one by one, and all of them or none."""

from datetime import date

import pytest

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.dossiers.acts import dossier_facts
from zhenshu.registers.dossiers.batches import DossierDraft, create_dossiers
from zhenshu.registers.dossiers.errors import (
    DossierInvalidError,
    DossierNotAllowedError,
    DoubleDossierError,
)
from zhenshu.registers.dossiers.models import Dossier

pytestmark = pytest.mark.django_db

OPENED = date(2023, 1, 1)


def code(number):
    return f"91990101MA2TEST{number:03d}"


def drafts(area, *numbers):
    said = [{"name": f"澄江{one}号公司", "credit_code": code(one), "staff": "12 人"} for one in numbers]
    return [DossierDraft(one, area, OPENED) for one in said]


def test_each_is_stored_as_if_it_came_alone_and_has_its_line(make, enterprise, town, officer):
    alone = make("澄江1号公司", credit_code=code(9), staff="12 人")
    made = create_dossiers(drafts(alone.area, 1, 2, 3), enterprise, by=officer)
    first = Dossier.objects.get(pk=made[0].pk)
    differing = {"fields", "identity", "area_id"}
    assert {k: v for k, v in dossier_facts(first).items() if k not in differing} == {
        k: v for k, v in dossier_facts(alone).items() if k not in differing
    }
    assert (first.initials, first.fields["staff"]) == (alone.initials, 12)
    lines = Entry.objects.filter(subject_kind="dossiers.dossier", subject_id__in=[one.pk for one in made])
    assert [line.action for line in lines] == ["dossier.created"] * 3


@pytest.mark.parametrize("numbers", [(1, 2, 1), (2, 7)])
def test_a_double_among_them_or_with_one_there_is_stores_none(make, enterprise, officer, numbers):
    there = make("先有公司", credit_code=code(7))
    entries = Entry.objects.count()
    with pytest.raises(DoubleDossierError):
        create_dossiers(drafts(there.area, *numbers), enterprise, by=officer)
    assert Dossier.objects.count() == 1
    assert Entry.objects.count() == entries


def test_one_bad_draft_stores_none_and_names_the_field(make, enterprise, officer):
    area = make("先有公司").area
    bad = DossierDraft({"name": "某公司", "staff": "若干"}, area, OPENED)
    with pytest.raises(DossierInvalidError) as refused:
        create_dossiers([*drafts(area, 1), bad], enterprise, by=officer)
    assert "staff" in refused.value.problems
    assert Dossier.objects.count() == 1


def test_a_sensitive_kind_wants_the_right(make, person, officer):
    area = make("先有公司").area
    with pytest.raises(DossierNotAllowedError):
        create_dossiers([DossierDraft({"name": "某人"}, area, OPENED)], person, by=officer)
