"""The page of the fake: a person looks, writes, presses, and fills in a form, by keyboard and mouse."""

import os
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import FilePayload, Page, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.__main__ import invented

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def asked(block: str, label: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block, "label": plain(label), "element": element | {"action_id": "v"}, **more}


WORDS = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Ventet i 3 dager."}]}
ANSWER = {"type": "button", "text": plain("Svar"), "action_id": "answer", "style": "primary"}
CARD: list[Json] = [
    {"type": "header", "text": plain("Kasus BLOD-26-014")},
    {"type": "rich_text", "elements": [WORDS]},
    {"type": "context", "elements": [plain("Spurt av Ola Hansen")]},
    {"type": "actions", "elements": [ANSWER]},
]
ATTACHED: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}
TICKS = {"type": "checkboxes", "options": [{"text": plain("Send kopi til sekretæren"), "value": "on"}]}
CHOICES = [{"text": plain("Nord"), "value": "n"}, {"text": plain("Sør"), "value": "s"}]
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Svar på kasus"),
    "submit": plain("Send inn"),
    "close": plain("Avbryt"),
    "blocks": [
        asked("text", "Svaret", {"type": "plain_text_input", "multiline": True}, hint=plain("Uten navn på pasienten.")),
        asked("region", "Region", {"type": "static_select", "options": CHOICES}),
        asked("day", "Frist", {"type": "datepicker"}, optional=True),
        asked("copy", "Kopi", TICKS, optional=True),
        asked("file", "Vedlegg", {"type": "file_input", "max_files": 1}, optional=True),
    ],
}


async def test_a_person_reads_presses_and_fills_in(page: Page, tmp_path: Path) -> None:
    pictures = Path(os.environ.get("PICTURES", tmp_path))
    got: list[Json] = []
    async with FakeSlack(invented()) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.workspace.bot_token, slack.api_url, session=session)
        app = AsyncApp(client=client, process_before_response=True)

        @app.action("answer")
        async def _(ack: Any, body: Json) -> None:
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
            await ack()

        @app.view("form")
        async def _(ack: Any, body: Json) -> None:
            got.append(body["view"]["state"]["values"])
            await ack() if len(got) > 1 else await ack(response_action="errors", errors={"text": "Skriv litt mer."})

        @app.event("message")
        async def _() -> None:
            """Heard."""

        @app.command("/kasus")
        async def _(ack: Any) -> None:
            await ack("Ingen kasus venter.")

        web = AsyncWebClient(slack.workspace.app_token, slack.api_url, session=session)
        handler = AsyncSocketModeHandler(app, slack.workspace.app_token, web_client=web)
        await handler.connect_async()
        room = slack.workspace.channel("kasus")
        await client.chat_postMessage(channel=room.id, text="Kasus", blocks=CARD)
        await page.goto(f"{slack.address}/#user={slack.workspace.user('kari').id}&channel={room.id}")
        log = page.get_by_role("log")
        await expect(log.get_by_role("heading", name="Kasus BLOD-26-014")).to_be_visible()

        await page.get_by_label("Message or /command").fill("Hei @Ola Hansen, <takk>")
        await page.keyboard.press("Enter")
        await expect(log).to_contain_text("Hei @Ola Hansen, <takk>")
        await page.get_by_label("Message or /command").fill("/kasus")
        await page.get_by_role("button", name="Send").click()
        await expect(log).to_contain_text("Only visible to you")

        await log.get_by_role("button", name="Svar").click()
        dialog = page.get_by_role("dialog", name="Svar på kasus")
        await dialog.get_by_label("Svaret").fill("Ja")
        await dialog.get_by_label("Region").select_option("Sør")
        await dialog.get_by_label("Frist").fill("2026-12-01")
        await dialog.get_by_label("Send kopi til sekretæren").check()
        await dialog.get_by_label("Vedlegg").set_input_files(
            {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}
        )
        await dialog.get_by_role("button", name="Send inn").click()
        await expect(dialog).to_contain_text("Skriv litt mer.")
        await page.screenshot(path=pictures / "fake-slack.png")
        await dialog.get_by_label("Svaret").fill("Ja, det kan dere.")
        await dialog.get_by_role("button", name="Send inn").click()
        await expect(dialog).to_be_hidden()
        assert got[1]["text"]["v"]["value"] == "Ja, det kan dere."
        assert got[1]["region"]["v"]["selected_option"]["value"] == "s"
        assert got[1]["day"]["v"]["selected_date"] == "2026-12-01"
        assert [option["value"] for option in got[1]["copy"]["v"]["selected_options"]] == ["on"]
        assert [file["name"] for file in got[1]["file"]["v"]["files"]] == ["a.txt"]
        await handler.close_async()
