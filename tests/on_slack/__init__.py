"""The stories' world on Slack: the real adapter, Bolt and slack_sdk, and the strict fake of Slack, over HTTP.

The stories say what people do and see in the words of `adapters.memory.chat.MemoryChat`; here the same is done in
Slack, and what stands on the screens there is read back into those words.
"""

from tests.on_slack.world import slack_world_on

__all__ = ["slack_world_on"]
