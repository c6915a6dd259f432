"""Shared lists explained, compared, viewed, linted and packed like all else."""

from builder import pack
from builder.diff import diff
from builder.explain import explain
from builder.json_schema import Validator
from builder.lint import lint
from builder.view import Views

FAMILY = "/facts/home:family"


def column(form, where):
    (list_,) = [q for q in form.questions if q.pointer == FAMILY]
    return next(each for each in list_.columns if each.pointer == where)


def test_a_pack_holds_lists_and_tells_what_they_were(family):
    form = family.form

    assert pack.load(pack.dump(form)) == form


def test_a_column_is_asked_of_rows_in_one_order_with_its_askers_paths(family):
    name = column(family.form, "/facts/member:name")

    assert [(a.matter, a.path, a.required) for a in name.asked_by] == [
        ("register", "/members/*/name", True),
        ("school", "/pupils/*/who/name", False),
        ("tax", "/spouse/name", False),
        ("tax", "/child1/name", False),
        ("pension", "/people/*/name", False),
    ]
    # The school's form needs a grade, but only of children.
    grade = column(family.form, "/matters/school/grade")
    assert [asker.required for asker in grade.asked_by] == [False]


def test_what_forms_refuse_that_hold_some_rows_only_can_still_be_chosen(definitions):
    where = {"required": ["member:name"]}
    definitions.fields("school")["/pupils"]["rows"]["where"] = where
    who = definitions.form("school")["pupils"]["items"]["properties"]["who"]
    who["properties"]["kind"] = {"enum": ["child"]}
    label = {"zh-CN": "x", "en": "x"}
    definitions.fields("school")["/pupils/*/who/kind"] = {
        "label": label,
        "fact": "member:kind",
    }
    kind = column(definitions.merge(), "/facts/member:kind")

    assert [(c.value, c.refused_by) for c in kind.choices] == [
        ("child", ()),
        ("parent", ()),
        ("spouse", ()),
    ]


def test_columns_of_matters_that_do_not_apply_are_not_asked(family):
    facts = {f"situation:{name}": False for name in ("school", "tax", "pension")}
    row = {"facts": {"member:name": "张三"}, "matters": {"school": {"grade": 2}}}
    answers = {"facts": facts | {"home:family": [row]}}
    (asked,) = [q for q in family.asked(answers) if q.pointer == FAMILY]

    assert [each.pointer for each in asked.columns] == [
        "/facts/member:name",
        "/facts/member:kind",
        "/facts/member:born",
        "/matters/register/alive",
    ]
    pruned = family.prune(answers)["facts"]["home:family"]
    assert pruned == [{"facts": {"member:name": "张三"}}]


def test_a_list_and_a_column_are_explained(family):
    list_ = explain(family.form, "home:family")
    name = explain(family.form, "member:name")
    grade = explain(family.form, f"{FAMILY}/*/matters/school/grade")

    assert [each.path for each in list_.asked_by] == [
        "/members",
        "/pupils",
        "/spouse",
        "/child1",
        "/people",
    ]
    assert name.pointer == f"{FAMILY}/*/facts/member:name"
    assert (name.page, name.domain) == ("all", ("text", "20 characters or less"))
    assert len(name.asked_by) == 5
    assert name.bounds
    assert [each.path for each in grade.asked_by] == ["/pupils/*/grade"]
    shared = {each.fact: len(each.places) for each in explain(family.form).shared}
    assert shared["home:family"] == shared["member:name"] == 5


def test_the_view_of_a_column_is_never_tighter_than_the_forms_of_all_rows(family):
    views = Views(family.form)
    name = column(family.form, "/facts/member:name")
    view = views.of(name, ["register", "school", "tax", "pension"], rows=FAMILY)
    limits = {(each.keyword, each.limit) for each in view.bounds}

    assert ("minLength", 1) in limits
    assert ("maxLength", 20) in limits  # not the school's 10, for it is of children
    assert Validator(view.schema).accepts("一" * 11)
    alive = column(family.form, "/matters/register/alive")
    assert views.of(alive, ["register"], rows=FAMILY).choices == (True, False)


def test_what_became_of_a_list_is_told(definitions):
    old = definitions.merge()
    fields = definitions.fields("school")
    fields["/pupils"]["rows"]["where"]["properties"]["member:kind"] = {
        "const": "parent"
    }
    fields["/phone"]["send"] = "if-required"
    definitions.form("register")["members"]["maxItems"] = 4
    del definitions.fields("pension")["/people/*/born"]["fact"]
    definitions["elements.json"]["elements"]["name"]["schema"]["maxLength"] = 9
    new = definitions.merge()

    told = [str(change) for change in diff(old, new)]

    assert diff(old, old) == diff(new, new) == ()
    for place, text in (
        ("school/matter.json#/fields/~1pupils", "rows"),
        ("school/matter.json#/fields/~1phone", "send"),
        ("pension/matter.json#/fields/~1people~1*~1born", "an answer of its own"),
        ("register/matter.json#/fields/~1members", "4 rows or less"),
        (f"{FAMILY}/*/facts/member:name", "9 characters"),
    ):
        assert any(place in line and text in line for line in told), (place, told)


def test_lint_finds_columns_used_and_their_words_at_their_place(definitions):
    definitions.fields("school")["/pupils/*/grade"]["label"] = {
        "zh-CN": "年级",
        "en": "年级",
    }
    catalogue = definitions.load()
    found = list(lint(catalogue))

    unused = [each.place for each in found if each.kind == "never-used"]
    assert not [place for place in unused if place.startswith("elements.json")]
    places = {each.place for each in found if each.kind == "missing-translation"}
    assert any("/fields/~1pupils~1*~1grade" in place for place in places)
