"""Let returned mail in: by the door that listens, and from the mailbox that is read."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from service.delivery.messages import office_domain
from service.foundation.errors import Refused
from service.mail.authentic import proves_domain
from service.mail.bounce import Report, read_report
from service.mail.dns import Resolver, SystemResolver
from service.mail.mailbox import read_mailbox
from service.mail.own_server import is_own_server
from service.mail.receiver import receiving
from service.mail.reply import read_reply
from service.mail.returned import Settled, settle_report
from service.mail.verp import read_return_path
from service.model.report_kind import ReportKind
from service.signing.messages import signing_mailbox
from service.signing.replies import Verdict, take_reply
from service.store.transaction import reading, transaction
from service.wiring import Services

_log = logging.getLogger("undersigned.worker")
_DOOR_SECONDS = 5.0

MakeResolver = Callable[[], Resolver]
"""Makes what asks the DNS about the sender of an answer, anew for each: one that met silence asks no more."""


@contextlib.contextmanager
def returns_received(
    services: Services, *, make_resolver: MakeResolver = SystemResolver
) -> Iterator[int | None]:
    """Listen at BOUNCE_LISTEN until the block ends, and give the port; does nothing where it is not set."""
    address = services.settings.bounce_address
    if address is None:
        yield None
        return
    with receiving(
        *address,
        accept=lambda to: _row(services, to) is not None,
        keep=lambda to, data: _log_report(_settle(services, to, data, make_resolver)),
    ) as port:
        yield port


@contextlib.contextmanager
def returns_received_somewhere(services: Services) -> Iterator[None]:
    """Listen at BOUNCE_LISTEN as returns_received() does, as soon as no other process of this machine does."""
    ended = threading.Event()
    thread = threading.Thread(target=_listen_in_turn, args=(services, ended), daemon=True)
    if services.settings.bounce_address is not None:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if thread.is_alive():
            thread.join(10)


def _listen_in_turn(services: Services, ended: threading.Event) -> None:
    while not ended.is_set():
        # Another process has the door, and this one is there when it goes.
        with contextlib.suppress(Refused), returns_received(services):
            ended.wait()
        ended.wait(_DOOR_SECONDS)


def read_returns(services: Services, owner: str, *, make_resolver: MakeResolver = SystemResolver) -> int:
    """Read the mailbox of BOUNCE_IMAP_URL, if it is set; gives how many mails were taken in and removed."""
    del owner
    if services.mailbox is None:
        return 0

    def keep(data: bytes) -> bool:
        taken = _settle(services, "", data, make_resolver)
        _log_report(taken)
        # What a person may have written, and what is about no mail of ours, is not ours to remove; a plain yes is.
        is_understood = taken.report.kind is not ReportKind.UNKNOWN or taken.verdict is Verdict.CONFIRMS
        return is_understood and taken.settled.message_ref is not None

    return read_mailbox(services.mailbox, keep=keep)


def _row(services: Services, address: str) -> str | None:
    sender = services.sender
    return read_return_path(address, site_key=sender.site_key, bounce_domain=sender.bounce_domain)


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """A mail that came in, what it settled, and what it did where it was an answer."""

    report: Report
    settled: Settled
    verdict: Verdict | None


def _settle(services: Services, to: str, data: bytes, make_resolver: MakeResolver) -> _Taken:
    sender = services.sender
    report = read_report(data, recipient=to, site_key=sender.site_key, bounce_domain=sender.bounce_domain)
    reply = read_reply(data, report)
    # The network is asked before the transaction, never within.
    report = _with_its_server(services, report, make_resolver)
    is_proven = reply is not None and proves_domain(
        data, reply.sender_domain, resolver=make_resolver(), trusted_host=services.settings.authserv_id
    )
    verdict = None
    with transaction(services.engine) as session:
        settled = settle_report(
            session, report, mailbox=signing_mailbox(services.keyring), now=services.clock()
        )
        if reply is not None and settled.is_new:
            verdict = take_reply(session, services.keyring, reply, is_proven=is_proven, now=services.clock())
    if verdict is not None:
        services.wake.ring()
    return _Taken(report=report, settled=settled, verdict=verdict)


def _with_its_server(services: Services, report: Report, make_resolver: MakeResolver) -> Report:
    """Look whether what took a letter over, as a report says, is a mail server that the office's own domain names."""
    if report.kind is not ReportKind.RELAYED or not report.taken_by:
        return report
    with reading(services.engine) as session:
        domain = office_domain(session, services.keyring, report.row_id)
    if not domain or not is_own_server(report.taken_by, domain, resolver=make_resolver()):
        return report
    return replace(report, kind=ReportKind.AT_MX)


def _log_report(taken: _Taken) -> None:
    what = f"an answer that {taken.verdict.value}" if taken.verdict else f"a {taken.report.kind.value} report"
    _log.info("message %s: %s came back", taken.settled.message_ref or "of nobody", what)
