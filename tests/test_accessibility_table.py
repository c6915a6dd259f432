"""The table of docs/accessibility.md names tests that are there."""

import re


def test_every_test_it_names_is_there(checkout):
    table = (checkout / "docs" / "accessibility.md").read_text(encoding="utf-8")
    files = [*checkout.glob("tests/**/test_*.py")]
    there = {file.name for file in files}
    for file in files:
        there |= set(re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8")))

    named = set(re.findall(r"`(test_\w+(?:\.py)?)`", table))
    assert len(named) > 30
    assert named - there == set()


def test_it_has_all_sixty_rows(checkout):
    table = (checkout / "docs" / "accessibility.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| (\d+) \|", table, re.MULTILINE) == [
        str(n) for n in range(1, 61)
    ]
