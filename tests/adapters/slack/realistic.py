"""Cards and forms as the features make them, of invented persons and cases, as full as they get in use."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.availability import Quiet
from bot.chat.message import Attachment, Button, Form, Message, Option, Text, Tone, message
from bot.feature import Found
from bot.features.actions import cards as item_cards
from bot.features.actions import forms as item_forms
from bot.features.actions import list_cards
from bot.features.actions.history import Did, Named, Step
from bot.features.actions.listing import Page
from bot.features.actions.reminding import reminder_cards
from bot.features.actions.reminding.lines import Line
from bot.features.actions.rules import Here
from bot.features.actions.service import HeldRole, ItemFacts
from bot.features.actions.tables import ItemState
from bot.features.cases import cards as case_cards
from bot.features.cases import forms as case_forms
from bot.features.cases.facts import CaseFacts, CaseOutline, CaseText
from bot.features.cases.rules import CaseDraft
from bot.features.cases.tables import CaseState
from bot.features.me import cards as me_cards
from bot.features.me.rules import Stay
from bot.features.me.service import Away, Settings
from bot.features.networks import cards as network_cards
from bot.features.networks import forms as network_forms
from bot.features.networks.rules import Kind, Task
from bot.features.networks.service import Listed, NetworkFacts
from bot.features.privacy import cards as privacy_cards
from bot.features.search import cards as search_cards
from bot.people import Network, Role
from bot.places import Purpose, Room
from bot.when import When

NOW = datetime(2026, 12, 4, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
ZONE = "Europe/Oslo"
NAME = "Nasjonalt kompetansenettverk for arvelige blødersykdommer hos kvinner"
NETWORK = Network(
    id=1, code="BLOD", name=NAME, kind=Kind.NATIONAL, zone=ZONE, language="nb", next_meeting=TODAY + timedelta(days=20)
)
PARAGRAPH = (
    "Kvinne med mild hemofili A (FVIII 12 %) skal ha fjernet en visdomstann. Hun har tidligere blødd i to døgn etter "
    "en liknende tanntrekking, tross tranexamsyre per os < 1 g x 3 & lokal behandling.\n\nDesmopressin ga god effekt "
    "ved test for noen år siden, men hun fikk hodepine og væskeretensjon. "
)
OUTLINE = CaseOutline(17, "BLOD-26-017", CaseState.OPEN, NOW - timedelta(days=4), None, None, ZONE)
CASE = CaseFacts(
    outline=OUTLINE,
    sealed_under="case:17",
    words=CaseText("Tannekstraksjon ved mild hemofili A hos bærer", PARAGRAPH * 3, "Hva ville dere gitt?", PARAGRAPH),
    age_band="30-39",
    wanted_by=TODAY + timedelta(days=3),
    asker_id=4,
    asker="Kari Nordmo, Helse Fjellheim",
    asked=(("U12345678", "Ola Fjellstad"), ("U87654321", "Åse Øvrelid")),
    answering=("Ola Fjellstad", "Per Li"),
    answered_from=("OUS", "OUS", "Helse Bergen"),
    answered_by=("Ola Fjellstad, OUS", "Per Li, Helse Bergen"),
    learning="Kombiner tranexamsyre skyllevann med desmopressin når effekten er kjent.",
    network=NAME,
)
ITEM = ItemFacts(
    id=5,
    number=12,
    text="Sende utkast til prosedyre for tanntrekking til alle regionene, og spørre om de har innvendinger",
    case_code="",
    sealed_under=None,
    owners=("Kari Nordmo", "Åse Øvrelid"),
    due=TODAY - timedelta(days=1),
    state=ItemState.OPEN,
    made_from=None,
    due_time=time(12, 0),
    until_meeting=False,
    roles=(HeldRole(Role.SECRETARY, ("Ola Fjellstad",)),),
    left=(),
    network_id=1,
    network=NAME,
    version=3,
    today=TODAY,
)


def _line(number: int) -> Line:
    return Line(number, number, 1, NAME, ITEM.text or "", "", ITEM.due, None, ITEM.owners, True)


def _listed(number: int) -> Listed:
    place = f"Helse Prøve {number // 2} HF, Klinikk for blodsykdommer"
    roles = frozenset({Role.MEMBER, Role.CONTACT})
    return Listed(number, f"Navn Etternavnsen {number}", "overlege", place, roles, True, 0)


def cards() -> dict[str, Message]:
    items = [replace(ITEM, id=number, number=number, owners=(f"Navn {number}",)) for number in range(1, 15)]
    page = Page(items, {1: TODAY, 2: TODAY}, frozenset(range(15)), 1, 40, 14)
    closed = replace(CASE, outline=replace(OUTLINE, state=CaseState.CLOSED, closed_at=NOW))
    step = Step(Did.MOVED, "Kari Nordmo", NOW, (When(TODAY), None), (Named(("Per Li",), ()), Named((), ())), None)
    edited = replace(step, did=Did.EDITED, text_before=ITEM.text)
    cases = [replace(OUTLINE, id=number, code=f"BLOD-26-{number:03}") for number in range(1, 25)]
    member = _listed(1)
    rooms = tuple(
        Room(id=id, network_id=1, chat="slack", room=f"C0{id}345678", purpose=purpose)
        for id, purpose in enumerate(Purpose)
    )
    facts = NetworkFacts(NETWORK, Kind.NATIONAL, "", rooms, 41, ("OUS", "St. Olavs"), tuple(Task))
    away = Away(1, Stay(TODAY, TODAY + timedelta(days=9), None), "Per Li")
    hit = Found("BLOD-26-003 · Tannekstraksjon", PARAGRAPH, (Button("Vis", "cases.show", "3"),))
    return {
        "case": case_cards.case_card(CASE),
        "closed case": case_cards.case_card(closed),
        "appeal": case_cards.appealed(CASE, "Alderen er ikke sjelden.", ["Et navn.", "En dato."]),
        "journal": case_cards.journal(closed),
        "cases": case_cards.case_list("Åpne kasus", cases[:12], NOW),
        "unanswered": case_cards.unanswered(cases, NOW),
        "stuck": case_cards.stuck(cases, NOW),
        "erased": case_cards.erased(OUTLINE, replies=3, learning_kept=True, replies_removed=False),
        "item": item_cards.item_card(ITEM),
        "item made": item_cards.made(ITEM, 1),
        "item's history": item_cards.with_history(ITEM, [step, edited] * 6, ZONE, may_change=True),
        "my items": list_cards.my_list(page),
        "all items": list_cards.all_list(page, NETWORK),
        "due": reminder_cards.due(ITEM, TODAY),
        "due list": reminder_cards.due_list([_line(number) for number in range(30)], TODAY, "Per Li"),
        "digest": reminder_cards.digest([_line(number) for number in range(30)], TODAY),
        "overdue": reminder_cards.overdue([_line(number) for number in range(30)], NAME, TODAY),
        "found": search_cards.results([(NAME, hit)] * 5, search_cards.Page(12, 0, 9, ("tann", "hemofili"))),
        "mine": me_cards.card(Settings("", Quiet(time(20), time(7)), (away,) * 3, TODAY)),
        "network": network_cards.network_card(facts),
        "networks": network_cards.choose([NETWORK] * 12, "networks.open", operator=True),
        "rooms": network_cards.rooms_card(NETWORK, rooms, None, in_room=True),
        "members": network_cards.member_list(NETWORK, [_listed(n) for n in range(40)], ("OUS",), 0),
        "member": network_cards.member_card(NETWORK, member, ((1, ("slack", "U12345678")),), manages=True, grants=True),
        "my data": message(
            Text("Alt som er lagret om deg."),
            Attachment("mine-data.json", "application/json", b"{}"),
            title="Mine data",
        ),
        "receipt": privacy_cards.receipt({"networks": ["BLOD"], "held": ["web"], "chats": ["slack"]}),
        "warning": message(Text("Rommet er ikke trygt", Tone.DANGER)),
    }


def shown_forms() -> dict[str, Form]:
    colleagues = [(number, f"Navn Etternavnsen {number}, Helse Prøve") for number in range(120)]
    notes = {"background": ("«Kari» ser ut som et navn.", "«7. mars 2021» er en dato."), "title": ("Et sted.",)}
    asked = case_forms.AskForm(1, colleagues, notes, frozenset({"name:3f2a", "date:aa01"}), rewrite=True, appeal=True)
    draft = CaseDraft("Tann", PARAGRAPH * 5, "Hva nå?", "30-39", "2026-12-07", (3, 5), True, "Fordi.")
    options = [Option(str(number), f"Navn {number}") for number in range(40)]
    here = Here({}, NOW, ZONE, date(2026, 12, 24))
    around = network_forms.Around([NETWORK], [f"Helse Prøve {number} HF" for number in range(150)])
    told = item_forms.changed_meanwhile(ITEM, [("Kari Nordmo", Did.MOVED)], with_text=True)
    asker = privacy_cards.Asker(3, "Kari Nordmo", (NAME,), "fredag 4. desember")
    return {
        "ask": case_forms.ask_form(asked, draft),
        "close": case_forms.close_form(
            case_forms.CloseForm(17, "BLOD-26-017", PARAGRAPH, "Lært.", notes=notes, confirms=frozenset({"a"}))
        ),
        "erase": case_forms.erase_form(17, "BLOD-26-017"),
        "new item": item_forms.item_form(
            item_forms.ItemForm("1", options, ITEM.text or "", ("3",), networks=[NETWORK], network="1", confirms=True)
        ),
        "move": item_forms.move_form(ITEM, here, "snart", {"due": ("Det forsto jeg ikke.",)}, told),
        "hand": item_forms.hand_form(ITEM, options, ("1", "2"), None, told),
        "new network": network_forms.new_network(around),
        "settings": network_forms.settings(NETWORK, around, around.organisations[:20], (), None),
        "new member": network_forms.new_member(NETWORK, [("U12345678", "Per Li")], grants=True),
        "link": network_forms.link_account(1, "Kari Anne Nordmo-Fjellstad", ("slack", "web"), "slack"),
        "import": network_forms.import_members(NETWORK),
        "language": me_cards.language_form(""),
        "quiet": me_cards.quiet_form(None),
        "absence": me_cards.absence_form({4: "Per Li"}),
        "search": search_cards.search_form(),
        "erase person": privacy_cards.erase_form(asker),
        "refuse": privacy_cards.refusal_form(asker, "Fordi."),
    }
