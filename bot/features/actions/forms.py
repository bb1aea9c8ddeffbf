"""The forms of an item. Pure: what was typed comes back as it was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from bot.chat.message import (
    AnyField,
    ChoiceField,
    ChoicesField,
    Facts,
    Form,
    FormButton,
    Option,
    Part,
    Quote,
    Text,
    TextField,
    TickField,
    Tone,
)
from bot.clock import local_date, working_days_later
from bot.features.actions.cards import did_in_words, say_due, say_owners
from bot.features.actions.history import Did
from bot.features.actions.naming import Owners
from bot.features.actions.rules import LONGEST, Here
from bot.features.actions.service import ItemFacts
from bot.language import _, say_list
from bot.people import Member, Network, Role
from bot.when import When

MEETING = "meeting"
Notes = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ItemForm:
    """What the form shows; `notes` by field, `confirms` where the check's warnings may be confirmed. `number` is that
    of an item that there is, and `networks` are those to choose between."""

    carries: str
    options: Sequence[Option]
    text: str
    owners: Sequence[str]  # values of the options
    due: str = ""  # as it was typed
    number: int | None = None
    in_case: bool = False
    notes: Notes = field(default_factory=dict)
    confirms: bool = False
    networks: Sequence[Network] = ()
    network: str = ""
    told: tuple[Part, ...] = ()


def item_form(form: ItemForm) -> Form:
    fields: list[AnyField] = [
        TextField("text", _("Hva skal gjøres?"), True, "", _at("text", form.notes), form.text, 2, LONGEST),
        who_field(form.options, form.owners, form.notes),
        due_field(form.due, form.notes),
    ]
    if form.networks:
        options = tuple(Option(str(network.id), network.name) for network in form.networks)
        note = _at("network", form.notes)
        fields.insert(0, ChoiceField("network", _("Nettverk"), True, "", note, options, form.network))
    if form.confirms:
        fields.append(TickField("confirmed", _("Jeg har vurdert merknadene, og teksten kan stå")))
    return Form(
        "actions.new" if form.number is None else "actions.edit",
        _("Lag oppgave") if form.number is None else _("Endre oppgave {number}").format(number=form.number),
        fields,
        carries=form.carries,
        intro=(*form.told, *(_in_case() if form.in_case else ())),
    )


def move_form(
    item: ItemFacts, here: Here, typed: str = "", notes: Notes | None = None, told: Sequence[Part] = ()
) -> Form:
    """A date as people write it, or one of the buttons."""
    return Form(
        "actions.move",
        _("Utsett oppgave {number}").format(number=item.number),
        [due_field(typed, notes or {})],
        carries=f"{item.id}:{item.version}",
        intro=(*told, Text(_("Frist nå: {when}").format(when=say_due(item)), Tone.MUTED)),
        extra=tuple(FormButton(value, label) for value, label, _when in quick_choices(here)),
    )


def hand_form(
    item: ItemFacts,
    options: Sequence[Option],
    owners: Sequence[str] = (),
    notes: Notes | None = None,
    told: Sequence[Part] = (),
) -> Form:
    return Form(
        "actions.hand",
        _("Overfør oppgave {number}").format(number=item.number),
        [who_field(options, owners, notes or {})],
        carries=f"{item.id}:{item.version}",
        intro=(*told, Text(_("Hvem nå: {names}").format(names=say_owners(item)), Tone.MUTED)),
    )


def who_field(options: Sequence[Option], chosen: Sequence[str], notes: Notes) -> ChoicesField:
    hint = _("En eller flere. Er ingen valgt, må sekretæren avklare det.")
    return ChoicesField("owners", _("Hvem"), False, hint, _at("owners", notes), tuple(options), tuple(chosen))


def due_field(typed: str, notes: Notes) -> TextField:
    hint = _("For eksempel: fredag, 1. des, uke 50, om 14 dager, før påske, til neste møte")
    return TextField("due", _("Frist"), False, hint, _at("due", notes), typed, longest=100)


def quick_choices(here: Here) -> list[tuple[str, str, When]]:
    """(value, label, what it means) of the buttons of the form."""
    today = local_date(here.now, here.zone)
    days = [
        ("workday", _("Neste arbeidsdag"), working_days_later(today, 1)),
        ("monday", _("Mandag"), today + timedelta(days=7 - today.weekday())),
        ("week", _("Om en uke"), today + timedelta(weeks=1)),
        ("fortnight", _("Om to uker"), today + timedelta(weeks=2)),
    ]
    choices = [(value, label, When(day, None, False)) for value, label, day in days]
    if here.meeting:
        choices.append(("meeting", _("Til neste møte"), When(here.meeting, None, True)))
    return choices


def who_options(members: Sequence[Member], *, of_one: bool = True) -> list[Option]:
    """The roles that somebody has, then everybody by name. Not `of_one` network: who holds a role is not known yet."""
    held = [(role, [m.person.name for m in members if role in m.roles]) for role in Role]
    roles = [
        Option(role.value, f"{role.label} ({_holding(names)})" if of_one else role.label)
        for role, names in held
        if names
    ]
    return [*roles, *(Option(str(m.person.id), m.person.name) for m in members)]


def _holding(names: Sequence[str]) -> str:
    return say_list(list(names)) if len(names) <= 2 else _("{count} personer").format(count=len(names))


def who_values(who: Owners) -> tuple[str, ...]:
    return (*(role.value for role in who.roles), *map(str, who.persons))


def due_typed(when: When | None) -> str:
    """A due date as one would type it, to be changed in a form."""
    if when is None:
        return ""
    if when.to_meeting:
        return _("til neste møte")
    day = f"{when.day:%d.%m.%Y}" if when.day else ""
    return f"{day} kl. {when.at:%H:%M}" if when.at else day


def changed_meanwhile(item: ItemFacts, changes: Sequence[tuple[str, Did]], *, with_text: bool) -> tuple[Part, ...]:
    """Who did what while the form was open, what the item is now, and that nothing typed is lost."""
    did = "; ".join(f"{name} {did_in_words(what)}" for name, what in changes)
    parts: list[Part] = [Text(_("Oppgaven ble endret mens du skrev: {changes}.").format(changes=did), Tone.WARNING)]
    parts.append(Facts(((_("Hvem"), say_owners(item)), (_("Frist"), say_due(item)))))
    if with_text and item.text is not None:
        parts.append(Quote(_("Teksten er nå"), item.text))
    parts.append(Text(_("Det du skrev, står under. Send inn igjen hvis det skal gjelde.")))
    return tuple(parts)


def carried(when: When) -> str:
    """A date as a button carries it."""
    return f"{MEETING if when.to_meeting else when.day}T{when.at or ''}"


def carried_day(carries: str, meeting: date | None) -> When | None:
    """The other way round; None where it is no date of ours."""
    day, _t, clock = carries.partition("T")
    try:
        at = time.fromisoformat(clock) if clock else None
        return When(meeting, at, True) if day == MEETING else When(date.fromisoformat(day), at)
    except ValueError:
        return None


def _at(name: str, notes: Notes) -> tuple[str, ...]:
    return tuple(notes.get(name, ()))


def _in_case() -> tuple[Text, ...]:
    return (
        Text(_("Oppgaven hører til et kasus. Ikke skriv noe som gjør at pasienten kan kjennes igjen."), Tone.STRONG),
    )
