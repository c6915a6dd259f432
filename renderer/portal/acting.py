"""At a counter: staff who fill in for somebody, under a name of their own."""

import hmac
from collections.abc import Mapping
from dataclasses import replace

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from renderer.identity import Person
from renderer.portal.access import FOUND, at_work, here, person, services, staff
from renderer.typed import narrow
from renderer.wording import say as _
from renderer.wording import words
from submissions import canonical
from submissions.drafts import Draft, Helper
from submissions.packs import Published

UNPROCESSABLE = 422
#: Longest name of a person, as the data element has it.
LONGEST_NAME = 50
CONFIRMATION_DIGITS = 8
#: What staff may open before they have signed in.
OPEN = ("portal.sign_in", "portal.choose_language", "portal.choose_view")


def register(portal: Blueprint) -> None:
    """Add this page to the portal, and let only staff in where staff work."""
    portal.add_url_rule("/next-person", view_func=next_person, methods=["POST"])
    portal.before_request(let_staff_in)


def let_staff_in() -> Response | None:
    """At a counter, ask who works there before anything is shown.

    What is sent is not turned away: it leads to the page that keeps what was typed.
    """
    away = services().end != "counter" or staff() is not None
    if away or request.method != "GET" or request.endpoint in (*OPEN, "portal.health"):
        return None
    if at_work() is not None:  # somebody who is no clerk
        abort(403)
    return redirect(url_for("desk.sign_in", next=here()))


def applicant() -> str:
    """The name of the person for whom staff are filling in now, or ""."""
    return session.get("acting", "") if staff() is not None else ""


def next_person() -> Response:
    """Let go of the person who was served; their codes are not handed on."""
    for name in ("acting", "codes", FOUND):
        session.pop(name, None)
    return redirect(url_for("portal.home"), 303)


def owner_of(draft: Draft) -> Person | None:
    """The person whose certificates may fill in a draft: its owner, who is here.

    At a counter the owner has shown their card to the member of staff who helps.
    """
    helping = staff()
    if helping is None:
        here = person()
        return here if here is not None and here.owner == draft.owner else None
    if draft.helper is None or draft.helper.id != helping.who:
        return None
    return next((p for p in services().people.values() if p.owner == draft.owner), None)


def chosen() -> tuple[Helper | None, Person | None]:
    """Who helps whom, as the start page of a counter was filled in.

    Returns:
        Nobody, where no name was given; and the person whose card was shown.
    """
    helping = staff()
    shown = services().people.get(request.form.get("person", ""))
    typed = " ".join(request.form.get("applicant", "").split())[:LONGEST_NAME]
    name = typed or (str(words(shown.name)) if shown else "")
    if helping is None or not name:
        return None, shown
    return Helper(id=helping.who, name={"zh-CN": helping.name}, applicant=name), shown


def confirmation(draft: Draft) -> str:
    """The code that confirms these answers of a draft, and no others.

    The applicant sees it, on a device of their own, below the answers; who works at
    the counter does not.
    """
    said = f"confirm:{draft.id}:{canonical.digest(canonical.text(draft.answers))}"
    digest = hmac.digest(services().key.encode(), said.encode(), "sha256")
    number = int.from_bytes(digest[:8]) % 10**CONFIRMATION_DIGITS
    return f"{number:0{CONFIRMATION_DIGITS}}"


def confirmed(draft: Draft) -> Draft | None:
    """Return a draft with how the applicant confirmed it; None: they have not yet."""
    how, typed = request.form.get("how", ""), request.form.get("confirmation", "")
    by_code = how == "code" and hmac.compare_digest(
        narrow("".join(typed.split())).encode(), confirmation(draft).encode()
    )
    if draft.helper is None or not (by_code or how == "signed"):
        return None
    return replace(draft, helper=replace(draft.helper, confirmed=how))


def ask_for_whom(published: Published) -> Response:
    """Ask for whom staff are about to fill in."""
    wrong = _("请填为谁办理，或选出示证件的人") if request.method == "POST" else ""
    typed: Mapping[str, str] = request.form
    body = render_template(
        "acting.html",
        heading=_("为谁办理"),
        service=words(published.form.guide.label),
        affair=published.affair,
        people=services().people.values(),
        typed=typed.get("applicant", ""),
        errors=[("applicant", wrong)] if wrong else [],
        wrong=bool(wrong),
        back=(url_for("portal.guide", affair=published.affair), _("办事指南")),
    )
    return make_response(body, UNPROCESSABLE if wrong else 200)
