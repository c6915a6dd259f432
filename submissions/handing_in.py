"""Materials into a draft and out of it, whatever other windows do meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from submissions import drafts, files
from submissions.drafts import Draft
from submissions.errors import Conflict, Missing
from submissions.files.checking import Checked
from submissions.files.errors import UnusableFileError
from submissions.materials import MOST_PER_CASE, MOST_PER_MATERIAL
from submissions.store.contract import UPDATE_TRIES, Store


def hand_in(
    store: Store, id_: str, material: str, clean: Sequence[Checked], *, now: str
) -> Draft:
    """Keep files for a material; a promise is then not needed any more.

    Args:
        material: a `Need.key`.
        clean: all are taken or none.

    Raises:
        UnusableFileError: there are as many as may be.
        Missing: there is no such draft any more.
        StoreUnavailableError: they cannot be kept now.
    """

    def changed(draft: Draft) -> Draft:
        kept = list(draft.files)
        there = {(file.material, file.sha256) for file in kept}
        for each in clean:
            file = files.keep(store, id_, each, material=material, now=now)
            if (material, file.sha256) in there:
                continue
            if room(draft.files, material) <= len(kept) - len(draft.files):
                raise UnusableFileError(each.name, "many")
            kept.append(file)
        promised = tuple(each for each in draft.promised if each != material)
        return replace(draft, files=tuple(kept), promised=promised)

    return _change(store, id_, changed, now=now)


def room(kept: Sequence[files.KeptFile], material: str) -> int:
    """Return how many more files may be handed in for a material."""
    same = sum(file.material == material for file in kept)
    return max(0, min(MOST_PER_MATERIAL - same, MOST_PER_CASE - len(kept)))


def take_back(
    store: Store, id_: str, material: str, address: str, *, now: str
) -> Draft:
    """Remove a file of a material; nothing happens if it is not there.

    Raises:
        Missing: there is no such draft any more.
    """

    def changed(draft: Draft) -> Draft:
        rest = (f for f in draft.files if (f.material, f.sha256) != (material, address))
        return replace(draft, files=tuple(rest))

    saved = _change(store, id_, changed, now=now)
    if all(file.sha256 != address for file in saved.files):
        store.files.drop(id_, address)
    return saved


def promise(store: Store, id_: str, material: str, *, given: bool, now: str) -> Draft:
    """Promise a material, or take the promise back.

    Raises:
        Missing: there is no such draft any more.
    """

    def changed(draft: Draft) -> Draft:
        rest = tuple(each for each in draft.promised if each != material)
        return replace(draft, promised=(*rest, material) if given else rest)

    return _change(store, id_, changed, now=now)


def _change(
    store: Store, id_: str, changed: Callable[[Draft], Draft], *, now: str
) -> Draft:
    for _ in range(UPDATE_TRIES):
        draft = drafts.get(store, id_, now=now)
        if draft is None:
            raise Missing("drafts", id_)
        try:
            return drafts.save(store, changed(draft), now=now)
        except Conflict:
            continue
    raise Conflict("drafts", id_)
