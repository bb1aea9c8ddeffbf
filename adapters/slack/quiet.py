"""Loggers that let nothing out. At DEBUG slack_bolt and slack_sdk log whole payloads: messages, forms, tokens in
addresses. What an operator must know is logged by us, with ids and the names of errors."""

import logging

SILENT = logging.CRITICAL + 1
LIBRARIES = ("slack_bolt", "slack_sdk")


def quiet_logger() -> logging.Logger:
    """For what is made with a logger of its own. Both libraries look at its `level`, not only at what it lets out."""
    logger = logging.getLogger("fagtraad.slack")
    logger.propagate = False
    logger.setLevel(SILENT)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    return logger


def quieten() -> None:
    """For what makes its logger itself (`slack_sdk.web.async_slack_response`, the listeners of Bolt)."""
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(SILENT)
