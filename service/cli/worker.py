"""worker: one of any number of processes that do what is due, and send the mail."""

import contextlib
import signal

import click

from service.cli.context import Context, pass_context, say
from service.foundation.errors import Refused
from service.foundation.logs import set_up_logs
from service.model.runner import RunnerKind
from service.store.wake import listening, telling
from service.wiring import Services
from service.worker.cluster import own_jobs, refuse_sqlite, work_until_told
from service.worker.embedded import running_jobs
from service.worker.jobs import Queue
from service.worker.journal import journal_of_many
from service.worker.presence import Presence
from service.worker.returns import returns_received_somewhere

_ALL = ",".join(Queue)


@click.command()
@click.option(
    "--queues", default=_ALL, show_default=True, help="What this process does, with commas between."
)
@click.option(
    "--concurrency",
    default=4,
    show_default=True,
    type=click.IntRange(1, 32),
    help="How many jobs it does at once, beside sending.",
)
@click.option(
    "--join",
    "joins",
    is_flag=True,
    help="This machine is new among others that send: let it begin a journal of its own.",
)
@pass_context
def worker(context: Context, queues: str, concurrency: int, *, joins: bool) -> None:
    """Run the clock and send the mail, beside any number of others on the same PostgreSQL."""
    set_up_logs(as_json=context.settings.log_as_json)
    wanted = _read_queues(queues)
    services = context.services
    refuse_sqlite(services.engine, command="worker")
    for number in (signal.SIGTERM, signal.SIGINT):
        # All loops look at it: none is torn out of what it does.
        signal.signal(number, lambda *_: services.wake.stop())
    presence = Presence(services, RunnerKind.WORKER, queues=wanted, on_loss=services.wake.stop)
    with presence, telling(services.engine, services.wake), contextlib.ExitStack() as stack:
        if Queue.MAIL in wanted:
            services = _with_a_sender(stack, services, presence.owner, joins=joins)
        if Queue.DELIVERIES in wanted:
            stack.enter_context(returns_received_somewhere(services))
        say(f"Undersigned works on {', '.join(wanted)}.")
        work_until_told(services, owner=presence.owner, queues=wanted, concurrency=concurrency)


def _with_a_sender(stack: contextlib.ExitStack, services: Services, owner: str, *, joins: bool) -> Services:
    if services.transport is None:
        say("No mail will be sent: set UNDERSIGNED_SMTP_URL and UNDERSIGNED_MAIL_FROM; until then it waits.")
    services, held = stack.enter_context(journal_of_many(services, joins=joins))
    if held is not None:
        say(held)
    stack.enter_context(listening(services.engine, services.wake))
    stack.enter_context(running_jobs(services, owner=owner, jobs=own_jobs(frozenset(Queue))))
    return services


def _read_queues(text: str) -> tuple[Queue, ...]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not set(words) <= set(Queue):
        raise Refused(f"--queues takes some of {_ALL}, with commas between.")
    return tuple(queue for queue in Queue if queue in words)
