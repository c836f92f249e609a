"""What sets one chamber of the US Congress apart from the other: its codes, words, addresses, answers and hours (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import quote
from zoneinfo import ZoneInfo

from service.foundation.sentence import Sentence

EASTERN = ZoneInfo("America/New_York")
EVERY_DAY = frozenset(range(7))
LIVE, TEST = "live", "test"


@dataclass(frozen=True, kw_only=True)
class Closed:
    """When a chamber takes nothing: on these days (0 is Monday), between two times of US Eastern."""

    days: frozenset[int]
    begins: time
    ends: time


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a chamber's service is asked: its address, and the paths below it; `validate` is "" where it has none."""

    base: str
    message: str
    validate: str
    offices: str


@dataclass(frozen=True, kw_only=True)
class Chamber:
    """One chamber, as its way of sending knows it.

    `office` and each of `bills` are what its schema takes, `prefixes` empty where any will do. `taken` is the status by which
    it says that it took a letter, and `taken_says` a pattern that its words must then have, "" for any. `knows_keys` says
    that it is known to refuse a second letter of the same DeliveryId. `source` names its schema, `programme` its page for senders.
    """

    name: Sentence
    office: str
    office_like: str
    prefixes: tuple[str, ...]
    bills: tuple[str, ...]
    least_organization: int
    live: Place
    test: Place
    taken: int
    taken_says: str
    knows_keys: bool
    closed: tuple[Closed, ...]
    most_a_second: int
    source: str
    programme: str
    checked: date


@dataclass(frozen=True, kw_only=True, repr=False)
class SetUp:
    """How this installation reaches a chamber: where, by which key, and whether no office gets what goes there."""

    place: Place
    key: str
    is_test: bool

    def shown(self, path: str) -> str:
        """Give the address of a path as evidence shows it."""
        return f"{self.place.base}{path}"

    def address(self, path: str) -> str:
        """Give the address of a path with the key: it is shown to nobody."""
        return f"{self.shown(path)}?apikey={quote(self.key, safe='')}"


def set_up(chamber: Chamber, settings: Mapping[str, str]) -> SetUp | Sentence:
    """Read the settings of this way, or say in one sentence what they lack.

    `mode` is "live" or "test" and has no default, `key` is the chamber's; `base` and `message_path` replace what the chamber has.
    """
    mode, key = settings.get("mode", ""), settings.get("key", "")
    if mode not in (LIVE, TEST):
        return Sentence(
            "Say whether letters go to the offices or to the test system: this way is off until then."
        )
    if not key:
        return Sentence("The key is missing that the chamber gives to those whom it lets send.")
    place = chamber.live if mode == LIVE else chamber.test
    return SetUp(
        place=Place(
            base=settings.get("base", place.base).rstrip("/"),
            message=settings.get("message_path", place.message),
            validate=place.validate,
            offices=place.offices,
        ),
        key=key,
        is_test=mode == TEST,
    )


def opens_again(chamber: Chamber, *, now: datetime) -> datetime | None:
    """Say when a chamber that is closed `now` takes letters again, in UTC; None while it is open."""
    local = now.astimezone(EASTERN)
    ends = [
        datetime.combine(local.date(), closed.ends, tzinfo=EASTERN).astimezone(UTC)
        for closed in chamber.closed
        if local.weekday() in closed.days and closed.begins <= local.time() < closed.ends
    ]
    return max(ends, default=None)
