"""Every job once: what it does and how often. Each only looks at rows that are due, so an extra run does no harm."""

from collections.abc import Callable
from dataclasses import dataclass

from service.campaigns.life import close_due, publish_due
from service.delivery.follow import follow_deliveries, send_waiting_press
from service.mail.postman import deliver_due, free_stale
from service.signing.remind import remind_due
from service.store.transaction import transaction
from service.wiring import Services
from service.worker.returns import read_returns


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something that is done again and again; `run` gives how many things it did."""

    name: str
    run: Callable[[Services, str], int]
    every_seconds: float


def drain_outbox(services: Services, owner: str) -> int:
    """Send what is due until nothing is; gives how many messages were handled."""
    if services.transport is None:
        return 0
    handled = 0
    while True:
        now_handled = deliver_due(
            services.engine,
            transport=services.transport,
            composers=services.composers,
            sender=services.sender,
            clock=services.clock,
            owner=owner,
        )
        if not now_handled:
            return handled
        handled += now_handled


def free_leases(services: Services, owner: str) -> int:
    """Give back messages whose sender stopped in the middle; gives how many."""
    del owner
    return free_stale(services.engine, owner=None, clock=services.clock)


def tick(services: Services, owner: str) -> int:
    """Do what the clock asks for: remind, close, follow deliveries, publish; gives how many things were done."""
    del owner
    now, lead = services.clock(), services.settings.reminder_lead
    done = 0
    with transaction(services.engine) as session:
        done += remind_due(session, services.keyring, lead=lead, now=now)
    with transaction(services.engine) as session:
        done += close_due(session, now=now)
    with transaction(services.engine) as session:
        done += follow_deliveries(session, now=now)
    with transaction(services.engine) as session:
        done += publish_due(session, now=now)
        done += send_waiting_press(session, now=now)
    if done:
        services.wake.ring()
    return done


JOBS = (
    Job(name="drain_outbox", run=drain_outbox, every_seconds=1),
    Job(name="tick", run=tick, every_seconds=1),
    Job(name="read_returns", run=read_returns, every_seconds=60),
    Job(name="free_leases", run=free_leases, every_seconds=30),
)
