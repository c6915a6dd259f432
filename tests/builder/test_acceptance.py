"""The short way of judging agrees with the long one, on shipped and on real forms."""

import json
from copy import deepcopy
from importlib.resources import files
from random import Random

import pytest

from builder import pointer
from builder.acceptance import Acceptance
from builder.catalogue import load
from builder.documents import decompose
from builder.importers.json_schema import import_schemas
from builder.json_schema import Validator
from builder.merge import merge
from builder.validity import Judge

ANSWERS = files("renderer") / "demo" / "answers"
AFFAIRS = sorted(file.name.removesuffix(".json") for file in ANSWERS.iterdir())
JUNK = (None, True, 0, 1.5, "", "x", "2026-02-30", "一" * 250, [], [{}], {}, {"x": 1})


def inner(value, path=()):
    """Yield the place of everything inside a JSON value."""
    pairs = value.items() if isinstance(value, dict) else ()
    for name, inside in pairs if not isinstance(value, list) else enumerate(value):
        yield (*path, name)
        yield from inner(inside, (*path, name))


def changed(roll, sample):
    """Return the sample with a few things taken out, replaced or put elsewhere."""
    answers = deepcopy(sample)
    for _ in range(roll.choice((0, 1, 1, 2, 4))):
        *outer, last = roll.choice(list(inner(answers)) or [("facts",)])
        holder = pointer.get(answers, outer)
        if roll.random() < 0.4 or isinstance(holder, list):
            del holder[last]
        else:
            known = [pointer.get(sample, place) for place in inner(sample)]
            holder[last] = deepcopy(roll.choice(roll.choice((JUNK, known))))
    return answers


def ways(judge, sample, *, rounds):
    """Return how often both ways accept and refuse; they never differ."""
    roll = Random(0)
    counted = {True: 0, False: 0}
    for _ in range(rounds):
        pruned = judge.prune(changed(roll, sample))
        told = judge._all_faults(pruned) == ()
        assert judge._accepts(pruned) == told, pruned
        counted[told] += 1
    return counted


@pytest.mark.parametrize("affair", AFFAIRS)
def test_both_ways_agree_on_the_shipped_affairs(forms, affair):
    told = json.loads((ANSWERS / f"{affair}.json").read_bytes())
    sample = told["answers"] | {"facts": told["situations"] | told["answers"]["facts"]}

    counted = ways(Judge(forms[affair]), sample, rounds=150)

    assert min(counted.values()) > 20


@pytest.fixture(scope="module")
def real_form(reference_data):
    folder = reference_data / "real-forms" / "va"
    alignment = (folder / "elements.json").read_bytes()
    schemas = {
        stem: (folder / "schemas" / f"{stem}.json").read_bytes()
        for stem in json.loads(alignment)
    }
    return merge(load(import_schemas(schemas, alignment).documents), "imported")


def test_both_ways_agree_on_the_real_forms(real_form, reference_data):
    folder = reference_data / "real-forms" / "va" / "instances"
    answers = {"facts": {}, "matters": {}}
    for matter in real_form.matters:
        document = json.loads((folder / f"{matter.id}.composed-0.json").read_bytes())
        part = decompose(matter, document)
        answers = {name: answers[name] | part[name] for name in answers}
    judge = Judge(real_form)
    for fault in judge.faults(answers):  # no marital status suits all
        pointer.remove(answers, pointer.parts(fault.pointer))

    assert judge.faults(answers) == ()
    counted = ways(judge, answers, rounds=150)

    assert min(counted.values()) > 20


def test_a_whole_number_is_judged_as_it_is_sent(definitions):
    """To draft-04 1.0 is no integer; it is sent as 1, which this form refuses."""
    form = definitions["matters/register/schema.json"]
    form["$schema"] = "http://json-schema.org/draft-04/schema#"
    form["properties"]["household"] = {"not": {"type": "integer"}}
    definitions["matters/register/matter.json"]["fields"]["/household"]["input"] = (
        "text"
    )
    judge = Judge(definitions.merge())
    facts = {
        "situation:retired": False,
        "situation:car": False,
        "mover:person.number": "11010519491231002X",
        "mover:person.born": "1949-12-31",
    }
    pruned = {"facts": facts, "matters": {"register": {"household": 1.0}}}

    assert [fault.keyword for fault in judge._all_faults(pruned)] == ["not"]
    assert not judge._accepts(pruned)


def test_a_form_that_lies_is_seen_in_the_difference(moving):
    """Seen red: with a validator that takes everything the two ways fall apart."""
    lying = Judge(moving.form)
    for matter in moving.form.matters:
        lying._short[matter.id] = Acceptance(matter, Validator(schema=True))
    facts = {"situation:retired": False, "situation:car": False}
    pruned = lying.prune({"facts": facts})

    assert lying._accepts(pruned)
    assert lying._all_faults(pruned)
