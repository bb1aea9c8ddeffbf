"""Setting up networks: what they are, their rooms, their members and roles, from nothing and from files."""

from bot.feature import CommandWord, Feature
from bot.features.networks import handlers, keeping, listing, lists, personal, rooming, welcoming
from bot.features.networks.handlers import press

FEATURE = Feature(
    name="networks",
    commands=(
        CommandWord(
            "fagtraad",
            ("fagtråd", "nettverk"),
            "/fagtraad oppsett · medlemmer · import · eksport · rom · innstillinger",
            "Sett opp nettverket: rom, medlemmer, roller og innstillinger",
            handlers.command,
            slash="fagtraad",
        ),
    ),
    presses={
        "networks.new": handlers.new,
        "networks.open": press(handlers.open_network),
        "networks.settings": press(handlers.settings),
        "networks.members": listing.page,
        "networks.member": listing.show_member,
        "networks.add": listing.add,
        "networks.change": listing.change,
        "networks.grant": listing.grant,
        "networks.withdraw": listing.withdraw,
        "networks.remove": listing.remove,
        "networks.undo": listing.undo,
        "networks.link": listing.link,
        "networks.unlink": listing.unlink,
        "networks.rooms": press(rooming.rooms),
        "networks.bind": rooming.bind,
        "networks.unbind": rooming.unbind,
        "networks.import": press(lists.import_form),
        "networks.more": lists.more,
        "networks.apply": lists.apply,
        "networks.discard": lists.discard,
        "networks.export": press(lists.export),
    },
    forms={
        "networks.new": handlers.submit_new,
        "networks.settings": handlers.submit_settings,
        "networks.add": listing.submit_add,
        "networks.change": listing.submit_change,
        "networks.link": listing.submit_link,
        "networks.import": lists.submit_import,
    },
    receipts={"networks.open": handlers.receipt, "networks.member": listing.member_receipt},
    notices=welcoming.NOTICES,
    reads_here=frozenset({"fagtraad", "networks.rooms", "networks.bind", "networks.add"}),
    joined=welcoming.joined,
    retention=keeping.RULES,
    exported=personal.exported,
    person_erased=personal.person_erased,
)
