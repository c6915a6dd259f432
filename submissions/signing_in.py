"""How staff show who they are: password, second factor, first code, and wrong tries.

Who tries often waits, and waits longer each time, but never long; tries meanwhile count
for nothing. They are counted for each device on which somebody has signed in before,
and once for all others: a stranger who tries without end keeps strangers out, and not
the person from their own desk.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from submissions import factors, passwords, staff
from submissions.clock import later, parse
from submissions.errors import Conflict, StaffError
from submissions.staff import Staff
from submissions.store.contract import UPDATE_TRIES, Document, Store

#: So many wrong tries cost nothing; then seconds to wait, doubled each time, up to.
FREE, FIRST_WAIT, LONGEST_WAIT = 4, 60.0, 15 * 60.0
#: Devices of one person whose tries are counted for themselves.
MOST_DEVICES = 10
#: Any device on which the person has not signed in yet.
UNKNOWN = ""
#: How long a first code opens, seconds.
INVITED = 3 * 24 * 3600.0
#: 120 bits, written in 20 signs.
INVITATION_BYTES = 15
_SECRET = re.compile(r"[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What somebody typed to sign in."""

    id: str
    password: str
    #: Of the second factor, or of the paper; "" if nothing was typed. None: they have
    #: signed in already, and show once more that they know the password.
    code: str | None = ""
    #: A device the person is known to have signed in on, or `UNKNOWN`.
    device: str = UNKNOWN
    now: str


def sign_in(store: Store, typed: Try) -> Staff | None:
    """Return who signed in, and write it down; see `proven`."""
    person = proven(store, typed)
    if person is not None:
        staff.note(store, "signed-in", person.id, by=person.who, now=typed.now)
    return person


def proven(store: Store, typed: Try) -> Staff | None:
    """Return who it is; None: something is wrong, or they must wait.

    Which of these is not told: it would say which accounts there are.

    Raises:
        Conflict: others tried the same account every time just before.
    """
    known = staff.get(store, typed.id) is not None
    for _ in range(UPDATE_TRIES):
        document = store.get("staff", typed.id) if known else None
        kept = None if document is None else document["password"]
        right = passwords.is_right(kept, typed.password)
        if document is None or waits(document, typed) or not document["active"]:
            return None
        after = _proven(document, typed) if right else None
        try:
            stored = store.put("staff", after or _missed(document, typed))
        except Conflict:
            continue
        if after is None:
            _note_wait(store, stored, typed)
            return None
        return staff.read(stored)
    raise Conflict("staff", typed.id)


def waits(document: Document, typed: Try) -> bool:
    """Tell whether tries from this device count for nothing now."""
    until: str = _tries(document, typed.device)["until"]
    return typed.now < until


def invite(
    store: Store, id_: str, *, by: str, now: str, new_code: Callable[[int], str]
) -> str:
    """Return a code with which somebody gives themselves a password, once.

    Until then everything stays as it is.

    Args:
        new_code: writes so many random bytes, such as `secrets.token_urlsafe`.

    Raises:
        StaffError: there is no such account.
    """
    code = new_code(INVITATION_BYTES)
    invitation = {"hash": _hash(code), "until": later(now, INVITED)}
    staff.edit(store, id_, lambda document: {**document, "invitation": invitation})
    staff.note(store, "invited", id_, by=by, now=now)
    return code


def accept(
    store: Store,
    id_: str,
    code: str,
    password: str,
    *,
    now: str,
    random: Callable[[int], bytes],
) -> Staff:
    """Give somebody the password they chose; a second factor is set up anew.

    Raises:
        StaffError: the code opens nothing, or the password breaks a rule.
    """

    def opened(document: Document) -> Document:
        invitation = document.get("invitation") or {"hash": "", "until": ""}
        if invitation["hash"] != _hash(code.strip()) or invitation["until"] <= now:
            raise StaffError(id_, "code")
        return {**document, "second_factor": None}

    person = staff.get(store, id_)
    document = store.get("staff", id_) if person else None
    if person is None or document is None:
        raise StaffError(id_, "code")
    opened(document)  # a password takes long: not for who only guesses
    by = f"staff:{id_}"
    # Once more with the change itself: of two at once one comes too late.
    changed = staff.set_password(
        store, id_, password, by=by, now=now, random=random, before=opened
    )
    if person.has_second_factor:
        staff.note(store, "second-factor-dropped", id_, by=by, now=now)
    return changed


def set_second_factor(
    store: Store,
    id_: str,
    secret: str,
    typed: str,
    *,
    now: str,
    random: Callable[[int], bytes],
) -> tuple[str, ...]:
    """Ask for a second factor from now on; return the codes for paper.

    Args:
        secret: as the app was given it.
        typed: what the app shows, which proves that it has it.

    Raises:
        StaffError: it is not what the app must show.
    """
    real = _SECRET.fullmatch(secret) is not None
    step = factors.step_of(secret, typed, now=_seconds(now), after=0) if real else None
    if step is None:
        raise StaffError(id_, "code")
    codes = factors.recovery_codes(random)
    kept = {
        "secret": secret,
        "step": step,
        "recovery": [factors.kept_recovery(each) for each in codes],
    }
    staff.edit(store, id_, lambda document: {**document, "second_factor": kept})
    staff.note(store, "second-factor-set", id_, by=f"staff:{id_}", now=now)
    return codes


def drop_second_factor(store: Store, id_: str, *, by: str, now: str) -> Staff:
    """Ask for no second factor any more.

    Raises:
        StaffError: there is no such account.
    """
    changed = staff.edit(store, id_, lambda d: {**d, "second_factor": None})
    staff.note(store, "second-factor-dropped", id_, by=by, now=now)
    return changed


def _proven(document: Document, typed: Try) -> Document | None:
    """Return the account after somebody gave the right password; None: the code is not.

    A code opens once.
    """
    tries = [each for each in document["tries"] if each["device"] != typed.device]
    after = {**document, "tries": tries}
    factor = document.get("second_factor")
    if factor is None or typed.code is None:
        return after
    step = factors.step_of(
        factor["secret"], typed.code, now=_seconds(typed.now), after=factor["step"]
    )
    if step is not None:
        return {**after, "second_factor": {**factor, "step": step}}
    paper = factors.kept_recovery(typed.code)
    if paper not in factor["recovery"]:
        return None
    left = [each for each in factor["recovery"] if each != paper]
    return {**after, "second_factor": {**factor, "recovery": left}}


def _missed(document: Document, typed: Try) -> Document:
    """Return the account after one more wrong try."""
    missed = _tries(document, typed.device)["missed"] + 1
    doubled = min(missed - FREE - 1, LONGEST_WAIT / FIRST_WAIT)
    wait = min(FIRST_WAIT * 2.0**doubled, LONGEST_WAIT)
    until = later(typed.now, wait) if missed > FREE else ""
    others = [each for each in document["tries"] if each["device"] != typed.device]
    counted = {"device": typed.device, "missed": missed, "until": until}
    return {**document, "tries": [*others, counted][-MOST_DEVICES:]}


def _note_wait(store: Store, document: Document, typed: Try) -> None:
    if waits(document, typed):
        missed = _tries(document, typed.device)["missed"]
        by = f"staff:{typed.id}"
        staff.note(store, "waits", typed.id, by=by, now=typed.now, missed=missed)


def _tries(document: Document, device: str) -> dict[str, Any]:
    none = {"device": device, "missed": 0, "until": ""}
    return next((each for each in document["tries"] if each["device"] == device), none)


def _seconds(now: str) -> float:
    return parse(now).timestamp()


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
