"""Draw the picture of the dashboard: `python docs/draw_dashboard.py`, with `plantgym[all,dev]`.

It serves the cement factory under the policy `pi`, breaks an asset, calls for response, and takes a
picture in the afternoon. It needs Chromium and takes some minutes.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from plantgym.twins.live.client import LiveClient

IMAGE = Path(__file__).parent / "images" / "dashboard.png"
SERVE = ["serve", "--plant", "cement_pv", "--policy", "pi", "--speed", "600", "--port", "0"]
FIRST_DAY, BROKEN_AT, STOP_AT = "2025-06-10", 5, 15
WIDTH, HEIGHT = 1280, 1180


def run_until_afternoon(url: str) -> None:
    """Let days pass until health is known, then break an asset, and pause in the afternoon."""
    operator = LiveClient(url, name="operator")
    operator.order("clock", speed=900)
    today = operator.welcome["latest"]["day"]
    while True:
        event = operator.next_event()
        if event["type"] != "analysis":
            continue
        if not event["health"]:
            today = event["day"]
        if event["day"] == today:
            continue
        if event["step"] == BROKEN_AT:
            operator.order("fault", asset="T2", kind="efficiency_loss", size=0.25)
            operator.order("call", in_steps=13, steps=2, power_kw=3000.0)
        if event["step"] >= STOP_AT:
            operator.order("clock", paused=True)
            break
    operator.close()


@contextmanager
def browser(url: str) -> Iterator[webdriver.Chrome]:
    """The page in a browser."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    options.add_argument("--headless=new")
    options.add_argument("--no-sandbox")
    options.add_argument("--hide-scrollbars")
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1.5, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get(url.replace("ws", "http", 1))
    try:
        yield driver
    finally:
        driver.quit()


def draw(driver: webdriver.Chrome) -> None:
    """Take the picture of a plant that is paused."""
    shows = "return document.querySelector('#state').textContent === 'paused'"
    WebDriverWait(driver, 30).until(lambda _: driver.execute_script(shows))
    driver.execute_script("document.querySelector('#tab-call').click()")
    driver.save_screenshot(str(IMAGE))


def main() -> None:
    """Serve, run and draw."""
    command = [sys.executable, "-c", "from plantgym.benchmarks.cli import app; app()", *SERVE]
    command += ["--day", FIRST_DAY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        try:
            with browser(url) as driver:
                run_until_afternoon(url)
                draw(driver)
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
