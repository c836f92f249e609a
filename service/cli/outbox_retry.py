"""outbox retry: a person decides that mails which did not get through go again."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import click

from service.cli.context import Context, operator, pass_context, say
from service.cli.outbox_choice import choosing, read_choice
from service.coordinators import audit
from service.foundation.errors import Refused
from service.mail.again import MAY_GO_AGAIN, Batch, Decision, send_named_again, send_some_again
from service.mail.view.which import Which
from service.model.states import MessageState
from service.store.transaction import transaction
from service.wiring import Services

_AT_ONCE = 500


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--state", metavar="STATE", help=f"All that stand so: {', '.join(MAY_GO_AGAIN)}.")
@choosing
@click.option("--yes-it-may-arrive-twice", "even_twice", is_flag=True, help="Also what may have arrived.")
@pass_context
def retry(context: Context, /, ids: tuple[str, ...], *, even_twice: bool, **asked: Any) -> None:
    """Send e-mails again that were refused, held, ran out of time or are uncertain.

    Name them by their ids, as `undersigned outbox show --state STATE` prints them, or choose all of one state.
    """
    services = context.services
    decision = Decision(by=operator(), even_twice=even_twice)
    if ids:
        if any(asked.values()):
            raise Refused("Name e-mails by their ids, or choose them by --state; not both.")
        done, left_out = _retry_named(services, ids, decision), Counter[str]()
    else:
        done, left_out = _retry_chosen(services, asked, decision)
    services.wake.ring()
    say(f"{_number(done)} queued again." if done else "No e-mail was queued again.")
    for why, number in sorted(left_out.items()):
        say(f"  left out: {number}, because each {why}.")


def _retry_named(services: Services, ids: tuple[str, ...], decision: Decision) -> int:
    batch = _keep(
        services,
        decision,
        lambda session: send_named_again(session, ids, decision, now=services.clock()),
    )
    return sum(batch.done.values())


def _retry_chosen(services: Services, asked: dict[str, Any], decision: Decision) -> tuple[int, Counter[str]]:
    which = read_choice(services, asked)
    _refuse_unless_decidable(which, decision)
    done, left_out, last = 0, Counter[str](), None
    # Some at a time, so that the sender is never kept waiting for long.
    while True:
        batch = _keep(services, decision, partial(_take, which, decision, after=last, now=services.clock()))
        done += sum(batch.done.values())
        left_out.update(batch.left_out)
        last = batch.last
        if last is None:
            return done, left_out


def _take(which: Which, decision: Decision, session: Any, *, after: str | None, now: datetime) -> Batch:
    return send_some_again(session, which, decision, after=after, most=_AT_ONCE, now=now)


def _keep(services: Services, decision: Decision, queue: Callable[..., Batch]) -> Batch:
    """Queue some mails again, and keep for the audit who did, of which letter and how many."""
    with transaction(services.engine) as session:
        batch = queue(session)
        for campaign_id, number in batch.done.items():
            audit.record(
                session,
                by=decision.by,
                act="outbox.retry",
                campaign_id=campaign_id,
                thing=str(number),
                now=services.clock(),
            )
    return batch


def _refuse_unless_decidable(which: Which, decision: Decision) -> None:
    if which.state is None:
        raise Refused("Name the e-mails to send again by their ids, or choose all of one --state.")
    if which.state not in MAY_GO_AGAIN:
        raise Refused(
            f"E-mails that are {which.state.value} are not sent again; only those that are"
            f" {', '.join(MAY_GO_AGAIN[:-1])} or {MAY_GO_AGAIN[-1]}."
        )
    if which.state is MessageState.UNCERTAIN and not decision.even_twice:
        raise Refused(
            "E-mails that are uncertain may have arrived; to send them all the same, say --yes-it-may-arrive-twice."
        )


def _number(done: int) -> str:
    return "1 e-mail is" if done == 1 else f"{done} e-mails are"
