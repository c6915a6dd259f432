"""Sentences say how a thing is written, in its own words."""

import pytest

from builder.validity import Fault, Judge
from renderer.fields import Problem
from renderer.messages import for_fault, for_problem

NEWBORN = "newborn_birth"


@pytest.fixture(autouse=True)
def reader(app):
    with app.test_request_context():
        yield


def asked(forms, pointer):
    return next(q for q in forms[NEWBORN].questions if q.pointer == pointer)


@pytest.mark.parametrize(
    ("pointer", "sentence"),
    [
        ("newborn:birth.gestation_weeks", "“出生孕周”请只写数字（如：39 周）"),
        ("newborn:birth.weight_g", "“出生体重”请只写数字（如：3200 克）"),
        (
            "newborn:birth.fetus_count",
            "“这次生了几个孩子？”请只写数字（单胎填1，双胞胎填2）",
        ),
    ],
)
def test_what_is_no_number_is_told_with_an_example_of_its_own(forms, pointer, sentence):
    question = asked(forms, f"/facts/{pointer}")

    assert for_problem(Problem("number"), question) == sentence


@pytest.mark.parametrize(
    ("pointer", "keyword", "ends"),
    [
        ("mother:person.id_number", "pattern", "（身份证18位，最后一位可以是X）"),
        ("mother:person.mobile", "pattern", "（11位手机号码）"),
        ("mother:person.postcode", "pattern", "（6位数字）"),
        ("expense_payee:bank.account_no", "pattern", "（15至19位数字）"),
        ("newborn:birth.weight_g", "type", "“出生体重”请写整数（如：3200 克）"),
    ],
)
def test_what_is_written_wrong_is_told_with_its_hint(forms, pointer, keyword, ends):
    question = asked(forms, f"/facts/{pointer}")
    fault = Fault(pointer=question.pointer, keyword=keyword, limit=None)

    assert for_fault(fault, question, forms[NEWBORN], "x").endswith(ends)


@pytest.mark.parametrize(
    ("pointer", "value", "sentence"),
    [
        ("mother:person.mobile", "1380719031", "要 11 位，您填了 10 位，请改正"),
        ("mother:person.mobile", "138O7190318", "第 4 位的“O”不对，请改正"),
        ("mother:person.postcode", "43030", "要 6 位，您填了 5 位，请改正"),
        ("expense_payee:bank.account_no", "6217", "要 15–19 位，您填了 4 位，请改正"),
        ("mother:person.id_number", "11010519491231002x", "第 18 位的“x”不对，请改正"),
        ("mother:person.id_number", "420116", "身份证号码是 18 位"),
        ("mother:person.id_number", "42011619960312246Y", "最后一位可以是 X，请改"),
        ("mother:person.id_number", "420116199602302468", "没有这一天"),
        ("mother:person.id_number", "420116199603122467", "请逐位核对"),
    ],
)
def test_of_a_number_it_is_said_which_part_is_wrong(forms, pointer, value, sentence):
    question = asked(forms, f"/facts/{pointer}")
    role = pointer.partition(":")[0]
    facts = {f"{role}:person.id_type": "111", pointer: value}
    judge = Judge(forms[NEWBORN])
    insured = {"situation:mother_has_maternity_insurance": True}
    unsettled = {"situation:expense_direct_settled": False}
    faults = judge.faults({"facts": {**insured, **unsettled, **facts}})

    [fault, *_] = [each for each in faults if each.pointer == question.pointer]

    assert sentence in for_fault(fault, question, forms[NEWBORN], value)
