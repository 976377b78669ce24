"""A headless browser for tests of pages; the test is skipped where there is none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

PATIENCE_S = 40.0


class Page:
    """A page in a real browser, and what tests want to know of it."""

    def __init__(self, driver: Any) -> None:  # noqa: ANN401 - selenium is optional
        self.driver = driver

    def open(self, url: str) -> None:
        """Go there, with nothing kept from before, and wait until the first figures are shown."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(url)

    def script(self, code: str, *arguments: object) -> Any:  # noqa: ANN401 - what JSON can carry
        """Run JavaScript; `app` is what the page's main module exports."""
        whole = (
            "const done = arguments[arguments.length - 1], given = arguments;"
            f"import('/main.js').then(({{app}}) => {{ {code} }}).then(done, e => done(String(e)));"
        )
        return self.driver.execute_async_script(whole, *arguments)

    def text(self, selector: str) -> str:
        """What an element shows."""
        return str(self.driver.execute_script(
            "return document.querySelector(arguments[0]).textContent", selector
        ))  # fmt: skip

    def shown(self, selector: str) -> Any:  # noqa: ANN401
        """The element that can be seen."""
        element = self.driver.find_element("css selector", selector)
        assert element.is_displayed(), selector
        return element

    def click(self, selector: str) -> None:
        """Click as a user does."""
        self.shown(selector).click()

    def write(self, selector: str, text: str) -> None:
        """Set a field to a text as a user does."""
        field = self.shown(selector)
        field.clear()
        field.send_keys(text)

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list."""
        self.shown(f"{selector} option[value='{value}']").click()

    def fill(self, selector: str, value: str) -> None:
        """Write into a field, or choose from a list, whichever it is."""
        enter = self.choose if self.shown(selector).tag_name == "select" else self.write
        enter(selector, value)

    def press(self, selector: str, key: str) -> None:
        """Press a key in an element, by the name that selenium has for it."""
        from selenium.webdriver.common.keys import Keys

        self.shown(selector).send_keys(getattr(Keys, key))

    def until(self, sees: Callable[[], T]) -> T:
        """Wait for something that is true."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, PATIENCE_S, 0.05).until(lambda _: sees())

    def until_text(self, selector: str, part: str) -> None:
        """Wait until an element shows a text."""
        try:
            self.until(lambda: part in self.text(selector))
        except Exception as error:
            raise AssertionError(f"{selector}: {self.text(selector)!r}, not {part!r}") from error

    def until_seen(self, seq: int) -> None:
        """Wait until the page has taken in the event of that number and shows it."""
        self.until(lambda: self.script("return app.phase === 'live' && app.run?.seq") == seq)
        drawn = self.script("return app.draws")
        self.script("app.redraw()")
        self.until(lambda: self.script("return app.draws") > drawn)

    def resize(self, width: int, height: int) -> None:
        """Take another size of window."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def complaints(self) -> list[str]:
        """What the browser has put on its console since this was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requested(self) -> list[str]:
        """Every URL that was asked for since this was last asked, WebSockets too."""
        entries = [json.loads(each["message"]) for each in self.driver.get_log("performance")]
        told = [entry["message"] for entry in entries]
        urls = {"Network.requestWillBeSent": lambda p: p["request"]["url"],
                "Network.webSocketCreated": lambda p: p["url"]}  # fmt: skip
        return [urls[each["method"]](each["params"]) for each in told if each["method"] in urls]


def browser() -> Iterator[Page]:
    """A browser with a window of 1280 by 800 pixels."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium (extra dev)")
    paths = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in paths:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = paths[0]
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(paths[1]))
    try:
        page = Page(driver)
        page.resize(1280, 800)
        yield page
    finally:
        driver.quit()
