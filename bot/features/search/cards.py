"""What was found → messages and the form. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.message import Button, Buttons, Form, Message, Part, Text, TextField, Tone, message
from bot.feature import Found
from bot.language import _, ngettext, quoted, say_list
from bot.search import MOST_HITS

A_PAGE = 5  # hits: what can be read without scrolling far, and what the platforms' cards hold
LONGEST = 500  # characters of a question in the form


@dataclass(frozen=True, slots=True)
class Page:
    """How many there were, how many came before this page, and the answer that «Vis flere» goes on from."""

    found: int
    after: int
    answer: int
    asked: Sequence[str] = ()


def results(hits: Sequence[tuple[str, Found]], page: Page) -> Message:
    """Each hit with its network's name, which is empty where the asker has only one."""
    parts: list[Part] = [Text(_looked_for(page.asked), Tone.MUTED)] if page.asked else []
    for network, found in hits:
        parts.append(Text(f"{found.title} · {network}" if network else found.title, Tone.STRONG))
        parts += [Text(found.text)] if found.text else []
        parts += [Buttons(found.buttons)] if found.buttons else []
    if not hits:
        parts.append(Text(_("Det som stod her, er fjernet siden du søkte.")))
    parts.append(Buttons((*_ways_on(page), _again())))
    return message(*parts, title=_title(page))


def _ways_on(page: Page) -> tuple[Button, ...]:
    after = page.after + A_PAGE
    return (Button(_("Vis flere"), "search.more", f"{page.answer}:{after}"),) if after < page.found else ()


def _title(page: Page) -> str:
    if page.after:
        last = min(page.after + A_PAGE, page.found)
        return _("Treff {first}–{last} av {count}").format(first=page.after + 1, last=last, count=page.found)
    if page.found >= MOST_HITS:
        return _("De {count} beste treffene").format(count=page.found)
    return ngettext("{count} treff", "{count} treff", page.found).format(count=page.found)


def _looked_for(asked: Sequence[str]) -> str:
    return _("Jeg lette etter {words}.").format(words=say_list([quoted(word) for word in asked]))


def _again() -> Button:
    return Button(_("Søk på nytt"), "search.ask")


def nothing_found(asked: Sequence[str], searched: Sequence[str], *, may_ask: bool) -> Message:
    ask = (Button(_("Spør nettverket"), "cases.ask", "", Tone.STRONG),) if may_ask else ()
    parts: list[Part] = [
        Text(_looked_for(asked)),
        Text(_("Jeg lette i {things} i nettverkene dine.").format(things=say_list(list(searched)))),
        Text(
            _("Prøv med færre eller andre ord. Jeg finner også lengre ord som begynner eller slutter slik."), Tone.MUTED
        ),
        Buttons((*ask, _again())),
    ]
    return message(*parts, title=_("Ingen treff"))


def how_to_search(searched: Sequence[str]) -> Message:
    return message(
        _("Skriv det du leter etter, for eksempel «søk tranexamsyre tannekstraksjon»."),
        _("Jeg leter i {things} i nettverkene dine, og forstår bøyde former, bokmål og nynorsk.").format(
            things=say_list(list(searched))
        ),
        Buttons((_again_first(),)),
        title=_("Slik søker du"),
    )


def _again_first() -> Button:
    return Button(_("Søk"), "search.ask", "", Tone.STRONG)


def search_form() -> Form:
    words = TextField(
        "words",
        _("Hva leter du etter?"),
        True,
        _("Ord om tilstanden, legemiddelet eller prosedyren. Ikke skriv noe om en pasient."),
        longest=LONGEST,
    )
    return Form("search.find", _("Søk"), (words,), submit=_("Søk"))
