"""Case questions: asked in a form, checked, posted to the case room, answered or escalated, closed, erased."""

from bot.feature import CommandWord, Feature, Shortcut
from bot.features.cases import handlers
from bot.features.cases.notices import NOTICES
from bot.features.cases.service import case_in_thread, remove_messages, restore_erased, said_of
from bot.features.cases.tables import Case, CaseState

__all__ = ["FEATURE", "Case", "CaseState", "case_in_thread", "remove_messages", "said_of"]

FEATURE = Feature(
    name="cases",
    commands=(
        CommandWord(
            "kasus",
            ("case", "kasuistikk", "kasustikk", "spørsmål"),
            "/kasus · /kasus mine · /kasus åpne · /kasus KODE",
            "Spør nettverket i et skjema, eller se kasus",
            handlers.command,
        ),
    ),
    presses={
        "cases.ask": handlers.ask,
        "cases.mine": handlers.my_cases,
        "cases.open": handlers.open_cases,
        "cases.show": handlers.show,
        "cases.journal": handlers.journal,
        "cases.answering": handlers.answering,
        "cases.not_answering": handlers.not_answering,
        "cases.ask_close": handlers.ask_close,
        "cases.ask_erase": handlers.ask_erase,
        "cases.release": handlers.release,
        "cases.refuse": handlers.refuse,
    },
    forms={
        "cases.ask": handlers.submit_case,
        "cases.close": handlers.submit_close,
        "cases.erase": handlers.submit_erase,
    },
    receipts={
        "cases.opened": handlers.opened_receipt,
        "cases.appealed": handlers.appealed_receipt,
        "cases.on_it": handlers.on_it_receipt,
        "cases.not_on_it": handlers.not_on_it_receipt,
        "cases.closed": handlers.closed_receipt,
        "cases.decided": handlers.decided_receipt,
        "cases.erased": handlers.erased_receipt,
    },
    notices=NOTICES,
    reads_case_room=frozenset({"cases.ask", "cases.release"}),
    shortcuts=(Shortcut("Spør nettverket", "cases.ask"),),
    said=handlers.heard,
    deleted=handlers.deleted,
    joined=handlers.joined,
    restored=restore_erased,
)
