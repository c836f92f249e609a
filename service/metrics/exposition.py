"""Write measures down as Prometheus reads them; the only user of its library."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from service.foundation.clock import Clock
from service.metrics.measures import Measure, Measuring, measures, messages
from service.store.transaction import reading

CONTENT_TYPE = CONTENT_TYPE_LATEST
_FRESH_SECONDS = 2.0
_COUNTED_EVERY_SECONDS = 60.0


class Exposition:
    """The text that a monitor is given: at most so old as a few seconds, and its counts of all mails as a minute."""

    def __init__(self, engine: Engine, clock: Clock, more: Sequence[Measuring] = ()) -> None:
        """Begin with nothing read."""
        self._engine, self._clock, self._more = engine, clock, more
        self._lock = threading.Lock()
        self._text, self._read_at = b"", float("-inf")
        self._counts: Measure | None = None
        self._counted_at = float("-inf")

    def text(self) -> bytes:
        """Give the text; raises Transient where the database is away."""
        with self._lock:
            here = time.monotonic()
            if here - self._read_at > _FRESH_SECONDS:
                self._text, self._read_at = written(self._read(here)), here
            return self._text

    def _read(self, here: float) -> list[Measure]:
        now = self._clock()
        with reading(self._engine) as session:
            if self._counts is None or here - self._counted_at > _COUNTED_EVERY_SECONDS:
                self._counts, self._counted_at = messages(session), here
            more = [one for measuring in self._more for one in measuring(session, now)]
            return [*measures(session, now=now), self._counts, *more]


def written(found: Iterable[Measure]) -> bytes:
    """Write measures in the text format of Prometheus (pure)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(list(found)))
    return generate_latest(registry)


class _Given(Collector):
    def __init__(self, found: Sequence[Measure]) -> None:
        self._found = found

    def collect(self) -> Iterator[Any]:
        for measure in self._found:
            make = CounterMetricFamily if measure.grows else GaugeMetricFamily
            family = make(measure.name, measure.meaning, labels=measure.labels)
            for labels, value in measure.values:
                family.add_metric([labels[name] for name in measure.labels], value)
            yield family
