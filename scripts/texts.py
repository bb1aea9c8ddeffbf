"""Collects every text that is said to people into a template, and brings the catalogues of nynorsk and English up to
date with it (`make texts`).

What is said: `_("…")`, `ngettext("…", "…", n)`, `N_("…")` for a text that is translated later, the same in the web
pages' templates, the docstring of every `Refusal`, and the words that a `CommandWord` and a `Shortcut` are shown with.
With --check nothing is written: see `faults`. A translation that gettext has guessed is marked "fuzzy", and counts as
missing until somebody has read it and taken the mark away.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "bot" / "language" / "locale"
LANGUAGES = ("nn", "en")  # bokmål is the source
ROOMS = ("bot", "adapters", "scheduler")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
SHOWN = {"CommandWord": {2: "usage", 3: "help"}, "Shortcut": {0: "label"}}  # arguments that are shown to people
# All three languages have the same plurals.
HEAD = r"""msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""
PLACE = re.compile(r"\{(\w+)[^}]*\}")
MARKUP = re.compile(r"</?[a-z][^>]*>|&(#\d+|[a-z]+);", re.IGNORECASE)
ENDINGS = (".", "!", "?", ":", ";", ",", "…")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    check = options.parse_args().check
    catalog = collect(ROOT)
    if not check:
        write(catalog, LOCALE)
        print(f"{len(catalog)} texts")
    found = faults(catalog, LOCALE)
    print(*found, sep="\n", file=sys.stderr) if found else print(f"texts: {len(catalog)}, in all languages")
    return bool(found) and check


# ---------------------------------------------------------------- what there is to say


def collect(root: Path) -> Catalog:
    catalog = Catalog(project="fagtraad", charset="utf-8")
    for room in (room for room in ROOMS if (root / room).is_dir()):
        found = extract_from_dir(root / room, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",))
        for file, _line, message, comments, context in found:
            if not "".join(message).strip():  # a " ".join(…) inside _(…)
                continue
            catalog.add(message, None, [(f"{room}/{file}", 0)], auto_comments=comments, context=context)
    trees = [
        (path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for room in ROOMS
        for path in sorted((root / room).rglob("*.py"))
    ]
    for file, text in (*refusals(trees), *shown(trees)):
        catalog.add(text, None, [(file, 0)])
    return catalog


def refusals(trees: Sequence[tuple[str, ast.Module]]) -> list[tuple[str, str]]:
    """The messages of `Refusal` and of whatever descends from it, as `Refusal.text` looks them up."""
    classes = [(file, node) for file, tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    family, grown = {"Refusal"}, 0
    while grown != len(family):
        grown = len(family)
        family |= {node.name for _, node in classes if any(name(base) in family for base in node.bases)}
    return [
        (file, " ".join(doc.split()))
        for file, node in classes
        if node.name in family and (doc := ast.get_docstring(node))
    ]


def shown(trees: Sequence[tuple[str, ast.Module]]) -> Iterator[tuple[str, str]]:
    for file, tree in trees:
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            wanted = SHOWN.get(name(call.func), {})
            given = {wanted[number]: each for number, each in enumerate(call.args) if number in wanted}
            given |= {each.arg: each.value for each in call.keywords if each.arg and each.arg in wanted.values()}
            for each in given.values():
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    yield file, each.value


def name(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


# ---------------------------------------------------------------- what is written


def write(catalog: Catalog, locale: Path) -> None:
    """The template, and each language's catalogue brought up to date with it. A text that nobody says any longer goes;
    one that resembles a new text is proposed for it."""
    locale.mkdir(parents=True, exist_ok=True)
    (locale / "fagtraad.pot").write_bytes(as_bytes(catalog))
    for language in LANGUAGES:
        path = catalogue_path(locale, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = read(path) if path.exists() else Catalog(language)
        kept.update(catalog)
        path.write_bytes(as_bytes(kept))


def catalogue_path(locale: Path, language: str) -> Path:
    return locale / language / "LC_MESSAGES" / "fagtraad.po"


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def as_bytes(catalog: Catalog) -> bytes:
    """Without dates and line numbers, so that it changes only when a text does."""
    out = BytesIO()
    write_po(
        out,
        catalog,
        sort_by_file=True,
        omit_header=True,
        include_lineno=False,
        include_previous=True,
        width=110,
        ignore_obsolete=True,
    )
    return HEAD.encode() + out.getvalue()


# ---------------------------------------------------------------- what is wrong


def faults(catalog: Catalog, locale: Path) -> list[str]:
    """In words: a template that no longer agrees with the code; a translation that is missing, guessed or unused; and
    one that has other places, space at its ends, punctuation or markup than it should."""
    template = locale / "fagtraad.pot"
    found = []
    if not template.exists() or template.read_bytes() != as_bytes(catalog):
        found.append(f"{template.name} does not agree with the code: run `make texts`")
    for language in LANGUAGES:
        path = catalogue_path(locale, language)
        if not path.exists():
            found.append(f"{language}: there is no catalogue: run `make texts`")
            continue
        translated = read(path)
        found += [
            f"{language}: {fault}" for fault in (*unused(catalog, translated), *untranslated(catalog, translated))
        ]
        found += [f"{language}: {fault}" for entry in translated if entry.id for fault in wrong(entry, language)]
    return found


def unused(catalog: Catalog, translated: Catalog) -> list[str]:
    gone = [entry for entry in translated if entry.id and catalog.get(entry.id, entry.context) is None]
    return [
        f"{first(entry)!r} is not said anywhere: run `make texts`" for entry in (*gone, *translated.obsolete.values())
    ]


def untranslated(catalog: Catalog, translated: Catalog) -> Iterator[str]:
    for asked in (entry for entry in catalog if entry.id):
        entry = translated.get(asked.id, asked.context)
        if entry is None or not all(each.strip() for each in forms(entry.string)) or not forms(entry.string):
            yield f"{first(asked)!r} is not translated"
        elif len(forms(entry.string)) != len(forms(asked.id)):
            yield f"{first(asked)!r} has another number of plural forms"
        elif entry.fuzzy:
            yield f"{first(asked)!r} has a guessed (fuzzy) translation"


def wrong(entry: Message, language: str) -> Iterator[str]:
    for asked, said in zip(forms(entry.id), forms(entry.string), strict=False):
        if said.strip():
            yield from (f"{said!r} {fault}" for fault in differences(asked, said, language))


def differences(asked: str, said: str, language: str) -> Iterator[str]:
    if places(asked) != places(said):
        yield f"has not the same {{places}} as {asked!r}"
    if edges(asked) != edges(said):
        yield f"has other space at its ends than {asked!r}"
    if ending(asked) != ending(said):
        yield f"does not end as {asked!r} does"
    if language == "en" and re.search("[«»]", said):
        yield "has Norwegian quotation marks"
    if MARKUP.search(said):
        yield "has markup"


def forms(texts: str | Sequence[str] | None) -> list[str]:
    """One text, or its singular and plural; none where it is not translated."""
    return [texts] if isinstance(texts, str) else [each or "" for each in texts or ()]


def first(entry: Message) -> str:
    return forms(entry.id)[0]


def places(text: str) -> set[str]:
    return set(PLACE.findall(text))


def edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def ending(text: str) -> str:
    last = text.rstrip()[-1:]
    return last if last in ENDINGS else ""


if __name__ == "__main__":
    sys.exit(main())
