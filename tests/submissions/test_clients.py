import json

import pytest

from submissions import clients
from submissions.clients import EVERY_AFFAIR
from submissions.errors import Missing

NOON, EVENING = "2026-11-22T12:00:00.000Z", "2026-11-22T18:00:00.000Z"
SECRET = "Zq3-" * 10 + "abc"


@pytest.fixture
def added(store, new_id):
    return clients.add(
        store,
        name="City app",
        affairs=("founding",),
        now=NOON,
        new_secret=lambda _: SECRET,
        new_id=new_id,
    )


def test_a_token_leads_to_its_client(store, added):
    client, token = added

    assert clients.of_token(store, token) == client
    assert client.may_send("founding")
    assert not client.may_send("moving")


def test_a_client_for_every_affair_may_send_what_is_still_to_come(store):
    client, _ = clients.add(
        store,
        name="Portal",
        affairs=(EVERY_AFFAIR,),
        now=NOON,
        new_secret=lambda _: SECRET,
    )

    assert client.may_send("whatever")


def test_a_token_is_not_in_the_store(store, added):
    _, token = added

    assert token.endswith(SECRET)
    assert SECRET not in json.dumps(store.find("clients"))


@pytest.mark.parametrize(
    "token",
    [
        "",
        f"c_1.{SECRET[:-1]}x",
        f"c_2.{SECRET}",
        f"c_1.{SECRET} ",
        f"c_1.{SECRET}\n",
        f"c_1.{SECRET}{SECRET}",
        "c_1",
        f".{SECRET}",
    ],
)
def test_any_other_token_leads_to_nobody(store, added, token):
    assert added[1] == f"c_1.{SECRET}"
    assert clients.of_token(store, token) is None


def test_a_revoked_token_is_refused_and_the_client_still_known(store, added):
    client, token = added
    clients.revoke(store, client.id, now=EVENING)
    clients.revoke(store, client.id, now=NOON)

    assert clients.of_token(store, token) is None
    assert [each.revoked_at for each in clients.every(store)] == [EVENING]


def test_who_is_not_there_cannot_be_revoked(store):
    with pytest.raises(Missing):
        clients.revoke(store, "c_9", now=NOON)
