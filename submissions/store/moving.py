"""From one store to another: the same documents, with `_id` and `rev` as they are."""

from submissions.errors import Duplicate
from submissions.store.contract import COLLECTIONS, Store

_AFTER_ALL_TIME = "9999-12-31T23:59:59.999Z"


def move(source: Store, target: Store, *, now: str) -> dict[str, int]:
    """Copy every document and file that the target does not have; return how many.

    Nobody may write to either meanwhile. Begun again after it was stopped, it goes on.

    Args:
        now: when the files are kept in the target, UTC text.
    """
    moved = {name: _documents(source, target, name) for name in COLLECTIONS}
    files = list(source.files.kept_before(_AFTER_ALL_TIME))
    for holder, address in files:
        content = source.files.read(holder, address)
        if content is not None:
            target.files.write(holder, address, content, now=now)
    return {**moved, "files": len(files)}


def _documents(source: Store, target: Store, collection: str) -> int:
    moved = 0
    for document in source.every(collection):
        try:
            target.adopt(collection, document)
        except Duplicate:
            continue
        moved += 1
    return moved
