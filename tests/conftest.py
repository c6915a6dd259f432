"""What every test can ask for."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from pymongo import MongoClient

from builder import pack
from builder.catalogue import load, read_folder
from builder.merge import merge
from builder.model import AffairId, Catalogue, MergedForm
from renderer.ends import leaves
from submissions import passwords
from tests.waiting import free_port, listens, until

#: Runs a stand-in while a `with` block lasts; its folder and port.
StartStandIn: TypeAlias = Callable[[Path, int], AbstractContextManager["StandIn"]]

CHECKOUT = Path(__file__).parent.parent

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.register_profile(
    "quick", settings.get_profile("default"), derandomize=True, max_examples=20
)
PROFILE = os.environ.get(
    "HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"
)
settings.load_profile(PROFILE)
# Laws that need more examples than others ask for a profile by name, so that a quick
# run takes few of them too.
for name, full, quick in (("some", 80, 20), ("many", 400, 40)):
    settings.register_profile(
        name,
        settings.get_profile(PROFILE),
        max_examples=quick if PROFILE == "quick" else full,
    )


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds the four packages."""
    return CHECKOUT


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of the facts the definitions were written from."""
    folder = Path(os.environ.get("YIBIAO_REFERENCE", CHECKOUT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no reference data: set YIBIAO_REFERENCE ({folder} is no folder)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser; without one the test is skipped, or fails where one must be."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("YIBIAO_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(found)


@pytest.fixture
def cheap_passwords(monkeypatch) -> Iterator[None]:
    """Check passwords at a hundredth of the cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped definitions."""
    return load(read_folder(files("form_defs")))


@pytest.fixture(scope="session")
def forms(catalogue: Catalogue) -> Mapping[AffairId, MergedForm]:
    """The shipped affairs, merged."""
    return {affair: merge(catalogue, affair) for affair in catalogue.affairs}


@pytest.fixture(scope="session")
def stands_on(forms: Mapping[AffairId, MergedForm]) -> Callable[[AffairId, str], str]:
    """Return a function that names the page on which a question is asked online."""
    return lambda affair, pointer: next(
        leaf.id
        for leaf in leaves(forms[affair], "public")
        if pointer in leaf.sections[0].questions
    )


@pytest.fixture(scope="session")
def packs(forms: Mapping[AffairId, MergedForm]) -> Mapping[AffairId, bytes]:
    """The shipped affairs as candidates; what certificates say is tested elsewhere."""
    return {
        affair: pack.certify(pack.dump(form), {"ok": True})
        for affair, form in forms.items()
    }


@pytest.fixture(scope="session")
def stand_in(
    tmp_path_factory: pytest.TempPathFactory, start_stand_in: StartStandIn
) -> Iterator[str]:
    """The address of a server that speaks MongoDB's protocol without being MongoDB.

    It shows that calls are well formed; nothing of replica sets, of their write
    concerns or of shards.
    """
    with start_stand_in(tmp_path_factory.mktemp("stand-in"), free_port()) as server:
        yield server.url


@pytest.fixture(
    params=["sqlite", "sealed", "stand-in", *["mongo"] * ("MONGO_URI" in os.environ)]
)
def engine_name(request: pytest.FixtureRequest) -> str:
    """What to try the store on: each engine there is, and SQLite with all encrypted."""
    name: str = request.param
    return name


@pytest.fixture
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, engine_name: str
) -> Iterator[str]:
    """The address of an empty store, on each engine there is to try on."""
    if engine_name in {"sqlite", "sealed"}:
        yield f"sqlite:///{tmp_path}/store/yibiao.db"
        return
    server = (
        os.environ["MONGO_URI"]
        if engine_name == "mongo"
        else request.getfixturevalue("stand_in")
    )
    name = f"yibiao_{os.getpid():x}_{time.time_ns():x}"
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with MongoClient[dict[str, object]](server) as client:
        client.drop_database(name)


@pytest.fixture(scope="session")
def start_stand_in() -> StartStandIn:
    """Return a function that runs a stand-in with a folder for its documents."""
    return _standing_in


@dataclass(frozen=True)
class StandIn:
    """A server that runs."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def _standing_in(folder: Path, port: int) -> Iterator[StandIn]:
    places = {"--data-dir": "data", "--pid-file": "pid", "--log-file": "log"}
    options = [word for name, at in places.items() for word in (name, folder / at)]
    (folder / "pid").unlink(missing_ok=True)  # a killed one leaves it
    program = Path(sys.executable).with_name("nx-27017")
    with (folder / "said").open("w") as said:
        server = subprocess.Popen(
            [program, *options, "--port", str(port)], stdout=said, stderr=said
        )
    try:

        def answers() -> bool:
            assert server.poll() is None, (folder / "said").read_text()
            return listens(port)

        until(answers, "nx-27017 does not answer")
        yield StandIn(f"mongodb://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait()
