"""JSON Pointers (RFC 6901) over plain JSON values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: What stands where nothing stands: JSON null is a value.
ABSENT: Any = object()


def parts(pointer: str) -> tuple[str, ...]:
    """Split a pointer into its unescaped names; "" is the whole document."""
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f'a JSON Pointer starts with "/", got {pointer!r}')
    return tuple(
        name.replace("~1", "/").replace("~0", "~") for name in pointer[1:].split("/")
    )


def join(names: Iterable[str | int]) -> str:
    """Build the pointer of these names."""
    return "".join(
        "/" + str(name).replace("~", "~0").replace("/", "~1") for name in names
    )


def get(document: Any, names: Sequence[str | int]) -> Any:
    """Return what stands there, or `ABSENT`."""
    here = document
    for name in names:
        if isinstance(here, Mapping) and name in here:
            here = here[name]
        elif isinstance(here, list) and _is_index(name, len(here)):
            here = here[int(name)]
        else:
            return ABSENT
    return here


def put(document: dict[str, Any], names: Sequence[str], value: Any) -> None:
    """Write a value into nested objects, making the missing ones."""
    here = document
    for name in names[:-1]:
        here = here.setdefault(name, {})
    here[names[-1]] = value


def remove(document: dict[str, Any], names: Sequence[str]) -> None:
    """Take a value out of nested objects; the objects around it stay."""
    holder = get(document, names[:-1])
    if isinstance(holder, dict):
        holder.pop(names[-1], None)


def _is_index(name: str | int, length: int) -> bool:
    return str(name).isdecimal() and int(name) < length
