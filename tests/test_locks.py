"""What is installed is what was chosen: every package pinned with its hashes, from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
CORE = PROJECT["project"]["dependencies"]
DEV = PROJECT["dependency-groups"]["dev"]

LOCKS = {
    "demo": CORE,
    "dev": [*CORE, *EXTRAS["postgres"], *EXTRAS["slack"], *DEV],
    "all": [*CORE, *(name for extra in EXTRAS.values() for name in extra)],
}
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?P<marker> ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
COMMENT = re.compile(r"^ *#")


def lines(lock: str) -> list[str]:
    return (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").splitlines()


def pins(lock: str) -> dict[str, str]:
    return {pin["name"]: pin["version"] for line in lines(lock) if (pin := PIN.match(line))}


def normal(requirement: str) -> str:
    name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_its_hashes_or_a_comment(lock: str) -> None:
    strange = [line for line in lines(lock) if not any(kind.match(line) for kind in (PIN, HASH, COMMENT))]
    assert strange == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_followed_by_a_hash(lock: str) -> None:
    text = lines(lock)
    bare = [
        line for line, after in zip(text, [*text[1:], ""], strict=True) if PIN.match(line) and not HASH.match(after)
    ]
    assert bare == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_line_names_a_host_or_a_folder(lock: str) -> None:
    telling = re.compile(r"://|--(extra-)?index|--find-links|\bfile:| @ |(^|\s)/\w")
    assert [line for line in lines(lock) if telling.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_direct_dependency_is_locked(lock: str) -> None:
    assert {normal(name) for name in LOCKS[lock]} - pins(lock).keys() == set()


def test_the_locks_agree_with_each_other() -> None:
    seen: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in pins(lock).items():
            seen.setdefault(name, set()).add(version)
    assert {name: versions for name, versions in seen.items() if len(versions) > 1} == {}


def test_the_demo_installs_only_what_it_needs() -> None:
    """Neither the developers' tools nor the platforms it does not use."""
    tools = {normal(name) for name in [*DEV, *EXTRAS["slack"], *EXTRAS["teams"], *EXTRAS["postgres"]]}
    assert pins("demo").keys() & tools == set()
