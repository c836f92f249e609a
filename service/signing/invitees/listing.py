"""The list of the invited, for the secretariat: who is missing, and by which word each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal
from sqlmodel import Session, col, select

from service.foundation.addresses import masked_address
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys, Place
from service.foundation.searched import fold_for_search, is_found
from service.foundation.sentence import Sentence
from service.mail.no_mail import held_for_domain
from service.model.campaign import Campaign
from service.model.chaser import Chase, Said
from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature, standing
from service.model.states import MessageState, SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.signing.invitees.chasers import chaser_names
from service.signing.party import SignOn, name_index, read_party
from service.store.one_by_one import is_there
from service.store.sealed import open_record, open_text

MOST_SEARCHED = 5_000
"""Among so many names a search opens each; beyond, it finds whole names only."""
PER_PAGE = 50


class Word(StrEnum):
    """Where one of the invited stands. That a mail was opened is never tracked, so no word says it."""

    NOT_ASKED = "not_asked"
    NO_ADDRESS = "no_address"
    ASKED = "asked"
    REMINDED = "reminded"
    INTENDS = "intends"
    UNCONFIRMED = "unconfirmed"
    BOUNCED = "bounced"
    UNWRITTEN = "unwritten"
    STOPPED = "stopped"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LEFT_OUT = "left_out"


ANSWERED = frozenset({Word.CONFIRMED, Word.DECLINED, Word.WITHDRAWN, Word.LEFT_OUT})
MISSING = frozenset(Word) - ANSWERED
"""The words of those whose answer is missing."""

_WAITING = (SignatureState.INVITED, SignatureState.INTENDS, SignatureState.PENDING, SignatureState.EXPIRED)
# What waits or is held by a pause has asked nobody yet.
_GONE = (MessageState.SUBMITTING, MessageState.ACCEPTED, MessageState.UNCERTAIN)


@dataclass(frozen=True, kw_only=True, repr=False)
class Invitee:
    """One of the invited as the list shows it: the address masked."""

    id: str
    kind: Kind
    name: str
    address: str
    word: Word
    standing: str
    decision_by: date | None
    late_until: datetime | None
    chaser_id: str
    chaser: str
    said: Said | None
    said_decides_on: date | None
    note: str
    has_left_out_mark: bool = False


@dataclass(frozen=True, kw_only=True)
class InviteePage:
    """One part of the list, the counts of all of it, and the key behind which it goes on ("" at its end)."""

    rows: tuple[Invitee, ...]
    counts: Mapping[Word, int]
    later: str

    @property
    def total(self) -> int:
        """How many are invited in all."""
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        """How many have not answered."""
        return sum(number for word, number in self.counts.items() if word in MISSING)


def list_invitees(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    *,
    words: frozenset[Word],
    name: str = "",
    chaser_id: str = "",
    after: str = "",
) -> InviteePage:
    """List the invited that stand by one of these words, in the order they were invited; `name` searches among them."""
    counts = _count(session, campaign)
    found = select(Signature, _word(), Chase).outerjoin(Chase, col(Chase.signature_id) == col(Signature.id))
    found = found.where(*_invited(campaign), _word().in_([word.value for word in words]))
    if chaser_id:
        found = found.where(col(Chase.chaser_id) == chaser_id)
    if after:
        found = found.where(col(Signature.id) > after)
    if name.strip():
        ids = _ids_of_name(session, keys, campaign, name, total=sum(counts.values()))
        found = found.where(col(Signature.id).in_(ids))
    rows = session.exec(found.order_by(col(Signature.id)).limit(PER_PAGE + 1)).all()
    names = chaser_names(session, keys, campaign)
    shown = tuple(_invitee(keys, campaign, *row, names=names) for row in rows[:PER_PAGE])
    return InviteePage(rows=shown, counts=counts, later=shown[-1].id if len(rows) > PER_PAGE else "")


def get_invitee(
    session: Session, keys: CampaignKeys, campaign: Campaign, member: str
) -> tuple[Invitee, SignOn]:
    """Get one of the invited and what is kept of it; raises NotFound for whoever is not on this letter's list."""
    found = (
        select(Signature, _word(), Chase)
        .outerjoin(Chase, col(Chase.signature_id) == col(Signature.id))
        .where(*_invited(campaign), Signature.id == member)
    )
    row = session.exec(found).one_or_none()
    if row is None:
        raise NotFound(Sentence("There is nobody of this kind on the list of this letter."))
    invitee = _invitee(keys, campaign, *row, names=chaser_names(session, keys, campaign))
    return invitee, read_party(keys, row[0])


def names_missing(session: Session, keys: CampaignKeys, campaign: Campaign) -> Sequence[tuple[str, str]]:
    """Give id and name of each of the invited whose answer is missing, by name."""
    return _names(session, keys, campaign, _word().in_([word.value for word in MISSING]))


def names_of_chaser(
    session: Session, keys: CampaignKeys, campaign: Campaign, chaser_id: str
) -> Sequence[tuple[str, str]]:
    """Give id and name of each of the invited that a chaser has, by name."""
    return _names(session, keys, campaign, col(Chase.chaser_id) == chaser_id)


def _names(
    session: Session, keys: CampaignKeys, campaign: Campaign, which: ColumnElement[bool]
) -> Sequence[tuple[str, str]]:
    found = (
        select(Signature.id, Signature.name)
        .outerjoin(Chase, col(Chase.signature_id) == col(Signature.id))
        .where(*_invited(campaign), which)
        .limit(MOST_SEARCHED)
    )
    names = [(key, _open(keys, key, name)) for key, name in session.exec(found).all()]
    return sorted(names, key=lambda one: (one[1].casefold(), one[0]))


def words_of(session: Session, campaign: Campaign, ids: Sequence[str]) -> Mapping[str, Word]:
    """Give of some of the invited by which word each stands, by their ids."""
    found = (
        select(Signature.id, _word())
        .outerjoin(Chase, col(Chase.signature_id) == col(Signature.id))
        .where(*_invited(campaign), col(Signature.id).in_(ids))
    )
    return {key: Word(word) for key, word in session.exec(found).all()}


def _invited(campaign: Campaign) -> Sequence[Any]:
    return (
        col(Signature.campaign_id) == campaign.id,
        # As the index of the invited says it.
        col(Signature.invited),
        col(Signature.erased_at).is_(None),
    )


def _word() -> ColumnElement[str]:
    """Say in SQL by which word a sign-on stands: the one rule of this list, for its rows and its counts."""
    state = col(Signature.state)
    mails = (
        select(func.count())
        .where(
            col(Message.recipient_ref) == col(Signature.id),
            col(Message.kind).in_((MessageKind.INVITATION, MessageKind.REMINDER)),
            col(Message.state).in_(_GONE),
        )
        .correlate(Signature)
        .scalar_subquery()
    )
    return case(
        (state == SignatureState.CONFIRMED, literal(Word.CONFIRMED.value)),
        (state == SignatureState.DECLINED, literal(Word.DECLINED.value)),
        (state == SignatureState.WITHDRAWN, literal(Word.WITHDRAWN.value)),
        (col(Chase.left_out_at).is_not(None), literal(Word.LEFT_OUT.value)),
        (_suppressed(SuppressionReason.BOUNCED), literal(Word.BOUNCED.value)),
        (
            _suppressed(
                SuppressionReason.UNSUBSCRIBED, SuppressionReason.COMPLAINED, SuppressionReason.NOT_ME
            ),
            literal(Word.STOPPED.value),
        ),
        (_is_unwritten(), literal(Word.UNWRITTEN.value)),
        (state == SignatureState.INTENDS, literal(Word.INTENDS.value)),
        (state.in_((SignatureState.PENDING, SignatureState.EXPIRED)), literal(Word.UNCONFIRMED.value)),
        (col(Signature.email).is_(None), literal(Word.NO_ADDRESS.value)),
        (mails > 1, literal(Word.REMINDED.value)),
        (mails == 1, literal(Word.ASKED.value)),
        else_=literal(Word.NOT_ASKED.value),
    )


def _suppressed(*reasons: SuppressionReason) -> ColumnElement[bool]:
    return is_there(
        col(Suppression.campaign_id) == col(Signature.campaign_id),
        col(Suppression.email_index) == col(Signature.email_index),
        col(Suppression.reason).in_(reasons),
    )


def _is_unwritten() -> ColumnElement[bool]:
    return is_there(
        col(Message.recipient_ref) == col(Signature.id), *held_for_domain(col(Signature.campaign_id))
    )


def _count(session: Session, campaign: Campaign) -> Mapping[Word, int]:
    word = _word().label("word")
    each = (
        select(word)
        .select_from(Signature)
        .outerjoin(Chase, col(Chase.signature_id) == col(Signature.id))
        .where(*_invited(campaign))
        .subquery()
    )
    found = session.exec(select(each.c.word, func.count()).group_by(each.c.word)).all()
    counts = {Word(value): number for value, number in found}
    return {word: counts.get(word, 0) for word in Word}


def _ids_of_name(
    session: Session, keys: CampaignKeys, campaign: Campaign, name: str, *, total: int
) -> Sequence[str]:
    if total > MOST_SEARCHED:
        whole = [name_index(keys, kind, name) for kind in Kind]
        found = select(Signature.id).where(*_invited(campaign), col(Signature.name_index).in_(whole))
        return session.exec(found).all()
    asked = fold_for_search(name[:200])
    rows = session.exec(select(Signature.id, Signature.name).where(*_invited(campaign))).all()
    return [key for key, sealed in rows if is_found(asked, fold_for_search(_open(keys, key, sealed)))]


def _open(keys: CampaignKeys, key: str, name: bytes) -> str:
    return keys.open(name, place=Place(table="signature", column="name", row=key)) if name else ""


def _invitee(
    keys: CampaignKeys,
    campaign: Campaign,
    row: Signature,
    word: str,
    chase: Chase | None,
    *,
    names: Mapping[str, str],
) -> Invitee:
    address = open_text(keys, row, "email")
    chaser_id = (chase.chaser_id or "") if chase else ""
    return Invitee(
        id=row.id,
        kind=row.kind,
        name=open_text(keys, row, "name"),
        address=masked_address(address) if address else "",
        word=Word(word),
        standing=standing(row, campaign).value,
        decision_by=row.decision_by,
        late_until=row.late_until,
        chaser_id=chaser_id,
        # Who was given a link, else whom the coalition's own list names.
        chaser=names.get(chaser_id) or str(open_record(keys, row, "details").get("chaser", "")),
        said=chase.said if chase else None,
        said_decides_on=chase.decides_on if chase else None,
        note=open_text(keys, chase, "note") if chase else "",
        has_left_out_mark=bool(chase and chase.left_out_at),
    )
