"""The 39 traps of the data dictionary: what sounds alike, what only looks different.

Each trap is named as the dictionary names it, with its decision. It has pairs of fields
that stay apart or are asked once, or a test of its own, on the shipped affairs wherever
they have the case. What must be caught "before sending" is judged before acceptance,
and the judge names the department.
"""

import json
from copy import deepcopy

import pytest

from builder import lenses
from builder.documents import project
from builder.lenses import UndefinedError
from builder.model import FactId, Lens, MatterId
from builder.validity import Judge
from form_defs import shipped
from renderer import typed

#: Trap to decision and title, word for word as the data dictionary has them.
TRAPS = {
    "T01": ("convert", "出生日期的写法不同"),
    "T02": ("convert", "性别码与文字"),
    "T03": ("convert", "姓名长度不同"),
    "T04": ("do_not_merge", "住所 与 经营场所"),
    "T05": ("conditional", "法定代表人 与 负责人"),
    "T06": ("conditional", "联系电话/移动电话/固定电话/办公电话"),
    "T07": ("do_not_merge", "户籍地址/身份证住址/现住址/常住地址/通讯地址"),
    "T08": ("oneof", "证件号码 18位 vs 15/18 vs 多证件"),
    "T09": ("convert", "证件类型码值"),
    "T10": ("conditional", "新生儿落户前后的证件"),
    "T11": ("do_not_merge", "与户主关系/与申请人关系/与死亡人员关系"),
    "T12": ("do_not_merge", "户别 与 户口性质"),
    "T13": ("do_not_merge", "单位类型/单位性质/公司类型/经济类型"),
    "T14": ("convert", "注册资本 万元/元"),
    "T15": ("do_not_merge", "从业人数/职工人数/参保人数"),
    "T16": ("do_not_merge", "缴费基数三个口径"),
    "T17": ("conditional", "坐落 与 用水/用电地址"),
    "T18": ("do_not_merge", "成交价格 与 计税价格"),
    "T19": ("do_not_merge", "家庭住房套次 与 满五唯一"),
    "T20": (
        "do_not_merge",
        "法定代表人 与 消防安全责任人/食品安全管理人员/财务负责人/联络员/办税人/专管员",
    ),
    "T21": ("do_not_merge", "成立日期/发照日期/参保日期"),
    "T22": (
        "do_not_merge",
        "面积:建筑面积/套内/场所面积/经营面积/食品处理区面积/整栋建筑面积",
    ),
    "T23": ("do_not_merge", "使用层数 与 建筑层数"),
    "T24": ("convert", "死亡时间精度"),
    "T25": ("convert", "婚否 与 婚姻状况"),
    "T26": ("do_not_merge", "社会保障号码/个人编号/电脑号/公积金个人客户号"),
    "T27": ("do_not_merge", "银行账号:领取人、申请人、单位"),
    "T28": ("conditional", "申请日期/填报日期/合同签订日期"),
    "T29": ("conditional", "民族的两种冲突"),
    "T30": ("convert", "地址拆分与合成"),
    "T31": ("convert", "产权证号新旧与括号"),
    "T32": ("convert", "不动产单元号空格"),
    "T33": ("do_not_merge", "联系人 被当成 申请人"),
    "T34": ("convert", "性别不明 与 未说明"),
    "T35": ("convert", "空值的四种写法"),
    "T36": ("convert", "长度按字节还是按字符"),
    "T37": ("convert", "户口性质五种写法"),
    "T38": ("conditional", "跨字段约束随部门不同"),
    "T39": ("conditional", "参保证件:16周岁前后"),
}

FIELDS = {
    folder.name: json.loads((folder / "matter.json").read_text(encoding="utf-8"))[
        "fields"
    ]
    for folder in (shipped() / "matters").iterdir()
}

KEPT_APART = [
    ("T04", "amr.establish/DOM", "amr.establish/PROLOC"),
    ("T04", "food.permit/ZS", "food.permit/JYCS"),
    ("T06", "hrss.employment/LXDH", "fund.employee_account/SJHM"),
    ("T06", "hrss.survivor_benefit/LXDH", "nhsa.med_account/tel"),
    ("T07", "hrss.employment/XZDZ", "hrss.ssc_card_employee/AAE006"),
    ("T07", "si.employee_join/AAC010", "hrss.employment/XZDZ"),
    ("T11", "ps.birth_register/YHZGX", "ps.hukou_cancel/SBRGX"),
    ("T11", "nhc.birth_cert/LZRGX", "mca.cremation/JBRGX"),
    ("T12", "ps.birth_register/HB", "si.employee_join/AAC009"),
    ("T13", "si.employee_enroll/AAB019", "fund.org_register/DWLX"),
    ("T13", "fund.org_register/DWXZ", "fund.org_register/DWLX"),
    ("T13", "amr.establish/ENTTYPE", "si.employee_enroll/AAB019"),
    ("T15", "tax.confirm/CYRS", "fund.org_register/ZGRS"),
    ("T16", "si.employee_join/AAC040", "fund.employee_account/GZ"),
    ("T16", "si.employee_join/AAC040", "hrss.employment/YSR"),
    ("T16", "fund.employee_account/GZ", "hrss.employment/YSR"),
    ("T17", "bdc.transfer/ZL", "water.transfer/YSDZ"),
    ("T18", "hc.deal/HTJK", "tax.property/JSJG"),
    ("T18", "hc.deal/HTJK", "tax.property/CJJG"),
    ("T19", "tax.property/TSQK", "tax.property/MWWY"),
    ("T20", "food.permit/FDDBR", "fire.inspection/FZR"),
    ("T20", "food.permit/FDDBR", "food.permit/GLYXM"),
    ("T20", "fire.inspection/FZR", "fire.inspection/XFGLR"),
    ("T20", "amr.establish/LEREP", "amr.establish/FINNAME"),
    ("T20", "amr.establish/LEREP", "amr.establish/LIANAME"),
    ("T20", "amr.establish/LEREP", "tax.confirm/BSRXM"),
    ("T20", "amr.establish/LEREP", "si.employee_enroll/AAE004"),
    ("T21", "si.employee_enroll/AAB009", "si.employee_enroll/AAC030"),
    ("T21", "si.employee_join/AAC030", "hrss.employment/HTSQ"),
    ("T21", "si.employee_join/AAC030", "si.employee_join/AAC007"),
    ("T22", "food.permit/MJ", "fire.inspection/CSMJ"),
    ("T22", "food.permit/MJ", "food.permit/CFMJ"),
    ("T22", "fire.inspection/CSMJ", "fire.inspection/GYJZMJ"),
    ("T22", "fire.inspection/CSMJ", "bdc.transfer/MJ"),
    ("T23", "fire.inspection/SYCS", "fire.inspection/GYCS"),
    ("T26", "hrss.survivor_benefit/DNH", "fund.withdraw_death/GRZH"),
    ("T26", "hrss.survivor_benefit/DNH", "hrss.pension_account/SHBZH"),
    ("T26", "nhsa.med_account/sbk", "hrss.pension_account/SHBZH"),
    ("T27", "hrss.survivor_benefit/DYKH", "fund.withdraw_death/SKZH"),
    ("T27", "hrss.maternity_allowance/ACCT", "nhsa.maternity_expense/bank_acct"),
    ("T27", "tax.confirm/YHZH", "hrss.maternity_allowance/ACCT"),
    ("T28", "bdc.transfer/SQRQ", "tax.property/HTQDRQ"),
    ("T29", "nhc.birth_cert/MQMZ", "ps.birth_register/MZDM"),
    ("T31", "bdc.transfer/YBDCQZH", "bdc.transfer/BDCDYH"),
    ("T33", "food.permit/WTDLR", "fire.inspection/LXR"),
    ("T33", "bdc.transfer/QLRDH", "water.transfer/LXDH"),
    ("T33", "tax.property/BSRXM", "bdc.transfer/DLR"),
    ("T27", "ps.hukou_cancel/SBRXM", "mca.cremation/JBRXM"),
    ("T27", "ps.hukou_cancel/SBRXM", "hrss.survivor_benefit/SQRXM"),
    ("T27", "hrss.survivor_benefit/SQRXM", "fund.withdraw_death/JCRXM"),
]

ASKED_ONCE = [
    ("T01", "si.employee_join/AAC006", "nhsa.employee_join/brdy"),
    ("T02", "nhc.birth_cert/XSEXB", "ps.birth_register/XBDM"),
    ("T03", "hrss.employment/AAC003", "fund.employee_account/XINGMING"),
    ("T05", "food.permit/FDDBR", "tobacco.retail/FDDBR"),
    ("T09", "amr.establish/CERTYPE", "tax.confirm/FDDBRSFZJLX_DM"),
    ("T14", "amr.establish/REGCAP", "tax.confirm/ZCZB"),
    ("T17", "water.transfer/YSDZ", "power.transfer/YDDZ"),
    ("T24", "nhc.death_cert/SWSJ", "ps.hukou_cancel/SWRQ"),
    ("T24", "nhc.death_cert/SWSJ", "hrss.survivor_benefit/SWSJ"),
    ("T26", "hrss.pension_account/SHBZH", "ps.hukou_cancel/GMSFHM"),
    ("T30", "amr.establish/DOM", "tax.confirm/ZCDZ"),
    ("T31", "tax.property/BDCQZH", "bdc.transfer/YBDCQZH"),
    ("T32", "tax.property/BDCDYH", "bdc.transfer/BDCDYH"),
    ("T37", "hrss.employment/HKXZ", "si.employee_join/AAC009"),
]


def facts(slot):
    """Return the facts that a field holds; an own field is nobody else's."""
    matter, path = slot.split("/", 1)
    field = FIELDS[matter][f"/{path}"]
    found = {part["fact"] for part in field.get("parts", ())} | {field.get("fact")}
    return found - {None} or {f"/matters/{slot}"}


@pytest.mark.parametrize(("trap", "one", "other"), KEPT_APART)
def test_two_meanings_are_never_one_fact(trap, one, other):
    assert facts(one).isdisjoint(facts(other)), TRAPS[trap]


@pytest.mark.parametrize(("trap", "one", "other"), ASKED_ONCE)
def test_one_meaning_in_two_writings_is_one_fact(trap, one, other):
    assert facts(one) == facts(other), TRAPS[trap]


def test_every_trap_is_stated_as_the_data_dictionary_states_it(reference_data):
    told = json.loads((reference_data / "domain" / "elements.json").read_bytes())

    assert {t["id"]: (t["decision"], t["title"]) for t in told["traps"]} == TRAPS


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_has_a_test(trap):
    decision, _ = TRAPS[trap]
    apart = {id_ for id_, *_ in KEPT_APART}
    own = {name[5:8].upper() for name in globals() if name.startswith("test_t")}

    assert trap in (apart if decision == "do_not_merge" else own)


class Case:
    """The sample answers of a shipped affair, with some answers changed."""

    def __init__(self, judge, answers, changed):
        self.judge = judge
        self.answers = deepcopy(answers)
        for fact, value in changed.items():
            self.answers["facts"][fact] = value

    def faults(self):
        """Return who refuses what, and by which keyword."""
        return {
            (fault.pointer.removeprefix("/facts/"), fault.keyword, *fault.matters)
            for fault in self.judge.faults(self.answers)
        }

    def document(self, matter):
        """Return one department's document, stand-ins for what is awaited."""
        kept = self.judge.prune(self.answers)
        known = self.judge.form.facts
        waiting = {f: known[f].stand_in for f in self.judge.awaited(kept["facts"])}
        told = next(m for m in self.judge.form.matters if m.id == MatterId(matter))
        return project(told, {**kept, "facts": waiting | kept["facts"]})


@pytest.fixture(scope="session")
def case(forms, checkout):
    """Return how to make a case: the affair and the answers that differ."""
    judges = {affair: Judge(form) for affair, form in forms.items()}

    def made(affair, changed=()):
        file = checkout / "renderer" / "demo" / "answers" / f"{affair}.json"
        answers = json.loads(file.read_bytes())["answers"]
        return Case(judges[affair], answers, dict(changed))

    return made


def test_t01_a_birth_date_is_typed_once_and_each_office_has_its_writing(case):
    hired = case("employee_onboarding", {"employee:person.birth_date": "2024-01-31"})

    assert hired.document("si.employee_join")["AAC006"] == "20240131"
    assert hired.document("nhsa.employee_join")["brdy"] == "2024-01-31"


def test_t02_sex_goes_out_in_code_and_in_words_and_unknown_is_not_unstated(case):
    died = case("citizen_death", {"deceased:person.sex": "1"})
    assert died.document("nhc.death_cert")["XB"] == "男"

    for sex, written in (("1", "男"), ("0", "性别不明")):
        born = case("newborn_birth", {"newborn:person.sex": sex})
        assert born.document("nhc.birth_cert")["XSEXB"] == written
        assert born.document("ps.birth_register")["XBDM"] == sex
    unstated = case("newborn_birth", {"newborn:person.sex": "9"})
    assert unstated.faults() == {("newborn:person.sex", "lens", "nhc.birth_cert")}


def test_t03_only_the_office_that_cannot_take_a_long_name_refuses_and_nobody_cuts(case):
    long = "阿" * 31
    hired = case("employee_onboarding", {"employee:person.name": long})
    assert hired.faults() == {("employee:person.name", "maxLength", "hrss.employment")}
    assert hired.document("fund.employee_account")["XINGMING"] == long

    longer = {"buyer:person.name": "阿" * 51}
    nowhere = {f"situation:transfer_{each}": False for each in ("power", "gas")}
    sold = case("property_transfer", longer | nowhere)
    assert sold.faults() == {("buyer:person.name", "maxLength", "water.transfer")}
    dry = case(
        "property_transfer", longer | nowhere | {"situation:transfer_water": False}
    )
    assert dry.faults() == set()


def test_t05_one_cell_for_several_heads_is_the_legal_representative_of_companies(case):
    cells = (
        "tax.confirm/FDDBRXM",
        "si.employee_enroll/AAB013",
        "fund.org_register/FRXM",
    )
    for cell in cells:
        assert facts(cell) == facts("amr.establish/LEREP")

    (kind,) = (
        question
        for question in case("enterprise_setup").judge.form.questions
        if question.pointer == "/facts/org:org.type"
    )
    # 11.. and 12.. are companies; branches, partnerships and traders have other heads.
    assert {choice.value[:2] for choice in kind.choices} == {"11", "12"}


def test_t06_a_contact_number_may_be_a_landline_and_is_then_no_mobile(case):
    landline = "027-61001234"

    hired = case("employee_onboarding", {"employee:person.contact_phone": landline})
    assert hired.faults() == set()
    refused = case("employee_onboarding", {"employee:person.mobile": landline}).faults()
    assert {each[:2] for each in refused} == {("employee:person.mobile", "pattern")}


def test_t08_a_passport_is_no_identity_card(case):
    passport = {"buyer:person.id_type": "414", "buyer:person.id_number": "E12345678"}
    assert case("property_transfer", passport).faults() == set()

    citizen = case("citizen_death", {"deceased:person.id_number": "E12345678"})
    assert citizen.faults() == {
        ("deceased:person.id_number", "citizen_number"),
        ("deceased:person.id_number", "pattern", "ps.hukou_cancel"),
    }
    assert typed.parse_digits("1101051949 1231002x") == "11010519491231002X"


def test_t09_codes_of_documents_are_mapped_and_a_loss_is_never_read_back(case):
    founded = case("enterprise_setup")
    assert founded.document("tax.confirm")["FDDBRSFZJLX_DM"] == "201"
    assert founded.document("amr.establish")["CERTYPE"] == "10"

    tax = lens_of(founded, "tax.confirm", "/FDDBRSFZJLX_DM")
    assert lenses.put(tax, "201") == "111"
    for passport in ("208", "227"):  # which one depends on the nationality
        with pytest.raises(UndefinedError):
            lenses.put(tax, passport)
    human = lens_of(case("employee_onboarding"), "si.employee_join", "/AAC058")
    assert lenses.get(human, "111") == lenses.get(human, "113") == "01"
    with pytest.raises(UndefinedError):
        lenses.put(human, "01")


def lens_of(case, matter, path):
    (told,) = (m for m in case.judge.form.matters if m.id == matter)
    return told.fields[path].lens


def test_t10_the_number_that_registration_gives_is_awaited_and_never_asked(case):
    born = case("newborn_birth")
    awaited = born.judge.awaited(born.answers["facts"])
    asked = {question.pointer for question in born.judge.asked(born.answers)}

    for fact in ("newborn:person.id_type", "newborn:person.id_number"):
        assert awaited[FactId(fact)] == ("ps.birth_register",)
        assert f"/facts/{fact}" not in asked
    result = {"newborn:person.id_number": "42011620261118003X"}
    registered = case("newborn_birth", result)
    told = registered.judge.form.matters
    (join,) = (matter for matter in told if matter.id == "nhsa.resident_join")
    document = project(join, registered.answers)
    assert document["certno"] == "42011620261118003X"


def test_t14_a_million_yuan_is_a_hundred_wan(case):
    founded = case("enterprise_setup", {"org:org.registered_capital": 1_000_000})

    assert founded.document("amr.establish")["REGCAP"] == 100
    assert founded.document("tax.confirm")["ZCZB"] == 1_000_000


def test_t17_the_address_of_a_meter_need_not_be_that_of_the_deed(case):
    sold = case("property_transfer", {"house:utility.service_address": "前川 6-1-501"})
    rules = {
        rule.source
        for question in sold.judge.form.questions
        for rule in question.prefill
        if question.pointer == "/facts/house:utility.service_address"
    }

    assert sold.faults() == set()
    assert rules == {"utility_account"}  # proposed, and never forced to be equal
    assert sold.document("water.transfer")["YSDZ"] == "前川 6-1-501"
    assert sold.document("water.transfer")["YHH"]  # the key is the customer's number


def test_t24_a_time_of_death_is_cut_to_the_day_and_no_time_is_made_up(case):
    died = case("citizen_death", {"deceased:death.datetime": "2026-03-04T05:20"})
    assert died.document("nhc.death_cert")["SWSJ"] == "2026-03-04 05:20"
    assert died.document("ps.hukou_cancel")["SWRQ"] == "20260304"

    with pytest.raises(UndefinedError):
        lenses.put(lens_of(died, "ps.hukou_cancel", "/SWRQ"), "20260304")
    with pytest.raises(UndefinedError):
        lenses.get(lens_of(died, "nhc.death_cert", "/SWSJ"), "2026-03-04")


def test_t25_marital_status_says_married_or_not_and_never_the_other_way():
    ever = [("10", "否"), *((code, "是") for code in ("20", "21", "22", "23"))]
    lens = Lens(kind="table", pairs=tuple(ever), one_way=True)

    assert lenses.get(lens, "22") == "是"
    with pytest.raises(UndefinedError):
        lenses.put(lens, "是")
    # No shipped affair collects it; the two fields stay each form's own.
    assert facts("hrss.survivor_benefit/HF").isdisjoint(facts("hrss.employment/AAC017"))


def test_t28_the_day_of_the_contract_is_not_the_day_of_the_application(case):
    sold = case(
        "property_transfer",
        {"case:deal.contract_date": "2026-11-18", "case:case.apply_date": "2026-11-22"},
    )

    assert sold.document("tax.property")["HTQDRQ"] == "2026-11-18"
    assert sold.document("hc.deal")["QDRQ"] == "2026年11月18日"
    assert sold.document("bdc.transfer")["SQRQ"] == "2026年11月22日"


def test_t29_the_ethnic_group_of_a_child_is_never_proposed(case):
    questions = {q.pointer: q for q in case("newborn_birth").judge.form.questions}

    assert questions["/facts/newborn:person.ethnicity"].prefill == ()
    assert questions["/facts/mother:person.ethnicity"].prefill != ()


def test_t30_an_address_is_kept_in_parts_sent_as_one_line_and_never_parsed(case):
    founded = case("enterprise_setup")
    document = founded.document("amr.establish")
    parts = [
        document[name] for name in ("DOM_PROV", "DOM_CITY", "DOM_CNTY", "DOM_DETAIL")
    ]

    assert document["DOM"] == founded.document("tax.confirm")["ZCDZ"] == "".join(parts)
    line = lens_of(founded, "tax.confirm", "/ZCDZ")
    with pytest.raises(UndefinedError):
        lenses.put(line, document["DOM"])


@pytest.mark.parametrize(
    "certificate",
    [
        "豫（2023）信阳市不动产权第0001234号",
        "豫(2023)信阳市不动产权第0001234号",
        "信房权证字第012345号",
    ],
)
def test_t31_old_certificates_and_both_kinds_of_brackets_are_taken(case, certificate):
    sold = case("property_transfer", {"property:property.cert_no": certificate})

    assert sold.faults() == set()
    assert sold.document("bdc.transfer")["YBDCQZH"] == certificate


def test_t32_a_unit_number_is_kept_whole_and_written_in_four_groups(case):
    stored = "411502001001GB00001F00010001"
    written = "411502 001001 GB00001 F00010001"
    sold = case("property_transfer", {"property:property.unit_no": stored})

    assert sold.faults() == set()
    assert sold.document("tax.property")["BDCDYH"] == stored
    assert sold.document("bdc.transfer")["BDCDYH"] == written
    groups = lens_of(sold, "bdc.transfer", "/BDCDYH")
    assert lenses.put(groups, written) == lenses.put(groups, stored) == stored


def test_t34_an_office_without_a_code_for_unknown_refuses_and_gets_no_other(case):
    born = case("newborn_birth")
    birth = lens_of(born, "nhc.birth_cert", "/XSEXB")
    assert lenses.put(birth, "性别不明") == "0"

    died = case("citizen_death", {"deceased:person.sex": "0"})
    assert died.faults() == {("deceased:person.sex", "lens", "nhc.death_cert")}


def test_t35_what_is_not_answered_is_not_sent_and_none_is_an_answer(case):
    told = case("enterprise_setup", {"org:org.short_name": "无"})
    assert told.document("si.employee_enroll")["ABBR"] == "无"

    silent = case("enterprise_setup")
    del silent.answers["facts"]["org:org.short_name"]
    assert "ABBR" not in silent.document("si.employee_enroll")
    # How an office wants "nothing" written is its lens; null, "" and absent are three.
    father = Lens(kind="table", pairs=((None, "未提供"), ("周文涛", "周文涛")))
    assert lenses.get(father, None) == "未提供"
    assert lenses.put(father, "未提供") is None
    with pytest.raises(UndefinedError):
        lenses.get(father, "")


def test_t36_characters_that_fit_can_be_bytes_that_do_not(case):
    for count, refused in ((100, set()), (101, {("tax.confirm", "maxBytes")})):
        answer = {"org:org.business_address": "汉" * count}
        found = case("enterprise_setup", answer).faults()
        assert {(matter, keyword) for _, keyword, matter in found} == refused


def test_t37_one_kind_of_household_has_a_code_of_its_own_at_every_office(case):
    hired = case("employee_onboarding", {"employee:person.hukou_kind": "10"})
    assert hired.document("hrss.employment")["HKXZ"] == "10"
    assert hired.document("si.employee_join")["AAC009"] == "10"

    local = lens_of(case("newborn_birth"), "nhsa.resident_join", "/resd_natu")
    assert lenses.get(local, "10") == "1"
    assert lenses.put(local, "1") == "10"


def test_t38_the_rule_of_one_form_over_two_fields_is_told_with_its_department(case):
    hired = case("employee_onboarding", {"employee:employment.contract_kind": "1"})
    del hired.answers["facts"]["employee:employment.contract_end"]
    document = hired.document("hrss.employment")
    (fault,) = hired.judge.document_faults(MatterId("hrss.employment"), document)
    assert (fault.pointer, fault.keyword) == ("/HTZQ", "required")
    assert fault.matters == ("hrss.employment",)
    assert ("employee:employment.contract_end", "required") in hired.faults()

    open_end = case("employee_onboarding", {"employee:employment.contract_kind": "2"})
    del open_end.answers["facts"]["employee:employment.contract_end"]
    assert open_end.faults() == set()


def test_t39_a_household_register_and_an_identity_card_have_one_number(case):
    number = "420117201004162261"
    girl = {"employee:person.birth_date": "2010-04-16", "employee:person.sex": "2"}
    for kind in ("111", "113"):
        known = {"employee:person.id_type": kind, "employee:person.id_number": number}
        hired = case("employee_onboarding", girl | known)
        assert hired.faults() == set()
        assert hired.document("si.employee_join")["AAC058"] == "01"
        assert hired.document("si.employee_join")["AAC002"] == number
        # What was said stays said, though one office cannot tell the two apart.
        assert hired.answers["facts"]["employee:person.id_type"] == kind
