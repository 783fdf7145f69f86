"""How often the pages everybody opens first ask the database: agreed numbers, changed on purpose only."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from tests.doors.desk.matters import Matters

from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.models import Target

pytestmark = pytest.mark.django_db
# Now and then one more asks whether the tree of areas has changed.
BUDGETS = {
    ("dispatcher", "/cases/"): 12,
    ("officer", "/cases/"): 12,
    ("dispatcher", "/"): 16,
    ("officer", "/"): 20,
    ("leader", "/"): 37,
    ("grid_worker", "/"): 20,
}


@pytest.fixture
def busy(matters: Matters, town):
    """Some matters, and targets on six indicators of the same records."""
    matters.dispatched("村口路灯三盏不亮")
    matters.overdue("小区消防通道被占用")
    matters.answer(matters.dispatched("河面漂浮物聚集"))
    counted = [code for code, plan in catalogue().plans.items() if plan.pack.pack == "grid"][:6]
    year = timezone.localdate().year
    for code in counted:
        Target.objects.create(indicator=code, area=town.town, year=year, value=Decimal(1), unit="件")


@pytest.mark.parametrize(("who", "address"), BUDGETS)
def test_a_page_asks_the_database_no_more_than_agreed(
    clients, busy, django_assert_max_num_queries, who: str, address: str
):
    clients[who].get(address)
    with django_assert_max_num_queries(BUDGETS[who, address]):
        assert clients[who].get(address).status_code == 200
