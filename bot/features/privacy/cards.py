"""Facts → messages and forms, for the export and the erasure of a person. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.chat.message import (
    Attachment,
    Button,
    Buttons,
    Facts,
    Form,
    Message,
    Text,
    TextField,
    TickField,
    Tone,
    message,
)
from bot.language import _, say_list

LONGEST_REASON = 500  # characters


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks to be erased, as the one who decides sees them."""

    request_id: int
    name: str
    networks: tuple[str, ...]
    asked_at: str  # in words


def my_data() -> Message:
    return message(
        _(
            "Du kan få alt som er lagret om deg, som filer her i 1:1-chatten. Du kan også be om å bli slettet: da tas "
            "navnet ditt bort, og personvernkontakten avgjør det."
        ),
        Buttons(
            (
                Button(_("Hent mine data"), "my_data.export", tone=Tone.STRONG),
                Button(_("Be om å bli slettet"), "my_data.erase", tone=Tone.DANGER),
            )
        ),
        title=_("Mine data"),
    )


def export_on_its_way() -> Message:
    return message(_("Du får filene i 1:1-chatten med meg om et øyeblikk."))


def export(files: Sequence[Attachment]) -> Message:
    return message(
        _("Dette er alt Fagtråd har lagret om deg. Den ene filen er til å lese, den andre til å ta med seg."),
        Text(
            _(
                "Ordene er bare dine egne: svar fra andre er deres. Filene kan ha med det du skrev i kasus, så ta vare "
                "på dem deretter."
            ),
            Tone.MUTED,
        ),
        *files,
        title=_("Mine data"),
    )


def export_too_large() -> Message:
    return message(_("Det er for mye til å sende her. Be den som drifter Fagtråd om det: «fagtraad privacy export»."))


def ask_to_be_erased() -> Form:
    return Form(
        "my_data.erase",
        _("Be om å bli slettet"),
        (TickField("sure", _("Jeg vil slettes, og vet at det ikke kan angres"), True),),
        intro=(
            Text(_("Slettes: {things}.").format(things=say_list(_goes()))),
            Text(_("Står igjen: {things}.").format(things="; ".join(_remains()))),
            Text(
                _(
                    "Personvernkontakten avgjør det, og får kvitteringen. Be om den der: etterpå når jeg deg ikke, og "
                    "du kommer ikke inn her."
                ),
                Tone.WARNING,
            ),
        ),
        submit=_("Be om sletting"),
    )


def _goes() -> list[str]:
    return [
        _("navnet (det blir «tidligere medlem»), yrket og arbeidsstedet"),
        _("koblingen til kontoer i chatten"),
        _("medlemskap og roller"),
        _("økter og innloggingslenker"),
        _("fravær og egne valg"),
    ]


def _remains() -> list[str]:
    return [
        _(
            "kasus som ble spurt, uten navnet: de er nettverkets, og den som leder det eller personvernkontakten kan "
            "slette dem"
        ),
        _("svar, oppgaver og hvem som gjorde hva, med et nummer i stedet for navnet, så lenge loggen oppbevares"),
        _(
            "det som er skrevet i rommene, og navn som andre har skrevet: den som skrev det, eller en administrator, "
            "kan fjerne det"
        ),
        _(
            "sikkerhetskopier: blir en hentet fram igjen, tar sletteloggen bort navnet på nytt; drift kan si når den "
            "siste kopien er borte"
        ),
    ]


def asked() -> Message:
    return message(_("Personvernkontakten har fått beskjed, og avgjør det. Du får vite det her hvis svaret er nei."))


def decision(asker: Asker) -> Message:
    return message(
        Facts(
            (
                (_("Hvem"), asker.name),
                (_("Nettverk"), say_list(list(asker.networks)) or "–"),
                (_("Spurte"), asker.asked_at),
            )
        ),
        _("Slettes: {things}.").format(things=say_list(_goes())),
        _("Åpne oppgaver går til de andre som har dem, eller til sekretæren."),
        Buttons(
            (
                Button(_("Slett nå"), "privacy.erase_person", str(asker.request_id), Tone.DANGER),
                Button(_("Avslå"), "privacy.refuse_erasure", str(asker.request_id)),
            )
        ),
        title=_("Ber om å bli slettet"),
    )


def decided(*, granted: bool, when: str) -> Message:
    """What is left of the card: no name."""
    text = _("Slettet {when}.") if granted else _("Avslått {when}.")
    return message(Text(text.format(when=when), Tone.MUTED), title=_("En forespørsel om sletting er avgjort"))


def erase_form(asker: Asker) -> Form:
    return Form(
        "privacy.erase_person",
        _("Slett {name}").format(name=asker.name),
        (TickField("sure", _("Slett nå. Det kan ikke angres."), True),),
        str(asker.request_id),
        (
            Text(_("Slettes: {things}.").format(things=say_list(_goes()))),
            Text(_("Står igjen: {things}.").format(things="; ".join(_remains()))),
        ),
        submit=_("Slett"),
    )


def refusal_form(asker: Asker, reason: str = "") -> Form:
    return Form(
        "privacy.refuse_erasure",
        _("Avslå forespørselen"),
        (
            TextField(
                "reason",
                _("Hvorfor"),
                True,
                _("Den som spurte får lese dette, og kan klage til Datatilsynet."),
                value=reason,
                lines=3,
                longest=LONGEST_REASON,
            ),
        ),
        str(asker.request_id),
        submit=_("Avslå"),
    )


def refused(reason: str) -> Message:
    return message(
        _("Du er ikke slettet. Begrunnelse: {reason}").format(reason=reason or _("den er borte")),
        Text(_("Er du uenig, kan du klage til Datatilsynet."), Tone.MUTED),
        title=_("Svar på at du ba om å bli slettet"),
    )


def refusal_sent() -> Message:
    return message(_("Avslått. Den som spurte får begrunnelsen."))


def receipt(gone: Mapping[str, Any]) -> Message:
    """What is gone, what remains, where, and who can remove it. For whoever erased, to hand on."""
    took = list(_goes())
    if networks := gone.get("networks"):
        took.append(_("med i: {networks}").format(networks=say_list(list(networks))))
    if held := gone.get("held"):
        took.append(_("1:1-chatten og navnet på {chats}").format(chats=say_list(list(held))))
    remains = list(_remains())
    if elsewhere := sorted(set(gone.get("chats", ())) - set(gone.get("held", ()))):
        remains.append(
            _(
                "kontoen, navnet, 1:1-chatten og plassen i rommene på {chats}: en administrator der kan fjerne dem "
                "(før det poster jeg ikke mer i et kasusrom som personen er i)"
            ).format(chats=say_list(elsewhere))
        )
    return message(
        Text(_("Slettet: {things}.").format(things="; ".join(took))),
        Text(_("Åpne oppgaver er gitt videre, til de andre som har dem eller til sekretæren.")),
        Text(_("Står igjen: {things}.").format(things="; ".join(remains))),
        title=_("Kvittering for sletting av en person"),
    )
