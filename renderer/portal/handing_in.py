"""The pages on which materials are handed in, promised and removed."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from flask import (
    Blueprint,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from renderer.downloads import download
from renderer.portal.access import (
    AlreadySubmittedError,
    known_codes,
    now,
    shown_code,
    store,
)
from renderer.portal.applying import filling_of
from renderer.portal.filling import Filling
from renderer.portal.materials import NeedLine, due_day, need_lines, other_groups
from renderer.portal.submitted import qr_code, resume_address
from renderer.showing import MEGABYTE
from renderer.wording import say as _
from renderer.wording import words
from submissions import handing_in
from submissions.errors import Missing
from submissions.files import KeptFile
from submissions.files.checking import MOST_BYTES, Checked, checked
from submissions.files.errors import Reason, UnusableFileError
from submissions.materials import MOST_PER_MATERIAL, Need, promise_of

#: Bytes of one request: a few large files together, and the rest of the form.
MOST_SENT = 6 * MOST_BYTES
#: Where files are sent to.
ENDPOINT = "portal.material"


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    both = ["GET", "POST"]
    base = "/drafts/<id_>/materials"
    portal.add_url_rule(base, endpoint="materials", view_func=listing)
    portal.add_url_rule(
        f"{base}/<key>", endpoint="material", view_func=one, methods=both
    )
    portal.add_url_rule(
        f"{base}/<key>/remove/<address>",
        endpoint="remove_file",
        view_func=remove,
        methods=both,
    )
    portal.add_url_rule(
        f"{base}/<key>/files/<address>", endpoint="file", view_func=file
    )


def listing(id_: str) -> Response:
    """List the materials of a case, each with how it stands."""
    filling = filling_of(id_)
    if not filling.situated:
        return redirect(url_for("portal.situations", id_=id_))
    lines = need_lines(filling, now=now())
    asked = sum(line.demanded for line in lines)
    body = render_template(
        "materials.html",
        heading=_("材料"),
        service=words(filling.form.guide.label),
        draft=filling.draft,
        lines=lines,
        following=next((line for line in lines if line.lacking), None),
        part=asked - len(filling.lacking),
        whole=asked,
        settled=filling.done == filling.whole,
        groups=other_groups(filling.form, filling.needs),
        back=(url_for("portal.tasks", id_=id_), _("返回")),
    )
    return make_response(body)


def one(id_: str, key: str) -> Response:
    """Show one material, or take what was sent for it."""
    if request.method == "GET":
        return _show(*_opened(id_, key))
    try:
        filling, need = _opened(id_, key)
        return _take(filling, need)
    except Missing as error:
        raise AlreadySubmittedError(id_) from error


def remove(id_: str, key: str, address: str) -> Response:
    """Ask before a file is removed; then remove it."""
    filling, need = _opened(id_, key)
    kept = _file(filling, key, address)
    stay = url_for(ENDPOINT, id_=id_, key=key, **_then())
    if request.method == "POST":
        if kept is not None:
            handing_in.take_back(store(), id_, key, address, now=now())
        return redirect(stay, 303)
    if kept is None:
        return redirect(stay)
    body = render_template(
        "remove_file.html",
        heading=_("删去这个文件吗？"),
        service=words(filling.form.guide.label),
        label=words(need.label),
        file=kept,
        stay=stay,
        back=(stay, _("返回")),
    )
    return make_response(body)


def file(id_: str, key: str, address: str) -> Response:
    """Give back a file as it was kept."""
    filling, _need = _opened(id_, key)
    kept = _file(filling, key, address)
    if kept is None:
        raise NotFound
    return download(store(), id_, kept)


def _opened(id_: str, key: str) -> tuple[Filling, Need]:
    """Return a draft and one of its materials; 404 where it is not asked for now."""
    filling = filling_of(id_)
    for need in filling.needs:
        if need.key == key and need.accepts:
            return filling, need
    raise NotFound


def _file(filling: Filling, key: str, address: str) -> KeptFile | None:
    named = (key, address)
    kept = filling.draft.files
    return next((f for f in kept if (f.material, f.sha256) == named), None)


def _take(filling: Filling, need: Need) -> Response:
    id_, button = filling.draft.id, request.form.get("_do")
    if button in {"promise", "withdraw"} and need.promisable:
        given = button == "promise"
        handing_in.promise(store(), id_, need.key, given=given, now=now())
        return redirect(_onward(id_, need, stay=not given), 303)
    wrong: list[str] = []
    found = list(clean(request.files.getlist("file"), wrong))
    if found:
        try:
            handing_in.hand_in(store(), id_, need.key, found, now=now())
        except UnusableFileError as error:
            wrong.append(sentence(error))
    elif not wrong:
        wrong.append(_("请先选文件，再按“上传”"))
    if wrong:
        return _show(filling_of(id_), need, wrong)
    return redirect(_onward(id_, need, stay=True), 303)


def clean(sent: Sequence[FileStorage], wrong: list[str]) -> Iterator[Checked]:
    """Return what can be kept of what was sent; say what is wrong with the rest."""
    for each in sent:
        if not each.filename:
            continue  # a chooser in which nothing was chosen
        try:
            yield checked(each.filename, each.read(MOST_BYTES + 1))
        except UnusableFileError as error:
            wrong.append(sentence(error))


def sentence(error: UnusableFileError) -> str:
    """Say why a file is not taken, and what to do."""
    name, most = error.name, MOST_PER_MATERIAL
    size = MOST_BYTES // MEGABYTE
    texts: dict[Reason, str] = {
        "empty": _("“%(name)s”是空的，请重新选，或重新保存后再传", name=name),
        "large": _(
            "“%(name)s”超过 %(size)s MB，请缩小，或分成几个文件", name=name, size=size
        ),
        "kind": _("“%(name)s”不是 JPG、PNG 或 PDF，请存成其中一种再传", name=name),
        "broken": _("“%(name)s”打不开，请重新拍照、扫描或保存后再传", name=name),
        "huge": _("“%(name)s”像素太多，请缩小后再传", name=name),
        "locked": _("“%(name)s”要密码才能打开，请另存一份没有密码的再传", name=name),
        "active": _("“%(name)s”里带有程序或别的文件，请重新打印成 PDF 再传", name=name),
        "padded": _("“%(name)s”前后夹带了别的内容，请重新打印成 PDF 再传", name=name),
        "many": _(
            "“%(name)s”没有收：这份材料最多 %(most)s 个文件，请合并，或先删去一个",
            name=name,
            most=most,
        ),
    }
    return texts[error.reason]


def _then() -> dict[str, Any]:
    return {"then": "check"} if request.values.get("then") == "check" else {}


def _onward(id_: str, need: Need, *, stay: bool) -> str:
    if stay:
        return url_for(ENDPOINT, id_=id_, key=need.key, **_then())
    if _then():
        return url_for("portal.check", id_=id_)
    return url_for("portal.materials", id_=id_)


def _show(filling: Filling, need: Need, wrong: Sequence[str] = ()) -> Response:
    id_, draft = filling.draft.id, filling.draft
    lines = need_lines(filling, now=now())
    line: NeedLine = next(each for each in lines if each.key == need.key)
    body = render_template(
        "material.html",
        heading=line.label,
        service=words(filling.form.guide.label),
        draft=draft,
        line=line,
        wrong=bool(wrong),
        errors=[("file", text) for text in wrong],
        size=MOST_BYTES // MEGABYTE,
        together=MOST_SENT // MEGABYTE,
        room=handing_in.room(draft.files, need.key),
        promisable=need.promisable and not line.files,
        promised=need.key in draft.promised,
        due=due_day(promise_of(need, now=now())),
        workdays=need.workdays,
        then=_then(),
        onward=_onward(id_, need, stay=False),
        code=shown_code(id_) if id_ in known_codes() else "",
        qr=qr_code(resume_address()),
        place=[each.key for each in lines].index(need.key) + 1,
        whole=len(lines),
        back=(_onward(id_, need, stay=False), _("返回")),
    )
    return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else 200)
