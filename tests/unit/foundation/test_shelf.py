"""What was made at one stamp is never given at another."""

import threading

import pytest

from service.foundation.shelf import Shelf


def test_what_is_kept_is_given_until_the_stamp_moves():
    shelf, made = Shelf(), []

    def make() -> int:
        made.append(None)
        return len(made)

    assert [shelf.get("river", stamp, "page", make) for stamp in (1, 1, 2, 2, 1)] == [1, 1, 2, 2, 3]
    assert shelf.peek("river", 1, "page") == 3
    assert shelf.peek("river", 2, "page") is None


def test_what_fails_is_not_kept():
    shelf = Shelf()

    with pytest.raises(ZeroDivisionError):
        shelf.get("river", 1, "page", lambda: 1 // 0)

    assert shelf.get("river", 1, "page", lambda: "made") == "made"


def test_nothing_is_kept_also():
    shelf, made = Shelf(), []

    for _ in range(3):
        assert shelf.get("river", 1, "counts", lambda: made.append(None)) is None

    assert len(made) == 1


def test_those_asked_for_last_stay():
    shelf = Shelf(things=2, made=2)
    for thing in ("a", "b", "a", "c"):
        shelf.get(thing, 1, "page", lambda: "first")

    assert shelf.get("a", 1, "page", lambda: "second") == "first"
    assert shelf.get("b", 1, "page", lambda: "second") == "second"


def test_many_at_once_have_it_made_once():
    shelf, made, gate = Shelf(), [], threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        shelf.get("river", 1, "page", lambda: made.append(None))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1
