"""How long somebody who signs in the middle of a bulk send waits for the confirming mail."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from benchmarks.figures import percentile
from benchmarks.installation import Installation
from benchmarks.processes import python_contender
from benchmarks.sink import Arrival, OwnSink, serving_own
from benchmarks.stage import Stage
from benchmarks.verdict import Line, at_most
from service.model.message import Message, MessageKind
from service.store.transaction import reading

LETTER = "latency"
WANTED_SECONDS = 2.0
_LAST_SECONDS = 6.0
_SHARE = 0.95


@dataclass(frozen=True, kw_only=True)
class Waits:
    """The seconds from each sign-on's commit to the sink's 250; one that never came is infinitely late."""

    seconds: Sequence[float]
    writing: Sequence[float]
    bulk: int
    connections: int


def measure_latency(stage: Stage) -> Iterator[Line]:
    """Sign four times a second while a bulk send goes on, on each database."""
    print("\nConfirmations in the middle of a bulk send, in seconds from the commit to the sink's 250:")
    for installation in stage.installations:
        waits = _measure(stage, installation)
        at_95 = percentile(waits.seconds, _SHARE)
        print(
            f"  {installation.name:<12}{len(waits.seconds):>4} sign-ons among {waits.bulk:,} mails: median"
            f" {percentile(waits.seconds, 0.5):.2f}, 95 % {at_95:.2f}, longest {max(waits.seconds, default=math.nan):.2f}\n"
            f"              (writing one took {percentile(waits.writing, 0.5):.3f}, 95 %"
            f" {percentile(waits.writing, _SHARE):.3f}; the sender had {waits.connections} connections)",
            flush=True,
        )
        yield at_most(
            f"ours, {installation.name}: a confirmation's wait at 95 %", at_95, WANTED_SECONDS, unit="s"
        )


def waits_of(
    posted: Iterable[tuple[datetime, float]], names: Mapping[datetime, str], arrivals: Sequence[Arrival]
) -> list[float]:
    """Give how long each confirmation took, of those that were committed before the last bulk mail arrived.

    Only while there was bulk can a confirmation have been kept waiting by it. `names` holds the Message-ID of the
    row that was written at a moment; a row without one was never even taken up.
    """
    came = {arrival.message_id: arrival.at for arrival in reversed(arrivals)}
    own = set(names.values())
    end = max((arrival.at for arrival in arrivals if arrival.message_id not in own), default=-math.inf)
    return [
        came.get(names.get(moment, ""), math.inf) - committed
        for moment, committed in posted
        if committed < end
    ]


def _measure(stage: Stage, installation: Installation) -> Waits:
    bulk = installation.post(LETTER).mails
    # The clock that counts is the sink's, and only our own sink tells when each mail came.
    with serving_own() as sink:
        posted = _send_and_sign(stage, installation, sink)
        arrivals = sink.arrivals()
    names = _names(installation)
    moments = [(datetime.fromisoformat(moment), committed) for moment, committed, _ in posted]
    installation.clear()
    return Waits(
        seconds=waits_of(moments, names, arrivals),
        writing=[took for *_, took in posted],
        bulk=bulk,
        connections=max((arrival.connections for arrival in arrivals), default=0),
    )


def _send_and_sign(stage: Stage, installation: Installation, sink: OwnSink) -> list[tuple[str, float, float]]:
    sending, signing = installation.sending_to(sink.port), {**installation.order, "slug": LETTER}
    with (
        python_contender("benchmarks.sender", sending) as sender,
        python_contender("benchmarks.poster", signing) as poster,
    ):
        sender.go()
        poster.go()
        sent = sender.wait(seconds=stage.plan.run_seconds)
        poster.stop()
        usage = poster.wait(seconds=_LAST_SECONDS)
        if sent is None:
            # Whoever signed last is given the time to get the mail before the sender is cut.
            sender.wait(seconds=_LAST_SECONDS) or sender.cut()
    assert usage is not None
    return [(moment, committed, took) for moment, committed, took in usage.told["posted"]]


def _names(installation: Installation) -> dict[datetime, str]:
    found = select(col(Message.created_at), col(Message.message_id)).where(
        col(Message.kind) == MessageKind.CONFIRM, col(Message.message_id).is_not(None)
    )
    with reading(installation.services.engine) as session:
        return {moment: str(name) for moment, name in session.execute(found).all()}
