"""The page on which a material comes after submitting."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from renderer.portal.access import hand, now, open_submission, store
from renderer.portal.handing_in import MOST_SENT, clean, sentence
from renderer.portal.materials import NeedLine, open_lines
from renderer.showing import MEGABYTE, local_time
from renderer.wording import say as _
from renderer.wording import words
from submissions import handing_in, packs, supplying
from submissions.errors import Conflict
from submissions.files import KeptFile
from submissions.files.checking import MOST_BYTES
from submissions.files.errors import UnusableFileError
from submissions.packs import Published
from submissions.store.contract import Document
from submissions.supplying import Supply

#: Where files are sent to.
ENDPOINT = "portal.supply"


def register(portal: Blueprint) -> None:
    """Add this page to the portal."""
    portal.add_url_rule(
        "/submissions/<id_>/materials/<key>",
        endpoint="supply",
        view_func=supply,
        methods=["GET", "POST"],
    )


def supply(id_: str, key: str) -> Response:
    """Show a material that is waited for, or take what was sent for it."""
    document = open_submission(id_)
    published = packs.load(store(), document["pack_version"])
    if _line(published, document, key) is None:  # nobody waits for it any more
        return redirect(_back(id_)[0], 303)
    if request.method == "GET":
        return _show(published, document, key)
    wrong: list[str] = []
    found = list(clean(request.files.getlist("file"), wrong))
    if found:
        brought = Supply(material=key, clean=found, who=hand())
        try:
            document = supplying.supply(store(), published, id_, brought, now=now())
        except UnusableFileError as error:
            wrong.append(sentence(error))
        except Conflict:
            wrong.append(_("这一份刚刚有变化，请再传一次"))
    elif not wrong:
        wrong.append(_("请先选文件，再按“上传并送出”"))
    if wrong:
        return _show(published, document, key, wrong)
    return redirect(_here(id_, key), 303)


def _here(id_: str, key: str) -> str:
    """Where the page is; it leads back to the correction it was opened from."""
    part = request.args.get("correction")
    return url_for(ENDPOINT, id_=id_, key=key, correction=part)


def _back(id_: str) -> tuple[str, str]:
    part = request.args.get("correction")
    if part:
        return url_for("portal.correction", id_=id_, part=part), _("补正")
    return url_for("portal.progress", id_=id_), _("办到哪一步了")


def _line(published: Published, document: Document, key: str) -> NeedLine | None:
    lines = open_lines(published, document, now=now())
    return next((line for line in lines if line.key == key), None)


def _show(
    published: Published, document: Document, key: str, wrong: list[str] | None = None
) -> Response:
    line = _line(published, document, key)
    if line is None:
        return redirect(_back(document["_id"])[0], 303)
    files = [KeptFile.of(each) for each in document["files"]]
    needs = supplying.open_needs(published, document)
    need = next(each for each in needs if each.key == key)
    body = render_template(
        "supply.html",
        heading=line.label,
        service=words(published.form.guide.label),
        ref=document["ref"],
        line=line,
        reasons=supplying.reasons(document, need),
        wrong=bool(wrong),
        errors=[("file", text) for text in wrong or ()],
        action=_here(document["_id"], key),
        size=MOST_BYTES // MEGABYTE,
        together=MOST_SENT // MEGABYTE,
        room=handing_in.room(files, key),
        at=lambda file: local_time(file.at),
        back=_back(document["_id"]),
    )
    return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else 200)
