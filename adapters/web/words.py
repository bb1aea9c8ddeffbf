"""The words of the client script, in the reader's language. `{name}` is filled in by the script."""

from bot.language import _


def words() -> dict[str, str]:
    return _around() | _messages() | _forms() | _members() | _signed_in() | _page()


def entrance_words() -> dict[str, str]:
    return {
        "signing_in_as": _("Logge inn som {name}?"),
        "checking": _("Ser på lenken …"),
        "network_down": _("Får ikke kontakt med tjeneren. Prøv igjen om litt."),
    }


def _signed_in() -> dict[str, str]:
    return {
        "me": _("Du er {name}. Valg for deg"),
        "sign_out": _("Logg ut"),
        "sign_out_everywhere": _("Logg ut overalt"),
        "sign_out_ask": _("Det du har skrevet og ikke sendt, går tapt. Logge ut?"),
        "signed_out": _("Du er logget ut. Ta vare på det du har skrevet, og logg inn på nytt."),
        "sign_in": _("Logg inn"),
        "new_room": _("Nytt rom"),
        "make_room": _("Lag rommet"),
        "room_name": _("Navnet på rommet"),
        "room_hint": _("Du blir med selv, og legger til de andre under «Medlemmer»."),
        "room_name_missing": _("Skriv hva rommet skal hete."),
    }


def _around() -> dict[str, str]:
    return {
        "direct": _("Direkte"),
        "clock": _("Klokka i demoen: {time}"),
        "clock_moved": _("Klokka er flyttet til {time}."),
        "disconnected": _("Ikke tilkoblet. Prøver igjen …"),
        "connected": _("Tilkoblet igjen."),
        "network_down": _("Får ikke kontakt med tjeneren. Det du har skrevet, står her ennå. Prøv igjen om litt."),
        "not_sent": _("Ikke sendt."),
        "unread_one": _("1 ulest"),
        "unread_many": _("{count} uleste"),
        "empty_room": _("Ingen har skrevet her ennå"),
        "empty_room_hint": _("Skriv den første meldingen nedenfor, eller begynn med en av knappene."),
        "empty_direct": _("Her snakker du med Fagtråd alene"),
        "empty_direct_hint": _("Ingen andre ser det som står her. Skriv «hjelp» for å se hva jeg kan."),
        "empty_thread": _("Ingen har svart ennå. Skriv det første svaret nedenfor."),
        "no_rooms": _("Du er ikke med i noen kanal ennå. Be noen i nettverket om å legge deg til."),
        "older": _("Vis eldre"),
        "today": _("I dag"),
        "commands_one": _("1 kommando. Enter velger, Esc lukker."),
        "commands_many": _("{count} kommandoer. Pil opp og ned for å gå mellom dem, Enter velger, Esc lukker."),
        "no_commands": _("Ingen kommando begynner slik."),
    }


def _messages() -> dict[str, str]:
    return {
        "deleted": _("Slettet"),
        "edited": _("redigert"),
        "private": _("Bare du ser dette"),
        "bot": _("bot"),
        "menu": _("Valg for meldingen"),
        "menu_of": _("Valg for meldingen fra {name} kl. {time}"),
        "about": _("{label} – {what}"),
        "reply": _("Svar i tråd"),
        "edit": _("Rediger"),
        "delete": _("Slett"),
        "delete_ask": _("Slette meldingen? Den kan ikke hentes tilbake."),
        "save": _("Lagre"),
        "edit_label": _("Rediger meldingen"),
        "replies_one": _("1 svar"),
        "replies_many": _("{count} svar"),
        "more_text": _("Vis mer"),
        "less_text": _("Vis mindre"),
        "whole": _("Vis hele"),
        "copy": _("Kopier"),
        "copied": _("Kopiert"),
        "download": _("Last ned"),
        "download_name": _("Last ned {name}"),
        "copy_failed": _("Kunne ikke kopiere. Merk teksten og kopier den selv."),
    }


def _forms() -> dict[str, str]:
    return {
        "cancel": _("Avbryt"),
        "confirm_title": _("Er du sikker?"),
        "confirm": _("Ja, fortsett"),
        "discard_title": _("Forkaste det du har skrevet?"),
        "discard": _("Forkast"),
        "keep_writing": _("Fortsett å skrive"),
        "close": _("Lukk"),
        "choose": _("Velg …"),
        "required": _("må fylles ut"),
        "counter": _("{count} av {longest} tegn"),
        "problem_title": _("Dette må rettes før skjemaet kan sendes"),
        "problem_whole": _("Ikke sendt"),
        "problem_offline": _("Ingen kontakt med tjeneren. Teksten din står her ennå."),
        "problem_at": _("{label}: {problem}"),
        "problem_long": _("{label}: se merknadene ved feltet"),
        "sending": _("Sender …"),
        "unreadable": _("Får ikke lest {name}. Velg fila på nytt, og prøv igjen."),
        "sent": _("Sendt."),
    }


def _members() -> dict[str, str]:
    return {
        "members_in": _("Medlemmer i {room}"),
        "guest": _("gjest"),
        "you": _("deg"),
        "remove": _("Fjern"),
        "remove_name": _("Fjern {name}"),
        "leave": _("Forlat kanalen"),
        "leave_ask": _("Forlate {room}? En annen må legge deg til igjen."),
        "remove_ask": _("Fjerne {name} fra {room}?"),
        "add": _("Legg til"),
        "add_label": _("Legg til noen"),
        "choose_member": _("Velg medlem …"),
        "stops_cases": _("{name} har ikke kasustilgang. Nye kasus stopper så lenge vedkommende er med i kanalen."),
    }


def _page() -> dict[str, str]:
    """What stands in the page itself: it changes there when somebody who speaks another language takes the seat."""
    return {
        "skip": _("Til skrivefeltet"),
        "move_clock": _("Flytt klokka"),
        "hour": _("+1 time"),
        "day": _("+1 døgn"),
        "week": _("+1 uke"),
        "you_are": _("Du er"),
        "members": _("Medlemmer"),
        "newest": _("Gå til det nyeste"),
        "send": _("Send"),
        "send_help": _("Enter sender, Shift + Enter gir ny linje, / viser kommandoene."),
        "thread": _("Tråd"),
        "close_thread": _("Lukk tråden"),
        "send_reply": _("Send svar"),
        "channels": _("Kanaler"),
        "demo_clock": _("Demoklokka"),
        "messages": _("Meldinger"),
        "commands": _("Kommandoer"),
        "message": _("Melding"),
        "replies": _("Svar i tråden"),
        "thread_commands": _("Kommandoer i tråden"),
        "reply_label": _("Svar"),
        "write_message": _("Skriv en melding"),
        "write_reply": _("Skriv et svar"),
    }
