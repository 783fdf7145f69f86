"""A real browser: the system's Chromium, a hand that counts, and no word to another host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request
from tests.conftest import PASSWORD
from tests.doors.desk.matters import Matters

from zhenshu.ground.packs.registry import forget_library

CHROMIUM = Path("/usr/bin/chromium")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1366, "height": 768}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason="Debian's chromium is not installed"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": str(CHROMIUM), "args": args}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, **DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@dataclass
class Hand:
    """Works a page and counts what a person would have to do: clicks, keys, inputs filled."""

    page: Page
    clicks: int = 0
    keys: int = 0
    inputs: int = 0
    counted: list[str] = field(default_factory=list)

    def click(self, what: str | Locator) -> None:
        self.clicks += 1
        self._at(what).click()

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def fill(self, what: str | Locator, text: str) -> None:
        self.inputs += 1
        self._at(what).fill(text)

    def _at(self, what: str | Locator) -> Locator:
        return self.page.locator(what).first if isinstance(what, str) else what


@dataclass
class Watch:
    """What went wrong in the browser, whatever the test looked at."""

    faults: list[str] = field(default_factory=list)
    # What the browser itself writes of an answer that the test provokes: no line, a refusal.
    provoked: set[str] = field(default_factory=lambda: {"ERR_INTERNET_DISCONNECTED"})

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in self.provoked):
            self.faults.append(f"console: {message.text}")

    def on_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname
        if request.url.startswith("http") and host not in ("localhost", "127.0.0.1"):
            self.faults.append(f"foreign host: {request.url}")

    def on_error(self, error: Exception) -> None:
        self.faults.append(f"script: {error}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test for any console error, script error or request to another host."""
    watching = Watch()
    yield watching
    assert watching.faults == []


OpenAs = Callable[..., Hand]


@pytest.fixture
def open_as(browser: Any, live_server: Any, people: Any, watch: Watch) -> Iterator[OpenAs]:
    """Return a function that logs somebody in by the log-in page and opens an address."""
    contexts: list[BrowserContext] = []

    def begin(username: str, address: str = "/", **settings: Any) -> Hand:
        chosen = {**DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **settings}
        context = browser.new_context(base_url=live_server.url, **chosen)
        contexts.append(context)
        page = context.new_page()
        page.on("console", watch.on_console)
        page.on("pageerror", watch.on_error)
        page.on("request", watch.on_request)
        page.goto("/log-in/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{live_server.url}/")
        settle(page, address)
        return Hand(page)

    yield begin
    for context in contexts:
        context.close()


def settle(page: Page, address: str = "") -> None:
    """Open an address, if any, and wait until the page is ready for a person."""
    if address and urlsplit(page.url).path != address:
        page.goto(address)
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_load_state("networkidle")


@pytest.fixture(autouse=True)
def _fresh_library() -> None:
    """The tables are emptied between these tests; what a process remembers of them must go too."""
    forget_library()


@pytest.fixture
def matters(town: Any, people: Any, offices: Any) -> Matters:
    """Brings matters to where a test begins."""
    return Matters(town, people, offices)
