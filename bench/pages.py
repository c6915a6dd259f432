"""R1, R3, R4 and POST: a page joined from pieces beside Jinja, and served over HTTP."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bench.measure import Rows, compared, medians
from bench.reference import real_forms
from bench.serving import rate, serving
from bench.site import FIELDS, answers, visit
from bench.validity import joint_answers
from builder import pointer
from builder.catalogue import load
from builder.merge import merge
from builder.model import AffairId, MergedForm
from builder.validity import Judge
from builder.view import Views
from renderer import pieces
from renderer.blocks import Block, Wrong
from renderer.fields import Posted, written
from renderer.portal.access import WORK
from renderer.ready import Ready

_TIMES = 100
_MICRO, _MILLI = 1e6, 1e3
#: Of a page, so many questions have something wrong.
WRONG = 30
_CONTROL = re.compile("<(?:input|select|textarea) ")
_FORM = """{% from "questions.html" import asked with context %}
{% for b in blocks %}{{ asked(b) }}{% endfor %}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A question that is answered, and maybe wrong, in both ways of writing it."""

    ready: Ready
    posted: Posted
    wrong: Wrong | None
    block: Block


def beside_jinja() -> Rows:
    """R1: a page of a hundred questions with what was typed and what is wrong."""
    with visit() as visited, visited.app.test_request_context():
        page = list(filled(visited.form, answers(visited.form)))
        plain = [{**asdict(f.block), "errors": f.block.errors} for f in page]
        template = visited.app.jinja_env.from_string(_FORM)

        def ours() -> str:
            return joined(page)

        def floor() -> str:
            return template.render(blocks=plain)

        if ours().strip() != floor().strip():
            raise RuntimeError("the two ways write different pages")
        value, least = medians(ours, floor, times=_TIMES)
    yield compared(
        "R1",
        value * _MICRO,
        least * _MICRO,
        unit="µs",
        floor_name=f"{FIELDS} questions, {WRONG} of them wrong, joined from pieces; "
        "beside the same macros over plain dictionaries",
        must=0.10,
    )


def real_pages() -> Rows:
    """R3: what the pages of the six real forms cost for each control."""
    form = merge(load(real_forms().documents), AffairId("imported"))
    with visit() as visited, visited.app.test_request_context():
        page = list(filled(form, joint_answers()))
        controls = len(_CONTROL.findall(joined(page)))
        (value,) = medians(lambda: joined(page), times=_TIMES)
    yield compared(
        "R3",
        value * _MICRO / controls,
        1,
        unit="µs",
        floor_name=f"each of {controls} controls of the six real forms, joined from "
        "pieces, without the lists, which the macros write; beside 1 µs",
        must=1.5,
    )


def over_http() -> Rows:
    """R4: the page over HTTP, beside one word over HTTP."""
    with visit() as visited:
        kept = map(visited.client.get_cookie, ("yibiao", WORK))
        cookie = "; ".join(f"{each.key}={each.value}" for each in kept if each)
        with serving("bench.serving:hello") as port:
            least = rate(port, "/")
        with serving("renderer:create_app()", visited.settings) as port:
            value = rate(port, visited.path, cookie=cookie)
    yield compared(
        "R4",
        value,
        least,
        unit="requests/s",
        floor_name=f"GET of the page of {FIELDS} answered questions; beside a Flask "
        "page of one word; both by gunicorn, 2 workers of 4 threads",
        must=0.45,
        sense="at least",
    )


def sent() -> Rows:
    """POST: the whole page sent, read, judged and kept, in process."""
    with visit() as visited:
        body = visited.body()
        (value,) = medians(lambda: visited.send(body), times=_TIMES)
    yield compared(
        "POST",
        value * _MILLI,
        1,
        unit="ms",
        floor_name=f"a page of {FIELDS} questions sent, read, judged and kept on disk, "
        "all but the network; beside 1 ms",
        must=5,
    )


def joined(page: Sequence[Filled]) -> str:
    """Join a page from its pieces."""
    each = (f.ready.write(f.posted, wrong=f.wrong) for f in page)
    return "".join([found.html for found in each if found is not None])


def filled(form: MergedForm, given: Mapping[str, Any]) -> Iterator[Filled]:
    """Yield every question that is no list, as it stands answered on its page."""
    judge, views = Judge(form), Views(form)
    page = pieces.Page(judge=judge, views=views, facts={}, posted={}, judged=False)
    for number, question in enumerate(q for q in form.questions if not q.columns):
        value = pointer.get(given, pointer.parts(question.pointer))
        posted = written(question, question.name, value)
        wrong = _wrong(number)
        blank = pieces.block(page, question, number=str(number), faults=())
        block = pieces.block(
            replace(page, posted=posted), question, number=str(number), faults=()
        )
        yield Filled(
            ready=Ready(blank),
            posted=posted,
            wrong=wrong,
            block=block if wrong is None else block.put_right(wrong),
        )


def _wrong(number: int) -> Wrong | None:
    """Return what is wrong with every third question, until there are enough."""
    if number % 3 or number >= 3 * WRONG:
        return None
    return Wrong(sentence=f"{number} <&>", every_box=True)


ROWS: Mapping[str, Callable[[], Rows]] = {
    "R1": beside_jinja,
    "R3": real_pages,
    "R4": over_http,
    "POST": sent,
}
