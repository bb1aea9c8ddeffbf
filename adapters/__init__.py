"""One folder a chat platform. Each gives a `create()` and stands over the port in `bot/chat/port.py`."""
