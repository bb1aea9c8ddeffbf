"""`python -m benchmarks [commands drain items search members slack start guard …]`: one table, docs/benchmarks.md, and
status 1 if a bound fails."""

import argparse
import asyncio
import logging
import platform
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from benchmarks import Measure, commands, drain, items, members, search, slack, start
from benchmarks.databases import urls

REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
GUARD = {  # what benchmarks.guard measures: (name, highest, unit)
    "ms_per_1000_p95": ("guard, 1,000 characters, 95th percentile", 25, "ms"),
    "load_seconds": ("guard, until its first answer", 0.3, "s"),
    "memory_mb": ("guard, memory over the core", 50, "MB"),
}

Suite = Callable[[Mapping[str, str]], list[Measure]]


def guard(_: Mapping[str, str]) -> list[Measure]:
    from benchmarks import guard as reading  # loads the lexicons

    measured = reading.measure()
    return [Measure(name, measured[key], bound, least=False, unit=unit) for key, (name, bound, unit) in GUARD.items()]


SUITES: dict[str, Suite] = {
    "commands": lambda urls: asyncio.run(commands.measure(urls)),
    "drain": lambda urls: asyncio.run(drain.measure(urls)),
    "items": lambda urls: asyncio.run(items.measure(urls)),
    "search": lambda urls: asyncio.run(search.measure(urls)),
    "members": lambda urls: asyncio.run(members.measure(urls)),
    "slack": lambda urls: asyncio.run(slack.measure(urls)),
    "start": lambda _: start.measure(),
    "guard": guard,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[[], *SUITES], help="all, if none is named")
    chosen = parser.parse_args().suites or list(SUITES)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with urls() as databases:
        measures = [measure for name in chosen for measure in SUITES[name](databases)]
    Console().print(_table(measures))
    if chosen == list(SUITES):
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(_report(measures), encoding="utf-8")
    return 0 if all(measure.holds for measure in measures) else 1


def _cells(measure: Measure) -> tuple[str, str, str, str, str]:
    number = f"{measure.value:,.0f}" if measure.value >= 100 else f"{measure.value:.2f}"
    sign = "at least" if measure.least else "at most"
    return (
        measure.name,
        f"{number} {measure.unit}".strip(),
        f"{sign} {measure.bound:,g} {measure.unit}".strip(),
        "OK" if measure.holds else "FAIL",
        measure.note,
    )


HEADINGS = ("What", "Measured", "Bound", "", "Beside")


def _table(measures: list[Measure]) -> Table:
    table = Table(*HEADINGS)
    for measure in measures:
        table.add_row(*_cells(measure), style="" if measure.holds else "bold red")
    return table


def _report(measures: list[Measure]) -> str:
    rows = "\n".join(f"| {' | '.join(_cells(measure))} |" for measure in measures)
    return (
        "# Benchmarks\n\n"
        "Made by `make bench`. Reads and writes are ratios to the bare driver (aiosqlite, asyncpg) that runs the\n"
        "same statements and the same commit in the same run; a write is a command with its event's key, one row\n"
        "and one notice. Both databases commit to the disk (SQLite WAL with `synchronous=FULL`, PostgreSQL with\n"
        "`synchronous_commit=on`). Machine: "
        f"{platform.machine()}, Python {platform.python_version()}.\n\n"
        f"| {' | '.join(HEADINGS)} |\n|---|---|---|---|---|\n{rows}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
