"""Anchor: what the time of a schedule hangs on; Late: what becomes of what nobody saw in time."""

from enum import StrEnum


class Anchor(StrEnum):
    """What the time of a schedule hangs on.

    `at` is a local time by itself; `window` is a part of the time that is left for sign-ons, where that is a day or more.
    """

    AT = "at"
    OPENING = "opening"
    WINDOW = "window"
    DEADLINE = "deadline"
    SENDING = "sending"
    PUBLICATION = "publication"
    EVENT = "event"


class Late(StrEnum):
    """What becomes of an occurrence that nobody saw in time: it happens all the same, while not too late, or a person says."""

    ANYWAY = "anyway"
    WITHIN = "within"
    ASK = "ask"
