"""Signing in at an identity provider, and when its word does not count."""

from dataclasses import replace
from threading import Thread

import pytest

from renderer import create_app
from renderer.config import Settings, from_environment, open_configured
from submissions import staff
from submissions.clock import utc_now, utc_text
from submissions.errors import SettingError
from submissions.oidc import Provider
from submissions.staff import Role
from tests.renderer.desk.provider import (
    CLIENT,
    SECRET,
    SHARED,
    STRANGERS_KEY,
    IdentityProvider,
)

BEGAN = utc_now()
SECONDS = int(BEGAN.timestamp())


@pytest.fixture
def idp():
    server = IdentityProvider(SECONDS)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def house(tmp_path, idp):
    provider = Provider(
        issuer=idp.issuer, client=CLIENT, secret=SECRET, allowed=(idp.host,)
    )
    settings = Settings(data=tmp_path / "data", base_url="http://localhost")
    store = open_configured(settings)
    staff.add(
        store,
        id_="wang",
        name="王海宁",
        roles={Role.REVIEWER},
        subject="sso-7",
        by="tests",
        now=utc_text(BEGAN),
    )
    settings = replace(settings, provider=provider)
    yield create_app(settings, store=store, clock=lambda: BEGAN)
    store.close()


@pytest.fixture
def site(house, open_site):
    return open_site(house)


def sent_away(site, following="/desk/account"):
    """Where a browser is sent to sign in."""
    asked = site.get(following)
    link = next(each for each in asked.links if "/desk/provider" in each)
    return site.client.get(link).location


def come_back(site, idp, **changed):
    path, query = idp.authorize(sent_away(site))
    return site.get(path, query_string={**query, **changed})


def test_whom_the_provider_names_is_let_in_with_the_roles_of_ours(site, idp):
    idp.claims = {"roles": ["administrator"], "department": "tax"}

    page = come_back(site, idp)

    assert page.path == "/desk/account"
    assert "王海宁" in page.words
    assert "系统管理员" in page.words, "to ask for other roles"
    assert site.get("/desk/people").status == 403


def test_who_has_no_account_is_told_what_to_say(site, idp, house):
    idp.subject = "sso-8"
    page = come_back(site, idp)
    assert page.status == 403
    assert "sso-8" in page.words

    store = house.extensions["yibiao"].store
    staff.close(store, "wang", by="tests", now=utc_text(BEGAN))
    idp.subject = "sso-7"
    assert come_back(site, idp).status == 403


BENT = {
    "wrong nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "wrong audience": {"claims": {"aud": "another"}},
    "one of several audiences, of another party": {
        "claims": {"aud": [CLIENT, "another"], "azp": "another"}
    },
    "expired": {"claims": {"exp": SECONDS - 120}},
    "never expires": {"claims": {"exp": None}},
    "from the future": {"claims": {"iat": SECONDS + 600, "nbf": SECONDS + 600}},
    "wrong issuer": {"claims": {"iss": "https://evil.example"}},
    "nobody": {"claims": {"sub": None}},
    "no text": {"claims": {"sub": ["sso-7"]}},
    "wrong key": {"key": STRANGERS_KEY},
    "no signature": {"header": {"alg": "none"}},
    "signed with what both know": {"header": {"alg": "HS256"}, "key": SHARED},
    "refused": {"token_status": 500},
    "calls itself otherwise": {"about": {"issuer": "https://evil.example"}},
    "no place for tokens": {"about": {"token_endpoint": None}},
    "a place elsewhere": {"about": {"token_endpoint": "http://10.0.0.1/token"}},
}


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT)
def test_what_is_not_to_be_trusted_lets_nobody_in(site, idp, bent):
    path, query = idp.authorize(sent_away(site))
    for name, value in bent.items():
        setattr(idp, name, value)

    page = site.get(path, query_string=query)

    assert page.status == 502
    assert "没有登录成" in page.words
    assert site.get("/desk/account").path == "/desk/sign-in"


def test_only_the_browser_that_was_sent_there_comes_back(site, idp, house, open_site):
    path, query = idp.authorize(sent_away(site))
    victim = open_site(house)
    assert victim.get(path, query_string=query).status == 502
    assert site.get(path, query_string={**query, "state": "made up"}).status == 502
    assert site.get(path, query_string=query).status == 502, "once only"

    stolen = come_back(site, idp, code="made up")
    assert stolen.status == 502
    assert come_back(site, idp, iss="evil.example").status == 502
    assert come_back(site, idp).path == "/desk/account"


def test_a_code_that_was_read_on_the_way_opens_nothing_elsewhere(
    site, idp, house, open_site
):
    _path, query = idp.authorize(sent_away(site))
    thief = open_site(house)
    path, own = idp.authorize(sent_away(thief))

    page = thief.get(path, query_string={**own, "code": query["code"]})

    assert page.status == 502, "it was given for another verifier"


def test_a_provider_that_is_away_is_told_in_words(site, idp):
    idp.about = {"authorization_endpoint": 7}
    link = next(a for a in site.get("/desk/sign-in").links if "/desk/provider" in a)

    assert site.get(link).status == 502


def test_without_a_provider_there_is_no_such_page(app, open_site):
    site = open_site(app)

    assert "/desk/provider" not in site.get("/desk/sign-in").html
    assert site.get("/desk/provider").status == 404
    assert site.get("/desk/provider/back").status == 404


def test_a_provider_is_set_up_from_the_environment():
    said = {
        "YIBIAO_OIDC_ISSUER": "https://sso.example/realm/",
        "YIBIAO_OIDC_CLIENT": "yibiao",
        "YIBIAO_OIDC_SECRET": "s",
        "YIBIAO_BASE_URL": "https://yibiao.example",
        "YIBIAO_OIDC_ALLOW": "SSO.example:8080",
    }
    assert from_environment({}).provider is None
    assert from_environment(said).provider == Provider(
        issuer="https://sso.example/realm",
        client="yibiao",
        secret="s",
        allowed=("sso.example:8080",),
    )
    for name in ("CLIENT", "SECRET"):
        with pytest.raises(SettingError, match=f"YIBIAO_OIDC_{name}"):
            from_environment({**said, f"YIBIAO_OIDC_{name}": ""})
    with pytest.raises(SettingError, match="YIBIAO_BASE_URL"):
        from_environment({**said, "YIBIAO_BASE_URL": ""})
