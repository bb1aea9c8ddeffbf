"""Take docs/demo.png: the demo, started afresh in a folder of its own, seen in a browser."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "demo.png"
SOMEBODY = "Mari Solbakk"  # a member who may read cases
SIZE = (1280, 800)
PATIENCE = 60  # seconds for the demo to start
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")


def main() -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("No Chromium on this machine: the picture was not taken.")
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [sys.executable, "-m", "bot", "demo", "--port", str(port)]
        with subprocess.Popen(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL
        ) as demo:
            try:
                wait_for(f"http://127.0.0.1:{port}/readyz", demo)
                asyncio.run(take(f"http://127.0.0.1:{port}/", browser))
            finally:
                demo.terminate()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for(address: str, demo: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and demo.poll() is None:
        try:
            with urllib.request.urlopen(address):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    sys.exit("The demo did not start: the picture was not taken.")


async def take(address: str, executable: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = await browser.new_page(
            viewport={"width": SIZE[0], "height": SIZE[1]},
            color_scheme="light",
            reduced_motion="reduce",
            locale="nb-NO",
        )
        await page.goto(address)
        await arrange(page)
        PICTURE.parent.mkdir(exist_ok=True)
        await page.screenshot(path=PICTURE)
        await browser.close()


async def arrange(page: Page) -> None:
    """As somebody in the case room, with the thread of a case that was answered open."""
    options = page.get_by_role("combobox", name="Du er").locator("option", has_text=SOMEBODY)
    await page.get_by_role("combobox", name="Du er").select_option(await options.first.get_attribute("value"))
    await page.get_by_role("navigation", name="Kanaler").get_by_role("link", name="kasus").first.click()
    threads = page.get_by_role("log", name="Meldinger").locator("button.replies")
    await threads.filter(has_text=re.compile(r"\d+ svar")).last.click()
    await page.get_by_role("complementary", name="Tråd").get_by_role("article").first.wait_for()
    await page.wait_for_timeout(800)  # ms: until all is drawn


if __name__ == "__main__":
    main()
