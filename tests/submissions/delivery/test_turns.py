"""Whoever works alone has nobody beside them."""

import threading

from submissions.delivery.turns import Turns


def test_one_alone_waits_for_the_others_and_keeps_them_waiting():
    turns, said, go = Turns(), [], threading.Event()

    def first():
        with turns.together():
            said.append("together")
            go.wait()
            said.append("finished")

    def alone():
        with turns.alone() as mine:
            said.append(f"alone {mine}")

    def late():
        with turns.together():
            said.append("late")

    threads = [threading.Thread(target=each) for each in (first, alone, late)]
    threads[0].start()
    while not said:
        pass
    threads[1].start()
    while not turns._alone:
        pass
    threads[2].start()
    with turns.alone() as mine:
        assert not mine, "there is one already"
    go.set()
    for each in threads:
        each.join()

    assert said == ["together", "finished", "alone True", "late"]
