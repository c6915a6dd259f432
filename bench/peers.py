"""R2: the page beside what others need for one like it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template_string
from wtforms import Form, SelectField, StringField

from bench.measure import MissingError, Row, Rows, Skipped, compared, medians
from bench.pages import WRONG, filled, joined
from bench.site import FIELDS, answers, visit
from builder.documents import project
from builder.model import MergedForm

_MILLI = 1e3
#: A peer is this slow that fewer runs will do.
_TIMES = 20
_LOOP = """{% for field in form %}<div>{{ field.label }}{{ field() }}
{% for error in field.errors %}<p>{{ error }}</p>{% endfor %}</div>{% endfor %}"""
#: Reads {"schema", "data", "errors"}; writes milliseconds, the median of its runs.
_RJSF = """
const React = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const Form = require("@rjsf/core").default;
const validator = require("@rjsf/validator-ajv8").default;
const told = JSON.parse(require("fs").readFileSync(0, "utf8"));
const extraErrors = {};
for (const name of told.errors) extraErrors[name] = { __errors: ["1 <&>"] };
const page = () => renderToStaticMarkup(React.createElement(Form, {
  schema: told.schema, formData: told.data, extraErrors, validator,
}));
if (!page().includes("<input")) throw new Error("no page");
const taken = [];
for (let run = 0; run < 30; run++) {
  const begun = process.hrtime.bigint();
  page();
  taken.push(Number(process.hrtime.bigint() - begun) / 1e6);
}
console.log(taken.sort((a, b) => a - b)[15]);
"""


def beside_others() -> Rows:
    """R2: React JSON Schema Form on the server, and the usual loop over WTForms."""
    with visit() as visited, visited.app.test_request_context():
        ours = list(filled(visited.form, answers(visited.form)))
        form = _looped(visited.form)
        value, loop = medians(
            lambda: joined(ours),
            lambda: render_template_string(_LOOP, form=form),
            times=_TIMES,
        )
        yield _faster(value, loop, "the loop over the fields of a WTForms form", 95)
        try:
            yield _faster(value, _rjsf(visited.form), "rjsf 5 on the server", 25)
        except MissingError as missing:
            yield Skipped(row="R2 rjsf", skipped=str(missing))


def _faster(ours: float, other: float, name: str, must: float) -> Row:
    return compared(
        "R2",
        other * _MILLI,
        ours * _MILLI,
        unit="ms",
        floor_name=f"a page of {FIELDS} fields, {WRONG} of them wrong, by {name}; "
        "beside ours, joined from pieces",
        must=must,
        sense="at least",
    )


def _looped(form: MergedForm) -> Form:
    """Return the same fields as WTForms draws them, filled in, some of them wrong."""
    fields = {
        question.name: SelectField(
            question.label["zh-CN"],
            choices=[(c.value, c.label["zh-CN"]) for c in question.choices],
        )
        if question.choices
        else StringField(question.label["zh-CN"])
        for question in form.questions
    }
    made: Form = type("Looped", (Form,), fields)(data=dict.fromkeys(fields, "9"))
    for field in list(made)[: 3 * WRONG : 3]:
        field.errors = ["1 <&>"]
    return made


def _rjsf(form: MergedForm) -> float:
    """Return the seconds that React JSON Schema Form takes for the same page."""
    node = shutil.which("node")
    if node is None:
        raise MissingError("there is no node")
    [matter] = form.matters
    document = project(matter, answers(form))
    told: Mapping[str, Any] = {
        # The draft is named by an address that its validator does not know.
        "schema": {k: v for k, v in matter.schema.items() if k != "$schema"},
        "data": document,
        "errors": list(document)[: 3 * WRONG : 3],
    }
    run = subprocess.run(  # noqa: S603 - our own words
        [node, "-e", _RJSF],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        names = (
            "react@18 react-dom@18 @rjsf/core@5 @rjsf/utils@5 @rjsf/validator-ajv8@5"
        )
        raise MissingError(f"npm install {names}, and point NODE_PATH at them")
    return float(run.stdout) / _MILLI


ROWS: Mapping[str, Callable[[], Rows]] = {"R2": beside_others}
