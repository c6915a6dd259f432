"""Whoever logs a number by mistake, it is hidden in what is written."""

import io
import logging

import pytest

from renderer.logs import hide_numbers

NUMBER, CARD = "11010119900101123X", "6222 0212 3456 7890 123"


@pytest.fixture
def logged():
    """A logger of a library, and what it wrote."""
    before = logging.getLogRecordFactory()
    hide_numbers()
    hide_numbers()
    written = io.StringIO()
    handler, logger = logging.StreamHandler(written), logging.getLogger("some.library")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, written
    logger.removeHandler(handler)
    logger.propagate = True
    logging.setLogRecordFactory(before)


def test_numbers_are_hidden_in_messages_arguments_and_traces(logged):
    logger, written = logged

    logger.warning("typed %s", NUMBER)
    logger.warning(f"card {CARD}")  # noqa: G004 - as others do it
    logger.warning({"id": NUMBER})
    try:
        int(NUMBER)
    except ValueError:
        logger.exception("refused id=%s", "s_1")

    said = written.getvalue()
    assert NUMBER not in said
    assert CARD not in said
    assert "typed 1101************3X" in said
    assert "refused id=s_1\nTraceback" in said
    assert "with base 10: '1101************3X'" in said


@pytest.mark.usefixtures("logged")
def test_what_cannot_be_written_is_left_to_logging():
    make = logging.getLogRecordFactory()

    record = make("some.library", logging.INFO, "file", 1, "%d", ("x",), None)

    assert record.args == ("x",)
