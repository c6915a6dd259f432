"""Submissions are found by the identity numbers in them, and who looked is known."""

import threading

import pytest

from submissions import anchors, audit, finding
from submissions.numbers import hidden, id_numbers, normal
from submissions.store.contract import HASHED_TAG

NUMBER, ANOTHER = "11010119900101123X", "110101199001011245"


def holding(city, number):
    facts = {"company:name": number, "company:founded": "2026-11-20"}
    return {**city.answers, "facts": {**city.answers["facts"], **facts}}


def found(city, number):
    told = {"who": "li", "why": f"asked by {NUMBER}", "now": city.clock.text}
    return [each["_id"] for each in finding.by_number(city.store, number, **told)]


@pytest.mark.parametrize("typed", [NUMBER, "１１０１０１ 19900101-123x"])
def test_a_submission_is_found_however_the_number_is_typed(city, typed):
    city.apply("s_one", holding(city, NUMBER))
    city.apply("s_two", holding(city, ANOTHER))

    assert found(city, typed) == ["s_one"]
    assert found(city, "110101199001011999") == []


def test_what_changes_keeps_the_numbers_it_has(city):
    city.apply("s_one", holding(city, NUMBER))
    again = finding.indexed(city.submission())
    city.store.put("submissions", again)
    assert len([t for t in city.submission()["tags"] if HASHED_TAG in t]) == 1
    assert found(city, NUMBER) == ["s_one"]

    again = city.submission()
    renamed = again | {"answers": again["answers"].replace(NUMBER, ANOTHER)}
    city.store.put("submissions", finding.indexed(renamed))

    assert (found(city, NUMBER), found(city, ANOTHER)) == ([], ["s_one"])


def test_that_somebody_looked_is_a_line_nobody_can_take_away(city):
    city.apply("s_one", holding(city, NUMBER))
    found(city, NUMBER)
    found(city, ANOTHER)
    anchors.anchor(city.store, now=city.clock.text)

    first, second = audit.lines(city.store)
    assert (first["who"], first["what"]) == ("li", "submissions.found")
    assert first["detail"]["submissions"] == ["s_one"]
    assert second["detail"]["submissions"] == []
    assert NUMBER not in str((first, second))
    assert list(anchors.findings(city.store)) == []
    city.store.delete("audit", second["_id"])
    assert [str(f) for f in anchors.findings(city.store)] == [
        "audit: entry 1: it and what followed are gone, 2 were anchored"
    ]
    city.store.put("audit", first | {"who": "nobody"})
    assert [f.place for f in anchors.findings(city.store)] == [0]


def test_numbers_are_known_wherever_they_stand():
    answers = {"a": [{"b": "11010119900101123x"}], "c": 110101199001011245, "d": "1"}

    assert list(id_numbers(answers)) == [NUMBER]
    assert normal("K1234567(8)") == "K1234567(8)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "XM 11010119900101123x, 6222021234567890123.",
            "XM 1101************3x, 6222*************23.",
        ),
        ("6222 0212 3456 7890", "6222*************90"),
        ("sha256:" + "1234567890123456" * 4, "sha256:" + "1234567890123456" * 4),
        ("m_1101011990010112371", "m_1101011990010112371"),
        ("2026-11-22T03:04:05.678Z status=200 13800138000", "2026-11-22T03"),
    ],
)
def test_long_numbers_are_hidden_and_names_of_things_are_not(text, shown):
    assert hidden(text).startswith(shown)
    assert "1234567890123." not in hidden(text)


def test_of_many_who_look_at_once_each_has_a_line(city):
    def look(number):
        for _ in range(5):
            finding.by_number(
                city.store, NUMBER, who=f"w{number}", why="x", now=city.clock.text
            )

    threads = [threading.Thread(target=look, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(audit.lines(city.store)) == 20
    assert list(anchors.findings(city.store)) == []
