"""Let returned mail in: by the door that listens, and from the mailbox that is read."""

import contextlib
import logging
from collections.abc import Iterator

from service.mail.bounce import Report, read_report
from service.mail.mailbox import read_mailbox
from service.mail.receiver import receiving
from service.mail.returned import Settled, settle_report
from service.mail.verp import read_return_path
from service.model.report_kind import ReportKind
from service.signing.messages import signing_mailbox
from service.store.transaction import transaction
from service.wiring import Services

_log = logging.getLogger("undersigned.worker")


@contextlib.contextmanager
def returns_received(services: Services) -> Iterator[int | None]:
    """Listen at BOUNCE_LISTEN until the block ends, and give the port; does nothing where it is not set."""
    address = services.settings.bounce_address
    if address is None:
        yield None
        return
    with receiving(
        *address,
        accept=lambda to: _row(services, to) is not None,
        keep=lambda to, data: _log_report(*_settle(services, to, data)),
    ) as port:
        yield port


def read_returns(services: Services, owner: str) -> int:
    """Read the mailbox of BOUNCE_IMAP_URL, if it is set; gives how many mails were taken in and removed."""
    del owner
    if services.mailbox is None:
        return 0

    def keep(data: bytes) -> bool:
        report, settled = _settle(services, "", data)
        _log_report(report, settled)
        # What a person may have written, and what is about no mail of ours, is not ours to remove.
        return report.kind is not ReportKind.UNKNOWN and settled.message_ref is not None

    return read_mailbox(services.mailbox, keep=keep)


def _row(services: Services, address: str) -> str | None:
    sender = services.sender
    return read_return_path(address, site_key=sender.site_key, bounce_domain=sender.bounce_domain)


def _settle(services: Services, to: str, data: bytes) -> tuple[Report, Settled]:
    sender = services.sender
    report = read_report(data, recipient=to, site_key=sender.site_key, bounce_domain=sender.bounce_domain)
    with transaction(services.engine) as session:
        settled = settle_report(
            session, report, mailbox=signing_mailbox(services.keyring), now=services.clock()
        )
    return report, settled


def _log_report(report: Report, settled: Settled) -> None:
    _log.info("message %s: a %s report came back", settled.message_ref or "of nobody", report.kind.value)
