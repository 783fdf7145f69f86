"""A pack with every turn of the loop, tokens, and a client that speaks JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhenshu.doors.api import authentication
from zhenshu.doors.api.webhooks.outbox import forget_webhooks
from zhenshu.ground.packs.registry import forget_library
from zhenshu.ground.people import tokens
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.people.tokens import SCOPES, issue_token

PACK = """
pack: trial
name: 试验
effective: 2020-01-01
basis: 测试
dossiers:
  shop:
    name: 店铺
    title: name
    identity: [name]
    fields:
      name: {name: 名称, required: true}
      keeper: {name: 店主, sensitive: true}
      seats: {name: 座位, type: integer, min: 0}
    readings:
      power: {name: 用电, every: month, fields: {kwh: {name: 电量, type: decimal, required: true}}}
rounds:
  visit:
    name: 走访
    of: shop
    every: 30 日
    fields:
      found: {name: 发现问题, type: integer, min: 0, required: true}
      talked_to: {name: 接待人, sensitive: true}
cases:
  event:
    name: 事件
    channels: {patrol: 巡查, phone: 电话}
    fields:
      people: {name: 人数, type: integer, min: 1}
      contact: {name: 联系人, sensitive: true}
      kind_of_place: {name: 场所, type: choice, options: {road: 道路, shop: 店铺}}
    categories:
      litter: {name: 垃圾}
      noise: {name: 噪声, children: {night: {name: 夜间噪声}}}
    clocks:
      handle: {name: 处置, limit: 5 工作日, rule: next_day, promise: true, basis: 示例}
    reasons:
      return: {unclear: 情况不清}
      pause: {weather: 天气}
    imports:
      list: {name: 清单, columns: {number: [编号], title: [标题]}}
exchanges:
  upper:
    name: 上级平台
    system: 上级平台
    of: event
    takes: list
    reports: {verified: 已办结}
    answer: verified
    columns: {编号: number, 答复: answer}
    acknowledge: {within: 1 工作日}
"""


@pytest.fixture(autouse=True)
def _pack() -> Iterator[None]:
    """The pack lies in the data folder, as one that an installation adds."""
    folder = settings.INSTALLATION.packs
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "trial.yaml"
    place.write_text(PACK, encoding="utf-8")
    forget_library()
    yield
    place.unlink()
    forget_library()


@pytest.fixture(autouse=True)
def _memories() -> Iterator[None]:
    """What a process remembers for seconds must not reach the next test."""
    yield
    forget_webhooks()
    tokens._seen.clear()
    authentication._remembered.clear()


class Api:
    """A program that calls the API with a token."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"} if token else {})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query)

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key is not None else {}
        content = body if isinstance(body, (str, bytes)) else json.dumps(body, ensure_ascii=False)
        return self.client.generic(
            method, f"/api/v1{path}", content, content_type="application/json", headers=headers
        )

    def upload(self, path: str, name: str, content: bytes, *, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key is not None else {}
        file = SimpleUploadedFile(name, content)
        return self.client.post(f"/api/v1{path}", {"file": file}, headers=headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        return self.send("POST", path, body, key=key)

    def patch(self, path: str, body: Any, *, key: str | None = None) -> Any:
        return self.send("PATCH", path, body, key=key)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1{path}")


@pytest.fixture
def token_of(scope_for: Callable[[User], Scope]) -> Callable[..., str]:
    """Return a token of a person for some scopes, all unless said otherwise."""

    def issue(user: User, *scopes: str) -> str:
        return issue_token(user, "test", scopes=scopes or tuple(SCOPES), by=scope_for(user))[1]

    return issue


@pytest.fixture
def as_(people: dict[str, User], token_of: Callable[..., str]) -> Callable[..., Api]:
    """Return the API as a person's program uses it."""
    return lambda name, *scopes: Api(token_of(people[name], *scopes))


@pytest.fixture
def draft(town: Any) -> dict[str, Any]:
    """A matter in the first grid, as a program sends it."""
    return {"kind": "trial.event", "title": "路口垃圾满溢", "area": town.grids[0].pk, "channel": "patrol"}


@pytest.fixture
def opened(as_: Callable[..., Api], draft: dict[str, Any]) -> str:
    """The number of a matter that the dispatcher took in."""
    return str(as_("dispatcher").post("/cases", draft).json()["number"])


def assert_problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    """Assert that this is a problem of that family, and return it."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"urn:zhenshu:problem:{slug}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem
