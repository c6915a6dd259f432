"""What every page needs: the store, the clock, who is there, what they may open."""

import hmac
from collections.abc import Hashable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from flask import abort, current_app, g, request, session, url_for

from renderer.ends import Device
from renderer.forms import FormClasses
from renderer.identity import Person, SampleStaff
from renderer.kept import Kept
from renderer.ready import MOST_PAGES, Ready
from renderer.security import code_hash, plain_code, show_code
from renderer.sources.connections import Connections
from submissions import drafts, looking, staff_sessions
from submissions.clock import Clock, utc_text
from submissions.drafts import Draft, Helper, helper_of
from submissions.errors import Missing
from submissions.files.links import Links
from submissions.oidc import Provider
from submissions.staff import Role, Staff
from submissions.staff_sessions import Session
from submissions.store.contract import Document, Store

#: Cookies of the reading modes, and the classes of a page for each of their values.
READING_MODES = ("contrast", "elder")
MODES = {
    "elder": ("elder",),
    "larger": ("elder", "larger"),
    "contrast": ("contrast",),
}

#: The cookie with the token of who is signed in to work.
WORK = "yibiao-desk"
#: Where a browser keeps the cases that a clerk found for who is present.
FOUND = "found"
#: Cases one browser remembers the codes of; a cookie has little room.
MOST_CODES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What one application was made with."""

    store: Store
    people: Mapping[str, Person]
    #: Sample people who work here.
    staff: Mapping[str, SampleStaff]
    clock: Clock
    #: Who says who staff are, or None.
    provider: Provider | None
    #: The installation's secret.
    key: str
    base_url: str
    #: Who is asked for what is known already.
    connections: Connections
    #: What the devices are that this application serves.
    end: Device
    classes: FormClasses = field(default_factory=FormClasses)
    #: Questions written out ahead, by version, situation, language and layout.
    ready: Kept[Hashable, Mapping[str, Ready]] = field(
        default_factory=lambda: Kept(MOST_PAGES)
    )

    @property
    def links(self) -> Links:
        """Makes and judges the addresses of files."""
        return Links(key=self.key, base_url=self.base_url)


@dataclass(eq=False)
class AlreadySubmittedError(Exception):
    """The draft has become a submission, which this browser may open."""

    submission: str


@dataclass(eq=False)
class NotOpenedError(Exception):
    """There is such a case, but this person and browser have not shown it is theirs."""


def services() -> Services:
    """What this application was made with."""
    found: Services = current_app.extensions["yibiao"]
    return found


def store() -> Store:
    """The store of this application."""
    return services().store


def now() -> str:
    """The time now, as the store writes it."""
    return utc_text(services().clock())


def reading_modes() -> tuple[str, ...]:
    """The reading modes this browser chose, as classes of the page."""
    chosen = (request.cookies.get(name, "") for name in READING_MODES)
    return tuple(mode for value in chosen for mode in MODES.get(value, ()))


def person() -> Person | None:
    """Who is signed in; at a counter only its staff are."""
    if services().end == "counter":
        return None
    return services().people.get(session.get("person", ""))


def staff() -> Staff | None:
    """Which clerk is signed in at this counter."""
    found = at_work() if services().end == "counter" else None
    return found[1] if found is not None and Role.CLERK in found[1].roles else None


def at_work() -> tuple[Session, Staff] | None:
    """Who is signed in to work, and since when; None: nobody."""
    if "at_work" not in g:
        token = request.cookies.get(cookie_name(WORK), "")
        found = staff_sessions.of_token(store(), token, now=now()) if token else None
        g.at_work = found
    kept: tuple[Session, Staff] | None = g.at_work
    return kept


def end_work() -> None:
    """End the session of who is signed in to work; their browser has its token."""
    found = at_work()
    if found is not None:
        staff_sessions.end(store(), found[1], found[0].id)


def cookie_name(name: str) -> str:
    """The name of a cookie that no other host can set, where there is TLS."""
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def remember(id_: str, code: str) -> None:
    """Let this browser open a case whose resume code it has shown."""
    codes = {**session.get("codes", {}), id_: code}
    session["codes"] = dict(list(codes.items())[-MOST_CODES:])
    session.permanent = True


def known_codes() -> dict[str, str]:
    """The resume codes this browser has shown, by case."""
    codes: dict[str, str] = session.get("codes", {})
    return codes


def shown_code(id_: str) -> str:
    """The resume code of a case, in groups; "" where this browser does not know it."""
    return show_code(known_codes().get(id_, ""))


def hashed(code: str) -> str:
    """What the store keeps of a resume code."""
    return code_hash(code, key=services().key)


def open_draft(id_: str) -> Draft:
    """Return a draft that this person or browser may open; 404 if there is no case.

    Raises:
        AlreadySubmittedError: it has been submitted.
        NotOpenedError: it is not theirs, as far as we can tell.
    """
    # First, for a draft can outlive its submission by a moment.
    if find_submission(id_) is not None:
        raise AlreadySubmittedError(id_)
    draft = find_draft(id_)
    if draft is not None:
        return draft
    if not drafts.get(store(), id_, now=now()) and not store().get("submissions", id_):
        abort(404)
    raise NotOpenedError


def find_draft(id_: str) -> Draft | None:
    """Return a draft that this person or browser may open, or None.

    Look for its submission first: a draft can outlive it by a moment.
    """
    draft = drafts.get(store(), id_, now=now())
    if draft is None:
        return None
    mine = _helps(draft.helper) or _may_open(id_, draft.owner, {draft.resume_hash})
    return draft if mine else None


def open_submission(id_: str) -> Document:
    """Return a submission that this person or browser may open; 404 otherwise."""
    found = find_submission(id_)
    if found is None:
        abort(404)
    return found


def find_submission(id_: str) -> Document | None:
    """Return a submission that this person or browser may open, or None."""
    document = store().get("submissions", id_)
    if document is None:
        return None
    kept = {
        tag.removeprefix("resume:")
        for tag in document["tags"]
        if tag.startswith("resume:")
    }
    mine = _helps(helper_of(document)) or _may_open(id_, document["owner"], kept)
    return document if mine else None


def found_submission(id_: str) -> Document:
    """Return a case that a clerk found for who is present; 404 if there is none.

    Only how far it is may be shown: what is in it opens with its resume code. That
    somebody looked is written into the case.
    """
    clerk = staff()
    if clerk is None or id_ not in session.get(FOUND, ()):
        abort(404)
    try:
        return looking.followed(store(), id_, who=clerk.who, now=now())
    except Missing:  # erased since it was found
        abort(404)


def hand() -> str:
    """Whose hand a log names: the applicant's, or that of staff who act for them."""
    here = staff()
    return "applicant" if here is None else here.who


def _helps(helper: Helper | None) -> bool:
    here = staff()
    return here is not None and helper is not None and helper.id == here.who


def _may_open(id_: str, owner: str | None, kept: AbstractSet[str]) -> bool:
    here = person()
    if here is not None and owner == here.owner:
        return True
    if _opens(known_codes().get(id_), kept):
        return True
    # On a form that is sent again after the browser forgot everything.
    sent = plain_code(request.form.get("_code", ""))
    if sent is None or not _opens(sent, kept):
        return False
    remember(id_, sent)
    return True


def _opens(code: str | None, kept: AbstractSet[str]) -> bool:
    return code is not None and any(
        hmac.compare_digest(hashed(code), one) for one in kept
    )


def local_path(path: str | None, otherwise: str) -> str:
    """Return where to go next if it is a page of ours; never another site.

    Browsers and libraries drop tabs and line breaks, so none may hide a second slash.
    """
    if path is None or path[:1] != "/" or path[1:2] in {"/", "\\"}:
        return otherwise
    return path if path.isprintable() else otherwise


def here() -> str:
    """The page to come back to: this one, or the front page if it is only sent to."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    rule = request.url_rule
    again = rule is not None and "GET" in (rule.methods or ())
    return request.path if again else url_for("portal.home")


def posted() -> dict[str, tuple[str, ...]]:
    """What was sent, by name."""
    return {name: tuple(texts) for name, texts in request.form.lists()}


def typed_texts(everything: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What a person typed or chose, without tokens and buttons."""
    ours = ("csrf_token", "_do", "_code", "rev", "then", "next")
    return {name: texts for name, texts in everything.items() if name not in ours}
