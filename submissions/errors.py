"""Every way the keeping and sending of submissions can fail, with its data."""

from dataclasses import dataclass

from builder.validity import Fault


@dataclass(eq=False)
class SubmissionsError(Exception):
    """Base of all errors of this package."""


@dataclass(eq=False)
class Duplicate(SubmissionsError):  # noqa: N818 - a fact about the store, not a fault
    """There is a document with this `_id` already."""

    collection: str
    id_: str

    def __str__(self) -> str:
        return f"{self.collection}: {self.id_!r} is stored already."


@dataclass(eq=False)
class Conflict(SubmissionsError):  # noqa: N818
    """Somebody else wrote the document first. Read it again, then decide."""

    collection: str
    id_: str

    def __str__(self) -> str:
        return f"{self.collection}: {self.id_!r} was changed by another writer."


@dataclass(eq=False)
class Missing(SubmissionsError):  # noqa: N818
    """There is no such document."""

    collection: str
    id_: str

    def __str__(self) -> str:
        return f"{self.collection}: there is no {self.id_!r}."


@dataclass(eq=False)
class StaffError(SubmissionsError):
    """An account is not opened or changed as asked for; everything is as it was."""

    id_: str
    #: The rule that it breaks, one of `STAFF_RULES`.
    rule: str

    def __str__(self) -> str:
        return f"The account {self.id_!r} stays as it is: {STAFF_RULES[self.rule]}."


STAFF_RULES = {
    "id": "a name to sign in with has 2 to 32 small letters, digits and . _ -",
    "taken": "there is one of this name, open or closed; choose another name",
    "missing": "there is none of this name; `yibiao staff list` shows all",
    "name": "a person's name has 1 to 50 characters",
    "no-role": "it needs a role",
    "apart": (
        "who administers reads no case and judges no log; give administrator, or some "
        "of clerk, owner and auditor"
    ),
    "owner": "who answers for a department needs one",
    "own": "nobody changes what they themselves may do; ask another administrator",
    "password-short": "a password has at least 12 characters",
    "password-long": "a password has at most 200 characters",
    "password-plain": (
        "a password holds at least 6 different characters, and not the name one signs "
        "in with"
    ),
    "code": "the code is not right, or no longer; ask for a new one",
}


@dataclass(eq=False)
class ProviderError(SubmissionsError):
    """The identity provider cannot be asked, or what it said is not to be trusted."""

    issuer: str
    reason: str

    def __str__(self) -> str:
        return (
            f"Nobody is signed in by {self.issuer}: {self.reason}. "
            f"Try again; if it stays so, compare the YIBIAO_OIDC settings with those "
            f"of the provider."
        )


@dataclass(eq=False)
class StillOpenError(SubmissionsError):
    """A submission is not completed; nothing was erased."""

    id_: str

    def __str__(self) -> str:
        return (
            f"Departments still work on {self.id_}. Tell them first; "
            f"--anyway erases it all the same."
        )


@dataclass(eq=False)
class StoreUnavailableError(SubmissionsError):
    """The store cannot be read or written now; nothing was stored."""

    reason: str
    repair: str

    def __str__(self) -> str:
        return f"The store cannot be used: {self.reason}. {self.repair}"


@dataclass(eq=False)
class UnreadableError(SubmissionsError):
    """What is stored cannot be decrypted."""

    id_: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.id_} cannot be read: {self.reason}. Put back the keys that belong "
            f"to this store, or the store that belongs to these keys."
        )


@dataclass(eq=False)
class ErasedError(UnreadableError):
    """The key of what is stored was destroyed; an old copy of the store was put back.

    `reason` is when, UTC text.
    """

    def __str__(self) -> str:
        return (
            f"{self.id_} was erased at {self.reason} and is in the store again, from a "
            f"copy. `yibiao retain` removes it."
        )


@dataclass(eq=False)
class SettingError(SubmissionsError):
    """What an operator decided cannot be read."""

    name: str
    value: str
    rule: str

    def __str__(self) -> str:
        return f"{self.name} is {self.value!r}; it must be {self.rule}."


@dataclass(eq=False)
class TooLargeError(SubmissionsError):
    """A document is larger than every engine can keep; nothing was stored."""

    collection: str
    id_: str
    size: int
    limit: int

    def __str__(self) -> str:
        return (
            f"{self.collection}: {self.id_!r} is {self.size} bytes, "
            f"{self.limit} is the limit. Keep large things outside the document."
        )


@dataclass(eq=False)
class AreaListError(SubmissionsError):
    """A list of areas cannot be taken over; nothing was stored."""

    line: int
    reason: str

    def __str__(self) -> str:
        return (
            f"Line {self.line}: {self.reason}. A list of areas is CSV with the columns "
            f"code and name, and holds each area that another one lies in."
        )


@dataclass(eq=False)
class CorruptPackError(SubmissionsError):
    """A published pack is not the one that was published."""

    id_: str
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"The pack {self.id_!r} was changed after it was published: its sha256 "
            f"is {self.found}, it was {self.expected}. Restore it from a backup."
        )


@dataclass(eq=False)
class UnprovenPackError(SubmissionsError):
    """A pack without a good certificate of its own; nothing was published."""

    affair: str
    reason: str

    def __str__(self) -> str:
        return (
            f"The pack of {self.affair!r} cannot be published: {self.reason}. "
            f"`yibiao prove {self.affair}` says what fails; then merge and prove it "
            f"anew, as `yibiao publish {self.affair}` does."
        )


@dataclass(eq=False)
class Refused(SubmissionsError):  # noqa: N818 - what a person has still to mend
    """The answers are not acceptable; nothing was stored and the draft is kept."""

    faults: tuple[Fault, ...]
    #: The materials that must be handed in first, as "matter:material"; also what a
    #: program promised and nobody may promise.
    materials: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"{f.pointer} ({f.keyword})" for f in self.faults]
        said += [f"material {each} (lacks, or is void)" for each in self.materials]
        places = ", ".join(said)
        return f"The answers cannot be accepted yet: {places}."


@dataclass(eq=False)
class KeyReusedError(SubmissionsError):
    """Something was sent again with another body; the first is kept as it is."""

    id_: str

    def __str__(self) -> str:
        return (
            f"{self.id_} was accepted with another body, or has expired. "
            f"Send the first body again, or this one under a new key."
        )


@dataclass(eq=False)
class AbsentError(SubmissionsError):
    """A call names what is not there; nothing was stored."""

    #: Where in the body, and what it should be: "upload" or "provenance".
    places: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        said = ", ".join(f"{place} ({what})" for place, what in self.places)
        return f"What is named there is not there: {said}."


@dataclass(eq=False)
class OutdatedError(SubmissionsError):
    """Answers were made for another version of the form than the current one."""

    affair: str
    version: int
    current: int

    def __str__(self) -> str:
        return (
            f"The answers are for version {self.version} of {self.affair}, current is "
            f"{self.current}. Get the form again and make the answers for it."
        )


@dataclass(eq=False)
class CursorError(SubmissionsError):
    """Nobody can read on from a cursor without missing something."""

    cursor: str
    reason: str
    #: It was given out here once.
    known: bool

    def __str__(self) -> str:
        return (
            f"Nothing can be read from the cursor {self.cursor!r}: {self.reason}. "
            f"Begin anew without one; what comes twice has the same id."
        )


@dataclass(eq=False)
class VerificationError(SubmissionsError):
    """A signed message is not to be trusted; nothing in it counts."""


@dataclass(eq=False)
class MissingHeaderError(VerificationError):
    """One of the three headers of a signed message is not there."""

    header: str

    def __str__(self) -> str:
        return f"The header {self.header} is missing."


@dataclass(eq=False)
class MalformedHeaderError(VerificationError):
    """A header of a signed message cannot be read."""

    header: str
    rule: str

    def __str__(self) -> str:
        return f"The header {self.header} must be {self.rule}."


@dataclass(eq=False)
class StaleMessageError(VerificationError):
    """A signed message is too old, or from the future."""

    #: Seconds between its time and ours; negative: it is from the future.
    age: int
    tolerance: int

    def __str__(self) -> str:
        return (
            f"webhook-timestamp is {self.age} s away from our clock, at most "
            f"{self.tolerance} s are accepted. Sign each try anew; check the clock."
        )


@dataclass(eq=False)
class SignatureError(VerificationError):
    """No signature of the message was made with a secret of this sender."""

    def __str__(self) -> str:
        return (
            "No signature matches. Sign id.timestamp.body over the exact bytes sent, "
            "with the secret of this department's endpoint."
        )


@dataclass(eq=False)
class ForbiddenAddressError(SubmissionsError):
    """A request would go where requests must not go; nothing was sent."""

    url: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.url} may not be called: {self.reason}. "
            f"Use a public https address, or have the operator allow host and port."
        )
