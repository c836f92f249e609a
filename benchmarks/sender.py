"""The contender that is ours: the product's own sender, put together as it is, draining a real outbox."""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.child import Work, take_part
from benchmarks.order import settings_of
from benchmarks.sampling import Sampler
from service.foundation.identity import make_id
from service.mail.smtp import SmtpTransport, parse_smtp_urls
from service.wiring import Services, make_services
from service.worker.jobs import drain_outbox
from service.worker.journal import journal_of_many


def prepare(order: Mapping[str, Any]) -> Work:
    """Put the service together, and give what drains its outbox until nothing is due."""
    opened = contextlib.ExitStack()
    made = _with_connections(make_services(settings_of(order)), order.get("connections"))
    # Several may send at a time, each with a journal of its own.
    services, held = opened.enter_context(journal_of_many(made, joins=False))
    assert held is None, held
    owner = make_id()

    def work() -> Mapping[str, Any]:
        # The journal is held until all is sent, and not only as long as somebody remembers that it was opened.
        with opened:
            return {"handled": drain_outbox(services, owner)}

    def work_watched() -> Mapping[str, Any]:
        began = time.monotonic()
        with opened, Sampler() as sampler:
            handled = drain_outbox(services, owner)
        report = sampler.report(handled, seconds=time.monotonic() - began)
        Path(order["profile"]).write_text(report)
        return {"handled": handled}

    return work_watched if "profile" in order else work


def _with_connections(services: Services, most: int | None) -> Services:
    """Let the sender open so many connections at most, where that is measured; else as many as it does by itself."""
    if most is None:
        return services
    relays = parse_smtp_urls(services.settings.smtp_url)
    transport = SmtpTransport(relays, local_hostname=services.sender.domain, connections=most)
    return replace(services, transport=transport)


if __name__ == "__main__":
    take_part(prepare)
