"""The definitions that ship with Yibiao, as data, and the schemas they follow."""

from importlib.resources import files
from importlib.resources.abc import Traversable


def shipped() -> Traversable:
    """Return the folder of the shipped definitions."""
    return files("form_defs")
