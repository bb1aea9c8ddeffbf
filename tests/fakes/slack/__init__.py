"""A strict fake of Slack: a real HTTP and websocket server that slack_sdk and Bolt talk to, and people who use it.

It refuses what Slack refuses. What it does not enforce is said in `web_api.py` and `blocks.py`.
"""

from tests.fakes.slack.eyes import DIRECT, AppFailed, NotPossible
from tests.fakes.slack.people import People
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Workspace
from tests.fakes.slack.things import Message, Upload

__all__ = ["DIRECT", "AppFailed", "FakeSlack", "Message", "NotPossible", "People", "Upload", "Workspace"]
