"""What only the MongoDB engine has to care about, as far as a stand-in can show it."""

import os
import threading

import pytest
from pymongo import MongoClient, monitoring, timeout

from submissions.errors import StoreUnavailableError, TooLargeError
from submissions.store import open_store
from submissions.store.contract import COLLECTIONS
from tests.waiting import free_port

NOON, EVENING = "2026-11-22T12:00:00.000Z", "2026-11-22T18:00:00.000Z"
WRITES = {"insert", "update", "delete", "findAndModify"}


class Overheard(monitoring.CommandListener):
    """Every command the driver sends, of every client made after this was read."""

    def __init__(self):
        self.commands = []

    def started(self, event):
        self.commands.append(dict(event.command))

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


OVERHEARD = Overheard()
monitoring.register(OVERHEARD)


@pytest.fixture
def url(stand_in, request):
    name = f"alone_{os.getpid()}_{abs(hash(request.node.name))}"
    yield f"{stand_in}/{name}"
    with MongoClient(stand_in) as client:
        client.drop_database(name)


@pytest.fixture
def store(url):
    opened = open_store(url)
    yield opened
    opened.close()


def use_every_verb(store):
    store.insert("submissions", {"_id": "s_1", "tags": ["x"], "wake_at": NOON})
    store.claim("submissions", now=NOON, until=EVENING, owner="w", token="t")
    store.put("submissions", store.get("submissions", "s_1"))
    store.find("submissions", [("tags", "=", "x")], order="-created_at", limit=1)
    store.tally("submissions", "affair")
    store.delete("submissions", "s_1")


def test_most_members_must_have_a_write_in_their_journals(store):
    OVERHEARD.commands.clear()
    use_every_verb(store)

    writes = {next(iter(c)): c for c in OVERHEARD.commands if next(iter(c)) in WRITES}
    assert writes.keys() == WRITES
    for command in writes.values():
        assert command["writeConcern"] == {"w": "majority", "j": True}


def test_an_address_cannot_ask_for_less(url):
    OVERHEARD.commands.clear()
    opened = open_store(f"{url}?w=1&journal=false&readConcernLevel=local")
    use_every_verb(opened)
    opened.close()

    asked = [c["writeConcern"] for c in OVERHEARD.commands if next(iter(c)) in WRITES]
    assert asked
    assert all(each == {"w": "majority", "j": True} for each in asked)


def test_what_could_be_taken_back_is_not_read(store):
    OVERHEARD.commands.clear()
    use_every_verb(store)

    reads = [c for c in OVERHEARD.commands if next(iter(c)) in {"find", "aggregate"}]
    assert len(reads) == 4
    for command in reads:
        assert command["readConcern"] == {"level": "majority"}


def test_every_change_names_its_document_by_the_shard_key(store):
    OVERHEARD.commands.clear()
    use_every_verb(store)

    changes = {next(iter(c)): c for c in OVERHEARD.commands}
    for asked in (
        changes["update"]["updates"][0]["q"],
        changes["delete"]["deletes"][0]["q"],
        changes["findAndModify"]["query"],
    ):
        assert asked["_id"] == "s_1"


def test_every_declared_index_is_made(url):
    open_store(url).close()
    with MongoClient(url) as client:
        for name, collection in COLLECTIONS.items():
            wanted = {"_".join(fields) for fields in collection.indexes}
            wanted |= {"tags"} if collection.tagged else set()
            made = client.get_default_database()[name].index_information()
            assert wanted <= {n.removeprefix(f"idx_{name}_") for n in made}


def test_workers_that_ask_together_begin_at_different_documents(store):
    for number in range(16):
        store.insert("submissions", {"_id": f"s_{number}", "wake_at": NOON})
    OVERHEARD.commands.clear()

    for token in ("one", "two", "three", "four"):
        store.claim("submissions", now=NOON, until=NOON, owner="w", token=token)

    first = [
        c["query"]["_id"]
        for c in OVERHEARD.commands
        if next(iter(c)) == "findAndModify"
    ]
    assert len(set(first)) > 1


def test_a_file_that_no_document_could_hold_is_refused_with_its_size(store):
    with pytest.raises(TooLargeError, match="15728640 is the limit"):
        store.files.keep("s_1", bytes(15 * 1024 * 1024 + 1), now=NOON)


def test_most_members_must_have_a_file_too(store):
    OVERHEARD.commands.clear()
    store.files.keep("s_1", b"lease", now=NOON)

    assert [next(iter(command)) for command in OVERHEARD.commands] == [
        "update",
        "insert",
    ]
    for command in OVERHEARD.commands:
        assert command["writeConcern"] == {"w": "majority", "j": True}


def test_an_empty_database_is_refused_where_a_store_should_be(url):
    with pytest.raises(StoreUnavailableError, match="there is nothing in 127"):
        open_store(url, create=False)

    open_store(url).close()
    open_store(url, create=False).close()


@pytest.mark.parametrize(
    "address",
    [
        "mongodb://",
        "mongodb://ann:secret@host:port/yibiao",
        "mongodb://ann:sec@ret@host/yibiao",
        "mongodb://ann:secret@host/yibiao?tls=perhaps",
        "mongodb://ann:secret@host/yibiao?unheard=of",
        "mongodb://ann:secret@host/$cmd",
    ],
)
def test_a_bad_address_is_said_without_its_password(address):
    with pytest.raises(StoreUnavailableError, match='Write "mongodb://') as caught:
        open_store(address)

    assert "secret" not in str(caught.value)
    assert "sec@" not in str(caught.value)


def test_a_server_that_does_not_answer_is_said_without_the_password():
    address = f"mongodb://ann:secret@127.0.0.1:{free_port()}/yibiao?timeoutMS=200"

    with pytest.raises(StoreUnavailableError, match=r"Start the servers") as caught:
        open_store(address)

    assert "secret" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.slow
def test_a_server_that_is_killed_and_comes_back_is_used_again(tmp_path, start_stand_in):
    port = free_port()
    with start_stand_in(tmp_path, port) as server:
        store = open_store(f"{server.url}/yibiao?timeoutMS=60000")
        store.insert("affairs", {"_id": "founding", "current": 1})
        server.process.kill()
        server.process.wait()
        with timeout(1), pytest.raises(StoreUnavailableError):
            store.get("affairs", "founding")

    with start_stand_in(tmp_path, port):
        assert store.get("affairs", "founding")["current"] == 1
        store.close()


def test_a_child_process_opens_its_own_connections(store):
    store.insert("affairs", {"_id": "founding", "current": 1})
    child = os.fork()
    if child == 0:
        try:
            store.put("affairs", store.get("affairs", "founding"))
            store.close()
        finally:
            os._exit(0)

    assert os.waitpid(child, 0)[1] == 0
    assert store.get("affairs", "founding")["rev"] == 2


def test_threads_that_begin_together_share_one_client(url):
    opened = open_store(url)
    ready = threading.Barrier(4)

    def look():
        ready.wait()
        opened.get("affairs", "founding")

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(opened._clients) == 1
    opened.close()


def test_mongodb_itself_is_a_replica_set_or_a_cluster():
    """With this the contract's suite ran on what may be called MongoDB."""
    server = os.environ.get("MONGO_URI")
    if server is None:
        pytest.skip("no MongoDB: MONGO_URI names a server to run the suite on too")
    with MongoClient(server) as client:
        hello = client.admin.command("hello")

    assert "setName" in hello or hello.get("msg") == "isdbgrid"
