"""What is sent to Slack, held against Slack's own types (the npm package `@slack/types`) by the TypeScript compiler."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from adapters.slack.blocks import home, pages, rendered
from adapters.slack.forms import Hidden, done_view, view, with_problem
from bot.chat.port import Place
from tests import npm
from tests.adapters.slack.strategies import forms, messages
from tests.adapters.slack.test_forms import payload

HERE = Path(__file__).parent
CHECK = ("node", "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext")
HEAD = 'import type { HomeView, KnownBlock, ModalView } from "@slack/types";\n'
HIDDEN = Hidden("instance-1", "", "", Place("slack", "C12345678"))
Samples = list[tuple[str, Any]]  # (TypeScript's name of the type, what should be one)


@pytest.fixture(scope="session")
def installed() -> Path:
    """The compiler and the types."""
    return npm.installed(HERE, "slack-types")


def drawn(strategy: st.SearchStrategy[Any], made: Callable[[Any], None], count: int) -> None:
    """The same samples every time."""

    @seed(20_261_204)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(each: Any) -> None:
        made(each)

    draw()


def compiled(installed: Path, samples: Samples, name: str) -> str:
    """What the compiler has to say; nothing where all is as it should be."""
    lines = [
        f"export const sample{number}: {type} = {json.dumps(sample, ensure_ascii=False)};"
        for number, (type, sample) in enumerate(samples)
    ]
    file = installed / f"{name}.{os.getpid()}.mts"
    file.write_text(HEAD + "\n".join(lines).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"), "utf-8")
    try:
        ran = subprocess.run((*CHECK, file.name), cwd=installed, capture_output=True, text=True, timeout=300)
    finally:
        file.unlink()
    return ran.stdout + ran.stderr


def test_messages_are_what_slack_calls_blocks(installed: Path) -> None:
    samples: Samples = []

    def made(said: Any) -> None:
        samples.append(("KnownBlock[]", rendered(said).blocks))
        samples.extend(("KnownBlock[]", page.blocks) for page in pages(said)[1:])
        samples.append(("HomeView", home(said)))

    drawn(messages, made, 150)
    assert len(samples) >= 300
    assert compiled(installed, samples, "messages") == ""


def test_forms_are_what_slack_calls_modals(installed: Path) -> None:
    samples: Samples = [("ModalView", done_view("Lagret", "Det er lagret."))]

    def made(form: Any) -> None:
        first = view(form, HIDDEN)
        samples.append(("ModalView", first))
        samples.append(("ModalView", with_problem(payload(first), {"": "Noe er galt.", "navn": "Kort ned."})))

    drawn(forms(), made, 100)
    assert len(samples) >= 200
    assert compiled(installed, samples, "forms") == ""


def test_what_is_wrong_is_seen(installed: Path) -> None:
    wrong: Samples = [
        ("KnownBlock[]", [{"type": "header", "text": {"type": "mrkdwn", "text": "T"}}]),
        ("KnownBlock[]", [{"type": "rich_text", "elements": [{"type": "text", "text": "outside a section"}]}]),
        ("KnownBlock[]", [{"type": "actions", "elements": [{"type": "button", "txt": "T"}]}]),
        ("ModalView", {"type": "modal", "blocks": []}),
        ("HomeView", {"type": "home", "blocks": [], "titel": "T"}),
    ]
    said = compiled(installed, wrong, "wrong")
    assert {int(line) for line in re.findall(r"\((\d+),\d+\): error TS", said)} == set(range(2, 2 + len(wrong)))
