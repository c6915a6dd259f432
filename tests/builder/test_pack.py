"""Packs: one JSON document that says all the merged form says."""

import orjson
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from builder import pack
from builder.errors import PackError


def test_a_form_survives_being_a_pack(definitions):
    form = definitions.merge()

    assert pack.load(pack.dump(form)) == form
    assert pack.dump(pack.load(pack.dump(form))) == pack.dump(form)


def test_the_shipped_packs_follow_their_schema(packs, checkout):
    folder = checkout / "form_defs" / "schemas"
    schemas = [orjson.loads(file.read_bytes()) for file in folder.glob("*.json")]
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )
    own = next(s for s in schemas if s["$id"].endswith("/pack.json"))
    for data in packs.values():
        Draft202012Validator(own, registry=registry).validate(orjson.loads(data))


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b'{"format": 2}', b'{"format": 1}', b'{"format": 1, "x": 1}']
)
def test_what_is_no_pack_is_refused_with_the_repair(data):
    with pytest.raises(PackError, match=r"Publish the affair again.*E_PACK"):
        pack.load(data)


def test_a_digest_is_that_of_the_bytes():
    assert pack.digest(b"").startswith("e3b0c44298fc1c14")


def test_equal_values_have_equal_canonical_bytes():
    assert pack.canonical({"b": 1, "a": "一"}) == '{"a":"一","b":1}'.encode()
