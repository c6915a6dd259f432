"""Materials that come after submitting: what was promised, and what is asked for again.

Who handed in a promise instead of a material brings it before its day or after; a
department may ask for a material again. Either way it is handed in once, for all who
need it, and each of them whose document is made already is told by an event of its own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from submissions import files, log, materials, routing
from submissions.delivery.events import SUPPLIED
from submissions.errors import Conflict
from submissions.files import KeptFile
from submissions.files.checking import Checked
from submissions.files.errors import UnusableFileError
from submissions.handing_in import room
from submissions.ids import NewId, new_id
from submissions.materials import Need
from submissions.packs import Published
from submissions.progress import asked_again
from submissions.store.contract import Document, Store


def open_needs(published: Published, submission: Document) -> tuple[Need, ...]:
    """Return the materials that can be handed in now, in the form's order.

    Those that were promised, supplied since or not, and those a department asks for
    again.
    """
    promised = {promise["material"] for promise in submission.get("promises", ())}
    asked = asked_again(submission)
    return tuple(
        need
        for need in materials.of_submission(published.judge, submission)
        if need.accepts
        and (need.key in promised or any((m.id, x.id) in asked for m, x in need.askers))
    )


def reasons(submission: Document, need: Need) -> list[str]:
    """Return what departments say of a material they ask for again."""
    asked = asked_again(submission)
    texts = (asked.get((m.id, x.id), []) for m, x in need.askers)
    return list(dict.fromkeys(text for each in texts for text in each))


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Files for one material of a submission, and who brings them."""

    #: A `Need.key`.
    material: str
    #: All are taken or none; one that is there already changes nothing.
    clean: Sequence[Checked]
    #: As the log names them.
    who: str


def supply(
    store: Store,
    published: Published,
    submission_id: str,
    brought: Supply,
    *,
    now: str,
    new_id: NewId = new_id,
) -> Document:
    """Keep files for a material of a submission and tell who needs it; return it.

    Files, log and deliveries are one write. The same files again change nothing.

    Raises:
        UnusableFileError: there are as many as may be.
        Missing: there is no such submission.
        Conflict: the material is not asked for any more, or others were faster.
        StoreUnavailableError: they cannot be kept now.
    """

    def supplied(found: Document) -> Document | None:
        needs = open_needs(published, found)
        need = next((n for n in needs if n.key == brought.material), None)
        if need is None:
            raise Conflict("submissions", submission_id)
        # On every try: who was slower may have lost to a sweep, which takes what no
        # document names. To keep the same again changes nothing.
        new = _new(store, found, brought, now)
        if not new:
            return None
        told = _with_files(found, need, new, brought.who, now)
        return routing.address(told, routing.lookup_in(store), now=now, new_id=new_id)

    stored = store.update("submissions", submission_id, supplied)
    routing.look_again(store, stored, now=now, new_id=new_id)
    return stored


def _new(
    store: Store, submission: Document, brought: Supply, now: str
) -> list[KeptFile]:
    """Keep the files; return those that are not there yet.

    Raises:
        UnusableFileError: there are as many as may be.
    """
    before = [KeptFile.of(each) for each in submission["files"]]
    there = {file.sha256 for file in before if file.material == brought.material}
    new: list[KeptFile] = []
    for each in brought.clean:
        file = files.keep(
            store, submission["_id"], each, material=brought.material, now=now
        )
        if file.sha256 in there:
            continue
        if room([*before, *new], brought.material) == 0:
            raise UnusableFileError(each.name, "many")
        there.add(file.sha256)
        new.append(file)
    return new


def _with_files(
    submission: Document, need: Need, new: Sequence[KeptFile], who: str, now: str
) -> Document:
    """Return the submission with files, and with what its departments are told."""
    every = [*submission["files"], *(file.document() for file in new)]
    kept = [KeptFile.of(each) for each in every]
    parts = [_told(part, need, kept) for part in submission["parts"]]
    before = submission["parts"]
    entries = log.append(
        submission["log"],
        at=now,
        who=who,
        what=SUPPLIED,
        material=need.key,
        files=[file.sha256 for file in new],
        parts=[p["id"] for p, old in zip(parts, before, strict=True) if p is not old],
    )
    return {
        **submission,
        "updated_at": now,
        "files": every,
        "parts": parts,
        **log.kept(entries),
    }


def _told(part: Document, need: Need, kept: Collection[KeptFile]) -> Document:
    """Return a part with one more thing its department is told of.

    A part whose document is not made yet will be made with the files.
    """
    if part["matter"] not in need.receivers or "body" not in part:
        return part
    matter = next(m for m, _material in need.askers if m.id == part["matter"])
    seq = part["seq"] + 1
    told = [
        each
        for each in materials.told(matter, [need], list(kept), ())
        if each["state"] == "supplied"
    ]
    event = {"seq": seq, "made": part["made"], "materials": told}
    return {**part, "seq": seq, "supplied": [*part.get("supplied", ()), event]}
