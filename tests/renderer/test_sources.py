"""Sources: asked over HTTP as they are, all at once, within one deadline."""

import json
from threading import Event

import pytest
from flask import Flask

from renderer.demo.registers import connections, create_registers, look_up
from renderer.servers import address, listen, serving
from renderer.sources.base import Inquiry, PrefillSource, SilentError, Told
from renderer.sources.connections import Connections, read_connections
from renderer.sources.registry import Certificates, Registry
from submissions.errors import SettingError

NOW = "2026-11-23T08:00:00.000Z"
LIN = {"id_number": "420116199603122468"}


def inquiry(register="id_card", key=LIN, source=None):
    return Inquiry(
        source=source or register,
        kind="registry",
        register=register,
        key=key,
        owner="demo:lin",
        claims={},
        now=NOW,
    )


@pytest.fixture(scope="module")
def registers():
    """The sample registers on a port, and how they are asked."""
    with listen(0) as socket, serving(create_registers("right"), socket):
        yield address(socket)


def test_a_register_says_what_it_knows_of_the_key_and_nothing_of_another(registers):
    known = connections(registers, "right")

    said = known.ask([inquiry(), inquiry("hukou", {"id_number": "1"})])

    assert said["id_card"].values == look_up("id_card", LIN)["values"]
    assert said["id_card"].at == "2026-11-20T08:00:00.000Z"
    assert said["hukou"].values is None


def test_a_register_that_refuses_or_is_not_there_is_silent_and_the_others_are_heard(
    registers,
):
    sources = {
        **connections(registers, "right").sources,
        "refuses": Registry(
            url=f"{registers}/ask", token="wrong", allowed=(registers[7:],)
        ),
        "forbidden": Registry(url=f"{registers}/ask"),
        "nobody": Registry(url="http://127.0.0.1:9/ask", allowed=("127.0.0.1:9",)),
    }
    said = Connections(sources=sources, deadline=30).ask(
        [inquiry(), *(inquiry(each) for each in ("refuses", "forbidden", "nobody"))]
    )

    assert said["id_card"].values is not None
    assert said["refuses"].reason == "status 401"
    assert said["forbidden"].reason.startswith("forbidden")
    assert isinstance(said["nobody"], SilentError)


class Stuck(PrefillSource):
    """Answers when it is let go, which may be never."""

    def __init__(self):
        self.let_go = Event()

    def ask(self, inquiry, *, deadline):  # noqa: ARG002
        self.let_go.wait()
        return Told(values={}, at=NOW)


def test_a_source_that_does_not_end_delays_nobody_beyond_the_deadline():
    stuck = Stuck()
    known = Connections(sources={"stuck": stuck, "quick": Quick()}, deadline=0.2)

    said = known.ask([inquiry("stuck"), inquiry("quick")])
    stuck.let_go.set()

    assert said["stuck"].reason == "deadline"
    assert said["quick"] == Told(values={"a": 1}, at=NOW)


class Quick(PrefillSource):
    def ask(self, inquiry, *, deadline):  # noqa: ARG002
        return Told(values={"a": 1}, at=inquiry.now)


def test_an_operator_connects_registers_in_a_file_and_hears_what_is_wrong(tmp_path):
    file = tmp_path / "sources.json"
    card = {"url": "https://card.example/ask", "certificate": "ecert.id_card"}
    fund = {"url": "http://10.0.0.8:80/ask", "token": "t", "private": True}
    file.write_text(json.dumps({"sources": {"id_card": card, "fund": fund}}))

    known = read_connections(file)

    assert known.find("certificate", "id_card") == Certificates(
        url=card["url"], certificate="ecert.id_card"
    )
    assert known.find("registry", "fund").allowed == ("10.0.0.8:80",)
    assert "t" not in repr(known.find("registry", "fund")).split("token")[-1][:3]
    card["certificate"] = "ecert.moon"
    file.write_text(json.dumps({"sources": {"id_card": card}}))
    with pytest.raises(SettingError, match="YIBIAO_SOURCES"):
        read_connections(file)


@pytest.mark.parametrize(
    "answer", ["", "[]", '{"at": 1, "values": {}}', '{"at": "2026-11-03", "values": 1}']
)
def test_an_answer_that_is_none_is_silence(answer):
    app = Flask("odd")
    app.post("/ask")(lambda: answer)
    with listen(0) as socket, serving(app, socket):
        where = address(socket)
        odd = Registry(url=f"{where}/ask", allowed=(where.removeprefix("http://"),))

        with pytest.raises(SilentError) as silence:
            odd.ask(inquiry(), deadline=30)

    assert silence.value.reason == "answer"
