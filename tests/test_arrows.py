"""Who may import whom. An arrow that is not here is not allowed (DESIGN: "Arrows")."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = ("bot", "adapters", "storage", "scheduler")
KNOW_ALL = ("bot.app", "bot.__main__", "bot.commandline")  # the wiring and the command line
SHAPE = ("tables", "rules", "handlers", "cards")  # of every feature, its service apart
PLATFORM = ("slack_", "microsoft_", "microsoft.", "msgraph", "botbuilder", "azure")


def imports() -> Iterator[tuple[str, str]]:
    """Every (module, what it imports) of ours, wherever in the file the import stands."""
    for path in (path for room in OURS for path in sorted((ROOT / room).rglob("*.py"))):
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        package = parts[:-1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((module, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
                source = ".".join(filter(None, (base, node.module)))
                yield from ((module, f"{source}.{alias.name}") for alias in node.names)


def within(name: str, *rooms: str) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def is_file(*parts: str) -> bool:
    """A module, not a name in its package."""
    return parts[-1] in SHAPE or (ROOT.joinpath(*parts).with_suffix(".py")).exists()


def fault(module: str, target: str) -> str | None:
    here, there = module.split("."), target.split(".")
    if target.startswith(PLATFORM) and not within(module, "adapters"):
        return "a chat platform's library belongs under adapters/"
    if not within(target, *OURS) or within(module, *KNOW_ALL):
        return None
    if here[0] == "storage" and there[0] != "storage":
        return "storage imports nothing of ours"
    if here[0] == "bot" and there[0] not in ("bot", "storage"):
        return "bot imports bot and storage alone"
    if within(module, "bot.features") and within(target, *KNOW_ALL):
        return "a feature does not know the wiring"
    if here[0] == "scheduler" and there[0] not in ("scheduler", "bot"):
        return "scheduler imports bot alone"
    if here[0] == "adapters" and there[0] == "scheduler":
        return "an adapter does not know the clock"
    if here[0] == "adapters" and there[0] == "storage" and not within(module, "adapters.web"):
        return "only adapters/web has tables of its own"
    if here[0] == there[0] == "adapters" and here[1:2] != there[1:2]:
        return "no adapter imports another"
    if within(target, "bot.features") and not within(module, "bot.features"):
        return "the core does not know its features"
    between = within(target, "bot.features") and here[2:3] != there[2:3] and here != ["bot", "features"]
    if between and len(there) > 3 and there[3] != "service" and is_file(*there[:4]):
        return "a feature's inside is its own: import what its __init__ or its service offers"
    return None


def test_arrows_point_inward() -> None:
    faults = [f"{module} imports {target}: {why}" for module, target in imports() if (why := fault(module, target))]
    assert not faults, "\n".join(faults)


def test_a_wrong_arrow_is_seen() -> None:
    wrong = [
        ("storage.database", "bot.clock"),
        ("bot.outbox", "adapters.web"),
        ("bot.chat.port", "slack_sdk.errors"),
        ("bot.dispatch", "bot.features.cases"),
        ("bot.features.cases.service", "bot.features.actions.tables.Item"),
        ("bot.features.cases.service", "bot.features.actions.rules"),
        ("bot.features.cases.service", "bot.app.App"),
        ("adapters.slack.inbound", "adapters.web.rooms"),
        ("adapters.slack.inbound", "storage.database"),
        ("scheduler.clock", "storage"),
    ]
    assert [pair for pair in wrong if fault(*pair) is None] == []


def test_a_right_arrow_is_let_through() -> None:
    right = [
        ("bot.app", "adapters.web"),
        ("bot.app", "bot.features.FEATURES"),
        ("bot.features", "bot.features.cases.FEATURE"),
        ("bot.features.cases.handlers", "bot.features.cases.service.open_case"),
        ("bot.features.cases.handlers", "bot.features.actions.service.open_item"),
        ("bot.features.cases.handlers", "bot.features.actions.open_item"),
        ("bot.outbox", "storage.database"),
        ("adapters.web.tables", "storage.columns"),
        ("adapters.slack.inbound", "slack_bolt.async_app"),
        ("scheduler.clock", "bot.app.App"),
    ]
    assert [(*pair, why) for pair in right if (why := fault(*pair))] == []
