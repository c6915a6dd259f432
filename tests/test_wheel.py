"""The wheel alone is the product: built, installed elsewhere, and run there."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.waiting import LONG

OWN = {"builder", "renderer", "submissions", "form_defs"}


def run(command, cwd, **environment):
    """Run a command in a folder; return what it said, or fail with it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("YIBIAO", "PY"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    run([*command, "--outdir", folder, checkout], folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return the programs of an environment that has the wheel, not the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    run([sys.executable, "-m", "venv", "--without-pip", folder], folder)
    ours = Path(sysconfig.get_path("purelib"))
    theirs = folder / ours.relative_to(sys.prefix)
    pip = [sys.executable, "-m", "pip", "--python", folder, "install", "-q"]
    run([*pip, "--no-deps", "--no-index", wheel], folder)
    # The libraries come from here; .pth files in this folder are not followed, so
    # the checkout stays out.
    (theirs / "libraries.pth").write_text(f"{ours}\n")
    return folder / "bin"


def test_the_wheel_holds_the_four_packages_with_their_data(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.split("/")[0] for name in names}

    assert {each for each in folders if not each.endswith(".dist-info")} == OWN
    for needed in (
        "form_defs/affairs/newborn_birth.json",
        "form_defs/schemas/pack.json",
        "renderer/demo/people.json",
        "renderer/templates/base.html",
        "renderer/static/yibiao.css",
        "renderer/translations/en/LC_MESSAGES/messages.mo",
        "submissions/delivery/schemas/events.json",
    ):
        assert needed in names


@pytest.mark.slow
def test_each_name_belongs_to_one_distribution(installed, tmp_path):
    code = (
        "import json, builder, importlib.metadata as m;"
        "print(json.dumps([builder.__file__, m.packages_distributions()]))"
    )
    place, owners = json.loads(run([installed / "python", "-c", code], tmp_path))

    assert place.startswith(str(installed.parent))
    assert {name: set(owners[name]) for name in OWN} == {n: {"yibiao"} for n in OWN}


@pytest.mark.slow
def test_the_installed_command_checks_the_shipped_definitions(installed, tmp_path):
    said = run([installed / "yibiao", "check"], tmp_path)

    assert said.count("7 matters") == 2


@pytest.mark.slow
def test_the_installed_command_goes_all_the_way_in_an_empty_folder(installed, tmp_path):
    said = run([installed / "yibiao", "demo", "--once", "--json"], tmp_path)

    told = json.loads(said)
    assert told["ok"] is True
    assert [each["verified"] for each in told["affairs"]] == [7, 7]
    assert list(tmp_path.iterdir()) == []
