"""A body is read in one way or not at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.api import bodies
from renderer.api.problems import ProblemError

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda below: st.lists(below) | st.dictionaries(WORDS, below),
    max_leaves=8,
)


@given(PLAIN)
def test_what_json_can_say_is_read_as_it_was(value):
    assert bodies.parse(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_whatever_comes_is_read_or_refused(body):
    try:
        value = bodies.parse(body)
    except ProblemError as problem:
        refused = (problem.status, problem.kind)
    else:
        refused = None

    if refused is None:
        assert json.loads(body) == value
    else:
        assert refused == (400, "body-unreadable")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', 'the name "c" twice'),
        (b'{"a": NaN}', "NaN is no number"),
        (b"[Infinity]", "Infinity is no number"),
        (b"[1e999]", "larger than a number"),
        (b"[9223372036854775808]", "larger than a number"),
        (b"[" + b"9" * 5000 + b"]", "."),
        (b'["\\ud800"]', "surrogates not allowed"),
        (b"\xff", "not UTF-8 at byte 0"),
        (b'{"a": 1,}', "line 1, column"),
        (b"", "line 1, column 1"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"[" * 100_000, "deep"),
        (b"[" * 300 + b"]" * 300, "ecursion"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "ecursion"),
    ],
    ids=range(14),
)
def test_what_could_be_understood_otherwise_is_refused(body, said):
    with pytest.raises(ProblemError) as caught:
        bodies.parse(body)

    assert said in caught.value.detail
    assert len(caught.value.detail) < 200


@pytest.mark.parametrize(
    "type_",
    ["text/plain", "application/json; charset=gbk", "application/xml", "", None],
)
def test_a_body_must_say_that_it_is_json(program, filled, type_):
    refused = program.submit({"answers": filled}, headers={"Content-Type": type_})

    assert refused.status_code == 415
    assert "application/json" in refused.json["detail"]


@pytest.mark.parametrize(
    "type_", ["application/json", "application/json; charset=UTF-8"]
)
def test_json_in_utf_8_is_taken(program, filled, type_):
    accepted = program.submit({"answers": filled}, headers={"Content-Type": type_})

    assert accepted.status_code == 202
