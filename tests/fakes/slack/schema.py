"""What Block Kit allows: types, fields and limits, as data. Source: docs.slack.dev/reference/block-kit."""

from dataclasses import dataclass

MESSAGE_BLOCKS = 50  # "Up to 50 blocks in each message" (docs: blocks)
VIEW_BLOCKS = 100  # "100 blocks in modals or Home tabs" (docs: blocks)

# A chat.postMessage whose text is too much in all is refused with msg_blocks_too_long. Slack does not document how it
# is counted. Measured by others: 13,297 characters pass in one markdown block, and a divider more takes 125 of them
# (slackapi/bolt-js issue 2509, where Slack says "12,000 text characters with a buffer for block containers"); 11,341
# characters over many rich_text, section, header and divider blocks were refused (issue 2867). So each block counts.
MESSAGE_TEXT = 13_297
EACH_BLOCK = 125

TEXT = 3000  # a text object
HEADER = 150
FIELDS, FIELD_TEXT = 10, 2000
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25
BLOCK_ID = ACTION_ID = CALLBACK_ID = EXTERNAL_ID = 255
LABEL = HINT = 2000
PLACEHOLDER = 150
BUTTON_TEXT = ACCESSIBILITY_LABEL = 75
BUTTON_VALUE, URL = 2000, 3000
OPTION_TEXT, OPTION_VALUE, OPTION_DESCRIPTION = 75, 150, 75
OPTIONS = OPTION_GROUPS = 100
FEW_OPTIONS = 10  # checkboxes, radio buttons
OVERFLOW_OPTIONS = 5
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
VIEW_TITLE = 24  # title, submit and close
PRIVATE_METADATA = 3000
VIEW_BYTES = 250_000  # views.open: view_too_large
INPUT_TEXT = 3000  # plain_text_input: max_length at most


@dataclass(frozen=True)
class Fields:
    """The fields of an object besides `type`."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def known(self) -> set[str]:
        return {"type", *self.required, *self.optional}


BLOCKS = {
    "header": Fields(("text",), ("block_id",)),
    "section": Fields((), ("text", "fields", "accessory", "block_id", "expand")),
    "context": Fields(("elements",), ("block_id",)),
    "divider": Fields((), ("block_id",)),
    "actions": Fields(("elements",), ("block_id",)),
    "input": Fields(("label", "element"), ("hint", "optional", "dispatch_action", "block_id")),
    "rich_text": Fields(("elements",), ("block_id",)),
    "image": Fields(("alt_text",), ("image_url", "slack_file", "title", "block_id")),
    "markdown": Fields(("text",), ("block_id",)),
}
ONLY_IN = {
    # Slack's page on input blocks names messages too; an input there has no submit button of its own, and this fake
    # is stricter, so that nobody relies on it.
    "input": ("modal", "home"),
    "markdown": ("message",),  # docs: markdown block
}

_SELECT = ("action_id", "placeholder", "confirm", "focus_on_load")
_STATIC = (*_SELECT, "options", "option_groups")
_TYPED = ("action_id", "initial_value", "placeholder", "dispatch_action_config", "focus_on_load")
ELEMENTS = {
    "button": Fields(("text",), ("action_id", "value", "url", "style", "confirm", "accessibility_label")),
    "image": Fields(("alt_text",), ("image_url", "slack_file")),
    "overflow": Fields(("options",), ("action_id", "confirm")),
    "checkboxes": Fields(("options",), ("action_id", "initial_options", "confirm", "focus_on_load")),
    "radio_buttons": Fields(("options",), ("action_id", "initial_option", "confirm", "focus_on_load")),
    "datepicker": Fields((), (*_SELECT, "initial_date")),
    "timepicker": Fields((), (*_SELECT, "initial_time", "timezone")),
    "datetimepicker": Fields((), ("action_id", "initial_date_time", "confirm", "focus_on_load")),
    "static_select": Fields((), (*_STATIC, "initial_option")),
    "multi_static_select": Fields((), (*_STATIC, "initial_options", "max_selected_items")),
    "users_select": Fields((), (*_SELECT, "initial_user")),
    "multi_users_select": Fields((), (*_SELECT, "initial_users", "max_selected_items")),
    "channels_select": Fields((), (*_SELECT, "initial_channel", "response_url_enabled")),
    "conversations_select": Fields(
        (), (*_SELECT, "initial_conversation", "default_to_current_conversation", "response_url_enabled", "filter")
    ),
    "plain_text_input": Fields((), (*_TYPED, "multiline", "min_length", "max_length")),
    "email_text_input": Fields((), _TYPED),
    "url_text_input": Fields((), _TYPED),
    "number_input": Fields(("is_decimal_allowed",), (*_TYPED, "min_value", "max_value")),
    "file_input": Fields((), ("action_id", "filetypes", "max_files")),
}
_PICKERS = {"datepicker", "timepicker", "datetimepicker"}
_SELECTS = {"static_select", "users_select", "channels_select", "conversations_select"}
_MULTI = {"multi_static_select", "multi_users_select"}
PLACES = {
    "section": {"button", "image", "overflow", "checkboxes", "radio_buttons", *_PICKERS, *_SELECTS, *_MULTI}
    - {"datetimepicker"},
    "actions": {"button", "overflow", "checkboxes", "radio_buttons", *_PICKERS, *_SELECTS},
    "input": {
        "checkboxes",
        "radio_buttons",
        "plain_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "file_input",
        *_PICKERS,
        *_SELECTS,
        *_MULTI,
    },
}
HOLDS_A_VALUE = set(ELEMENTS) - {"button", "image", "overflow"}
FILES = 10  # file_input: max_files from 1 to 10

RICH = {
    "rich_text_section": Fields(("elements",)),
    "rich_text_list": Fields(("elements", "style"), ("indent", "offset", "border")),
    "rich_text_preformatted": Fields(("elements",), ("border", "language")),
    "rich_text_quote": Fields(("elements",), ("border",)),
}
RICH_INLINE = {
    "text": Fields(("text",), ("style",)),
    "link": Fields(("url",), ("text", "unsafe", "style")),
    "emoji": Fields(("name",), ("unicode", "style")),
    "user": Fields(("user_id",), ("style",)),
    "usergroup": Fields(("usergroup_id",), ("style",)),
    "channel": Fields(("channel_id",), ("style",)),
    "broadcast": Fields(("range",), ("style",)),
    "date": Fields(("timestamp", "format"), ("url", "fallback", "style")),
    "color": Fields(("value",), ("style",)),
}
RICH_STYLES = {
    "text": {"bold", "italic", "strike", "code", "underline"},
    "link": {"bold", "italic", "strike", "code", "underline"},
}
OTHER_STYLES = {"bold", "italic", "strike", "highlight", "client_highlight", "unlink"}

VIEWS = {
    "modal": Fields(
        ("title", "blocks"),
        (
            "close",
            "submit",
            "private_metadata",
            "callback_id",
            "clear_on_close",
            "notify_on_close",
            "external_id",
            "submit_disabled",
        ),
    ),
    "home": Fields(("blocks",), ("private_metadata", "callback_id", "external_id")),
}
