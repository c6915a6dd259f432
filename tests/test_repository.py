"""What is promised of the repository itself: sizes, words, pins, targets, links."""

import ast
import json
import re
import subprocess
import tomllib

import pytest

import renderer.cli

#: A module of tests is a list of claims, not a room one has to know whole.
MOST_LINES, MOST_TEST_LINES = 400, 500
MOST_FUNCTION_LINES, MOST_TEST_FUNCTION_LINES = 40, 60
TARGETS = {"help", "demo", "dev", "test", "check", "fix", "bench", "faults", "lock"}
BANNED_NAMES = {"utils", "common", "helpers", "manager"}
#: Words that tell of one machine, or of work that is not done.
BANNED_WORDS = re.compile(
    r"/(?:work|tmp|root|Users)/|\bTODO\b|\bFIXME\b|type: ignore(?!\[)"
)
TEXTS = {".py", ".json", ".html", ".css", ".js", ".md", ".toml", ".txt", ".po", ""}


def tracked(checkout, *endings):
    """Return the files of the repository, also those not yet added to git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=checkout, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is no git checkout")
    paths = [checkout / name for name in listed.stdout.decode().split("\0") if name]
    return [p for p in paths if p.is_file() and (not endings or p.suffix in endings)]


def test_no_module_is_longer_than_can_be_read_at_once(checkout):
    lengths = {
        str(path.relative_to(checkout)): len(path.read_text().splitlines())
        for path in tracked(checkout, ".py")
    }

    def most(name):
        return MOST_TEST_LINES if name.startswith("tests/") else MOST_LINES

    assert {name: n for name, n in lengths.items() if n > most(name)} == {}


def test_no_function_is_longer_than_a_screen(checkout):
    found = {}
    for path in tracked(checkout, ".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                found[f"{path.relative_to(checkout)}:{node.name}"] = length

    def most(name):
        tests = name.startswith("tests/")
        return MOST_TEST_FUNCTION_LINES if tests else MOST_FUNCTION_LINES

    assert {name: n for name, n in found.items() if n > most(name)} == {}


def test_a_module_is_named_after_what_it_does(checkout):
    named = {path.stem for path in tracked(checkout, ".py")}

    assert named & BANNED_NAMES == set()


def test_no_file_names_a_machine_or_leaves_work_open(checkout):
    found = [
        f"{path.relative_to(checkout)}:{number}: {line.strip()[:80]}"
        for path in tracked(checkout, *TEXTS)
        if path != checkout / "tests/test_repository.py"
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if BANNED_WORDS.search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    "name",
    [
        "requirements.txt",
        "requirements-dev.txt",
        "tests/faults/verifiers/requirements.txt",
    ],
)
def test_every_pin_has_a_hash_and_no_address(checkout, name):
    text = (checkout / name).read_text()
    pins = re.findall(
        r"^([a-z0-9._-]+)==[^ ]+ \\\n    --hash=sha256:", text, re.MULTILINE
    )

    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE))


def test_every_dependency_is_pinned(checkout):
    project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[>=]", each)[0].lower() for each in wanted}
    pins = (checkout / "requirements-dev.txt").read_text()

    assert {name for name in names if f"\n{name}==" not in "\n" + pins} == set()


def test_every_make_target_says_what_it_does(checkout):
    told = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = dict(line.split(maxsplit=1) for line in told.stdout.splitlines())
    phony = re.search(
        r"^\.PHONY: (.*)$", (checkout / "Makefile").read_text(), re.MULTILINE
    )

    assert lines.keys() == TARGETS
    assert set(phony[1].split()) == TARGETS


def test_the_readme_names_commands_that_exist(checkout):
    readme = (checkout / "README.md").read_text()
    named = set(re.findall(r"\byibiao ([a-z]+)", readme))

    assert named <= renderer.cli.main.commands.keys()
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", readme, re.MULTILINE)) <= TARGETS


def test_the_readme_names_settings_that_are_read(checkout):
    named = set(re.findall(r"YIBIAO_[A-Z_]+", (checkout / "README.md").read_text()))
    read = (checkout / "renderer/config.py").read_text()

    assert named
    assert {name for name in named if f'"{name}"' not in read} == set()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_what_a_document_links_to_is_there(checkout, name):
    text = (checkout / name).read_text()
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    inside = {target for target in targets if "://" not in target}

    assert {target for target in inside if not (checkout / target).exists()} == set()


def test_the_procfile_starts_what_there_is(checkout):
    lines = (checkout / "Procfile").read_text().splitlines()
    processes = dict(line.split(": ", 1) for line in lines)

    assert list(processes) == ["release", "web", "worker"]
    for name in ("release", "worker"):
        assert processes[name].split()[1] in renderer.cli.main.commands
    assert callable(renderer.create_app)


def test_every_json_file_is_json(checkout):
    for path in tracked(checkout, ".json"):
        json.loads(path.read_text())
