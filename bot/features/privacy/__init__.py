"""What members write themselves in a room is read too: the writer alone is told, and the privacy contact's list gets
an entry without text. And what each can ask for about themselves."""

from bot.feature import CommandWord, Feature, Shortcut
from bot.features.privacy import breaches, checking, erasing, handlers, my_data
from bot.features.privacy.cards import receipt

__all__ = ["FEATURE", "receipt"]

FEATURE = Feature(
    name="privacy",
    commands=(
        CommandWord(
            "personvern",
            ("avvik", "personvernsjekk", "brudd", "brot", "privacy", "breach"),
            "/personvern",
            "For personvernkontakten: mulige brudd, uten tekst",
            breaches.command,
        ),
        CommandWord(
            "mine-data",
            ("minedata", "innsyn", "mine-opplysninger", "my-data", "mydata"),
            "/mine-data",
            "Få alt som er lagret om deg, eller be om å bli slettet",
            my_data.command,
        ),
    ),
    presses={
        "privacy.check": checking.check_message,
        "privacy.handled": breaches.handle,
        "privacy.not_handled": breaches.reopen,
        "my_data.export": my_data.ask_export,
        "my_data.erase": my_data.ask_erasure,
        "privacy.erase_person": erasing.open_erasure,
        "privacy.refuse_erasure": erasing.open_refusal,
    },
    forms={
        "my_data.erase": my_data.submit_erasure,
        "privacy.erase_person": erasing.submit_erasure,
        "privacy.refuse_erasure": erasing.submit_refusal,
    },
    receipts={
        "privacy.breach": breaches.receipt,
        "privacy.export": my_data.export_receipt,
        "privacy.erasure_asked": my_data.asked_receipt,
        "privacy.person_erased": erasing.erased_receipt,
        "privacy.erasure_refused": erasing.refused_receipt,
    },
    notices=(*breaches.NOTICES, *my_data.NOTICES, *erasing.NOTICES),
    on_message=(Shortcut("Personvernsjekk", "privacy.check"),),
    said=handlers.heard,
    deleted=handlers.deleted,
    erased=my_data.erased,
    retention=(*breaches.RETENTION, *erasing.RETENTION),
    exported=my_data.exported,
    person_erased=erasing.person_erased,
)
