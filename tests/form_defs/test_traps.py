"""What sounds alike is not the same: the shipped forms keep apart what must not merge.

One line for each pair of fields that a merge by label would join. The trap numbers are
those of the data dictionary the definitions were written from.
"""

import json

import pytest

from form_defs import shipped

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
    ("T28", "bdc.transfer/SQRQ", "tax.property/HTQDRQ"),
    ("T29", "nhc.birth_cert/MQMZ", "ps.birth_register/MZDM"),
    ("T31", "bdc.transfer/YBDCQZH", "bdc.transfer/BDCDYH"),
    ("T33", "food.permit/WTDLR", "fire.inspection/LXR"),
    ("T33", "bdc.transfer/QLRDH", "water.transfer/LXDH"),
    ("T33", "tax.property/BSRXM", "bdc.transfer/DLR"),
    # Several elements, several people: who reports, arranges, claims and inherits.
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
    """Return the facts that a field holds."""
    matter, path = slot.split("/", 1)
    field = FIELDS[matter][f"/{path}"]
    found = {part["fact"] for part in field.get("parts", ())} | {field.get("fact")}
    return found - {None}


@pytest.mark.parametrize(("trap", "one", "other"), KEPT_APART)
def test_two_meanings_are_never_one_fact(trap, one, other):
    assert facts(one), trap
    assert facts(other), trap
    assert facts(one).isdisjoint(facts(other)), trap


@pytest.mark.parametrize(("trap", "one", "other"), ASKED_ONCE)
def test_one_meaning_in_two_writings_is_one_fact(trap, one, other):
    assert facts(one), trap
    assert facts(one) == facts(other), trap
