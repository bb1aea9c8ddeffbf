"""Case questions: asked in a form, checked, posted to the case room, answered or escalated, closed, erased."""

from bot.feature import CommandWord, Feature, Shortcut
from bot.features.cases import handlers, learning, personal, receipts
from bot.features.cases.answering import case_in_thread
from bot.features.cases.ending import remove_messages, restore_erased, said_of
from bot.features.cases.notices import NOTICES
from bot.features.cases.retention import RETENTION
from bot.features.cases.tables import Case, CaseState

__all__ = ["FEATURE", "Case", "CaseState", "case_in_thread", "remove_messages", "said_of"]

FEATURE = Feature(
    name="cases",
    commands=(
        CommandWord(
            "kasus",
            ("case", "cases", "kasuistikk", "kasustikk", "spørsmål", "question"),
            "/kasus · /kasus mine · /kasus åpne · /kasus KODE",
            "Spør nettverket i et skjema, eller se kasus",
            handlers.command,
            slash="kasus",
        ),
    ),
    presses={
        "cases.ask": handlers.ask,
        "cases.mine": handlers.my_cases,
        "cases.open": handlers.open_cases,
        "cases.show": handlers.show,
        "cases.learnt": handlers.show_learnt,
        "cases.journal": handlers.journal,
        "cases.answering": handlers.say_i_answer,
        "cases.not_answering": handlers.say_i_do_not,
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
        "cases.opened": receipts.opened,
        "cases.appealed": receipts.appealed,
        "cases.on_it": receipts.on_it,
        "cases.not_on_it": receipts.not_on_it,
        "cases.closed": receipts.closed,
        "cases.decided": receipts.decided,
        "cases.erased": receipts.erased,
    },
    notices=NOTICES,
    reads_case_room=frozenset({"cases.ask", "cases.release"}),
    shortcuts=(Shortcut("Spør nettverket", "cases.ask"),),
    said=handlers.heard,
    deleted=handlers.deleted,
    joined=handlers.joined,
    mine=handlers.on_own_page,
    restored=restore_erased,
    searchable=learning.SEARCHABLE,
    retention=RETENTION,
    exported=personal.exported,
    person_erased=personal.person_erased,
)
