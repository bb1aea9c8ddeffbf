"""Messages and forms such as no one would write, and such as people do, for Hypothesis to draw from."""

from typing import Any

from hypothesis import strategies as st

from bot.chat.message import (
    AnyField,
    Attachment,
    Button,
    Buttons,
    ChoiceField,
    ChoicesField,
    CopyText,
    DateField,
    Facts,
    FileField,
    Form,
    FormButton,
    Mentions,
    Message,
    Option,
    Part,
    Quote,
    RoomName,
    Text,
    TextField,
    TickField,
    Tone,
)
from bot.chat.port import Place

NASTY = (
    "<@U12345678>",
    "<!channel>",
    "<!here|her>",
    "<!subteam^S12345678>",
    "<#C12345678>",
    "<http://example.com|trykk her>",
    "https://example.com/a?b=c&d=e",
    "&amp;",
    "&lt;!channel&gt;",
    ":smile:",
    "*fet*",
    "_skrå_",
    "~strøket~",
    "`kode`",
    "```\nkode\n```",
    "> sitat",
    "@channel",
    "\N{GRINNING FACE}",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u05e9\u05dc\u05d5\u05dd",  # right to left
    "\u202eabc\u202c",
    "\u200b",
    "e\u0301",
    "«å»\n\nneste",
    "P&I < 3 > 2",
)
letters = st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"])
free = st.text(letters, max_size=60)
snippets = st.lists(st.one_of(st.sampled_from(NASTY), free, st.just(" "), st.just("\n")), max_size=12).map("".join)


@st.composite
def long_texts(draw: st.DrawFn) -> str:
    seed = draw(st.one_of(st.sampled_from(NASTY), st.text(letters, min_size=1, max_size=20), st.just("ord ")))
    return (seed + draw(st.sampled_from(("", " ", "\n")))) * (draw(st.integers(100, 10_000)) // (len(seed) + 1))


texts = st.one_of(free, snippets, snippets, long_texts())
labels = st.one_of(st.text(letters, min_size=1, max_size=30), st.sampled_from(NASTY), st.text("aå &<", max_size=200))
tones = st.sampled_from(Tone)
ids = st.from_regex(r"[UW][A-Z0-9]{8,10}", fullmatch=True)
does = st.sampled_from(("cases.ask", "cases.answering", "actions.done", "fagtraad.command"))
carries = st.one_of(st.just(""), st.integers(0, 10**6).map(str), st.text("a1:;&", max_size=300))

buttons = st.builds(Button, labels, does, carries, tones, st.one_of(st.just(""), st.just("Er du sikker?"), free))
few = st.lists(buttons, max_size=5).map(lambda them: Buttons(tuple(them)))
many = st.lists(st.builds(Button, st.text("Vis <&", max_size=90), does, carries), max_size=90).map(
    lambda them: Buttons(tuple(them))
)
rooms = st.builds(
    RoomName, st.sampled_from(("slack", "web")), st.from_regex(r"C[A-Z0-9]{8,10}", fullmatch=True) | st.just("<!here>")
)
accounts = st.lists(st.tuples(st.one_of(ids, ids, st.just("ikke en id <!here>")), labels), max_size=8).map(tuple)
parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(Text, texts, tones),
    st.builds(Quote, labels, texts),
    st.builds(Facts, st.lists(st.tuples(labels, texts | rooms), max_size=6).map(tuple)),
    st.builds(Mentions, texts, accounts),
    st.builds(CopyText, labels, texts),
    st.builds(Attachment, labels, st.just("text/plain"), st.just(b"innhold")),
    few,
)
messages = st.builds(
    Message,
    st.one_of(
        st.lists(parts, max_size=6).map(tuple),
        st.lists(st.one_of(st.builds(Text, free, tones), few), max_size=80).map(tuple),
        st.lists(st.one_of(parts, many), max_size=3).map(tuple),
    ).filter(lambda parts: sum(len(p.buttons) for p in parts if isinstance(p, Buttons)) <= 100),
    st.one_of(free, texts),
)

# Forms

names = st.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True)
shared: dict[str, Any] = {"required": st.booleans(), "hint": texts, "notes": st.lists(snippets, max_size=3).map(tuple)}


def _options(most: int) -> st.SearchStrategy[tuple[Option, ...]]:
    values = st.one_of(st.integers(0, 10**6).map(str), st.text(letters, max_size=40), st.just(""), st.just("~0"))
    return st.lists(st.builds(Option, values, labels), max_size=most, unique_by=lambda o: o.value).map(tuple)


@st.composite
def numbered_options(draw: st.DrawFn) -> tuple[Option, ...]:
    label = draw(labels)
    return tuple(Option(str(number), f"{label} {number}") for number in range(draw(st.integers(11, 300))))


options = st.one_of(_options(12), numbered_options())


@st.composite
def choices(draw: st.DrawFn, name: str) -> ChoiceField:
    found = draw(options)
    chosen = draw(st.sampled_from(["", *(option.value for option in found)]))
    return ChoiceField(name, draw(labels), **{k: draw(v) for k, v in shared.items()}, options=found, value=chosen)


@st.composite
def several_choices(draw: st.DrawFn, name: str) -> ChoicesField:
    found = draw(options)
    chosen = tuple(option.value for option in found if draw(st.booleans()))
    return ChoicesField(name, draw(labels), **{k: draw(v) for k, v in shared.items()}, options=found, values=chosen)


def fields(name: str) -> st.SearchStrategy[AnyField]:
    named = st.just(name)
    longest = st.sampled_from((5, 100, 3000, 60_000))
    return st.one_of(
        st.builds(TextField, named, labels, **shared, value=texts, lines=st.integers(1, 8), longest=longest),
        st.builds(DateField, named, labels, **shared, value=st.one_of(st.just(""), st.dates().map(str))),
        choices(name),
        several_choices(name),
        st.builds(TickField, named, labels, **shared, ticked=st.booleans()),
        st.builds(FileField, named, labels, **shared, accept=st.just((".csv", ".xlsx"))),
    )


@st.composite
def forms(draw: st.DrawFn) -> Form:
    named = draw(st.lists(names, max_size=7, unique=True))
    return Form(
        draw(does),
        draw(labels),
        [draw(fields(name)) for name in named],
        draw(st.text("0123456789;abc", max_size=200)),
        draw(st.lists(parts, max_size=3).map(tuple)),
        draw(st.one_of(st.just(""), labels)),
        tuple(draw(st.lists(st.builds(FormButton, names, labels), max_size=4))),
    )


places = st.builds(Place, st.just("slack"), ids, st.one_of(st.none(), st.just("1700000000.000100")))
