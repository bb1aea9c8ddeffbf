"""Facts → messages. Pure."""

from collections.abc import Sequence
from datetime import date

from bot.chat.message import Button, Buttons, Facts, Message, Part, Quote, Text, Tone, message
from bot.features.actions.history import Did, Named, Step
from bot.features.actions.service import HeldRole, ItemFacts
from bot.features.actions.tables import ItemState
from bot.language import _, say_list, say_moment
from bot.when import When, say_when


def item_card(item: ItemFacts) -> Message:
    return message(*item_parts(item), item_buttons(item), title=item_title(item), sealed_under=item.sealed_under)


def made(item: ItemFacts, version: int) -> Message:
    """To the one who made it: what was understood, and the way back."""
    back = Buttons((_undo(item, version), Button(_("Endre"), "actions.edit", str(item.id)), *_done(item)))
    return message(*item_parts(item), back, title=item_title(item), sealed_under=item.sealed_under)


def given(item: ItemFacts, by: str) -> Message:
    who = Text(_("{name} har gitt deg en oppgave.").format(name=by), Tone.MUTED)
    return message(who, *item_parts(item), item_buttons(item), title=item_title(item), sealed_under=item.sealed_under)


def told(item: ItemFacts, did: Did, by: str) -> Message:
    """To those who have it, of what somebody else did. Never its words: what they were sent is redrawn."""
    said = [_told(item, did).format(name=by, item=_called(item), when=say_due(item))]
    if item.state is not ItemState.OPEN and did is Did.UNDONE:
        said.append(_now(item))
    elif did in (Did.EDITED, Did.UNDONE):
        said.append(_("Frist: {when} · Hvem: {names}").format(when=say_due(item), names=say_owners(item)))
    elif did is Did.HANDED:
        said.append(_("Hvem: {names}").format(names=say_owners(item)))
    return message(*said, _show(item))


def lost(item: ItemFacts, by: str) -> Message:
    """To who had it: who handed it on, and whose it is now."""
    said = _("{name} har overført {item}, som du hadde.").format(name=by, item=_called(item))
    return message(said, _("Hvem: {names}").format(names=say_owners(item)), _show(item))


def _told(item: ItemFacts, did: Did) -> str:
    moved = _("{name} flyttet fristen for {item} til {when}.") if item.when else _("{name} fjernet fristen for {item}.")
    return {
        Did.DONE: _("{name} meldte {item} ferdig."),
        Did.REOPENED: _("{name} åpnet {item} igjen."),
        Did.REMOVED: _("{name} fjernet {item}."),
        Did.MOVED: moved,
        Did.HANDED: _("{name} endret hvem som har {item}."),
        Did.UNDONE: _("{name} angret sin siste endring av {item}."),
    }.get(did, _("{name} endret {item}."))


def _called(item: ItemFacts) -> str:
    if item.case_code:
        return _("oppgave {number} i {code}").format(number=item.number, code=item.case_code)
    return _("oppgave {number}").format(number=item.number)


def _show(item: ItemFacts) -> Buttons:
    return Buttons((Button(_("Vis"), "actions.show", str(item.id)),))


def changed(item: ItemFacts, did: Did, version: int) -> Message:
    """What became of it, in the words of what was understood, with an undo."""
    return message(*map(Text, _said(item, did)), Buttons((_undo(item, version),)))


def undone(item: ItemFacts) -> Message:
    """What it is after a change was taken back."""
    said = [_("Angret."), _now(item)]
    if item.state is ItemState.OPEN:
        said.append(_("Hvem: {names}").format(names=say_owners(item)))
        said += [_("Frist: {when}").format(when=say_due(item))] if item.when else []
    return message(said[0] + " " + said[1], *said[2:])


def unchanged(item: ItemFacts, by: str) -> Message:
    """It was so already: `by` is who made it so, where it was finished or removed."""
    number = item.number
    if item.state is ItemState.DONE:
        said = _("Oppgave {number} var alt ferdig, meldt av {name}.").format(number=number, name=by)
    elif item.state is ItemState.REMOVED:
        said = _("Oppgave {number} var alt fjernet, av {name}.").format(number=number, name=by)
    else:
        said = _("Oppgave {number} var slik fra før, så ingenting er endret.").format(number=number)
    return message(said, Buttons((Button(_("Vis"), "actions.show", str(item.id)),)))


def _said(item: ItemFacts, did: Did) -> list[str]:
    number = item.number
    due = say_due(item)
    match did:
        case Did.MOVED:
            return [_("Oppgave {number} har fått ny frist: {when}.").format(number=number, when=due)]
        case Did.HANDED:
            return [_("Oppgave {number} er overført til {names}.").format(number=number, names=say_owners(item))]
        case Did.EDITED | Did.MADE:
            facts = _("Frist: {when} · Hvem: {names}").format(when=due, names=say_owners(item))
            return [_("Oppgave {number} er endret.").format(number=number), facts]
        case Did.DONE | Did.REMOVED | Did.REOPENED | Did.UNDONE:
            return [_now(item)]


def _now(item: ItemFacts) -> str:
    match item.state:
        case ItemState.DONE:
            return _("Oppgave {number} er ferdig.").format(number=item.number)
        case ItemState.REMOVED:
            return _("Oppgave {number} er fjernet.").format(number=item.number)
        case ItemState.OPEN:
            return _("Oppgave {number} er åpen igjen.").format(number=item.number)


def with_history(item: ItemFacts, steps: Sequence[Step], zone: str, *, may_change: bool) -> Message:
    """One item with all that was done with it, newest first. For one reader alone."""
    parts: list[Part] = [*item_parts(item)]
    parts += [item_buttons(item)] if may_change else []
    parts.append(Text(_("Historikk"), Tone.STRONG))
    for step in reversed(steps):
        parts.append(Text(_step(step, zone, item.today), Tone.MUTED))
        parts += [Quote(_("Før"), step.text_before)] if step.text_before else []
    return message(*parts, title=item_title(item), sealed_under=item.sealed_under)


def _step(step: Step, zone: str, today: date | None) -> str:
    said = [f"{say_moment(step.at, zone)}: {step.by} {did_in_words(step.did)}"]
    if step.due:
        said.append(
            _("Frist: {before} → {after}").format(before=_when(step.due[0], today), after=_when(step.due[1], today))
        )
    if step.owners:
        before, after = map(_names, step.owners)
        said.append(_("Hvem: {before} → {after}").format(before=before, after=after))
    return ". ".join(said)


def did_in_words(did: Did) -> str:
    """What follows a person's name: «Kari Nordmo flyttet fristen»."""
    return {
        Did.MADE: _("laget oppgaven"),
        Did.DONE: _("meldte den ferdig"),
        Did.REOPENED: _("åpnet den igjen"),
        Did.REMOVED: _("fjernet den"),
        Did.MOVED: _("flyttet fristen"),
        Did.HANDED: _("overførte den"),
        Did.EDITED: _("endret den"),
        Did.UNDONE: _("angret"),
    }[did]


def say_due(item: ItemFacts) -> str:
    """«fredag 4. desember, uke 49»; the year too where it is another."""
    return _when(item.when, item.today)


def _when(when: When | None, today: date | None) -> str:
    return say_when(when, today) if when else _("uten frist")


def _names(who: Named) -> str:
    return say_list([*who.persons, *(role.label for role in who.roles)]) or _("må avklares")


def item_title(item: ItemFacts) -> str:
    return _("Oppgave {number}").format(number=item.number)


def item_parts(item: ItemFacts) -> list[Part]:
    """Its words, whose it is and by when: what every message about one item shows."""
    facts = [(_("Hvem"), say_owners(item))]
    if item.when:
        facts.append((_("Frist"), say_due(item)))
    if item.case_code:
        facts.append((_("Kasus"), item.case_code))
    text = item.text if item.text is not None else _gone(item)
    parts: list[Part] = [Text(text), Facts(tuple(facts))]
    if item.state is not ItemState.OPEN:
        done = item.state is ItemState.DONE
        parts.append(Text(_("Ferdig") if done else _("Fjernet"), Tone.GOOD if done else Tone.MUTED))
    return parts


def _gone(item: ItemFacts) -> str:
    return _("(slettet sammen med kasuset)") if item.case_code else _("(ordene er slettet)")


def say_owners(item: ItemFacts) -> str:
    """«Kari Nordmo og sekretær (Ola Fjellstad)»; «må avklares» where nobody has it any more."""
    said = [*item.owners, *(_held(held) for held in item.roles)]
    said += [_("{name} (ikke lenger med)").format(name=name) for name in item.left]
    if item.unclear:
        return say_list([_("må avklares"), *said])
    return say_list(said)


def _held(held: HeldRole) -> str:
    names = say_list(list(held.by)) if held.by else _("ingen nå")
    return f"{held.role.label} ({names})"


def item_buttons(item: ItemFacts) -> Buttons:
    number = str(item.id)
    if item.state is not ItemState.OPEN:
        return Buttons((Button(_("Åpne igjen"), "actions.reopen", number),))
    return Buttons(
        (
            *_done(item, Tone.STRONG),
            Button(_("Utsett"), "actions.move", number),
            Button(_("Overfør"), "actions.hand", number),
            Button(_("Endre"), "actions.edit", number),
            Button(_("Fjern"), "actions.remove", number),
        )
    )


def _done(item: ItemFacts, tone: Tone = Tone.NORMAL) -> tuple[Button, ...]:
    return (Button(_("Ferdig"), "actions.done", str(item.id), tone),)


def _undo(item: ItemFacts, version: int) -> Button:
    return Button(_("Angre"), "actions.undo", f"{item.id}:{version}")
