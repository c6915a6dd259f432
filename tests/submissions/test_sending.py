"""What programs send: accepted once, or refused with every place that is wrong."""

import json
from dataclasses import replace

import pytest

from submissions import intake, packs
from submissions.errors import Duplicate, KeyReusedError, OutdatedError, Refused
from submissions.intake import Call


@pytest.fixture
def city(new_city):
    """A city in which a program can do everything: the lease may follow."""
    return new_city("deferrable")


PROMISED = ("licence:lease", "tax:ledger")


def send(city, body=None, key="birth-1", client="c_1"):
    body = {"answers": city.answers, "promised": list(PROMISED)} | (body or {})
    call = Call(client=client, key=key, body=body)
    return intake.accept_call(
        city.store, city.published, call=call, now=city.clock.text, new_id=city.new_id
    )


def test_what_a_program_sends_is_split_and_addressed_like_a_draft(city):
    city.connect_all("https://example.org")
    sent = city.submission(send(city).submission)
    drafted = city.apply()

    for name in ("parts", "deliveries"):
        assert [each.keys() for each in sent[name]] == [
            each.keys() for each in drafted[name]
        ]
    assert [part.get("body") for part in sent["parts"]] == [
        part.get("body") for part in drafted["parts"]
    ]
    assert (sent["sender"], drafted["sender"]) == ("c_1", "applicant")
    assert sent["log"][0]["who"] == "c_1"


def test_the_same_key_and_body_is_the_same_submission(city):
    first = send(city)
    city.clock.pass_(days=3)

    again = send(city)

    assert first.created
    assert again == replace(first, created=False)
    assert len(city.store.find("submissions")) == 1


def test_the_same_key_with_another_body_changes_nothing(city):
    first = send(city)
    other = {"facts": {**city.answers["facts"], "company:name": "别的"}}

    with pytest.raises(KeyReusedError, match="new key"):
        send(city, {"answers": other})

    assert len(city.store.find("submissions")) == 1
    assert "别的" not in json.dumps(city.submission(first.submission))


def test_a_key_belongs_to_its_client_and_its_affair(city):
    ids = {
        send(city, client=client, key=key).submission
        for client in ("c_1", "c_2")
        for key in ("birth-1", "birth-2")
    }

    assert len(ids) == 4
    assert intake.call_id("founding", "c_1", "x") != intake.call_id(
        "moving", "c_1", "x"
    )


def test_a_program_that_sends_the_same_at_the_same_moment_gets_the_same(city):
    class Late:
        """A store that sees the other submission only when it inserts its own."""

        def __getattr__(self, name):
            return getattr(city.store, name)

        def insert(self, collection, document):
            send(city)
            raise Duplicate(collection, document["_id"])

    late = replace(city, store=Late())

    assert not send(late).created
    assert len(city.store.find("submissions")) == 1


def test_an_answer_of_another_version_is_said(city):
    with pytest.raises(OutdatedError, match="version 7 of founding, current is 1"):
        send(city, {"answers": city.answers, "version": 7})

    assert city.store.find("submissions") == []


def test_a_repeat_is_known_when_there_is_a_newer_version(city, repacked):
    body = {"answers": city.answers, "version": 1}
    first = send(city, body)
    packs.publish(city.store, repacked, now=city.clock.text, by="test")
    newer = replace(city, published=packs.current(city.store, "founding"))

    assert send(newer, body).submission == first.submission
    with pytest.raises(OutdatedError):
        send(newer, body, key="birth-2")


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        ({"facts": {"company:nmae": "青山"}}, "/facts (additionalProperties)"),
        ({"facts": []}, "/facts (type)"),
        ({"facts": {}, "matters": {"fund": 3}}, "/matters/fund (type)"),
        ({"facts": {"company:name": 5}}, "/facts/company:name (type)"),
        ({"facts": {"situation:staff": True}}, "/facts/company:name (required)"),
    ],
)
def test_what_a_program_sends_wrong_is_said_with_its_place(city, answers, place):
    with pytest.raises(Refused) as caught:
        send(city, {"answers": answers})

    assert place in str(caught.value)
    assert city.store.find("submissions") == []


def test_promises_of_a_program_are_told_to_the_departments(city):
    sent = city.submission(send(city).submission)

    assert [each["material"] for each in sent["promises"]] == list(PROMISED)
    [licence] = [part for part in sent["parts"] if part["matter"] == "licence"]
    [lease] = [each for each in licence["materials"] if each["id"] == "lease"]
    assert (lease["state"], lease["due"]) == ("promised", "2026-11-27")


@pytest.mark.parametrize(
    ("promised", "refused"),
    [
        ((), PROMISED),
        (("tax:ledger",), ("licence:lease",)),
        ((*PROMISED, "licence:id"), ("licence:id",)),
        (("no:such",), (*PROMISED, "no:such")),
    ],
)
def test_materials_that_lack_and_promises_that_are_void_are_named(
    city, promised, refused
):
    with pytest.raises(Refused) as error:
        send(city, {"answers": city.answers, "promised": list(promised)})

    assert error.value.materials == refused
    assert city.store.find("submissions") == []


def test_what_must_be_handed_in_cannot_be_promised(new_city):
    with pytest.raises(Refused) as error:
        send(new_city())

    assert error.value.materials == ("licence:lease",)
