"""A short leak scan, and that it sees what is there."""

from random import Random

import pytest

from tests.faults import leaking
from tests.faults.found import Place


@pytest.mark.slow
def test_no_number_is_where_it_must_not_be_and_none_can_be_brought_back(tmp_path):
    found = leaking.leak_scan(Place(tmp_path, Random(17), 17), count=20)

    assert found.faults == []
    assert found.figures["unreadable in the copy"] == 10


def test_marks_are_seen_wherever_they_are(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.db").write_bytes(b"\x00mark-1\xffmark-1mark-2")
    (tmp_path / "b.log").write_text("mark-3")

    seen = leaking.occurrences([tmp_path], ["mark-1", "mark-2", "mark-3"])

    assert seen == {"a.db": 3, "b.log": 1}
