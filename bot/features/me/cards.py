"""Settings → messages and forms. Pure."""

from collections.abc import Mapping

from bot.availability import Quiet
from bot.chat.message import (
    Button,
    Buttons,
    ChoiceField,
    DateField,
    Facts,
    Form,
    Message,
    Option,
    Part,
    Text,
    TextField,
    Tone,
    message,
)
from bot.features.me import rules
from bot.features.me.rules import Stay
from bot.features.me.service import Away, Settings
from bot.help import RUN_COMMAND
from bot.language import LANGUAGES, _
from bot.when import say_day


def card(settings: Settings, *, pages: bool = True) -> Message:
    """`pages`: there are web pages to sign in to."""
    facts = ((_("Språk"), say_language(settings.language)), (_("Stilletid"), say_quiet(settings.quiet)))
    parts: list[Part] = [Facts(facts)]
    parts.append(
        Buttons(
            (
                Button(_("Velg språk"), "me.ask_language"),
                Button(_("Velg stilletid"), "me.ask_quiet"),
                Button(_("Legg inn fravær"), "me.ask_absence"),
                Button(_("Oppgaver uten påminnelse"), "actions.muted"),
            )
        )
    )
    parts.append(Text(_("Fravær"), Tone.STRONG))
    if not settings.absences:
        parts.append(Text(_("Ingen fravær er lagt inn."), Tone.MUTED))
    for away in settings.absences:
        parts += [Text(say_away(away)), Buttons((Button(_("Fjern fraværet"), "me.remove_absence", str(away.id)),))]
    if pages:
        parts.append(Text(_("Nettsidene"), Tone.STRONG))
        parts.append(Buttons((Button(_("Logg inn på nettet"), "sign_in.link"), _sign_out())))
    parts += [
        Text(_("Hva som er lagret om deg"), Tone.STRONG),
        Buttons((Button(_("Mine data"), RUN_COMMAND, "mine-data"),)),
    ]
    return message(*parts, title=_("Mine innstillinger"))


def _sign_out() -> Button:
    ask = _("Logge deg ut av nettsidene på alle maskiner?")
    return Button(_("Logg ut overalt"), "sign_in.out_everywhere", confirm=ask)


def say_language(code: str) -> str:
    return LANGUAGES[code] if code else _("som nettverket")


def say_quiet(hours: Quiet | None) -> str:
    if hours is None:
        return _("ingen")
    return _("fra kl. {start} til kl. {end}").format(start=f"{hours.start:%H:%M}", end=f"{hours.end:%H:%M}")


def say_away(away: Away) -> str:
    said = say_stay(away.stay)
    return _("{days}, vara {name}").format(days=said, name=away.deputy) if away.deputy else said


def say_stay(stay: Stay) -> str:
    if stay.first == stay.last:
        return say_day(stay.first)
    return _("{first} – {last}").format(first=say_day(stay.first), last=say_day(stay.last))


# Said after a change, with the way back


def language_set(now: str, before: str) -> Message:
    said = _("Jeg skriver til deg på {language}.").format(language=LANGUAGES[now]) if now else _as_network()
    return message(said, _undo("me.language", before or rules.AS_NETWORK[0]))


def _as_network() -> str:
    return _("Jeg skriver til deg på det språket nettverket bruker.")


def quiet_set(now: Quiet | None, before: Quiet | None) -> Message:
    if now is None:
        said = _("Du har ingen stilletid lenger.")
    else:
        said = _("Jeg minner deg ikke på noe {hours}. Det som kommer da, får du når stilletiden er over.")
        said = said.format(hours=say_quiet(now))
    return message(said, _undo("me.quiet", rules.stored(before)))


def absence_made(away: Away) -> Message:
    said = _("Du er borte {days}.").format(days=say_stay(away.stay))
    if away.deputy:
        meanwhile = _("Påminnelsene dine går til {name} så lenge. Kasus går bare til den som har kasustilgang.")
        meanwhile = meanwhile.format(name=away.deputy)
    else:
        meanwhile = _("Påminnelsene dine venter til første arbeidsdag etterpå.")
    return message(said, meanwhile, _undo("me.remove_absence", str(away.id)))


def absence_removed(stay: Stay) -> Message:
    said = _("Fraværet {days} er fjernet.").format(days=say_stay(stay))
    return message(said, _undo("me.absent_again", carried(stay)))


def absence_gone() -> Message:
    return message(_("Fraværet er fjernet."))


def carried(stay: Stay) -> str:
    return f"{stay.first.isoformat()}:{stay.last.isoformat()}:{stay.deputy or ''}"


def _undo(does: str, carries: str) -> Buttons:
    return Buttons((Button(_("Angre"), does, carries), Button(_("Mine innstillinger"), "me.show")))


# Forms


def language_form(now: str) -> Form:
    options = (Option("", _("som nettverket")), *(Option(code, name) for code, name in LANGUAGES.items()))
    field = ChoiceField("language", _("Språk"), options=options, value=now)
    return Form("me.ask_language", _("Velg språk"), (field,))


def quiet_form(now: Quiet | None) -> Form:
    start, end = (f"{now.start:%H:%M}", f"{now.end:%H:%M}") if now else ("", "")
    fields = (
        TextField("start", _("Fra klokka"), False, _("For eksempel 20:00"), value=start, longest=5),
        TextField(
            "end", _("Til klokka"), False, _("For eksempel 07:00. Tøm begge for ingen stilletid."), value=end, longest=5
        ),
    )
    intro = Text(_("I stilletiden får du ingen påminnelser. De kommer når den er over."))
    return Form("me.ask_quiet", _("Velg stilletid"), fields, intro=(intro,))


def absence_form(colleagues: Mapping[int, str]) -> Form:
    deputies = (Option("", _("ingen")), *(Option(str(person), name) for person, name in colleagues.items()))
    fields = (
        DateField("first", _("Første dag borte"), True),
        DateField("last", _("Siste dag borte"), True),
        ChoiceField("deputy", _("Vara"), False, _("Får påminnelsene dine så lenge"), options=deputies),
    )
    return Form("me.ask_absence", _("Legg inn fravær"), fields)
