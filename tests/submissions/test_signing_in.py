"""How staff sign in, and what somebody gains who only tries."""

import secrets
from base64 import b32decode

import pytest

from submissions import audit, factors, signing_in, staff
from submissions.clock import later, parse
from submissions.errors import StaffError
from submissions.signing_in import FIRST_WAIT, FREE, LONGEST_WAIT, UNKNOWN, Try
from submissions.staff import Role

NOW = "2026-11-23T01:00:00.000Z"
BY, RIGHT = "staff:boss", "正确的密码 battery staple"


pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def wang(store):
    staff.add(store, id_="wang", name="王", roles={Role.ADMINISTRATOR}, by=BY, now=NOW)
    return staff.set_password(
        store, "wang", RIGHT, by=BY, now=NOW, random=secrets.token_bytes
    )


@pytest.fixture
def sign_in(store):
    def tried(password=RIGHT, *, now=NOW, **more):
        typed = {"id": "wang", "password": password, "now": now, **more}
        return signing_in.sign_in(store, Try(**typed))

    return tried


def test_the_right_password_opens_however_it_is_typed(store, wang, sign_in):
    assert sign_in() == wang
    assert sign_in(RIGHT.replace("b", "ｂ")) == wang
    for wrong in ("", RIGHT[:-1], RIGHT + " ", RIGHT.upper(), "x" * 10_000):
        assert sign_in(wrong) is None
        sign_in()
    assert sign_in(id="li") is None
    assert RIGHT not in str(store.inner.find("staff")) + str(audit.lines(store))
    assert store.get("staff", "wang")["password"].startswith("$argon2id$")


@pytest.mark.usefixtures("wang")
def test_who_is_closed_or_has_no_password_yet_does_not_get_in(store, sign_in):
    staff.close(store, "wang", by=BY, now=NOW)
    assert sign_in() is None

    staff.add(store, id_="li", name="李", roles={Role.REVIEWER}, by=BY, now=NOW)
    for password in ("", "None", "nobody's"):
        assert sign_in(password, id="li") is None


def test_who_tries_often_waits_longer_each_time_but_never_long(store, wang, sign_in):
    now, waits = NOW, []
    for _ in range(FREE):
        assert sign_in("wrong", now=now) is None
    for _ in range(8):
        assert sign_in("wrong", now=now) is None
        until = store.get("staff", "wang")["tries"][0]["until"]
        waits.append((parse(until) - parse(now)).total_seconds())
        assert sign_in(now=later(until, -1)) is None, "the right one counts for nothing"
        now = until

    assert waits == [60, 120, 240, 480, 900, 900, 900, 900]
    assert sign_in(now=now) == wang
    assert sign_in("wrong", now=now) is None
    assert sign_in(now=now) == wang, "who signed in begins anew"
    assert sum(line["what"] == "staff.waits" for line in audit.lines(store)) == 8


def test_tries_while_one_waits_do_not_make_it_longer(wang, sign_in):
    for _ in range(FREE + 1):
        sign_in("wrong")
    for second in range(int(FIRST_WAIT)):
        assert sign_in("wrong", now=later(NOW, second)) is None

    assert sign_in(now=later(NOW, FIRST_WAIT)) == wang


def test_a_stranger_locks_nobody_out_of_their_own_device(wang, sign_in):
    now = NOW
    for _ in range(20):
        sign_in("wrong", now=now)
        now = later(now, LONGEST_WAIT)
    sign_in("wrong", now=now)

    assert sign_in(now=now, device=UNKNOWN) is None
    assert sign_in(now=now, device="desk-7") == wang


def test_a_known_device_is_counted_too(wang, sign_in):
    for _ in range(FREE + 1):
        sign_in("wrong", device="desk-7")

    assert sign_in(device="desk-7") is None
    assert sign_in(device="desk-8") == wang


def test_who_never_stops_trying_waits_no_longer_and_takes_no_room(store, wang, sign_in):
    many = {"device": UNKNOWN, "missed": 10**6, "until": NOW}
    store.update("staff", "wang", lambda document: {**document, "tries": [many]})

    assert sign_in("wrong") is None
    assert len(store.get("staff", "wang")["tries"]) == 1
    assert sign_in(now=later(NOW, LONGEST_WAIT - 1)) is None
    assert sign_in(now=later(NOW, LONGEST_WAIT)) == wang


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("elevensigns", "password-short"),
        ("x" * 201, "password-long"),
        ("aabbccaabbcc", "password-plain"),
        ("I am Wang, open!", "password-plain"),
    ],
)
def test_a_weak_password_is_refused(store, wang, sign_in, password, rule):
    with pytest.raises(StaffError) as refused:
        staff.set_password(
            store, "wang", password, by=BY, now=NOW, random=secrets.token_bytes
        )

    assert refused.value.rule == rule
    assert sign_in() == wang


def test_a_first_code_opens_once_and_for_three_days(store, wang, sign_in):
    code = signing_in.invite(
        store, "wang", by=BY, now=NOW, new_code=secrets.token_urlsafe
    )

    def accept(code, now=NOW):
        return signing_in.accept(
            store, "wang", code, "another password", now=now, random=secrets.token_bytes
        )

    for wrong in (("", NOW), (code + "x", NOW), (code, later(NOW, 3 * 24 * 3600))):
        with pytest.raises(StaffError, match="not right"):
            accept(*wrong)
    assert sign_in() == wang, "until it is used, what opened before opens"

    changed = accept(f" {code} ")
    assert sign_in("another password") == changed
    assert sign_in() is None
    with pytest.raises(StaffError, match="not right"):
        accept(code)


@pytest.mark.usefixtures("wang")
def test_of_two_who_use_a_first_code_at_once_one_comes_too_late(store, sign_in):
    code = signing_in.invite(
        store, "wang", by=BY, now=NOW, new_code=secrets.token_urlsafe
    )

    def accept(password, random):
        return signing_in.accept(store, "wang", code, password, now=NOW, random=random)

    def meanwhile(size):
        accept("the first of the two", secrets.token_bytes)
        return secrets.token_bytes(size)

    with pytest.raises(StaffError, match="not right"):
        accept("the second of the two", meanwhile)
    assert sign_in("the first of the two") is not None
    assert sign_in("the second of the two") is None
    assert code not in str(store.find("staff"))


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(moment, code):
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert b32decode(secret) == b"12345678901234567890"
    assert factors.code_at(secret, moment // 30) == code[-6:]


@pytest.fixture
def factor(store, wang):
    """A second factor that is set up: its secret, and the codes on paper."""
    secret = factors.new_secret(secrets.token_bytes)
    codes = signing_in.set_second_factor(
        store,
        wang.id,
        secret,
        shown(secret, NOW),
        now=NOW,
        random=secrets.token_bytes,
    )
    return secret, codes


def shown(secret, now):
    """What the app shows."""
    return factors.code_at(secret, int(parse(now).timestamp()) // 30)


def test_a_code_of_the_app_opens_once_and_only_now(store, factor, sign_in):
    secret, _codes = factor
    now = later(NOW, 300)
    code = shown(secret, now)

    assert sign_in(now=now) is None
    assert sign_in(now=now, code=shown(secret, NOW)) is None
    assert sign_in("wrong", now=now, code=code) is None
    assert sign_in(now=now, code=f"{code[:3]} {code[3:]}").has_second_factor
    assert sign_in(now=now, code=code) is None
    assert sign_in(now=later(now, 30), code=shown(secret, later(now, 60)))
    assert secret not in str(store.inner.find("staff"))


def test_a_code_on_paper_opens_once(store, factor, sign_in):
    _secret, codes = factor

    assert len(set(codes)) == 8
    assert sign_in(code=codes[3].replace("-", " ").lower())
    assert sign_in(code=codes[3]) is None
    assert sign_in(code=codes[0])
    assert not [each for each in codes if each in str(store.get("staff", "wang"))]


def test_who_has_not_the_app_cannot_ask_for_it(store, wang, sign_in):
    with pytest.raises(StaffError, match="not right"):
        signing_in.set_second_factor(
            store,
            "wang",
            factors.new_secret(secrets.token_bytes),
            "000000",
            now=NOW,
            random=secrets.token_bytes,
        )

    assert sign_in() == wang


@pytest.mark.usefixtures("factor")
def test_a_new_first_code_helps_who_lost_app_and_paper(store, sign_in):
    code = signing_in.invite(
        store, "wang", by=BY, now=NOW, new_code=secrets.token_urlsafe
    )
    signing_in.accept(
        store, "wang", code, "another password", now=NOW, random=secrets.token_bytes
    )

    assert not sign_in("another password").has_second_factor
