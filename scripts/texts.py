"""Collects every text that is said to people into a template for translators (`make texts`).

What is said: `_("…")`, `ngettext("…", "…", n)`, `N_("…")` for a text that is translated later, the same in
the web pages' templates, and the docstring of every `Refusal`. With --check nothing is written: a template
that no longer agrees with the code is an error, and so is a translation that loses a {place} of its text.
"""

import argparse
import ast
import re
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "bot" / "language" / "locale"
TEMPLATE = LOCALE / "fagtraad.pot"
ROOMS = ("bot", "adapters", "scheduler")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
PLACE = re.compile(r"\{(\w+)[^}]*\}")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    check = options.parse_args().check
    catalog = collect()
    if not check:
        LOCALE.mkdir(parents=True, exist_ok=True)
        TEMPLATE.write_bytes(as_bytes(catalog))
        print(f"{TEMPLATE.relative_to(ROOT)}: {len(catalog)} texts")
        return 0
    faults = [*stale(catalog), *lost_places()]
    print(*faults, sep="\n", file=sys.stderr) if faults else print(f"texts: {len(catalog)}, all in the template")
    return bool(faults)


def collect() -> Catalog:
    catalog = Catalog(project="fagtraad", charset="utf-8")
    for room in (room for room in ROOMS if (ROOT / room).is_dir()):
        found = extract_from_dir(ROOT / room, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",))
        for file, _line, message, comments, context in found:
            if not "".join(message).strip():  # a " ".join(…) inside _(…)
                continue
            catalog.add(message, None, [(f"{room}/{file}", 0)], auto_comments=comments, context=context)
    for file, text in refusals():
        catalog.add(text, None, [(file, 0)])
    return catalog


def refusals() -> list[tuple[str, str]]:
    """The messages of `Refusal` and of whatever descends from it, as `Refusal.text` looks them up."""
    classes = [
        (path.relative_to(ROOT).as_posix(), node)
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    family, grown = {"Refusal"}, 0
    while grown != len(family):
        grown = len(family)
        family |= {node.name for _, node in classes if any(name(base) in family for base in node.bases)}
    return [
        (file, " ".join(doc.split()))
        for file, node in classes
        if node.name in family and (doc := ast.get_docstring(node))
    ]


def name(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


def as_bytes(catalog: Catalog) -> bytes:
    """Without dates and line numbers, so that it changes only when a text does."""
    out = BytesIO()
    write_po(out, catalog, sort_by_file=True, omit_header=True, include_lineno=False, width=110)
    return b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + out.getvalue()


def stale(catalog: Catalog) -> list[str]:
    if not TEMPLATE.exists():
        return [f"{TEMPLATE.relative_to(ROOT)} is missing: run `make texts`"]
    if TEMPLATE.read_bytes() != as_bytes(catalog):
        return [f"{TEMPLATE.relative_to(ROOT)} no longer agrees with the code: run `make texts`"]
    return []


def lost_places() -> list[str]:
    faults = []
    for path in sorted(LOCALE.rglob("*.po")):
        with path.open("rb") as file:
            entries = [entry for entry in read_po(file) if entry.id]
        for entry in entries:
            one, *more = forms(entry.id)
            for number, said in enumerate(forms(entry.string)):
                asked = more[0] if more and number else one
                if said and (lost := places(asked) - places(said)):
                    faults.append(f"{path.relative_to(ROOT)}: {said!r} loses {', '.join(sorted(lost))}")
    return faults


def forms(texts: str | Sequence[str] | None) -> list[str]:
    """One text, or its singular and plural; none where it is not translated."""
    return [texts] if isinstance(texts, str) else list(texts or ())


def places(text: str) -> set[str]:
    return set(PLACE.findall(text))


if __name__ == "__main__":
    sys.exit(main())
