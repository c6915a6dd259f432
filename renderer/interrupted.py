"""Ctrl-C while a program loads: it ends at once, and without a stack trace.

Imported first of all, for loading takes the longer part of a second.
"""

import sys
from types import TracebackType


def _say_nothing(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _say_nothing
