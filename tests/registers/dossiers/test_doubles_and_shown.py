"""Finding the same subject twice; showing fields to those who may and those who may not."""

import pytest

from zhenshu.registers.dossiers.doubles import core_of, find_doubles, near_dossiers
from zhenshu.registers.shown import show_fields

pytestmark = pytest.mark.django_db


def test_near_names_and_equal_numbers_are_found(make, enterprise, officer):
    a = make("澄江精密铸造有限公司")
    b = make("澄江精密铸造（东浦）有限责任公司")
    make("孝丰竹业有限公司", phone="13800001234")
    make("东浦茶叶专业合作社", phone="13800001234")
    make("毫不相干的厂")
    found = [(double.first.title, double.second.title) for double in find_doubles(enterprise, officer)]
    assert found[0] == (a.title, b.title)
    assert len(found) == 2


def test_only_what_one_may_see_is_compared(make, enterprise, people, scope_for):
    make("澄江铸造"), make("澄江铸造厂")
    assert find_doubles(enterprise, scope_for(people["viewer"])) == []


def test_near_ones_are_shown_before_a_new_one(make, enterprise, officer):
    known = make("澄江精密铸造有限公司")
    assert near_dossiers(enterprise, "澄江精密铸造公司", officer) == [known]
    assert near_dossiers(enterprise, "孝丰竹业", officer) == []


@pytest.mark.parametrize(
    ("title", "core"),
    [("澄江铸造（东浦）有限公司", "澄江铸造"), ("有限公司", "有限公司"), ("ＡＢ 厂", "ab厂")],
)
def test_the_core_of_a_name(title, core):
    assert core_of(title) == core


def test_fields_are_shown_in_order_in_words(make, enterprise):
    firm = make("澄江铸造", staff=120, founded="2015-03-01", risk="red", phone="13800001234")
    shown = show_fields(enterprise.fields, firm.fields, sensitive=True)
    assert [(field.code, field.text) for field in shown] == [
        ("name", "澄江铸造"),
        ("staff", "120"),
        ("founded", "2015-03-01"),
        ("risk", "红"),
        ("phone", "13800001234"),
    ]


def test_sensitive_fields_are_masked_without_the_right(make, enterprise):
    firm = make("澄江铸造", phone="13800001234")
    phone = show_fields(enterprise.fields, firm.fields, sensitive=False)[-1]
    assert (phone.text, phone.masked) == ("138****1234", True)
