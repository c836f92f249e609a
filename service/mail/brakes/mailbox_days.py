"""Count what each mailbox gets in a day, a whole batch in one statement."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, literal
from sqlmodel import Session, col

from service.mail.brakes.share import Share, day_key, day_of, mailbox_index
from service.model.mailbox_day import MailboxDay
from service.model.message import MessageKind
from service.store.rows import run_for_rows, run_quickly

_SHARES: Mapping[MessageKind, Share] = {
    MessageKind.CONFIRM: Share.TYPED,
    MessageKind.ALREADY: Share.TYPED,
    MessageKind.LINK: Share.TYPED,
    MessageKind.CLAIMED: Share.TYPED,
    MessageKind.ASKED_ABOUT: Share.TYPED,
    MessageKind.COUNTERSIGN: Share.TYPED,
    MessageKind.APPROVAL: Share.FREE,
    MessageKind.ALERT: Share.FREE,
    MessageKind.QUESTION: Share.FREE,
    MessageKind.NEEDS_CHECK: Share.FREE,
    MessageKind.REHEARSAL: Share.FREE,
    MessageKind.DELIVERY: Share.FREE,
}


def share_of(kind: MessageKind) -> Share:
    """Tell in which share a kind of mail counts; a kind that the table does not name is written by a secretariat."""
    return _SHARES.get(kind, Share.WRITTEN)


def count_mailboxes(
    session: Session, mails: Sequence[tuple[str, Share]], *, now: datetime, site_key: bytes
) -> list[int]:
    """Count mails that are about to go, each an address and its share; gives of each the place in its share today.

    The first mail of a share has place 1, one that is free has 0. Count each mail once, at its first try, and take
    it back (`uncount_mailboxes`) where it was not tried after all.
    """
    counted = _counted(mails, now=now, site_key=site_key)
    still = Counter(one for one in counted if one is not None)
    last = _add(session, still, now=now)
    places = []
    for one in counted:
        if one is not None:
            still[one] -= 1
        places.append(last[one] - still[one] if one is not None else 0)
    return places


def uncount_mailboxes(
    session: Session, mails: Sequence[tuple[str, Share]], *, now: datetime, site_key: bytes
) -> None:
    """Take back what was counted of mails that were not tried after all."""
    counted = _counted(mails, now=now, site_key=site_key)
    back = Counter(one for one in counted if one is not None)
    _add(session, {one: -number for one, number in back.items()}, now=now)


def renew_share(session: Session, address: str, *, now: datetime, site_key: bytes) -> None:
    """Begin the share of what strangers type anew: the mailbox's owner has just confirmed, so it is no flood."""
    mailbox = mailbox_index(day_key(site_key, day_of(now)), address)
    session.flush()
    run_quickly(session.connection(), _RENEW, day=day_of(now), mailbox=mailbox)


def forget_mailbox_days(session: Session, *, now: datetime) -> int:
    """Delete the counts of earlier days; gives how many mailboxes they were of."""
    gone = delete(MailboxDay).where(col(MailboxDay.day) < day_of(now)).returning(literal(1))
    return len(session.execute(gone).all())


_Counted = tuple[bytes, Share]

_RENEW = "UPDATE mailbox_day SET typed = 0 WHERE day = :day AND mailbox = :mailbox RETURNING 1"
_COUNTS = {"mailbox": "bytea", "typed": "integer", "written": "integer"}
_ADD = (
    "INSERT INTO mailbox_day (day, mailbox, typed, written)"
    " SELECT :today, v.mailbox, v.typed, v.written FROM {v} WHERE true"
    " ON CONFLICT (day, mailbox) DO UPDATE SET"
    " typed = mailbox_day.typed + excluded.typed, written = mailbox_day.written + excluded.written"
    " RETURNING mailbox, typed, written"
)


def _counted(mails: Sequence[tuple[str, Share]], *, now: datetime, site_key: bytes) -> list[_Counted | None]:
    key = day_key(site_key, day_of(now))
    return [
        (mailbox_index(key, address), share) if share is not Share.FREE else None for address, share in mails
    ]


def _add(session: Session, numbers: Mapping[_Counted, int], *, now: datetime) -> dict[_Counted, int]:
    """Add to the counts of today by one statement, and give what they came to."""
    # In one order, so that two senders never wait for one another.
    rows = [
        (mailbox, numbers.get((mailbox, Share.TYPED), 0), numbers.get((mailbox, Share.WRITTEN), 0))
        for mailbox in sorted({mailbox for mailbox, _ in numbers})
    ]
    last: dict[_Counted, int] = {}
    for mailbox, typed, written in run_for_rows(
        session.connection(), _ADD, columns=_COUNTS, rows=rows, today=day_of(now)
    ):
        last[mailbox, Share.TYPED], last[mailbox, Share.WRITTEN] = typed, written
    return last
