"""What was made of something at one stamp, kept until the stamp moves."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Shelf:
    """Keeps what is costly to make, of the things that were asked for last.

    Whoever asks has just read the stamp, so nothing kept under another one is ever given. What is made, is made from
    a state not older than that stamp; while one thread makes it, the others that want something of the same thing wait.
    """

    def __init__(self, *, things: int = 64, made: int = 64) -> None:
        """Begin empty; at most `made` values of each of `things` are kept."""
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._lock = threading.Lock()
        self._things = things
        self._made = made

    def get(self, thing: str, stamp: Hashable, name: Hashable, make: Callable[[], T]) -> T:
        """Give the value `name` of a thing at a stamp; made now where it is not there. What `make` raises is not kept."""
        place = self._place(thing, stamp)
        found = place.values.get(name, _NOTHING)
        if found is not _NOTHING:
            return cast(T, found)
        with place.making:
            found = place.values.get(name, _NOTHING)
            if found is _NOTHING:
                found = make()
                if len(place.values) >= self._made:
                    place.values.pop(next(iter(place.values)))
                place.values[name] = found
        return cast(T, found)

    def peek(self, thing: str, stamp: Hashable, name: Hashable) -> Any:
        """Give the value `name` of a thing at a stamp, or None where it is not there."""
        place = self._places.get(thing)
        return place.values.get(name) if place is not None and place.stamp == stamp else None

    def _place(self, thing: str, stamp: Hashable) -> "_Place":
        with self._lock:
            place = self._places.get(thing)
            if place is None or place.stamp != stamp:
                place = self._places[thing] = _Place(stamp)
            self._places.move_to_end(thing)
            if len(self._places) > self._things:
                self._places.popitem(last=False)
            return place


class _Place:
    """The values of one thing at one stamp; whoever still makes one for an older stamp keeps it to itself."""

    def __init__(self, stamp: Hashable) -> None:
        self.stamp = stamp
        self.values: dict[Hashable, object] = {}
        # The page is made of the roll, which is kept as well.
        self.making = threading.RLock()


_NOTHING = object()
