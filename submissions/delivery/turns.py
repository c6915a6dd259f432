"""Many threads at once, or one alone: what may end a process does so beside no other.

A worker that dies says nothing about what it died of: all it had claimed looks guilty.
What has been claimed too often is therefore sent while nothing else is on its way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Shared by the threads of one process."""

    def __init__(self) -> None:
        """Begin with nobody at work."""
        self._changed = Condition()
        self._together = 0
        self._alone = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Work beside others, when nobody works alone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._together += 1
        try:
            yield
        finally:
            with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Work when all others have finished; not while holding a turn together.

        Yields:
            False: somebody else works alone, or is about to; this one must not.
        """
        with self._changed:
            mine = not self._alone
            if mine:
                self._alone = True
                self._changed.wait_for(lambda: self._together == 0)
        try:
            yield mine
        finally:
            if mine:
                with self._changed:
                    self._alone = False
                    self._changed.notify_all()
