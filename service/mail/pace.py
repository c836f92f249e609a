"""How fast mail may go: limits a second, and the patience that relays and receivers ask for (pure)."""

import math
import re
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.foundation.errors import Refused
from service.mail.transport import Answer, Receipt, Stage

SAME_TROUBLE_SECONDS = 2.0
"""Answers that come so soon after one another speak of the same trouble: mails already under way meet it together."""

FORGIVEN_SECONDS = 1800.0
"""After so long without trouble a group is no longer slowed down, and a relay only by its limit."""

STEP = 0.05
"""By so many mails a second the rate grows in each second in which all it allows is used and taken."""

SPREAD_SECONDS = 300.0
"""The mails that wait for one group are spread over at most so long, so that they do not all come back at once."""

URGENT = 0
"""The priority of what a person waits for; a part of each limit is kept free for it."""

_OBSERVED_SECONDS = 10.0
# One of whom nothing was seen yet begins with one mail a second.
_LEAST_SEEN = 2.0
_HAIR = 1e-9

_BEFORE_RECIPIENT = frozenset({Stage.CONNECT, Stage.GREETING, Stage.TLS, Stage.LOGIN, Stage.MAIL})
# RFC 3463: system full, system not taking mail, congestion. X.2.x is about one mailbox and slows nobody else down.
_SYSTEM = frozenset({"4.3.1", "4.3.2", "4.4.5"})
_IDLE = "4.4.2"
# Greylisting's usual code, for one sender and recipient; but some say "too fast" with it.
_GREYLISTED = "4.7.1"
_POLICY = re.compile(r"4\.7\.\d+")
_CLOSING, _RELAY_THROTTLES = 421, 454


class Scope(StrEnum):
    """Whose limit a mail waits for."""

    ALL = "all"
    RELAY = "relay"
    GROUP = "group"


class Sign(StrEnum):
    """What an answer says about the pace."""

    RELAY = "relay"
    """The relay asks for less, or for a pause."""
    GROUP = "group"
    """Those who receive for this group of domains do."""
    UNCLEAR = "unclear"
    """They may, or it is greylisting, of which only the mail itself must come again."""
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Go:
    """The mail may go now, and was counted."""


@dataclass(frozen=True, kw_only=True)
class WaitUntil:
    """The mail may not go before `moment`, in the caller's seconds; nothing was counted."""

    moment: float
    scope: Scope


@dataclass(frozen=True, kw_only=True)
class Slowed:
    """A relay or a group of domains was slowed down: whom, to how many mails a second, and for how long it rests."""

    scope: Scope
    name: str
    rate: float
    rests: float

    def __str__(self) -> str:
        """Say it in one clause, for the log."""
        rest = f"rests {self.rests:g} seconds and then " if self.rests else ""
        return f"{self.scope.value} {self.name} {rest}takes {self.rate:.3g} mails a second"


GO = Go()


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How many mails may go a second: over all, and by each relay by its name; without one there is no limit."""

    overall: float | None = None
    by_relay: Mapping[str, float] = field(default_factory=dict)


def make_rates(limits: Mapping[str, float], *, relays: Collection[str]) -> Rates:
    """Make the rates of SEND_RATE, the one over all named ""; raises Refused for a relay that SMTP_URL does not name."""
    by_relay = {name: limit for name, limit in limits.items() if name}
    strangers = sorted(set(by_relay) - set(relays))
    if strangers:
        names = ", ".join(sorted(relays)) or "no relay yet"
        raise Refused(
            f"SEND_RATE limits {strangers[0]}, but SMTP_URL names {names}; write the same name and port."
        )
    return Rates(overall=limits.get(""), by_relay=by_relay)


def sign_of(answer: Answer) -> Sign:
    """Read from an answer whether it asks for another pace (RFC 3463, RFC 5321): a table by stage and code.

    Refusals for good (5.7.x) are the breaker's to see. A plain 450, 451 or 452 is about one mail, which comes again.
    """
    code, enhanced = answer.code, answer.enhanced
    if code is None or code // 100 != 4 or (code == _CLOSING and enhanced == _IDLE):
        return Sign.NOTHING
    asks = code in {_CLOSING, _RELAY_THROTTLES} or enhanced in _SYSTEM or _POLICY.fullmatch(enhanced)
    if not asks:
        return Sign.NOTHING
    # 454 belongs to TLS and logging in (RFC 3207, 4954); some relays say with it, at any stage, that we are too fast.
    if answer.stage in _BEFORE_RECIPIENT or code == _RELAY_THROTTLES:
        return Sign.RELAY
    return Sign.UNCLEAR if enhanced == _GREYLISTED and code != _CLOSING else Sign.GROUP


class Pace:
    """The pace of one sending process; threads may share it. `now` is any clock's seconds that never go back.

    What waits for one group never holds up another, and of all that waits the urgent is told the earliest moment.
    Without limits and without trouble a question costs less than a microsecond.
    """

    def __init__(self, rates: Rates = Rates()) -> None:
        """Begin with full measure."""
        self._lock = threading.Lock()
        self._all = _Lane(limit=rates.overall) if rates.overall is not None else None
        self._relays = {name: _Lane(limit=limit) for name, limit in rates.by_relay.items()}
        self._groups: dict[str, _Lane] = {}
        self._seen = _Seen()

    def may_go(self, *, relay: str, group: str, priority: int, now: float) -> Go | WaitUntil:
        """Tell whether a mail may go now by this relay to this group of domains, and count it where it may.

        Where the scope is ALL or RELAY, everything waits: wait as well, and take no more mails. Where it is GROUP,
        put this mail back until then, and go on with the others.
        """
        if self._all is None and not self._relays and not self._groups:
            return GO
        with self._lock:
            lanes = self._lanes(relay, group, now=now)
            # The group comes first: a mail that its group holds up is put back whatever the others allow.
            for scope, lane in reversed(lanes):
                ready = lane.ready_at(urgent=priority <= URGENT, now=now)
                if ready > now:
                    moment = lane.spread(ready) if scope is Scope.GROUP and priority > URGENT else ready
                    return WaitUntil(moment=moment, scope=scope)
            for _, lane in lanes:
                lane.take()
        return GO

    def room(self, *, relay: str, priority: int, most: int, now: float) -> int:
        """Tell how many mails of a priority, `most` at most, could go now by this relay, to know how many to take."""
        if self._all is None and not self._relays:
            return most
        with self._lock:
            lanes = self._lanes(relay, "", now=now)
            return min([most, *(lane.room(urgent=priority <= URGENT, now=now) for _, lane in lanes)])

    def note(self, *, relay: str, group: str, answer: Answer | Receipt, now: float) -> Slowed | None:
        """Learn from what a relay answered: ask it or the group for less, or again for more; tells who was slowed down."""
        with self._lock:
            if isinstance(answer, Receipt):
                self._seen.count(relay, group, now=now)
                if self._relays or self._groups:
                    for _, lane in self._lanes(relay, group, now=now):
                        lane.recover(now=now)
                return None
            sign = sign_of(answer)
            if sign is Sign.RELAY:
                return self._slow(Scope.RELAY, relay, _RELAY, now=now)
            if sign is Sign.NOTHING:
                return None
            return self._slow(Scope.GROUP, group, _GROUP if sign is Sign.GROUP else _MAYBE, now=now)

    def _lanes(self, relay: str, group: str, *, now: float) -> list[tuple[Scope, "_Lane"]]:
        """Give what limits a mail at present; a lane that was forgiven and has no limit of its own is gone."""
        found = [(Scope.ALL, self._all)] if self._all is not None else []
        for scope, lanes, name in ((Scope.RELAY, self._relays, relay), (Scope.GROUP, self._groups, group)):
            lane = lanes.get(name)
            if lane is None:
                continue
            if lane.is_forgiven(now=now) and lane.limit is None:
                del lanes[name]
                continue
            found.append((scope, lane))
        return found

    def _slow(self, scope: Scope, name: str, manner: "_Manner", *, now: float) -> Slowed | None:
        lanes = self._relays if scope is Scope.RELAY else self._groups
        for gone in [key for key, lane in lanes.items() if lane.limit is None and lane.is_forgiven(now=now)]:
            del lanes[gone]
        lane = lanes.get(name) or _Lane(limit=None)
        if not lane.slow_down(manner, seen=self._seen.rate(scope, name, now=now), now=now):
            return None
        lanes[name] = lane
        return Slowed(scope=scope, name=name, rate=lane.rate, rests=max(0.0, lane.rests_until - now))


@dataclass(frozen=True, kw_only=True)
class _Manner:
    """How one who asks for less is treated: the rests in seconds, and the rates between which it is slowed down."""

    first_rest: float
    longest_rest: float
    lowest: float
    fastest: float
    """What was seen to go is taken for no more than this before it is halved."""


_RELAY = _Manner(first_rest=5, longest_rest=300, lowest=1, fastest=math.inf)
_GROUP = _Manner(first_rest=15, longest_rest=900, lowest=0.1, fastest=32)
_MAYBE = _Manner(first_rest=0, longest_rest=0, lowest=1, fastest=32)


class _Lane:
    """A bucket that fills at a rate which trouble halves and success raises; it holds a second's mails, two at least."""

    def __init__(self, *, limit: float | None) -> None:
        self.limit = limit
        self.rate = math.inf if limit is None else limit
        self.rests_until = -math.inf
        self._tokens = self._burst
        self._filled_at = -math.inf
        self._lowered_at = -math.inf
        self._rest = 0.0
        self._promised = -math.inf

    @property
    def _burst(self) -> float:
        return max(2.0, self.rate)

    def ready_at(self, *, urgent: bool, now: float) -> float:
        """Give the moment at which one more mail may go: `now`, or a later one."""
        self._fill(now=now)
        short = self._needs(urgent=urgent) - self._tokens
        free = now if short <= _HAIR else now + short / self.rate
        return max(free, self.rests_until)

    def room(self, *, urgent: bool, now: float) -> int:
        """Give how many mails may go now."""
        if now < self.rests_until:
            return 0
        self._fill(now=now)
        return max(0, int(self._tokens - self._needs(urgent=urgent) + 1 + _HAIR))

    def take(self) -> None:
        """Count a mail that goes."""
        self._tokens -= 1

    def spread(self, ready: float) -> float:
        """Give each mail that waits a moment of its own, as far apart as the rate allows."""
        self._promised = min(max(ready, self._promised + 1 / self.rate), ready + SPREAD_SECONDS)
        return self._promised

    def slow_down(self, manner: _Manner, *, seen: float, now: float) -> bool:
        """Halve the rate and rest, longer each time; tells whether it did: the same trouble counts once."""
        if now < max(self.rests_until, self._lowered_at + SAME_TROUBLE_SECONDS):
            return False
        self._fill(now=now)
        before = min(max(seen, _LEAST_SEEN), manner.fastest) if math.isinf(self.rate) else self.rate
        self.rate = max(before / 2, min(manner.lowest, before))
        self._tokens = min(self._tokens, 0.0)
        self._lowered_at = now
        if manner.first_rest:
            # A rest has helped where it went well for as long afterwards; else the next one is twice as long.
            helped = now - self.rests_until >= self._rest
            self._rest = manner.first_rest if helped else min(2 * self._rest, manner.longest_rest)
            self.rests_until = now + self._rest
        return True

    def recover(self, *, now: float) -> None:
        """Raise the rate a little for a mail that was taken; what was under way when trouble came says nothing."""
        if math.isinf(self._lowered_at) or now < max(
            self.rests_until, self._lowered_at + SAME_TROUBLE_SECONDS
        ):
            return
        most = math.inf if self.limit is None else self.limit
        more = min(most, self.rate + min(STEP / self.rate, self.rate))
        self.rate = most if self.is_forgiven(now=now) else more

    def is_forgiven(self, *, now: float) -> bool:
        """Tell whether the last trouble was long ago."""
        return now - self._lowered_at > FORGIVEN_SECONDS

    def _needs(self, *, urgent: bool) -> float:
        return 1.0 if urgent else 1.0 + max(1.0, self._burst / 5)

    def _fill(self, *, now: float) -> None:
        if now > self._filled_at:
            gained = (now - self._filled_at) * self.rate
            self._tokens = min(self._burst, self._tokens + gained)
            self._filled_at = now


class _Seen:
    """How many mails went lately, by relay and by group: what is halved when one without a limit asks for less."""

    def __init__(self) -> None:
        self._began = -math.inf
        self._here: dict[tuple[Scope, str], int] = {}
        self._before: dict[tuple[Scope, str], int] = {}

    def count(self, relay: str, group: str, *, now: float) -> None:
        """Count one mail that was taken."""
        self._turn(now=now)
        for key in ((Scope.RELAY, relay), (Scope.GROUP, group)):
            self._here[key] = self._here.get(key, 0) + 1

    def rate(self, scope: Scope, name: str, *, now: float) -> float:
        """Give how many mails a second were taken in the last ten to twenty seconds."""
        self._turn(now=now)
        number = self._here.get((scope, name), 0) + self._before.get((scope, name), 0)
        return number / (max(1.0, now - self._began) + (_OBSERVED_SECONDS if self._before else 0))

    def _turn(self, *, now: float) -> None:
        if now - self._began < _OBSERVED_SECONDS:
            return
        fresh = now - self._began < 2 * _OBSERVED_SECONDS
        self._before, self._here, self._began = (self._here if fresh else {}), {}, now
