"""The page of a chaser: its own invited and no others, what to write to them, and what they said."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import lock_campaign_of
from service.coordinators import audit
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.model.campaign import Campaign
from service.model.chaser import Chase, Chaser, Said
from service.model.link_token import Purpose
from service.model.signature import Signature
from service.signing.invitees.acts import invite_again, why_not_asked
from service.signing.invitees.listing import Word, words_of
from service.signing.page import deadline_text
from service.signing.party import read_party
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.links import find_link
from service.store.sealed import open_record, open_text, seal_text

LONGEST_NOTE = 500
_NOTHING = Sentence("This link does not open anything.")
_TO_WRITE = Sentence(
    "Hello! {coalition} has invited {name} to sign the open letter “{title}”. The deadline for sign-ons is"
    " {deadline}.\n\nThere is an e-mail from {coalition} with your personal link; please look for it, among the"
    " unwanted mail too. If you cannot find it, tell me, and it is sent once more.\n\nMay I note that you will sign?"
)
_TO_WRITE_DISCREETLY = Sentence(
    "Hello! There is an e-mail for {name} that waits for an answer until {deadline}; please look for it, among the"
    " unwanted mail too. If you cannot find it, tell me, and it is sent once more."
)
_TO_WRITE_UNREACHED = Sentence(
    "Hello! We would like to hear from {name} until {deadline}, and no e-mail of ours has reached you. When may I call?"
)
_UNREACHED = frozenset({Word.NOT_ASKED, Word.NO_ADDRESS, Word.BOUNCED, Word.UNWRITTEN})
"""To whom no mail has come that they could look for."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Spoken:
    """What one of the invited said to a chaser."""

    said: Said
    decides_on: date | None
    note: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Chased:
    """One of a chaser's invited: name, where it stands, and what to write in its own language; never an address.

    `message` holds no link: whoever is sent one could sign in that one's place.
    """

    id: str
    name: str
    word: Word
    language: str
    message: str
    said: Said | None
    decides_on: date | None
    note: str
    may_be_asked: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class ChaseView:
    """What a chaser sees."""

    title: str
    coalition: str
    language: str
    reader: str
    reply_to: str
    name: str
    deadline: str
    invited: tuple[Chased, ...]


@dataclass(frozen=True, kw_only=True)
class _Seat:
    campaign: Campaign
    chaser: Chaser


def look_at_chase(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ChaseView:
    """Show a chaser its invited and change nothing; raises NotFound for a link that opens nothing, or does not any more."""
    seat = _seat(session, token, now=now)
    keys, file = keyring.of(session, seat.campaign.id), open_file(session, keyring, seat.campaign)
    found = (
        select(Chase, Signature)
        .join(Signature, col(Signature.id) == col(Chase.signature_id))
        .where(Chase.chaser_id == seat.chaser.id, col(Signature.erased_at).is_(None))
        .order_by(col(Chase.signature_id))
    )
    rows = session.exec(found).all()
    words = words_of(session, seat.campaign, [row.id for _, row in rows])
    desk = Desk(session=session, keys=keys, campaign=seat.campaign, now=now)
    reader = mail_language(reader=seat.chaser.language, letter=seat.campaign.language)
    return ChaseView(
        title=file.letter.title,
        coalition=file.coalition,
        language=seat.campaign.language,
        reader=seat.chaser.language,
        reply_to=file.reply_to,
        name=str(open_record(keys, seat.chaser, "details")["name"]),
        deadline=deadline_text(seat.campaign, reader),
        invited=tuple(
            _chased(desk, file, chase, row, words[row.id]) for chase, row in rows if row.id in words
        ),
    )


def note_said(
    session: Session,
    keyring: Keyring,
    *,
    token: str,
    chase_id: str,
    word: Spoken,
    now: datetime,
) -> None:
    """Keep what one of a chaser's own invited said; what is noted last stands. It is a promise, and no sign-on."""
    seat, chase = _own(session, token, chase_id, now=now)
    keys = keyring.of(session, seat.campaign.id)
    chase.said, chase.said_at = word.said, now
    chase.decides_on = word.decides_on if word.said is Said.BOARD else None
    chase.note = seal_text(keys, chase, "note", word.note) if word.note else None
    session.add(chase)
    audit.record(
        session,
        by=_by(seat),
        act="chase.said",
        campaign_id=seat.campaign.id,
        thing=f"{chase.signature_id} {word.said.value}",
        now=now,
    )


def ask_again(session: Session, keyring: Keyring, *, token: str, chase_id: str, now: datetime) -> None:
    """Have the invitation sent once more to the address on record; raises Refused where that cannot be now."""
    link = find_link(session, token, Purpose.CHASE)
    lock_campaign_of(session, link.campaign_id)
    seat, chase = _own(session, token, chase_id, now=now)
    invite_again(session, keyring, seat.campaign.slug, chase.signature_id, by=_by(seat), now=now)


def _seat(session: Session, token: str, *, now: datetime) -> _Seat:
    link = find_link(session, token, Purpose.CHASE)
    campaign, chaser = session.get(Campaign, link.campaign_id), session.get(Chaser, link.row_id)
    if campaign is None or chaser is None or chaser.ended_at is not None:
        raise NotFound(_NOTHING)
    # The deadline as it is now: it may have moved since the link was given.
    if now >= campaign.deadline_at or link.generation != chaser.generation:
        raise NotFound(_NOTHING)
    return _Seat(campaign=campaign, chaser=chaser)


def _own(session: Session, token: str, chase_id: str, *, now: datetime) -> tuple[_Seat, Chase]:
    seat = _seat(session, token, now=now)
    found = select(Chase).where(Chase.id == chase_id, Chase.chaser_id == seat.chaser.id)
    chase = session.exec(found.with_for_update()).one_or_none()
    if chase is None:
        raise NotFound(_NOTHING)
    return seat, chase


def _by(seat: _Seat) -> str:
    return f"chaser:{seat.chaser.id}"


def _chased(desk: Desk, file: CampaignFile, chase: Chase, row: Signature, word: Word) -> Chased:
    party = read_party(desk.keys, row)
    language = mail_language(reader=party.language, letter=desk.campaign.language)
    words = _TO_WRITE_DISCREETLY if party.discreet else _TO_WRITE
    sentence = (_TO_WRITE_UNREACHED if word in _UNREACHED else words).with_values(
        coalition=file.coalition,
        name=party.name,
        title=file.letter.title,
        deadline=deadline_text(desk.campaign, language),
    )
    return Chased(
        id=chase.id,
        name=party.name,
        word=word,
        language=language,
        message=str(catalogue(language).say(sentence)),
        said=chase.said,
        decides_on=chase.decides_on,
        note=_note(desk.keys, chase),
        may_be_asked=not why_not_asked(desk, row),
    )


def _note(keys: CampaignKeys, chase: Chase) -> str:
    return open_text(keys, chase, "note")
