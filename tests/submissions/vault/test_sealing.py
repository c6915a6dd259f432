"""What is sealed opens with its key and in its place, and nowhere else."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.vault.sealing import seal, unseal

KEY, OTHER = bytes(range(32)), bytes(32)


def sealed(plain, place="s_1|drafts"):
    return seal(KEY, plain, place=place, random=secrets.token_bytes)


@given(st.binary(max_size=300), st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_comes_back_in_its_place(plain, place):
    assert unseal(KEY, sealed(plain, place), place=place) == plain


def test_another_key_and_another_place_open_nothing():
    kept = sealed(b"110101199001011237")

    for key, place in ((OTHER, "s_1|drafts"), (KEY, "s_2|drafts"), (KEY, "s_1|files")):
        with pytest.raises(ValueError, match="another key"):
            unseal(key, kept, place=place)


def test_every_change_shows():
    kept = sealed(b"110101199001011237")

    for place in range(len(kept)):
        changed = bytearray(kept)
        changed[place] ^= 1
        with pytest.raises(ValueError, match=r"changed|not sealed"):
            unseal(KEY, bytes(changed), place="s_1|drafts")
        with pytest.raises(ValueError, match=r"changed|not sealed"):
            unseal(KEY, kept[:place], place="s_1|drafts")


def test_the_same_is_never_sealed_twice_alike():
    assert len({sealed(b"110101199001011237") for _ in range(100)}) == 100
