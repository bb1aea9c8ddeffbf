"""`fagtraad admin`: a whole region from one file, and the first person of all."""

import asyncio
import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.__main__ import app
from storage import Database
from tests.world import TEST_KEY

Run = Callable[..., Result]
HEADINGS = ["kode", "navn", "type", "over", "språk", "virksomheter"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ"


@pytest.fixture
def fagtraad(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, on a database with its schema and nobody in it."""
    (tmp_path / "erasures.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": database_url,
        "KEYS": TEST_KEY,
        "LEDGER_PATH": str(tmp_path / "erasures.jsonl"),
        "PUBLIC_URL": "https://fagtraad.example.no",
    }.items():
        monkeypatch.setenv(f"FAGTRAAD_{name}", value)
    runner = CliRunner()

    def run(*words: str) -> Result:
        return runner.invoke(app, list(words), env={"COLUMNS": "200"})

    return run


@pytest.fixture
def looking(database_url: str) -> Callable[[str], list[tuple[object, ...]]]:
    """What a statement finds."""

    async def look(statement: str) -> list[tuple[object, ...]]:
        database = Database(database_url)
        async with database.reading() as session:
            rows = [tuple(row) for row in await session.execute(text(statement))]
        await database.close()
        return rows

    return lambda statement: asyncio.run(look(statement))


def written(file: Path, rows: Sequence[Sequence[str]]) -> Path:
    said = io.StringIO()
    csv.writer(said, delimiter=";").writerows(rows)
    file.write_text(said.getvalue(), encoding="utf-8")
    return file


def region() -> list[list[str]]:
    """33 networks: one above, 31 beside each other under it, and a working group under one of them."""
    rows = [
        HEADINGS,
        ["MIDT", "Fagledernettverk Midt", "fagråd", "", "nb", "St. Olavs hospital HF, Helse Nord-Trøndelag HF"],
    ]
    for number in range(31):
        language = "nynorsk" if number % 2 else "bokmål"
        code = f"NETT{LETTERS[number // 25]}{LETTERS[number % 25]}"
        rows.append([code, f"Nettverk {number}", "regionalt", "MIDT", language, "St. Olavs hospital HF"])
    return [*rows, ["GRUPPE", "Arbeidsgruppe", "nasjonalt", "NETTAA", "", ""]]


def test_the_first_person_is_an_operator_who_can_be_let_in(fagtraad: Run) -> None:
    made = fagtraad("admin", "person", "Bjarte Tveitan", "--operator", "--account", "web:bjarte")
    assert "Bjarte Tveitan er lagt til (nummer 1), som operatør." in made.stdout
    assert "fagtraad link 1" in made.stdout
    again = fagtraad("admin", "person", "bjarte tveitan", "--account", "slack:U1")
    assert "fantes fra før" in again.stdout
    link = fagtraad("link", "1")
    assert link.exit_code == 0, link.output
    assert link.stdout.startswith("https://fagtraad.example.no/")
    assert fagtraad("admin", "person", "Annen Person", "--account", "web:bjarte").exit_code == 1
    assert fagtraad("admin", "person", "Annen Person", "--account", "bare-id").exit_code == 2


def test_33_networks_from_one_file_and_the_second_time_nothing_changes(fagtraad: Run, tmp_path: Path) -> None:
    file = str(written(tmp_path / "nettverk.csv", region()))
    dry = fagtraad("admin", "networks", file, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "Nye: 33. Endret: 0. Uendret: 0." in dry.stdout
    assert "Ingen nettverk ennå" in fagtraad("admin", "list").stdout
    assert "Nye: 33. Endret: 0. Uendret: 0." in fagtraad("admin", "networks", file).stdout
    assert "Nye: 0. Endret: 0. Uendret: 33." in fagtraad("admin", "networks", file).stdout
    listed = fagtraad("admin", "list").stdout
    assert listed.count("regionalt nettverk") == 31
    assert "Fagledernettverk Midt" in listed
    rows = region()
    rows[5][1] = "Nytt navn"
    file = str(written(tmp_path / "nettverk.csv", rows))
    assert "Nye: 0. Endret: 1. Uendret: 32." in fagtraad("admin", "networks", file).stdout


def test_parents_may_come_after_their_children(fagtraad: Run, tmp_path: Path) -> None:
    rows = region()
    file = str(written(tmp_path / "nettverk.csv", [rows[0], *reversed(rows[1:])]))
    assert "Nye: 33" in fagtraad("admin", "networks", file).stdout
    assert "Uendret: 33" in fagtraad("admin", "networks", file).stdout


def test_one_wrong_line_and_none_is_made(fagtraad: Run, tmp_path: Path) -> None:
    rows = region()
    rows[3][0], rows[4][2], rows[5][3], rows[6][4] = "x1", "klubb", "INGEN", "svensk"
    rows[7][0], rows[8][3] = rows[9][0], rows[8][0]
    answer = fagtraad("admin", "networks", str(written(tmp_path / "nettverk.csv", rows)))
    assert answer.exit_code == 1
    for said in (
        "linje 4: koden skal være 2 til 12 bokstaver, ikke «X1»",
        "linje 5: «klubb» er ikke en type",
        "linje 6: nettverket over, «INGEN», finnes ikke",
        "linje 7: språket skal være nb, nn eller en, ikke «svensk»",
        "linje 9: nettverket ville ligge under seg selv",
        "linje 10: koden står også på linje 8",
        "Ingenting er endret.",
    ):
        assert said in answer.stderr
    assert "Ingen nettverk ennå" in fagtraad("admin", "list").stdout


def test_members_come_from_a_file_and_go_out_as_they_came(fagtraad: Run, tmp_path: Path) -> None:
    fagtraad("admin", "networks", str(written(tmp_path / "n.csv", region())))
    rows = [["navn", "yrke", "rolle", "kasustilgang"], ["Kari Nordmo", "overlege", "leder", "nei"]]
    members = str(written(tmp_path / "m.csv", rows))
    assert "Nye: 1." in fagtraad("admin", "members", "midt", members, "--dry-run").stdout
    assert "Nye: 1." in fagtraad("admin", "members", "midt", members).stdout
    for name in ("ut.csv", "ut.xlsx"):
        assert fagtraad("admin", "export", "MIDT", "--to", name).exit_code == 0
        assert "Nye: 0. Endret: 0. Uendret: 1." in fagtraad("admin", "members", "MIDT", name).stdout
    assert "Kari Nordmo;overlege" in fagtraad("admin", "export", "MIDT").stdout
    assert fagtraad("admin", "members", "FINNESIKKE", members).exit_code == 1


def test_case_access_is_given_by_somebody_also_from_the_command_line(
    fagtraad: Run, tmp_path: Path, looking: Callable[[str], list[tuple[object, ...]]]
) -> None:
    fagtraad("admin", "networks", str(written(tmp_path / "n.csv", region())))
    fagtraad("admin", "person", "Bjarte Tveitan", "--operator")
    fagtraad("admin", "person", "Vanlig Person")
    rows = [["navn", "yrke", "kasustilgang"], ["Kari Nordmo", "overlege", "ja"]]
    members = str(written(tmp_path / "m.csv", rows))
    unnamed = fagtraad("admin", "members", "MIDT", members)
    assert unnamed.exit_code == 1
    assert "linje 2: kasustilgang gis av noen: si hvem, med --by" in unnamed.stderr
    assert fagtraad("admin", "members", "MIDT", members, "--by", "Vanlig Person").exit_code == 1
    assert fagtraad("admin", "members", "MIDT", members, "--by", "Bjarte").exit_code == 0
    assert looking("SELECT case_access_by FROM membership") == [(1,)]
    assert ("members.imported",) in looking("SELECT did FROM audit WHERE person_id = 1")


def test_a_file_that_is_none_is_refused_in_words(fagtraad: Run, tmp_path: Path) -> None:
    (tmp_path / "bilde.png").write_bytes(b"\x89PNG\x00")
    answer = fagtraad("admin", "networks", str(tmp_path / "bilde.png"))
    assert answer.exit_code == 1
    assert "verken CSV eller Excel" in answer.stderr
    answer = fagtraad("admin", "networks", str(written(tmp_path / "n.csv", [["navn"], ["A"]])))
    assert answer.exit_code == 1
    assert "«kode» og «navn»" in answer.stderr
