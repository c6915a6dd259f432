"""Every sentence of the interface has its English, and the compiled file is current."""

from importlib.resources import files
from io import BytesIO

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PLACES = [
    ("**/demo/**", "ignore"),
    ("**.py", "python"),
    ("templates/**.html", "jinja2"),
]
KEYWORDS = {"_": None, "ngettext": (1, 2), "say": None}


@pytest.fixture(scope="module")
def folder():
    return files("renderer") / "translations" / "en" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def english(folder):
    return read_po(BytesIO((folder / "messages.po").read_bytes()), locale="en")


def sentences():
    found = extract_from_dir(str(files("renderer")), PLACES, keywords=KEYWORDS)
    for _file, _line, message, _comments, _context in found:
        yield message if isinstance(message, str) else message[0]


def test_every_sentence_has_its_english(english):
    missing = [each for each in sentences() if not translated(english, each)]

    assert missing == []


def translated(english, sentence):
    entry = english.get(sentence)
    texts = entry.string if entry and isinstance(entry.string, tuple) else None
    return entry and not entry.fuzzy and all(texts or [entry.string])


def test_no_english_is_left_over(english):
    left = {entry.id for entry in english if entry.id}
    known = {each[0] if isinstance(each, tuple) else each for each in left}

    assert known - set(sentences()) == set()


def test_the_values_of_a_sentence_are_the_same_in_english(english):
    for entry in english:
        assert list(entry.check()) == []


def test_the_compiled_file_is_current(folder, english):
    compiled = BytesIO()
    write_mo(compiled, english)

    # Told apart by a word: to show where two such files differ takes minutes.
    current = compiled.getvalue() == (folder / "messages.mo").read_bytes()
    assert current, "run: pybabel compile -d renderer/translations"
