"""Facts → messages. Pure."""

from collections.abc import Sequence
from itertools import groupby

from bot.chat.message import Button, Buttons, Facts, Message, Part, RoomName, Text, Tone, message
from bot.features.networks.roster import Account, say_access, say_roles
from bot.features.networks.rules import Task
from bot.features.networks.service import Listed, NetworkFacts
from bot.language import _, ngettext, say_date, say_list
from bot.people import Network
from bot.places import Purpose, Room

PAGE = 15  # members


def welcome() -> Message:
    """To an operator, the first time."""
    return message(
        _("Velkommen. Du kan sette opp nettverk her, og fylle dem med medlemmer og rom."),
        _("Begynn med det første. Siden skriver du «/fagtraad oppsett» for å komme hit igjen."),
        Buttons((Button(_("Sett opp nettverk"), "networks.new", tone=Tone.STRONG),)),
        title=_("Kom i gang"),
    )


def purpose_label(purpose: Purpose) -> str:
    return {
        Purpose.GENERAL: _("vanlig rom"),
        Purpose.CASES: _("kasusrom"),
        Purpose.SECRETARIES: _("rom for sekretærene"),
    }[purpose]


# A network


def choose(networks: Sequence[Network], does: str, *, operator: bool) -> Message:
    new = [Buttons((Button(_("Sett opp nettverk"), "networks.new", tone=Tone.STRONG),))] if operator else []
    if not networks:
        return message(_("Det er ikke satt opp noe nettverk ennå."), *new, title=_("Nettverk"))
    rows = [
        Buttons(tuple(Button(f"{each.code}: {each.name}", does, str(each.id)) for each in networks[first : first + 5]))
        for first in range(0, len(networks), 5)
    ]
    return message(_("Hvilket nettverk gjelder det?"), *rows, *new, title=_("Nettverk"))


def network_card(facts: NetworkFacts) -> Message:
    """What it is, and what remains to be done, each with its button."""
    network, id = facts.network, str(facts.network.id)
    left = _left(facts)
    done = Text(_("Alt er på plass."), Tone.GOOD)
    lead = Text(_("Dette gjenstår:"), Tone.STRONG) if left else done
    always = Buttons(
        (
            Button(_("Medlemmer"), "networks.members", id),
            Button(_("Legg til medlem"), "networks.add", id),
            Button(_("Importer"), "networks.import", id),
            Button(_("Rom"), "networks.rooms", id),
            Button(_("Innstillinger"), "networks.settings", id),
        )
    )
    return message(_facts(facts), lead, *left, always, title=f"{network.name} ({network.code})")


def _facts(facts: NetworkFacts) -> Facts:
    network = facts.network
    rows: list[tuple[str, str | RoomName]] = [(_("Type"), facts.kind.label), (_("Medlemmer"), str(facts.members))]
    if facts.parent:
        rows.append((_("Under"), facts.parent))
    if network.ends_on:
        rows.append((_("Siste dag"), say_date(network.ends_on)))
    if network.next_meeting:
        rows.append((_("Neste møte"), say_date(network.next_meeting)))
    rows += [_room(room) for room in facts.rooms]
    return Facts(tuple(rows))


def _room(room: Room) -> tuple[str, RoomName]:
    return purpose_label(room.purpose).capitalize(), RoomName(room.chat, room.room)


def _left(facts: NetworkFacts) -> list[Part]:
    """Each thing to do, and under those that are done in one place the button that leads there."""
    id, places = str(facts.network.id), dict[tuple[str, str], list[str]]()
    for task in facts.remaining:
        said, button = _task(task, facts)
        places.setdefault(button, []).append(said)
    parts: list[Part] = []
    for (label, does), tasks in places.items():
        parts += [Text(f"• {said}") for said in tasks]
        parts.append(Buttons((Button(label, does, id),)))
    return parts


def _task(task: Task, facts: NetworkFacts) -> tuple[str, tuple[str, str]]:
    """What is to be done; and the button, what it does."""
    members = (_("Velg i medlemslista"), "networks.members")
    return {
        Task.GENERAL_ROOM: (_("Et vanlig rom, der alle medlemmene er"), (_("Velg rom"), "networks.rooms")),
        Task.CASE_ROOM: (_("Et kasusrom, bare for dem med kasustilgang"), (_("Velg rom"), "networks.rooms")),
        Task.MEMBERS: (_("Medlemmer: én om gangen, eller fra en fil"), (_("Importer medlemmer"), "networks.import")),
        Task.LEADER: (_("En leder"), members),
        Task.SECRETARY: (_("En sekretær"), members),
        Task.CASE_ACCESS: (_("Kasustilgang for navngitt helsepersonell"), members),
        Task.PRIVACY_CONTACT: (_("En personvernkontakt"), (_("Velg personvernkontakt"), "networks.settings")),
        Task.EXPECTED: (
            _("Hvilke virksomheter som skal være representert"),
            (_("Velg virksomheter"), "networks.settings"),
        ),
        Task.VACANT: (
            _("Medlemmer fra {names}").format(names=_some(facts.vacant)),
            (_("Legg til medlem"), "networks.add"),
        ),
        Task.ACCOUNTS: (_("Kontoer for medlemmer som jeg ikke kjenner igjen i chatten"), members),
    }[task]


def _some(names: Sequence[str]) -> str:
    shown = list(names[:4])
    if len(names) > 4:
        shown.append(ngettext("{count} til", "{count} til", len(names) - 4).format(count=len(names) - 4))
    return say_list(shown)


# Rooms


def rooms_card(network: Network, rooms: Sequence[Room], here: Room | None, *, in_room: bool) -> Message:
    parts: list[Part] = []
    for room in rooms:
        parts.append(Facts((_room(room),)))
        parts.append(Buttons((_unbind(room),)))
    if not rooms:
        parts.append(Text(_("Nettverket har ingen rom ennå.")))
    if in_room and (here is None or here.network_id == network.id):
        parts.append(Text(_("Dette rommet:"), Tone.STRONG))
        parts.append(
            Buttons(tuple(_bind(network, purpose) for purpose in Purpose if not here or here.purpose != purpose))
        )
    elif in_room:
        parts.append(Text(_("Rommet du skriver i, hører til et annet nettverk."), Tone.MUTED))
    else:
        how = _("Gå til rommet det gjelder, med meg i det, og skriv «/fagtraad rom {code}» der.")
        parts.append(Text(how.format(code=network.code), Tone.MUTED))
    return message(*parts, title=_("Rommene til {code}").format(code=network.code))


def _bind(network: Network, purpose: Purpose) -> Button:
    label = _("Bruk dette rommet som {purpose}").format(purpose=purpose_label(purpose))
    return Button(label, "networks.bind", f"{network.id}:{purpose}")


def _unbind(room: Room) -> Button:
    confirm = _("Jeg slutter å bruke rommet for nettverket. Det som står der, blir stående. Fortsette?")
    return Button(_("Slutt å bruke rommet"), "networks.unbind", str(room.id), Tone.NORMAL, confirm)


def bound(network: Network, room: Room, outsiders: Sequence[str], *, readable: bool) -> Message:
    """Who must leave a case room before anything is posted there."""
    parts: list[Part] = [
        Text(
            _("Dette er nå {purpose} for {network}.").format(purpose=purpose_label(room.purpose), network=network.name),
            Tone.GOOD,
        )
    ]
    if room.purpose == Purpose.CASES and not readable:
        parts.append(
            Text(
                _("Jeg får ikke se hvem som er i rommet, og da poster jeg ingen kasus her. Gi meg lov til å lese det."),
                Tone.WARNING,
            )
        )
    if outsiders:
        said = ngettext(
            "{names} har ikke kasustilgang. Gi tilgang, eller ta vedkommende ut: til da poster jeg ingen kasus her.",
            "{names} har ikke kasustilgang. Gi tilgang, eller ta dem ut: til da poster jeg ingen kasus her.",
            len(outsiders),
        )
        parts.append(Text(said.format(names=_some(outsiders)), Tone.WARNING))
    id = str(network.id)
    buttons = (Button(_("Angre"), "networks.unbind", str(room.id)), Button(_("Dette gjenstår"), "networks.open", id))
    return message(*parts, Buttons(buttons), title=_("Rommene til {code}").format(code=network.code))


def unbound(network: Network) -> Message:
    id = str(network.id)
    return message(
        _("Jeg bruker ikke rommet lenger for {network}.").format(network=network.name),
        Buttons((Button(_("Rom"), "networks.rooms", id), Button(_("Dette gjenstår"), "networks.open", id))),
    )


# Members


def member_list(network: Network, members: Sequence[Listed], vacant: Sequence[str], first: int) -> Message:
    id, page = str(network.id), members[first : first + PAGE]
    parts: list[Part] = []
    if vacant and not first:
        parts.append(Text(_("Ledig: {names}.").format(names=say_list(list(vacant))), Tone.WARNING))
    for organisation, of in groupby(page, key=lambda each: each.organisation):
        parts.append(Text(organisation or _("Uten virksomhet"), Tone.STRONG))
        for member in of:
            parts.append(Text(_line(member)))
            parts.append(Buttons((Button(_("Endre"), "networks.member", str(member.membership)),)))
    if not members:
        parts.append(Text(_("Nettverket har ingen medlemmer ennå.")))
    if len(members) > PAGE:
        parts.append(Text(say_range(first, len(page), len(members)), Tone.MUTED))
    parts.append(Buttons((*_turns(id, first, len(members)), *_adding(id))))
    return message(*parts, title=_("Medlemmer i {network}").format(network=network.name))


def say_range(first: int, shown: int, all: int) -> str:
    return _("Viser {first}–{last} av {count}").format(first=first + 1, last=first + shown, count=all)


def _turns(id: str, first: int, count: int) -> list[Button]:
    turns = []
    if first:
        turns.append(Button(_("Forrige"), "networks.members", f"{id}:{max(0, first - PAGE)}"))
    if first + PAGE < count:
        turns.append(Button(_("Neste"), "networks.members", f"{id}:{first + PAGE}"))
    return turns


def _adding(id: str) -> tuple[Button, ...]:
    return (
        Button(_("Legg til medlem"), "networks.add", id),
        Button(_("Importer"), "networks.import", id),
        Button(_("Eksporter"), "networks.export", id),
    )


def _line(member: Listed) -> str:
    said = [member.name, member.profession, say_roles(member.roles)]
    if member.access:
        said.append(_("kasustilgang"))
    if not member.accounts:
        said.append(_("ingen konto"))
    return ", ".join(dict.fromkeys(filter(None, said)))  # «brukerrepresentant» is a profession and a role


def member_card(
    network: Network, member: Listed, accounts: Sequence[tuple[int, Account]], *, manages: bool, grants: bool
) -> Message:
    id = str(member.membership)
    facts = Facts(
        (
            (_("Yrke"), member.profession or "–"),
            (_("Virksomhet"), member.organisation or "–"),
            (_("Roller"), say_roles(member.roles) or "–"),
            (_("Kasustilgang"), say_access(member.access)),
            (_("Kontoer"), ", ".join(f"{chat}:{account}" for _row, (chat, account) in accounts) or "–"),
        )
    )
    buttons = [Button(_("Endre"), "networks.change", id)] if manages else []
    if grants and not member.access:
        sure = _("Er {name} helsepersonell, og trenger å lese kasus i nettverket?").format(name=member.name)
        buttons.append(Button(_("Gi kasustilgang"), "networks.grant", id, Tone.NORMAL, sure))
    if member.access:
        buttons.append(Button(_("Ta bort kasustilgang"), "networks.withdraw", id))
    if manages:
        buttons.append(Button(_("Koble konto"), "networks.link", id))
        buttons += [
            Button(_("Koble fra {account}").format(account=f"{chat}:{account}"), "networks.unlink", f"{id}:{row}")
            for row, (chat, account) in accounts
        ]
        sure = _("Fjerne {name} fra nettverket? Det vedkommende har gjort, blir stående.").format(name=member.name)
        buttons.append(Button(_("Fjern"), "networks.remove", id, Tone.DANGER, sure))
    back = Buttons((Button(_("Alle medlemmene"), "networks.members", str(network.id)),))
    return message(facts, Buttons(tuple(buttons)), back, title=f"{member.name} ({network.code})")


def undoable(card: Message, undo: int) -> Message:
    """The same card, with the way back of what was just done."""
    return Message((*card.parts, Buttons((Button(_("Angre endringen"), "networks.undo", str(undo)),))), card.title)


def removed(network: Network, name: str, undo: int, *, had_access: bool) -> Message:
    parts: list[Part] = [Text(_("{name} er ikke lenger med i {network}.").format(name=name, network=network.name))]
    if had_access:
        parts.append(Text(_("Ta vedkommende ut av kasusrommet også: til da poster jeg ingen kasus der."), Tone.WARNING))
    buttons = (
        Button(_("Angre"), "networks.undo", str(undo)),
        Button(_("Alle medlemmene"), "networks.members", str(network.id)),
    )
    return message(*parts, Buttons(buttons))
