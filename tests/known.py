"""The sample registers without a server between: for tests of pages."""

from renderer.demo.registers import held, look_up
from renderer.sources.base import PrefillSource, SilentError, Told
from renderer.sources.connections import Connections


class Shelf(PrefillSource):
    """Answers from the sample registers, unless a test has silenced it."""

    silent = frozenset()

    def ask(self, inquiry, *, deadline):  # noqa: ARG002
        if inquiry.register in self.silent:
            raise SilentError("test")
        row = look_up(inquiry.register, inquiry.key)
        return Told(values=row and row["values"], at=row["at"] if row else inquiry.now)


def connections(shelf=None):
    """Return how an application asks the sample registers of a test."""
    return Connections(sources=dict.fromkeys(held(), shelf or Shelf()), deadline=30)
