"""What `make texts` and its check do: each fault of a catalogue is found, and nothing is found where there is none."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts import texts

TEXTS: tuple[str | tuple[str, str], ...] = (
    "Hei {name}!",
    "Sendt.",
    "Trykk «{title}»",
    ("{count} dag", "{count} dager"),
)
ENGLISH: tuple[str | tuple[str, str], ...] = (
    "Hello {name}!",
    "Sent.",
    "Press “{title}”",
    ("{count} day", "{count} days"),
)
NYNORSK: tuple[str | tuple[str, str], ...] = (
    "Hei {name}!",
    "Sendt.",
    "Trykk «{title}»",
    ("{count} dag", "{count} dagar"),
)


@pytest.fixture
def catalog() -> Catalog:
    return _catalog_of(*TEXTS)


@pytest.fixture
def locale(tmp_path: Path, catalog: Catalog) -> Path:
    """A template and two catalogues, complete."""
    texts.write(catalog, tmp_path)
    for language, translations in (("nn", NYNORSK), ("en", ENGLISH)):
        for asked, said in zip(TEXTS, translations, strict=True):
            translate(tmp_path, language, asked, said)
    return tmp_path


def _catalog_of(*said: str | tuple[str, str]) -> Catalog:
    catalog = Catalog(charset="utf-8")
    for each in said:
        catalog.add(each, None, [("bot/x.py", 0)])
    return catalog


def translate(locale: Path, language: str, asked: str | tuple[str, str], said: str | tuple[str, ...], flag: str = ""):
    path = texts.catalogue_path(locale, language)
    kept = texts.read(path)
    entry = kept.get(asked)
    assert entry is not None
    entry.string = said
    entry.flags |= {flag} - {""}
    path.write_bytes(texts.as_bytes(kept))


def test_complete_catalogues_have_no_fault(catalog: Catalog, locale: Path) -> None:
    assert texts.faults(catalog, locale) == []


def test_a_template_older_than_the_code_is_a_fault(locale: Path) -> None:
    (fault, *_rest) = texts.faults(_catalog_of(*TEXTS, "Ny tekst"), locale)
    assert fault == "fagtraad.pot does not agree with the code: run `make texts`"


def test_a_text_that_came_after_the_catalogue_is_missing_in_each(locale: Path) -> None:
    catalog = _catalog_of(*TEXTS, "Ny tekst")
    (locale / "fagtraad.pot").write_bytes(texts.as_bytes(catalog))
    assert texts.faults(catalog, locale) == [
        "nn: 'Ny tekst' is not translated",
        "en: 'Ny tekst' is not translated",
    ]


def test_a_missing_catalogue_is_a_fault(catalog: Catalog, locale: Path) -> None:
    texts.catalogue_path(locale, "nn").unlink()
    assert texts.faults(catalog, locale) == ["nn: there is no catalogue: run `make texts`"]


@pytest.mark.parametrize(
    ("language", "asked", "said", "fault"),
    [
        ("nn", "Sendt.", "", "is not translated"),
        ("nn", "Sendt.", "  ", "is not translated"),
        ("en", TEXTS[3], ("{count} day", ""), "is not translated"),
        ("en", "Hei {name}!", "Hello {nam}!", "has not the same {places}"),
        ("en", "Hei {name}!", "Hello!", "has not the same {places}"),
        ("en", "Sendt.", "Sent {when}.", "has not the same {places}"),
        ("en", TEXTS[3], ("{count} day", "days"), "has not the same {places}"),
        ("nn", "Sendt.", " Sendt.", "has other space at its ends"),
        ("nn", "Sendt.", "Sendt.\n", "has other space at its ends"),
        ("nn", "Sendt.", "Sendt", "does not end as"),
        ("nn", "Hei {name}!", "Hei {name}?", "does not end as"),
        ("en", "Trykk «{title}»", "Press “{title}”.", "does not end as"),
        ("en", "Trykk «{title}»", "Press «{title}»", "has Norwegian quotation marks"),
        ("en", "Sendt.", "<b>Sent</b>.", "has markup"),
        ("nn", "Sendt.", "Sendt&nbsp;no.", "has markup"),
    ],
)
def test_each_fault_of_a_translation_is_found(
    catalog: Catalog, locale: Path, language: str, asked: str | tuple[str, str], said: str | tuple[str, str], fault: str
) -> None:
    translate(locale, language, asked, said)
    (found,) = texts.faults(catalog, locale)
    assert found.startswith(f"{language}: ")
    assert fault in found


def test_a_guessed_translation_counts_as_missing(catalog: Catalog, locale: Path) -> None:
    translate(locale, "nn", "Sendt.", "Sendt.", flag="fuzzy")
    assert texts.faults(catalog, locale) == ["nn: 'Sendt.' has a guessed (fuzzy) translation"]


def test_a_translation_that_is_not_used_is_a_fault(locale: Path) -> None:
    catalog = _catalog_of(*TEXTS[1:])
    (locale / "fagtraad.pot").write_bytes(texts.as_bytes(catalog))
    assert texts.faults(catalog, locale) == [
        "nn: 'Hei {name}!' is not said anywhere: run `make texts`",
        "en: 'Hei {name}!' is not said anywhere: run `make texts`",
    ]


def test_an_entry_that_was_put_aside_is_a_fault(catalog: Catalog, locale: Path) -> None:
    path = texts.catalogue_path(locale, "nn")
    path.write_text(path.read_text(encoding="utf-8") + '\n#~ msgid "Borte"\n#~ msgstr "Vekke"\n', encoding="utf-8")
    assert texts.faults(catalog, locale) == ["nn: 'Borte' is not said anywhere: run `make texts`"]


def test_bringing_up_to_date_keeps_translations_drops_the_unused_and_guesses_aloud(locale: Path) -> None:
    catalog = _catalog_of("Sendt.", "Trykk nå «{title}»", TEXTS[3])
    texts.write(catalog, locale)
    assert texts.faults(catalog, locale) == [
        "nn: 'Trykk nå «{title}»' has a guessed (fuzzy) translation",
        "en: 'Trykk nå «{title}»' has a guessed (fuzzy) translation",
    ]


def test_what_is_shown_of_commands_buttons_and_refusals_is_collected(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "feature.py").write_text(
        'class Gone(Refusal):\n    """Den er\n    borte."""\n'
        'class Away(Gone):\n    """Den er vekk."""\n'
        'class Other:\n    """Not a text."""\n'
        'CommandWord("oppgave", ("task",), "/oppgave TEKST", help="Lag en", handle=None)\n'
        'Shortcut("Spør", "ask")\n'
        '_("Ja")\nngettext("én", "flere", 2)\n'
    )
    found = {entry.id for entry in texts.collect(tmp_path) if entry.id}
    assert found == {"Den er borte.", "Den er vekk.", "/oppgave TEKST", "Lag en", "Spør", "Ja", ("én", "flere")}
