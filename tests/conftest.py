"""What every test may ask for: a database of its own (on SQLite and on PostgreSQL), and a browser."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.app import metadata
from storage import Database
from storage.schema import upgrade
from tests.databases import Postgres, Prepare, Sqlite

FAST_DISK = Path("/dev/shm")  # in memory, on Linux: the tests throw their data away
if os.access(FAST_DISK, os.W_OK):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(FAST_DISK))

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


# ---------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def schema() -> Prepare | None:
    """What is run once a worker on the template that `database_url` copies: the migrations, as in operation."""
    return _migrate


async def _migrate(url: str) -> None:
    database = Database(url)
    try:
        await upgrade(database, metadata())
    finally:
        await database.close()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def sqlite_url(sqlite: Sqlite, schema: Prepare | None, tmp_path: Path) -> str:
    return sqlite.create(tmp_path, schema)


@pytest.fixture
def postgres_url(postgres: Postgres, schema: Prepare | None) -> Iterator[str]:
    url = postgres.create(schema)
    yield url
    postgres.drop(url)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the schema. The test runs twice: on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same without a schema: for migrations."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite").create(tmp_path)
    else:
        server = request.getfixturevalue("postgres")
        url = server.create()
        yield url
        server.drop(url)


# ---------------------------------------------------------------- browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
ON_A_MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_BROWSER = "no Chromium on this machine"
NO_NPM = "no Node.js with npm on this machine"
REQUIRED = ("FAGTRAAD_BROWSER", "FAGTRAAD_NPM")  # "required": what is not there is an error, and no test is skipped


def find_browser() -> str | None:
    on_the_path = (shutil.which(name) for name in BROWSERS)
    on_a_mac = (f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ON_A_MAC)
    return next((path for path in (*on_the_path, *on_a_mac) if path and Path(path).exists()), None)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium. One a test (0.6 s): it lives in the test's own event loop, beside the server under test."""
    path = find_browser()
    if path is None and os.environ.get("FAGTRAAD_BROWSER") == "required":
        pytest.fail(f"{NO_BROWSER}, and FAGTRAAD_BROWSER=required")
    if path is None:
        pytest.skip(NO_BROWSER)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, headless=True, args=QUIET)
        yield chromium
        await chromium.close()


@pytest.fixture
async def page(browser: Browser) -> Page:
    context = await browser.new_context(locale="nb-NO", timezone_id="Europe/Oslo")
    context.set_default_timeout(10_000)  # ms
    return await context.new_page()


# ---------------------------------------------------------------- the run itself


def pytest_configure(config: pytest.Config) -> None:
    """A developer's own settings do not reach the tests."""
    for name in [name for name in os.environ if name.startswith("FAGTRAAD_") and name not in REQUIRED]:
        del os.environ[name]


def pytest_itemcollected(item: pytest.Item) -> None:
    if "browser" in getattr(item, "fixturenames", ()):
        item.add_marker("browser")
    if "postgres_url" in getattr(item, "fixturenames", ()):
        item.add_marker("postgres")


def pytest_report_header() -> str:
    return f"browser: {find_browser() or NO_BROWSER}; databases: SQLite and PostgreSQL"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, why, required in (("browser", NO_BROWSER, "FAGTRAAD_BROWSER"), ("npm", NO_NPM, "FAGTRAAD_NPM")):
        skipped = [r for r in terminalreporter.stats.get("skipped", []) if why in str(r.longrepr)]
        if skipped:
            terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
            terminalreporter.line(f"{len(skipped)} {what} tests were skipped: {why}. Install it and run")
            terminalreporter.line(f"again; {required}=required makes its absence an error.")
