"""A pack of enterprises and one of cared-for persons, as small as the tests need."""

from datetime import date

import pytest

from zhenshu.ground.packs.schema import Pack
from zhenshu.registers.dossiers.acts import create_dossier

OPENED = date(2023, 1, 1)

PACK = Pack.model_validate(
    {
        "pack": "firms",
        "name": "企业",
        "effective": "2023-01-01",
        "dossiers": {
            "enterprise": {
                "name": "企业",
                "title": "name",
                "identity": ["credit_code"],
                "fields": {
                    "name": {"name": "企业名称", "required": True, "aliases": ["单位名称"]},
                    "credit_code": {"name": "统一社会信用代码", "aliases": ["信用代码"]},
                    "staff": {"name": "职工人数", "type": "integer", "min": 0, "unit": "人"},
                    "founded": {"name": "成立日期", "type": "date"},
                    "risk": {"name": "风险等级", "type": "choice", "options": {"red": "红", "blue": "蓝"}},
                    "phone": {"name": "联系电话", "type": "phone", "sensitive": True},
                },
                "readings": {
                    "power": {
                        "name": "用电量",
                        "every": "month",
                        "fields": {"kwh": {"name": "用电量", "type": "decimal", "min": 0, "required": True}},
                    },
                    "visit": {
                        "name": "走访",
                        "every": "event",
                        "fields": {"note": {"name": "情况", "required": True}},
                    },
                },
                "relations": {
                    "rents": {"name": "承租", "to": "building", "many": False, "back": "承租企业"},
                    "partner": {"name": "协作", "to": "enterprise"},
                },
            },
            "building": {
                "name": "厂房",
                "title": "name",
                "fields": {"name": {"name": "名称", "required": True}},
            },
            "person": {
                "name": "关爱对象",
                "title": "name",
                "sensitive": True,
                "identity": ["id_number"],
                "fields": {
                    "name": {"name": "姓名", "required": True},
                    "id_number": {"name": "身份证号", "type": "id_number", "sensitive": True},
                },
            },
        },
    }
)


@pytest.fixture
def enterprise():
    return PACK.dossiers["enterprise"]


@pytest.fixture
def building():
    return PACK.dossiers["building"]


@pytest.fixture
def person():
    return PACK.dossiers["person"]


@pytest.fixture
def officer(people, scope_for):
    return scope_for(people["officer"])


@pytest.fixture
def secretary(people, scope_for):
    return scope_for(people["secretary"])


@pytest.fixture
def trusted(people, scope_for):
    """The officer with the sensitive right."""
    people["officer"].posts.update(sensitive=True)
    return scope_for(people["officer"])


@pytest.fixture
def make(town, officer, enterprise):
    """Create an enterprise with a name and whatever else is given."""

    def create(name, *, kind=enterprise, area=None, by=officer, opened_on=OPENED, **fields):
        return create_dossier(
            kind, {"name": name, **fields}, area=area or town.villages[0], opened_on=opened_on, by=by
        )

    return create
