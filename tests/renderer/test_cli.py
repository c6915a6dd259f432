"""The command `yibiao`: what it says to people, and with which exit code it ends."""

import json
import shutil
import signal
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from builder import pack
from builder.model import AffairId
from renderer.cli import INTERRUPTED, Yibiao, main
from renderer.config import Settings, open_configured
from submissions.delivery import webhook

AFFAIRS = 6


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory):
    """A store in which everything is published; it is only copied."""
    data = tmp_path_factory.mktemp("shipped")
    environment = {"YIBIAO_DATA": str(data)}
    done = CliRunner().invoke(main, ["publish", "--shipped"], env=environment)
    assert done.exit_code == 0
    return data


@pytest.fixture
def shipped(shipped_store, tmp_path):
    """Publish everything, without proving it each time."""
    to = tmp_path / "data"
    return lambda: shutil.copytree(shipped_store, to, dirs_exist_ok=True)


@pytest.fixture
def defs(checkout, tmp_path):
    """A copy of the shipped definitions that a test may break."""
    ignore = shutil.ignore_patterns("__pycache__", "*.py")
    return shutil.copytree(checkout / "form_defs", tmp_path / "defs", ignore=ignore)


def edit(file, change):
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))


def test_check_says_of_each_affair_what_it_holds(yibiao, catalogue):
    done = yibiao("check")

    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == len(catalogue.affairs)
    assert "newborn_birth: 7 matters, 109 fields" in done.stdout


def test_check_names_the_place_of_a_mistake_and_how_to_mend_it(yibiao, defs):
    edit(
        defs / "matters/ps.seal/matter.json",
        lambda matter: matter.update(department="moon"),
    )

    done = yibiao("check", "--defs", defs)

    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("matters/ps.seal/matter.json#/department: ")
    assert "There is no department 'moon'. Define it or mend the name." in done.stderr


def test_check_tells_all_mistakes_of_a_run(yibiao, defs):
    for matter in ("ps.seal", "tax.confirm"):
        edit(
            defs / f"matters/{matter}/matter.json",
            lambda document: document.update(department="moon"),
        )

    done = yibiao("check", "--defs", defs)

    assert [line.split("#")[0] for line in done.stderr.splitlines()] == [
        "matters/ps.seal/matter.json",
        "matters/tax.confirm/matter.json",
    ]


def test_a_file_that_is_no_json_is_told_without_a_stack_trace(yibiao, defs):
    (defs / "elements.json").write_text("{")

    done = yibiao("merge", "newborn_birth", "--defs", defs)

    assert done.exit_code == 2
    assert done.stderr.startswith("elements.json: ")
    assert "Traceback" not in done.output


def test_a_predicate_on_a_question_nobody_is_asked_is_refused(yibiao, defs):
    moon = {
        "properties": {"situation:moon": {"const": 1}},
        "required": ["situation:moon"],
    }
    edit(
        defs / "affairs/newborn_birth.json",
        lambda affair: affair["prefill"]["/facts/newborn:person.sex"][0].update(
            when=moon
        ),
    )

    done = yibiao("check", "--defs", defs)

    assert done.exit_code == 2
    assert done.stderr.startswith(
        "affairs/newborn_birth.json#/prefill/~1facts~1newborn"
    )
    assert "'situation:moon'" in done.stderr
    assert "[E_UNASKED_PREDICATE]" in done.stderr


def test_merge_writes_the_pack_and_sums_up_beside_it(yibiao, packs):
    done = yibiao("merge", "enterprise_setup")

    assert done.exit_code == 0
    bare, _ = pack.parted(packed := packs[AffairId("enterprise_setup")])
    assert done.stdout_bytes.strip() == bare
    assert len(packed) > len(bare)
    assert pack.load(done.stdout_bytes).affair == "enterprise_setup"
    assert "questions after" in done.stderr


def test_merge_sums_up_what_was_shared(yibiao, forms):
    done = yibiao("merge", "newborn_birth", "--summary")
    counts = forms[AffairId("newborn_birth")].counts

    assert f"fields before     {counts.fields}" in done.stdout
    assert f"questions after    {counts.questions}" in done.stdout
    assert "孩子的姓名  5: hrss.ssc_apply" in done.stdout


def test_an_unknown_affair_is_answered_with_those_that_are_known(yibiao):
    done = yibiao("merge", "moving_house")

    assert done.exit_code == 2
    assert "There is no affair 'moving_house'" in done.stderr
    assert "enterprise_setup, newborn_birth" in done.stderr


@pytest.mark.slow
def test_publishing_twice_changes_nothing(yibiao):
    first, second = yibiao("publish", "--shipped"), yibiao("publish", "--shipped")

    assert "newborn_birth@1 published" in first.stdout.splitlines()
    assert first.stdout.count("@1 published") == AFFAIRS
    assert second.stdout.count("@1 unchanged") == AFFAIRS


def test_only_its_owner_can_look_into_what_publish_makes(yibiao, tmp_path):
    yibiao("publish", "newborn_birth")

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_publishing_one_affair_publishes_no_other(yibiao):
    done = yibiao("publish", "newborn_birth")

    assert done.stdout == "newborn_birth@1 published\n"


@pytest.mark.slow
def test_publishing_changed_definitions_makes_a_new_version(shipped, yibiao, defs):
    shipped()
    edit(defs / "affairs/newborn_birth.json", lambda affair: affair.update(minutes=99))

    done = yibiao("publish", "--shipped", "--defs", defs, "--samples", 4)

    assert "newborn_birth@2 published" in done.stdout.splitlines()
    assert done.stdout.count("@1 unchanged") == AFFAIRS - 1


@pytest.mark.parametrize("arguments", [[], ["--shipped", "newborn_birth"]])
def test_publish_wants_either_names_or_all(yibiao, arguments):
    done = yibiao("publish", *arguments)

    assert done.exit_code == 2
    assert "say --shipped" in done.stderr


def test_nothing_is_published_when_one_definition_is_broken(yibiao, defs, tmp_path):
    (defs / "departments.json").write_text("[]")

    done = yibiao("publish", "--shipped", "--defs", defs)

    assert done.exit_code == 2
    assert not (tmp_path / "data").exists()


def test_a_store_that_cannot_be_used_is_told_in_words(yibiao, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")

    done = yibiao("publish", "--shipped")

    assert done.exit_code == 1
    assert f"{tmp_path / 'data'} is a file." in done.stderr
    assert "Let YIBIAO_DATA name the folder" in done.stderr
    assert "Traceback" not in done.output


def test_the_secret_of_an_endpoint_is_shown_once(shipped, yibiao):
    shipped()
    added = yibiao("endpoint", "add", "tax", "https://tax.example/in", "--area", "4201")
    listed = yibiao("endpoint", "list")

    secret = added.stdout.strip()
    assert secret.startswith("whsec_")
    headings, row = map(str.split, listed.stdout.splitlines())
    assert headings[:6] == ["ID", "WHO", "AREA", "URL", "GETS", "STATE"]
    told = ["tax", "4201", "https://tax.example/in", "full", "unverified", "-"]
    assert row[1:] == told
    assert secret not in listed.output


def test_an_endpoint_that_is_no_url_is_refused(shipped, yibiao):
    shipped()
    done = yibiao("endpoint", "add", "tax", "tax.example")

    assert done.exit_code == 1
    assert "tax.example" in done.stderr


def test_an_unknown_department_is_answered_with_those_that_are_known(shipped, yibiao):
    before = yibiao("endpoint", "add", "moon", "https://moon.example/in")
    shipped()
    after = yibiao("endpoint", "add", "moon", "https://moon.example/in")

    assert (before.exit_code, after.exit_code) == (2, 2)
    assert "Known: none; publish first." in before.stderr
    assert "Known: bank, civil_affairs, disease_control, " in after.stderr


def test_json_without_once_is_refused(yibiao):
    assert yibiao("demo", "--json").exit_code == 2


@pytest.mark.parametrize("command", ["check", "publish --shipped"])
def test_a_folder_without_affairs_is_said(yibiao, tmp_path, command):
    (tmp_path / "empty").mkdir()

    done = yibiao(*command.split(), "--defs", tmp_path / "empty")

    assert done.exit_code == 2
    assert f"there are no affairs in {tmp_path / 'empty'}" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "command",
    [
        "area list",
        "endpoint list",
        "endpoint pause e_1",
        "endpoint remove e_1",
        "status",
    ],
)
@pytest.mark.parametrize("name", ["YIBIAO_DATA", "YIBIAO_STORE"])
def test_a_store_that_is_not_there_is_said_and_not_made(
    yibiao, tmp_path, monkeypatch, command, name
):
    there = tmp_path / "mistyped"
    value = there if name == "YIBIAO_DATA" else f"sqlite:///{there}/yibiao.db"
    monkeypatch.setenv(name, str(value))

    done = yibiao(*command.split())

    assert done.exit_code == 1
    assert f"there is no store at {there}/yibiao.db" in done.stderr
    assert f"{name} says where it is" in done.stderr
    assert not there.exists()


@pytest.mark.parametrize("area", ["42011", "4201x6", "４２", "4201160020011"])
def test_what_is_no_area_code_is_refused(shipped, yibiao, area):
    shipped()

    done = yibiao("endpoint", "add", "tax", "https://tax.example/in", "--area", area)

    assert done.exit_code == 2
    assert "2, 4, 6, 9 or 12 digits" in done.stderr


@pytest.mark.parametrize(
    "url", ["ftp://tax.example", "https://tax.example:99999", "https://tax.example:0"]
)
def test_a_url_that_can_never_be_called_is_refused(shipped, yibiao, url):
    shipped()

    done = yibiao("endpoint", "add", "tax", url)

    assert done.exit_code == 1
    assert f"{url} may not be called" in done.stderr


@pytest.mark.parametrize(
    ("url", "reason", "allowed"),
    [
        ("http://127.0.0.1:9100/tax", "it is not https", "127.0.0.1:9100"),
        ("https://tax.example:9100/", "port 9100 is none", "tax.example:9100"),
        ("https://10.1.2.3/tax", "private network", "10.1.2.3:443"),
        ("https://localhost/tax", "private network", "localhost:443"),
    ],
)
def test_a_url_that_a_worker_will_refuse_is_told_with_the_remedy(
    shipped, yibiao, url, reason, allowed
):
    shipped()

    done = yibiao("endpoint", "add", "tax", url)

    assert done.exit_code == 0
    assert reason in done.stderr
    assert f"yibiao worker --allow {allowed}\n" in done.stderr
    assert "--allow" not in yibiao("endpoint", "add", "tax", "https://t.example").stderr


def test_a_second_endpoint_is_told_to_be_one_more(shipped, yibiao):
    shipped()
    first = yibiao("endpoint", "add", "tax", "https://one.example")
    elsewhere = yibiao("endpoint", "add", "tax", "https://wh.example", "--area", "4201")
    second = yibiao("endpoint", "add", "tax", "https://two.example")

    assert "endpoints for" not in first.stderr + elsewhere.stderr
    assert "tax now has 2 endpoints for everywhere" in second.stderr


@pytest.fixture
def tax(shipped, yibiao):
    """The id of an endpoint."""
    shipped()
    return yibiao("endpoint", "add", "tax", "https://tax.example").stderr.split()[0]


@pytest.mark.usefixtures("tax")
@pytest.mark.parametrize("command", ["pause", "resume", "remove", "verify", "rotate"])
def test_an_endpoint_that_is_not_there_is_answered_with_where_to_look(yibiao, command):
    done = yibiao("endpoint", command, "e_none")

    assert done.exit_code == 2
    assert "There is no endpoint 'e_none'. `yibiao endpoint list`" in done.stderr


def test_status_says_what_is_published_by_whom_and_that_nobody_reviewed_it(yibiao):
    yibiao("publish", "restaurant_opening", "--by", "Li Lei", "--samples", 4)

    (told,) = json.loads(yibiao("status", "--json").stdout)["published"]
    line = yibiao("status").stdout.splitlines()[-1]

    assert (told["id"], told["by"], told["review"]) == (
        "restaurant_opening@1",
        "Li Lei",
        "none",
    )
    assert (told["certificate"]["samples"], told["certificate"]["ok"]) == (4, True)
    agreed = told["certificate"]["t_equals_v"]
    count = agreed["valid"] + agreed["invalid"]
    assert "restaurant_opening@1 on " in line
    assert line.endswith(f"by Li Lei, without review, proven on {count} samples")


def test_what_cannot_be_proven_is_not_published(yibiao, defs):
    for form, field, only in (
        ("nhc.birth_cert", "XSEXM", "一"),
        ("nhc.vaccine", "XM", "二"),
    ):
        edit(
            defs / f"matters/{form}/schema.json",
            lambda schema, field=field, only=only: schema["properties"].update(
                {field: {"const": only}}
            ),
        )

    done = yibiao("publish", "newborn_birth", "--defs", defs, "--samples", 4)

    assert done.exit_code == 1
    assert "'newborn_birth' cannot be published: its proof failed" in done.stderr
    assert "`yibiao prove newborn_birth` says what fails" in done.stderr
    assert json.loads(yibiao("status", "--json").stdout)["published"] == []


def test_status_counts_what_has_not_arrived(yibiao, tax, tmp_path):
    yibiao("endpoint", "pause", tax)
    store = open_configured(Settings(data=tmp_path / "data"))
    parts = [
        {"id": "p_1", "department": "tax", "state": "waiting", "since": ""},
        {"id": "p_2", "department": "bank", "state": "held", "since": ""},
    ]
    store.insert(
        "submissions",
        {"_id": "s_1", "status": "open", "parts": parts, "deliveries": [], "tags": []},
    )
    store.close()

    told = json.loads(yibiao("status", "--json").stdout)
    lines = yibiao("status").stdout.splitlines()

    none = {"waiting": 0, "sending": 0, "no_endpoint": 0, "parked": 0, "held": 0}
    assert told["departments"] == {
        "bank": none | {"held": 1},
        "tax": none | {"waiting": 1},
    }
    assert [each["id"] for each in told["paused"]] == [tax]
    assert lines[1].split() == ["bank", "0", "0", "0", "0", "1"]
    assert lines[-1].startswith("Paused: tax https://tax.example")


@pytest.mark.parametrize(
    "allowed",
    ["127.0.0.1", "http://127.0.0.1:9100", ":9100", "h:0", "h:99999", "h:9/x"],
)
def test_what_is_no_host_and_port_cannot_be_allowed(yibiao, allowed):
    done = yibiao("worker", "--allow", allowed)

    assert done.exit_code == 2
    assert f"{allowed!r} is no HOST:PORT" in done.stderr


@pytest.mark.parametrize("secret", ["geheim", "whsec_", "whsec_c2hvcnQ="])
def test_a_receiver_wants_a_secret(yibiao, secret):
    done = yibiao("receiver", "--secret", secret)

    assert done.exit_code == 2
    assert "a secret is whsec_ and base64" in done.stderr


def test_a_receiver_keeps_to_the_port_it_was_given(yibiao):
    secret = webhook.new_secret(bytes)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = yibiao("receiver", "--secret", secret, "--port", port)

    assert done.exit_code == 1
    assert f"Port {port} is taken" in done.stderr


#: Ctrl-C the moment the loading comes to the library that takes longest.
LOADING = """
import sys

class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == "flask":
            raise KeyboardInterrupt

sys.meta_path.insert(0, CtrlC())
from renderer.cli import main
"""


def loading(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=False, capture_output=True)


def test_ctrl_c_while_it_loads_leaves_no_stack_trace():
    done = loading(LOADING)

    assert done.returncode == -signal.SIGINT  # a shell says 130
    assert done.stderr == b""


def test_another_fault_while_it_loads_still_shows_where():
    code = LOADING.replace("KeyboardInterrupt", "ValueError")
    done = loading(code)

    assert done.returncode == 1
    assert b"ValueError" in done.stderr


def test_ctrl_c_in_a_command_leaves_no_stack_trace():
    group = Yibiao()

    @group.command()
    def wait():
        raise KeyboardInterrupt

    done = CliRunner().invoke(group, ["wait"])

    assert (done.exit_code, done.output) == (INTERRUPTED, "")
