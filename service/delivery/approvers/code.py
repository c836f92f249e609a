"""The code beside an approver's link: six digits that come another way, five tries, and an hour's pass for the right one."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from service.coordinators import audit
from service.delivery.approve import Seat, find_seat
from service.foundation.keyed import keyed_hash
from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.model.approver_desk import ApproverCode
from service.model.edition import Approver, Edition
from service.model.message import MessageKind
from service.signing.codes import DIGITS, MOST_TRIES, typed_code
from service.store.insert import insert_or
from service.store.keyring import Keyring

LIVES = timedelta(hours=1)
"""How long the right code opens the letter; after that it is typed again."""
CODE_MAIL = "code"
_MAIL_LIVES = timedelta(hours=1)
_ONE_MAIL_IN = timedelta(minutes=5)
_ALL = 10**DIGITS
_MARK_LENGTH = 32


@dataclass(frozen=True, kw_only=True)
class CodeSeen:
    """The code of one approver for one edition, for whoever may read it out, and how many tries are left."""

    code: str
    tries_left: int


def approver_code(keys: CampaignKeys, edition_id: str, approver_id: str, generation: int) -> str:
    """Make the code that opens one edition to one approver; the same generation always has the same."""
    mac = keyed_hash(keys.token, f"approver-code|{edition_id}|{approver_id}|{generation}".encode())
    return f"{int.from_bytes(mac) % _ALL:0{DIGITS}}"


def look_at_code(session: Session, keys: CampaignKeys, edition: Edition, approver: Approver) -> CodeSeen:
    """Give the code of an approver for an edition."""
    generation, tries = _present(session, edition.id, approver.id)
    return CodeSeen(
        code=approver_code(keys, edition.id, approver.id, generation), tries_left=max(0, MOST_TRIES - tries)
    )


def renew_code(session: Session, edition: Edition, approver: Approver, *, by: str, now: datetime) -> None:
    """Give an approver another code with all its tries; the one before opens nothing any more."""
    row = _keep_row(session, edition, approver.id)
    row.generation, row.tries = row.generation + 1, 0
    session.add(row)
    audit.record(
        session, by=by, act="approver.code", campaign_id=edition.campaign_id, thing=approver.id, now=now
    )


def mail_code(session: Session, *, token: str, now: datetime) -> None:
    """Mail an approver the code by itself, once in five minutes at most; raises NotFound for a link that opens nothing."""
    seat = find_seat(session, token, now=now)
    generation, _ = _present(session, seat.edition.id, seat.approver.id)
    place = int(now.timestamp() // _ONE_MAIL_IN.total_seconds())
    outbox.post(
        session,
        kind=MessageKind.APPROVAL,
        campaign_id=seat.campaign.id,
        recipient_ref=seat.approver.id,
        occurrence=f"{seat.edition.id} {CODE_MAIL} {generation} {place}",
        now=now,
        expires_at=now + _MAIL_LIVES,
    )


def mailed_code(keys: CampaignKeys, approver: Approver, occurrence: str) -> str:
    """Make again the code that a mail of mail_code() holds; "" where its occurrence is of another kind."""
    edition_id, _, rest = occurrence.partition(" ")
    word, _, counted = rest.partition(" ")
    if word != CODE_MAIL:
        return ""
    return approver_code(keys, edition_id, approver.id, int(counted.partition(" ")[0]))


def try_code(session: Session, keyring: Keyring, *, token: str, typed: str, now: datetime) -> str:
    """Try a code; gives the pass that opens the letter for an hour, or "" where it is wrong or no try is left.

    A try is counted before it is looked at, by one statement, so that many at one moment are no more than many one after
    another. The right code gives all tries back.
    """
    seat = find_seat(session, token, now=now)
    keys, row = keyring.of(session, seat.campaign.id), _keep_row(session, seat.edition, seat.approver.id)
    mine = (
        col(ApproverCode.edition_id) == seat.edition.id,
        col(ApproverCode.approver_id) == seat.approver.id,
    )
    counting = update(ApproverCode).where(*mine, col(ApproverCode.tries) < MOST_TRIES)
    counted = session.execute(
        counting.values(tries=col(ApproverCode.tries) + 1).returning(col(ApproverCode.generation))
    ).first()
    session.expire(row)
    code = typed_code(typed)
    if counted is None or not code:
        return ""
    right = approver_code(keys, seat.edition.id, seat.approver.id, counted[0])
    if not hmac.compare_digest(code, right):
        return ""
    session.execute(update(ApproverCode).where(*mine).values(tries=0))
    return _pass(keys, seat, counted[0], int((now + LIVES).timestamp()))


def tries_left(session: Session, *, token: str, now: datetime) -> int:
    """Tell how many tries a link has left; raises NotFound for one that opens nothing."""
    seat = find_seat(session, token, now=now)
    return max(0, MOST_TRIES - _present(session, seat.edition.id, seat.approver.id)[1])


def may_pass(session: Session, keyring: Keyring, *, token: str, shown: str, now: datetime) -> bool:
    """Tell whether a pass opens the letter of this link now; raises NotFound for a link that opens nothing."""
    seat = find_seat(session, token, now=now)
    until = shown.partition(".")[0]
    if not until.isascii() or not until.isdigit() or len(until) > DIGITS * 2:
        return False
    generation, _ = _present(session, seat.edition.id, seat.approver.id)
    right = _pass(keyring.of(session, seat.campaign.id), seat, generation, int(until))
    return hmac.compare_digest(shown.encode(), right.encode()) and now < datetime.fromtimestamp(
        int(until), tz=UTC
    )


def pass_for(session: Session, keyring: Keyring, *, token: str, now: datetime) -> str:
    """Make the pass that the right code would give."""
    seat = find_seat(session, token, now=now)
    generation, _ = _present(session, seat.edition.id, seat.approver.id)
    return _pass(keyring.of(session, seat.campaign.id), seat, generation, int((now + LIVES).timestamp()))


def _pass(keys: CampaignKeys, seat: Seat, generation: int, until: int) -> str:
    facts = f"approver-pass|{seat.edition.id}|{seat.approver.id}|{generation}|{until}"
    return f"{until}.{keyed_hash(keys.token, facts.encode()).hex()[:_MARK_LENGTH]}"


def _present(session: Session, edition_id: str, approver_id: str) -> tuple[int, int]:
    row = session.get(ApproverCode, (edition_id, approver_id), populate_existing=True)
    return (row.generation, row.tries) if row else (1, 0)


def _keep_row(session: Session, edition: Edition, approver_id: str) -> ApproverCode:
    row = ApproverCode(edition_id=edition.id, approver_id=approver_id, campaign_id=edition.campaign_id)
    session.execute(
        insert_or(session, row).on_conflict_do_nothing(index_elements=["edition_id", "approver_id"])
    )
    return session.get_one(ApproverCode, (edition.id, approver_id), with_for_update=True)
