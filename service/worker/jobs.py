"""Every job once: what it does and how often. Each only looks at rows that are due, so an extra run does no harm."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from service.campaigns.life import close_due, publish_due
from service.coordinators.chain import chain_events, has_unchained
from service.delivery.follow import follow_deliveries, send_waiting_press
from service.foundation.errors import ServiceError
from service.mail.brakes.canaries import follow_canaries
from service.mail.brakes.mailbox_days import forget_mailbox_days
from service.mail.brakes.watch import trip_breakers
from service.mail.dns import SystemResolver
from service.mail.evidence import settle_doubt
from service.mail.postman import deliver_due, free_stale
from service.schedules.begin import begin_due, due_now, is_firing
from service.schedules.built_in import keep_built_in, without_own
from service.signing.ask import ask_about_changes
from service.signing.codes import forget_codes
from service.signing.earlier_text import keep_unopposed
from service.signing.expire import expire_unconfirmed
from service.signing.fresh_link import send_asked_links
from service.signing.organizations.asking import answer_inquiries
from service.signing.organizations.looking_up import look_up_domains
from service.signing.remind_change import remind_of_changes
from service.signing.waiting import forget_waiting
from service.store.lock import is_alone
from service.store.transaction import reading, transaction
from service.wiring import Services
from service.worker.carrying import carry, fetch_lists
from service.worker.confirmations import follow_up_presses
from service.worker.dossiers import make_dossiers
from service.worker.firing import post_all_parts
from service.worker.forms import forget_forms, look_at_mailboxes, take_in_forms
from service.worker.lateness import warn_of_late_schedules
from service.worker.later_proofs import ask_later_proofs
from service.worker.pauses import follow_pauses
from service.worker.recounting import recount, tidy_up
from service.worker.retention import forget_old, keep_retention
from service.worker.returns import read_returns
from service.worker.secretariat import count_figures, keep_words_of_new, make_exports
from service.worker.shows import run_shows
from service.worker.upkeep import forget_runners, mail_heads, remind_of_answers, warn_of_stuck_mail

_log = logging.getLogger("undersigned.worker")
# What a log says of a mail it says soon; a log of weeks is not read twice a minute.
_FRESH_DOUBT = timedelta(hours=1)
_OLD_DOUBT = timedelta(days=14)


class Queue(StrEnum):
    """Which workers do a job: each takes some of these, or all."""

    MAIL = "mail"
    """What each process does for itself, beside all others: it sends, and asks the log of its own machine."""
    LETTERS = "letters"
    """What people wait for, and what the clock asks of letters: once at a time in the whole cluster, as all below."""
    DELIVERIES = "deliveries"
    """What is handed over by other ways than mail, and what became of what was handed over."""
    UPKEEP = "upkeep"
    """What keeps the house in order."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something that is done again and again; `run` gives how many things it did."""

    name: str
    run: Callable[[Services, str], int]
    every_seconds: int
    queue: Queue


def drain_outbox(services: Services, owner: str) -> int:
    """Send what is due until nothing is, or until the process ends; gives how many messages were handled.

    Whoever has just sent a form is waiting for a mail, so forms are taken in first.
    """
    take_in_forms(services, owner)
    follow_up_presses(services, owner)
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
            is_stopping=services.wake.is_stopping,
        )
        if not now_handled:
            return handled
        handled += now_handled


def free_leases(services: Services, owner: str) -> int:
    """Give back messages whose sender stopped in the middle; gives how many."""
    del owner
    return free_stale(services.engine, owner=None, clock=services.clock)


def ask_ledger(services: Services, owner: str) -> int:
    """Ask the relay's ledger about mail that came into doubt a while ago at most; gives how many mails it settled."""
    return _settle_doubt(services, owner, within=_FRESH_DOUBT)


def ask_ledger_again(services: Services, owner: str) -> int:
    """Ask about older mail in doubt too: the ledger may be readable by now; gives how many mails it settled."""
    return _settle_doubt(services, owner, within=_OLD_DOUBT)


def tick(services: Services, owner: str) -> int:
    """Do what the clock asks for: send links that were asked for, close, follow deliveries, publish; gives how many things were done.

    Each step has a transaction of its own, and one that fails does not keep the others from being done.
    """
    del owner
    done = 0
    for step in _STEPS:
        try:
            done += step(services)
        except ServiceError as error:
            _log.warning("%s did not finish: %s", step.__name__, type(error).__name__)
    if done:
        services.wake.ring()
    return done


def watch_bulk(services: Services, owner: str) -> int:
    """Stop bulk mail that does harm, and let the rest follow a canary that went well, and a sending that goes on; gives how many things it did."""
    del owner
    with transaction(services.engine) as session:
        # A process that slept in the middle of it may wake beside the one that has its turn now.
        stopped = trip_breakers(session, now=services.clock()) if is_alone(session, "trip_breakers") else 0
    if stopped:
        _log.warning("bulk mail was stopped: too much of it came back")
    followed = 0
    while True:
        with transaction(services.engine) as session:
            step = follow_canaries(session, now=services.clock())
        if not step:
            break
        followed += step
    followed += follow_pauses(services)
    if stopped or followed:
        services.wake.ring()
    return stopped + followed


def forget_days(services: Services, owner: str) -> int:
    """Delete what was counted of mailboxes on earlier days; gives how many counts."""
    del owner
    with transaction(services.engine) as session:
        return forget_mailbox_days(session, now=services.clock())


def ask_again(services: Services, owner: str) -> int:
    """Put changed texts to those who signed earlier ones, remind, and keep those who did not object; gives how many."""
    del owner
    done = 0
    while True:
        with transaction(services.engine) as session:
            step = ask_about_changes(session, services.keyring, now=services.clock())
        if not step:
            break
        done += step
    while True:
        with transaction(services.engine) as session:
            step = remind_of_changes(session, services.keyring, now=services.clock())
        if not step:
            break
        done += step
    with transaction(services.engine) as session:
        done += keep_unopposed(session, services.keyring, now=services.clock())
    if done:
        services.wake.ring()
    return done


def fire_schedules(services: Services, owner: str) -> int:
    """Begin what is due of what was planned, and post it part by part; gives how many mails and occurrences.

    It looks by reading alone, and nearly always finds nothing.
    """
    del owner
    now = services.clock()
    with reading(services.engine) as session:
        is_settled = not without_own(session, now=now)
        if is_settled and not is_firing(session) and not due_now(session, services.keyring, now=now):
            return 0
    with transaction(services.engine) as session:
        done = keep_built_in(session, lead=services.settings.reminder_lead, now=now)
        done += begin_due(session, services.keyring, now=now)
    return done + post_all_parts(
        services.engine,
        services.keyring,
        clock=services.clock,
        ring=services.wake.ring,
        is_stopping=services.wake.is_stopping,
    )


def warn_of_late(services: Services, owner: str) -> int:
    """Warn of planned sendings that stay late though it was just tried to fire them; gives how many warnings are new."""
    return warn_of_late_schedules(services, owner, fire=fire_schedules)


def send_links(services: Services) -> int:
    """Post the fresh links that were asked for."""
    with transaction(services.engine) as session:
        return send_asked_links(session, services.keyring, now=services.clock())


def close(services: Services) -> int:
    """Close the letters whose deadline has passed."""
    with transaction(services.engine) as session:
        return close_due(session, now=services.clock())


def follow(services: Services) -> int:
    """Let deliveries follow their e-mails."""
    with transaction(services.engine) as session:
        return follow_deliveries(session, now=services.clock())


def publish(services: Services) -> int:
    """Publish the letters whose minute has come, and send the press its copies."""
    with transaction(services.engine) as session:
        now = services.clock()
        return publish_due(session, now=now) + send_waiting_press(session, services.keyring, now=now)


def chain_audit(services: Services, owner: str) -> int:
    """Give what was kept in the audit its place in the chain; gives how many events."""
    del owner
    done = 0
    while not services.wake.is_stopping():
        with reading(services.engine) as session:
            if not has_unchained(session):
                break
        with transaction(services.engine) as session:
            done += chain_events(session)
    return done


def forget_waiting_pages(services: Services, owner: str) -> int:
    """Forget the codes and the waiting pages whose time is over, with what was typed there; gives how many."""
    del owner
    with transaction(services.engine) as session:
        now = services.clock()
        return forget_codes(session, now=now) + forget_waiting(session, now=now)


def expire(services: Services, owner: str) -> int:
    """Let sign-ons lapse that nobody confirmed while they could be; gives how many."""
    del owner
    with transaction(services.engine) as session:
        return expire_unconfirmed(session, now=services.clock())


def _settle_doubt(services: Services, owner: str, *, within: timedelta) -> int:
    del owner
    if services.ledger is None:
        return 0
    since = services.clock() - within
    settled = settle_doubt(services.engine, ledger=services.ledger, clock=services.clock, since=since)
    if settled:
        services.wake.ring()
    return settled


def answer(services: Services) -> int:
    """Tell the organizations that somebody asked about."""
    with transaction(services.engine) as session:
        return answer_inquiries(session, services.keyring, now=services.clock())


def look_up(services: Services, owner: str) -> int:
    """Look for the DNS records that organizations asked us to look for; gives how many were found."""
    del owner
    resolver = SystemResolver()
    return look_up_domains(services.engine, services.keyring, resolver=resolver, clock=services.clock)


_STEPS: tuple[Callable[[Services], int], ...] = (send_links, close, follow, publish, answer)

SENDER = "drain_outbox"
"""The job that waits for the bell between its turns."""

JOBS = (
    Job(name=SENDER, run=drain_outbox, every_seconds=1, queue=Queue.MAIL),
    Job(name="ask_ledger", run=ask_ledger, every_seconds=30, queue=Queue.MAIL),
    Job(name="ask_ledger_again", run=ask_ledger_again, every_seconds=3600, queue=Queue.MAIL),
    Job(name="take_in_forms", run=take_in_forms, every_seconds=1, queue=Queue.LETTERS),
    Job(name="follow_up_presses", run=follow_up_presses, every_seconds=1, queue=Queue.LETTERS),
    Job(name="fire_schedules", run=fire_schedules, every_seconds=5, queue=Queue.LETTERS),
    Job(name="ask_later_proofs", run=ask_later_proofs, every_seconds=60, queue=Queue.LETTERS),
    Job(name="tick", run=tick, every_seconds=1, queue=Queue.LETTERS),
    Job(name="run_shows", run=run_shows, every_seconds=2, queue=Queue.LETTERS),
    Job(name="ask_again", run=ask_again, every_seconds=10, queue=Queue.LETTERS),
    Job(name="chain_audit", run=chain_audit, every_seconds=2, queue=Queue.LETTERS),
    Job(name="keep_words_of_new", run=keep_words_of_new, every_seconds=10, queue=Queue.LETTERS),
    Job(name="count_figures", run=count_figures, every_seconds=20, queue=Queue.UPKEEP),
    Job(name="make_exports", run=make_exports, every_seconds=10, queue=Queue.UPKEEP),
    Job(name="make_dossiers", run=make_dossiers, every_seconds=10, queue=Queue.UPKEEP),
    Job(name="look_up", run=look_up, every_seconds=60, queue=Queue.LETTERS),
    Job(name="look_at_mailboxes", run=look_at_mailboxes, every_seconds=120, queue=Queue.LETTERS),
    Job(name="carry", run=carry, every_seconds=5, queue=Queue.DELIVERIES),
    Job(name="fetch_lists", run=fetch_lists, every_seconds=60, queue=Queue.DELIVERIES),
    Job(name="read_returns", run=read_returns, every_seconds=60, queue=Queue.DELIVERIES),
    Job(name="watch_bulk", run=watch_bulk, every_seconds=10, queue=Queue.DELIVERIES),
    Job(name="free_leases", run=free_leases, every_seconds=5, queue=Queue.DELIVERIES),
    Job(name="warn_of_stuck_mail", run=warn_of_stuck_mail, every_seconds=60, queue=Queue.DELIVERIES),
    Job(name="warn_of_late", run=warn_of_late, every_seconds=60, queue=Queue.DELIVERIES),
    Job(name="remind_of_answers", run=remind_of_answers, every_seconds=600, queue=Queue.DELIVERIES),
    Job(name="expire", run=expire, every_seconds=3600, queue=Queue.UPKEEP),
    Job(name="forget_forms", run=forget_forms, every_seconds=3600, queue=Queue.UPKEEP),
    Job(name="forget_days", run=forget_days, every_seconds=3600, queue=Queue.UPKEEP),
    Job(name="forget_waiting", run=forget_waiting_pages, every_seconds=600, queue=Queue.UPKEEP),
    Job(name="forget_old", run=forget_old, every_seconds=3600, queue=Queue.UPKEEP),
    Job(name="keep_retention", run=keep_retention, every_seconds=3600, queue=Queue.UPKEEP),
    Job(name="mail_heads", run=mail_heads, every_seconds=3600, queue=Queue.UPKEEP),
    Job(name="recount", run=recount, every_seconds=600, queue=Queue.UPKEEP),
    Job(name="tidy_up", run=tidy_up, every_seconds=600, queue=Queue.UPKEEP),
    Job(name="forget_runners", run=forget_runners, every_seconds=600, queue=Queue.UPKEEP),
)
