"""Let returned mail in: by the door that listens, and from the mailbox that is read."""

import contextlib
import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from service.delivery.by_hand.filed import Filing, came_in, file_sent
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
from service.mail.sent_copy import read_sent_copy, sending_it_names
from service.mail.verp import read_filing_address, read_return_path
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
        accept=lambda to: _is_ours(services, to),
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
        return taken.is_filed or (is_understood and taken.settled.message_ref is not None)

    # The copy of a letter is evidence as a whole; of what came back, its beginning says all.
    return read_mailbox(
        services.mailbox, keep=keep, wants_whole=lambda data: _sending(services, "", data) is not None
    )


def _is_ours(services: Services, address: str) -> bool:
    key, domain = services.sender.site_key, services.sender.bounce_domain
    readers = (read_return_path, read_filing_address)
    return any(read(address, site_key=key, bounce_domain=domain) is not None for read in readers)


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """A mail that came in, what it settled, and what it did where it was an answer or the copy of what a person sent.

    `is_filed` says that its bytes are kept.
    """

    report: Report
    settled: Settled
    verdict: Verdict | Filing | None
    is_filed: bool = False


def _settle(services: Services, to: str, data: bytes, make_resolver: MakeResolver) -> _Taken:
    sender = services.sender
    report = read_report(data, recipient=to, site_key=sender.site_key, bounce_domain=sender.bounce_domain)
    sending = _sending(services, to, data)
    if sending is not None and report.row_id is None:
        return _file(services, sending, data, report, make_resolver)
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


def _sending(services: Services, to: str, data: bytes) -> str | None:
    sender = services.sender
    return sending_it_names(data, recipient=to, site_key=sender.site_key, bounce_domain=sender.bounce_domain)


def _file(
    services: Services, sending: str, data: bytes, report: Report, make_resolver: MakeResolver
) -> _Taken:
    """File the copy of what a person sent with its sending, once; what else comes to such an address changes nothing."""
    copy = read_sent_copy(data, report)
    is_proven = copy is not None and proves_domain(
        data, copy.domain, resolver=make_resolver(), trusted_host=services.settings.authserv_id
    )
    came = came_in(copy, data, is_proven=is_proven) if copy is not None else None
    # One mail may come to the addresses of several sendings, and is about no mail of ours.
    mark = hashlib.sha256(f"{sending}\0".encode() + report.fingerprint).digest()
    report = replace(report, row_id=None, message_ids=(), fingerprint=mark)
    filing = None
    with transaction(services.engine) as session:
        settled = settle_report(
            session, report, mailbox=signing_mailbox(services.keyring), now=services.clock()
        )
        if came is not None and settled.is_new:
            filing = file_sent(session, services.keyring, sending, came, now=services.clock())
    if filing is not None:
        services.wake.ring()
    return _Taken(
        report=report, settled=settled, verdict=filing, is_filed=filing is not None or not settled.is_new
    )


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
    what = f"a {taken.report.kind.value} report"
    if taken.verdict is not None:
        what = f"{'a copy' if taken.is_filed else 'an answer'} that {taken.verdict.value}"
    _log.info("message %s: %s came back", taken.settled.message_ref or "of nobody", what)
