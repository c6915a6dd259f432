"""The net under every log: long numbers are hidden, whoever writes them.

Logs hold ids and places and never what was typed. Should a library or a mistake of ours
write more, no identity or card number gets through.
"""

import logging
from collections.abc import Callable
from typing import Any

from submissions.numbers import hidden

_formatter = logging.Formatter()


class _Net:
    """Makes records as they were made before, with long numbers hidden."""

    def __init__(self, made: Callable[..., logging.LogRecord]) -> None:
        self._made = made

    def __call__(self, *args: Any, **more: Any) -> logging.LogRecord:
        record = self._made(*args, **more)
        try:
            said = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return record  # logging says itself that it cannot be written
        record.msg, record.args = hidden(said), ()
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = hidden(_formatter.formatException(record.exc_info))
        return record


def hide_numbers() -> None:
    """Hide identity and card numbers in all that is logged from now on."""
    made = logging.getLogRecordFactory()
    if not isinstance(made, _Net):
        logging.setLogRecordFactory(_Net(made))
