"""T is V: on the small affair, the shipped ones, and the real forms, and seen red."""

import json
from copy import deepcopy
from dataclasses import replace
from importlib.resources import files
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import bindings, pointer
from builder.documents import decompose, project
from builder.json_schema import Validator
from builder.lenses.byte_limits import byte_violations
from builder.model import ByteLimit, Fact, Field, Lens, Part
from builder.transport import transport
from builder.validity import Judge

WORDS = {"zh-CN": "词", "en": "word"}
ANSWERS = files("renderer") / "demo" / "answers"
AFFAIRS = sorted(file.name.removesuffix(".json") for file in ANSWERS.iterdir())
JUNK = (None, True, 0, -1, 10**6, 1.5, "", "x", "2026-02-30", "一" * 250, [], [{}], {})


def rolled(seed):
    return Random(seed)


def places(value, path=()):
    """Yield the place of everything inside a JSON value, the value itself not."""
    pairs = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        pairs = enumerate(value)
    for name, inside in pairs:
        yield (*path, name)
        yield from places(inside, (*path, name))


def change(roll, document, likely):
    """Take out, replace or add one thing, most often by something likely there."""
    spots = list(places(document))
    if not spots or roll.random() < 0.05:
        document["unknown"] = roll.choice(JUNK)
        return
    *outer, last = roll.choice(spots)
    holder = pointer.get(document, outer)
    if roll.random() < 0.3:
        del holder[last]
    else:
        offered = likely.get(last) or JUNK
        holder[last] = deepcopy(roll.choice(offered if roll.random() < 0.8 else JUNK))


class Tally:
    def __init__(self):
        self.counts = {True: 0, False: 0}
        self.differing = []

    def add(self, answers, said, judged):
        self.counts[judged] += 1
        if said != judged:
            self.differing.append(answers)


def small_sample():
    return {
        "facts": {
            "situation:retired": True,
            "situation:car": True,
            "situation:garage": False,
            "mover:person.number": "11010519491231002X",
            "mover:person.born": "1949-12-31",
            "mover:person.sex": "1",
        },
        "matters": {
            "register": {"household": "示例街1号"},
            "pension": {"accounts": [{"no": "1", "main": True}]},
            "parking": {"plate": "A1"},
        },
    }


def shipped_sample(affair):
    told = json.loads((ANSWERS / f"{affair}.json").read_bytes())
    return told["answers"] | {"facts": told["situations"] | told["answers"]["facts"]}


def likely_answers(judge, sample):
    """Return by the last name of its pointer what a question may well be answered."""
    likely = {}
    for question in (*judge.form.situations, *judge.form.questions):
        *_, name = names = pointer.parts(question.pointer)
        found = [choice.value for choice in question.choices]
        found += [True, False] if question.input == "yes_no" else []
        told = pointer.get(sample, names)
        likely[name] = found + ([] if told is pointer.ABSENT else [told] * 2)
    return likely


def compared(judge, schema, sample, *, rounds):
    """Return what T and V say of changed answers, with and without stand-ins."""
    roll = rolled(0)
    likely = likely_answers(judge, sample)
    validator = Validator(schema)
    tally = Tally()
    for _ in range(rounds):
        answers = deepcopy(sample)
        for _ in range(roll.choice((0, 1, 1, 2, 3, 5))):
            part = roll.choice(("facts", "facts", "matters"))
            change(roll, answers.get(part, {}), likely)
        pruned = judge.prune(answers)
        judged = judge.faults(answers) == ()
        tally.add(pruned, validator.accepts(pruned), judged)
        waits = {
            f: judge.form.facts[f].stand_in
            for f in judge.awaited(pruned.get("facts", {}))
        }
        if waits:
            stood_in = pruned | {"facts": waits | pruned.get("facts", {})}
            tally.add(stood_in, validator.accepts(stood_in), judged)
    return tally


def test_t_is_v_on_the_small_affair(moving):
    told = transport(moving.form)

    tally = compared(moving, told.schema, small_sample(), rounds=2500)

    assert told.exact
    assert not tally.differing
    assert min(tally.counts.values()) >= 500


@pytest.mark.parametrize("affair", AFFAIRS)
def test_t_is_v_on_the_shipped_affairs_and_never_stricter(forms, affair):
    told = transport(forms[affair])
    accepts = Validator(told.schema).accepts

    judge = Judge(replace(forms[affair], checks=()))  # T is what the forms say

    tally = compared(judge, told.schema, shipped_sample(affair), rounds=1600)

    assert {standing.mode for standing in told.matters.values()} <= {
        "exact",
        "residual",
    }
    assert not (told.exact and tally.differing)
    assert all(accepts(answers) for answers in tally.differing)
    assert min(tally.counts.values()) >= 500


def test_a_transport_that_forgets_what_one_matter_requires_is_seen_red(moving):
    loose = [
        replace(m, schema={k: v for k, v in m.schema.items() if k != "required"})
        if m.id == "register"
        else m
        for m in moving.form.matters
    ]
    planted = transport(replace(moving.form, matters=tuple(loose)))

    tally = compared(moving, planted.schema, small_sample(), rounds=300)

    assert tally.differing
    assert all(
        "mover:person.born" not in answers.get("facts", {})
        or "mover:person.number" not in answers.get("facts", {})
        for answers in tally.differing
    )


def judged(matter, schema, answers):
    """Return V of one form: every container is an object, and it takes its document."""
    remainder = answers["matters"].get(matter.id, {})
    for path, field in matter.fields.items():
        names = pointer.parts(path)
        outer = [pointer.get(remainder, names[:n]) for n in range(len(names))]
        if not all(o is pointer.ABSENT or isinstance(o, dict) for o in outer):
            return False
        if bindings.unwritable(field, answers["facts"]):
            return False
    return schema.accepts(project(matter, answers))


class RealForms:
    """The six real forms under one roof; a form applies when its own switch is on."""

    def __init__(self, folder, pattern):
        self.elements = json.loads((folder / "elements.json").read_bytes())
        schemas = {
            name: json.loads((folder / "schemas" / f"{name}.json").read_bytes())
            for name in self.elements
        }
        limit = pattern.matters[0]
        matters = tuple(
            replace(
                limit,
                id=name,
                schema=schemas[name],
                fields={
                    path: Field(label=WORDS, fact=element)
                    for path, element in bound.items()
                    if "*" not in path  # the whole list is one fact
                },
                issues=(),
                materials=(),
                when={
                    "required": [f"situation:{name}"],
                    "properties": {f"situation:{name}": {"const": True}},
                },
            )
            for name, bound in self.elements.items()
        )
        self.facts = {
            f for m in matters for field in m.fields.values() for f in field.held
        }
        named = self.facts | {f"situation:{name}" for name in self.elements}
        facts = {
            f: Fact(id=f, element=f, role="r", schema=True, sensitivity="general")
            for f in sorted(named)
        }
        self.form = replace(
            pattern, matters=matters, facts=facts, situations=(), questions=()
        )
        self.judge = Judge(self.form)
        self.schemas = {m.id: Validator(m.schema) for m in matters}
        self.instances = {
            m.id: [
                json.loads(f.read_bytes())
                for f in sorted((folder / "instances").glob(f"{m.id}.*"))
            ]
            for m in matters
        }
        self.invalid = {
            name: json.loads((folder / "invalid" / f"{name}.json").read_bytes())
            for name in self.elements
        }
        self.folder = folder

    def answers(self, documents):
        """Return the answers of some forms' documents; the last one wins a fact."""
        made = {"facts": {}, "matters": {}}
        for m in self.form.matters:
            if m.id in documents:
                part = decompose(m, documents[m.id])
                made["facts"] |= part["facts"] | {f"situation:{m.id}": True}
                made["matters"] |= part["matters"]
        return made

    def judged(self, answers):
        applicable = self.judge.applicable(answers["facts"])
        return all(judged(m, self.schemas[m.id], answers) for m in applicable)


@pytest.fixture(scope="module")
def real(reference_data, moving):
    return RealForms(reference_data / "real-forms" / "va", moving.form)


@pytest.fixture(scope="module")
def told(real):
    return transport(real.form)


def test_all_six_real_forms_can_be_said(real, told):
    columns = {
        e for bound in real.elements.values() for e in bound.values() if "[]." in e
    }

    assert told.exact
    assert len(real.facts | columns) == 85


def test_every_real_document_is_taken_and_every_wrong_one_refused(real, told):
    schema = Validator(told.schema)
    checked = 0
    for name, documents in real.instances.items():
        for document in documents:
            assert schema.accepts(real.answers({name: document}))
            checked += 1
        for case in real.invalid[name]:
            base = real.folder / "instances" / f"{name}.{case['base']}.json"
            document = json.loads(base.read_bytes())
            pointer.put(document, pointer.parts(case["pointer"]), case["value"])
            assert not schema.accepts(real.answers({name: document}))
            checked += 1
    assert checked == 44 + 376


def likely_values(real):
    likely = {}
    for name, documents in real.instances.items():
        for document in documents:
            for where in places(document):
                likely.setdefault(where[-1], []).append(pointer.get(document, where))
        for case in real.invalid[name]:
            *_, last = pointer.parts(case["pointer"])
            likely.setdefault(last, []).append(case["value"])
    return likely


def mixed(real, roll, likely):
    """Return answers of a few forms, some facts and documents changed."""
    chosen = roll.sample(sorted(real.instances), roll.choice((1, 1, 2, 2, 3, 6)))
    documents = {name: deepcopy(roll.choice(real.instances[name])) for name in chosen}
    if len(chosen) > 1 and roll.random() < 0.7:
        # Only one of them brings a fact that several hold, so that they may agree.
        for name in chosen[1:]:
            for path, element in real.elements[name].items():
                if element in real.elements[chosen[0]].values():
                    pointer.remove(documents[name], pointer.parts(path))
    for _ in range(roll.choice((0, 0, 1, 1, 2))):
        change(roll, documents[roll.choice(chosen)], likely)
    answers = real.answers(documents)
    facts = answers["facts"]
    for fact in roll.sample(sorted(facts), min(len(facts), roll.choice((0, 0, 1)))):
        if not fact.startswith("situation:"):
            facts[fact] = roll.choice(JUNK)
    return answers


@pytest.mark.slow
def test_t_is_v_on_changed_answers_of_the_real_forms(real, told):
    roll = rolled(1)
    likely = likely_values(real)
    schema = Validator(told.schema)
    tally = Tally()
    for _ in range(3000):
        answers = mixed(real, roll, likely)
        tally.add(answers, schema.accepts(answers), real.judged(answers))

    assert not tally.differing
    assert min(tally.counts.values()) >= 500


NAMES = ("a", "b", "g", "h", "zz")
LEAVES = st.sampled_from(
    [
        True,
        False,
        {"type": "string"},
        {"const": 1},
        {"enum": ["x", 1, None]},
        {"maxLength": 1},
        {"minimum": 1},
        {"type": "object", "required": ["a"]},
        {"$ref": "#/$defs/one"},
    ]
)
ATOMS = st.sampled_from([0, 1, "x", "yy", None, [], True])


def listed(inner):
    return st.lists(inner, min_size=1, max_size=3)


def named(inner):
    return st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": named(inner),
            "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
            "patternProperties": st.dictionaries(
                st.sampled_from(["^[ab]", "z", "g|h", "^a$"]), inner, max_size=2
            ),
            "additionalProperties": inner,
            "allOf": listed(inner),
            "anyOf": listed(inner),
            "oneOf": listed(inner),
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "dependentRequired": named(
                st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
            ),
            "dependentSchemas": named(inner),
            "type": st.sampled_from(["object", ["object", "string"], "string"]),
            "$ref": st.sampled_from(["#/$defs/one", "#/$defs/a~0%5E"]),
        },
    ),
    max_leaves=12,
)
OBJECTS = st.recursive(
    ATOMS, lambda v: st.dictionaries(st.sampled_from(NAMES), v, max_size=3)
)
SLOTS = ("/a", "/b", "/g/a", "/g/h/b", "/h/a")
CODES = Lens(kind="table", pairs=(("x", 1), (1, "yy")))


def without(remainder, paths):
    for path in paths:
        names = pointer.parts(path)
        pointer.remove(remainder, names)
        for depth in range(1, len(names)):
            if not isinstance(pointer.get(remainder, names[:depth]), dict):
                pointer.remove(remainder, names[:depth])
    return remainder


def small_form(pattern, schema, bound):
    fields = {
        p: Field(label=WORDS, fact=f, lens=lens) for p, (f, lens) in bound.items()
    }
    facts = {
        f: Fact(id=f, element=f, role="r", schema=True, sensitivity="general")
        for f, _ in bound.values()
    }
    only = replace(
        pattern.matters[0], id="m", schema=schema, fields=fields, issues=(), when=None
    )
    return replace(pattern, matters=(only,), facts=facts, situations=(), questions=())


@settings.get_profile("many")
@given(data=st.data(), schema=SCHEMAS, one=SCHEMAS)
def test_t_is_v_for_any_small_form(moving, data, schema, one):
    told = dict(schema) if isinstance(schema, dict) else {"allOf": [schema]}
    told["$defs"] = {"one": one, "a~^": {"required": ["a"]}}
    paths = data.draw(st.sets(st.sampled_from(SLOTS), min_size=1))
    bound = {p: ("f" + p, CODES if p == "/b" else Lens()) for p in sorted(paths)}
    form = small_form(moving.form, told, bound)
    outcome = transport(form)
    if outcome.matters["m"].reason is not None:
        assert outcome.matters["m"].reason.code == "E_RECURSION"
        return
    schema_of_all = Validator(outcome.schema)
    for _ in range(4):
        facts = {
            f"f{p}": data.draw(ATOMS)
            for p in data.draw(st.sets(st.sampled_from(sorted(paths))))
        }
        remainder = data.draw(
            st.dictionaries(st.sampled_from(NAMES), OBJECTS, max_size=4)
        )
        answers = {"facts": facts, "matters": {"m": without(remainder, paths)}}
        verdict = judged(form.matters[0], Validator(told), answers)
        assert schema_of_all.accepts(answers) == verdict


UPPER = Lens(kind="upper")
GROUPS = Lens(kind="strip", separator="-", groups=(2, 2))
LINE = (Part(fact="x"), Part(fact="y", optional=True))
BOTH = (Part(fact="x", name="a"), Part(fact="y", name="b", lens=UPPER))


@pytest.mark.parametrize(
    ("field", "slot", "mode"),
    [
        (Field(label=WORDS, fact="x", lens=UPPER), {"pattern": "^B"}, "exact"),
        (
            Field(label=WORDS, fact="x", lens=Lens(kind="affix", prefix="C")),
            {"pattern": "^C", "minLength": 1},
            "exact",
        ),
        (Field(label=WORDS, fact="x", lens=GROUPS), {"pattern": "^B"}, "residual"),
        (Field(label=WORDS, fact="x", lens=GROUPS), True, "exact"),
        (
            Field(label=WORDS, fact="x", bytes=ByteLimit(max=2, encoding="gbk")),
            {"minLength": 1},
            "residual",
        ),
        (
            Field(label=WORDS, parts=LINE, lens=Lens(kind="join", separator=" ")),
            {"maxLength": 3},
            "residual",
        ),
        (
            Field(label=WORDS, parts=BOTH, lens=Lens(kind="record")),
            {"required": ["b"], "properties": {"b": {"maxLength": 2}}},
            "exact",
        ),
    ],
)
@pytest.mark.parametrize("needed", [(), ("z",)])
def test_t_is_v_or_looser_through_every_other_lens(moving, field, slot, mode, needed):
    schema = {"properties": {"z": slot}, "required": list(needed)}
    form = small_form(moving.form, schema, {"/z": ("x", Lens()), "/q": ("y", Lens())})
    only = replace(form.matters[0], fields={"/z": field})
    told = transport(replace(form, matters=(only,)))
    values = [None, "B", "b", "Bcd", "BCDE", "一丁", 5]

    assert told.matters["m"].mode == mode
    for x in values:
        for y in values:
            facts = {f: v for f, v in (("x", x), ("y", y)) if v is not None}
            answers = {"facts": facts, "matters": {"m": {}}}
            said = Validator(told.schema).accepts(answers)
            verdict = judged(only, Validator(schema), answers) and not list(
                byte_violations(only, project(only, answers))
            )
            assert said or not verdict
            assert mode == "residual" or said == verdict
