"""Whatever is sent, the answer is one the description promises, and no failure."""

import copy
import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.api import description

OPERATIONS = [
    (path, method.upper())
    for path, methods in description.document()["paths"].items()
    for method in methods
]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]), max_size=12
) | st.sampled_from(
    ["newborn_birth", "$gt", "..", "%00", "a/b", "=1+1", "{}", "s_1", "\x00"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3)
    ),
    max_leaves=6,
)
#: What stands in addresses, and something that is there.
PLACES = {
    "affair": "newborn_birth",
    "version": "1",
    "matter": "nhc.birth_cert",
    "event": "part.ready",
    "submission": "",
    "part": "",
    "address": "",
}
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Content-Type",
            "Authorization",
            "Accept-Language",
            "If-None-Match",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        ]
    ),
    st.sampled_from(["application/json", "*", "x", "-1", "9" * 30, "v1,AAAA", '"', ""])
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=3,
)


@st.composite
def bodies(draw, filled):
    """Bytes, JSON, or good answers with one value put into another's place."""
    kind = draw(st.sampled_from(["bytes", "json", "answers", "broken"]))
    if kind == "bytes":
        return draw(st.binary(max_size=40))
    if kind == "json":
        return json.dumps(draw(JSON)).encode()
    if kind == "answers":
        return json.dumps({"answers": draw(JSON)}).encode()
    broken = copy.deepcopy(filled)
    inside = broken[draw(st.sampled_from(sorted(broken)))]
    inside[draw(st.sampled_from(sorted(inside)) | TEXTS)] = draw(JSON)
    return json.dumps({"answers": broken}).encode()


@pytest.mark.hypothesis
@pytest.mark.parametrize(
    ("path", "method"), OPERATIONS, ids=[f"{m} {p}" for p, m in OPERATIONS]
)
def test_whatever_comes_is_answered_as_described(new_program, filled, path, method):
    program = new_program("*")

    @settings(
        max_examples=settings().max_examples * 2,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.data())
    def law(data):
        place = path
        for name, there in PLACES.items():
            shown = quote(data.draw(TEXTS), safe="") or "x"
            known = data.draw(st.booleans()) and there
            place = place.replace(f"{{{name}}}", known or shown)
        if data.draw(st.booleans()):
            place += f"?after={shown}&limit={shown}&name={shown}"
        sent = data.draw(bodies(filled)) if method == "POST" else b""
        key = data.draw(st.sampled_from(["k", None]))
        json_type = {"Content-Type": "application/json"} if method == "POST" else {}

        # `call` judges the answer.
        program.call(
            method, place, key=key, data=sent, headers=json_type | data.draw(HEADERS)
        )

    law()
