"""`fagtraad run` as real processes: what it logs, how it says that it is well, and how it stops."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.operations.installed import Installed, free_port, install

pytestmark = pytest.mark.faults


def test_it_says_that_it_is_well_though_no_chat_has_pages(upgraded: Installed) -> None:
    with upgraded.running() as process:
        assert process.get("/healthz").text == "ok"
        assert process.until("/readyz").text == "ready"
        assert process.get("/").status_code == 404


def test_the_log_is_json_on_standard_output_and_begins_with_what_started(upgraded: Installed) -> None:
    with upgraded.running() as process:
        process.until("/readyz")
        assert process.stop() == 0
    started = next(line for line in process.lines() if line["event"] == "started")
    assert (started["chats"], started["level"], started["demo"]) == (["memory"], "info", False)
    assert started["schema"] == newest_revision()
    assert started["version"]
    assert "{" not in process.errors.read_text()  # there it says in words, to whoever started it, where to begin


def newest_revision() -> str | None:
    from storage import schema

    return schema.newest()


def test_what_libraries_and_python_say_is_a_json_line_without_their_words(installed: Installed) -> None:
    code = """
import asyncio, logging, sys, threading, warnings
from bot.logs import configure_operation
configure_operation("INFO")
def fail(): raise RuntimeError("Kvernfjol")
try:
    fail()
except RuntimeError:
    for name in ("uvicorn.error", "alembic.runtime", "apscheduler.scheduler"):
        logging.getLogger(name).exception("Kvernfjol %s", "Kvernfjol")
        logging.getLogger(name).info("Kvernfjol")
warnings.warn("Kvernfjol")
thread = threading.Thread(target=fail); thread.start(); thread.join()
class Fails:
    def __del__(self): fail()
Fails()
async def lost():
    asyncio.create_task(asyncio.to_thread(fail)); await asyncio.sleep(0.2)
asyncio.run(lost())
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], env=installed.variables(), capture_output=True, text=True, timeout=60, check=True
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line.get("library") for line in lines] == [
        *("uvicorn.error", "alembic.runtime", "apscheduler.scheduler", "py.warnings", None, None, "asyncio")
    ]
    assert [line["event"] for line in lines].count("uncaught") == 2
    assert all("RuntimeError" in line["trace"][0] for line in lines if "error" in line)
    assert "Kvernfjol" not in ran.stdout + ran.stderr
    assert ran.stderr == ""


def test_a_schema_that_is_not_this_versions_is_not_ready(upgraded: Installed) -> None:
    with upgraded.running() as process:
        process.until("/readyz")
        with sqlite3.connect(upgraded.data / "database" / "fagtraad.db") as other:
            other.execute("UPDATE alembic_version SET version_num = '9999'")
        other.close()
        assert process.until("/readyz", 503).text == "schema: not current"
        assert process.get("/healthz").status_code == 200


def test_stopped_by_sigterm_it_ends_with_0_in_time_and_has_said_so(upgraded: Installed) -> None:
    with upgraded.running() as process:
        process.until("/readyz")
        asked = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - asked < 10  # what systemd and Docker give it before they kill it
    assert process.lines()[-1]["event"] == "stopped"


def test_numbers_for_a_monitor_are_served_where_they_are_asked_for_and_nowhere_else(upgraded: Installed) -> None:
    port = str(free_port())
    with upgraded.running(FAGTRAAD_METRICS_PORT=port) as process:
        process.until("/readyz")
        assert process.get("/metrics").status_code == 404
        process.address = f"http://127.0.0.1:{port}"
        page = process.get("/metrics").text
        assert process.get("/healthz").status_code == 404
        assert process.stop() == 0
    for line in (
        'fagtraad_notices{state="ready"} 0.0',
        'fagtraad_notices{state="failed"} 0.0',
        "fagtraad_notice_oldest_due_seconds 0.0",
        "fagtraad_notices_possibly_twice_total 0.0",
        'fagtraad_privacy_checks_total{outcome="blocked"} 0.0',
    ):
        assert line in page.splitlines()


def test_the_program_runs_from_what_the_image_holds_and_writes_only_data(image: Path, tmp_path: Path) -> None:
    """With the web chat, whose templates, styles and texts must be there."""
    web = install(image, tmp_path / "web", chats="web")
    before = files(web.app)
    web.run("db", "upgrade")
    with web.running() as process:
        process.until("/readyz")
        assert process.get("/static/chat.css").status_code == 200
        assert "text/html" in process.get("/inn").headers["content-type"]
        assert process.stop() == 0
    assert files(web.app) == before
    beside = {path.name for path in (web.folder / "data").rglob("*") if path.is_file()}
    assert beside <= {"fagtraad.db", "fagtraad.db.lock", "fagtraad.db-wal", "fagtraad.db-shm", "erasures.jsonl"}


def files(folder: Path) -> set[tuple[str, float]]:
    return {(str(path), path.stat().st_mtime) for path in folder.rglob("*")}


def test_the_checks_own_command_works_on_both_ends(upgraded: Installed) -> None:
    """What HEALTHCHECK runs: 0 where it answers, 1 where nobody does."""
    from tests.operations.test_files import health_check

    with upgraded.running() as process:
        port = process.address.rpartition(":")[2]
        environment = os.environ | {"FAGTRAAD_PORT": port}
        assert subprocess.run(health_check(), env=environment, timeout=60, check=False).returncode == 0
        process.stop()
        silent = subprocess.run(health_check(), env=environment, timeout=60, check=False, capture_output=True)
        assert silent.returncode == 1
