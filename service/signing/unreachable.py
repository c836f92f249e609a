"""What the secretariat does where mail does not get through: read out a code, write elsewhere, vouch."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from service.campaigns.queries import lock_campaign
from service.campaigns.state_words import LETTER_STATES
from service.coordinators import audit
from service.foundation.addresses import comparable_address, normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line
from service.letter.audience import is_shown_to_nobody
from service.mail import outbox
from service.model.agreement import How
from service.model.campaign import Campaign
from service.model.confirming_code import CodeChannel
from service.model.signature import ConfirmedBy, Kind, Provenance, Signature
from service.model.states import SIGNATURE, CampaignState, SignatureState
from service.model.suppression import Suppression
from service.signing.agreement import keep_agreement
from service.signing.codes import end_codes, keep_code, random_code
from service.signing.confirm import is_takeable
from service.signing.late import refuse_while_it_leaves
from service.signing.limits import may_mail
from service.signing.organizations.contact import tell_listed
from service.signing.party import SignOn, email_index, read_party, write_party
from service.signing.queries import find_person, mails_sent, no_such_sign_on
from service.signing.sign import Desk, ask_to_confirm
from service.signing.waiting import end_waiting
from service.store.keyring import Keyring

_MAY_BE_VOUCHED = frozenset({SignatureState.PENDING, SignatureState.EXPIRED})
_MAY_BE_JOINED = frozenset({CampaignState.OPEN, CampaignState.CLOSED, CampaignState.SENT})
LONGEST_HOW = 200


@dataclass(frozen=True, kw_only=True)
class Reach:
    """In which ways a sign-on can be brought to stand where mail does not get through to it."""

    address: bool
    code: bool
    vouch: bool


def ways_to_reach(session: Session, campaign: Campaign, row: Signature, *, now: datetime) -> Reach:
    """Tell in which ways a sign-on can be reached now; each looks once more before it does anything."""
    waits = is_takeable(session, row, campaign, now=now)
    return Reach(
        address=waits and row.state is SignatureState.PENDING,
        code=waits,
        vouch=_may_be_vouched(row) and row.held_reason is None and campaign.state in _MAY_BE_JOINED,
    )


def give_code(session: Session, keyring: Keyring, slug: str, row_id: str, *, by: str, now: datetime) -> str:
    """Make a code to be read out to a signatory, and give it: it is shown this once and kept as a digest only.

    It takes the place of one read out before, works for a day, and is typed on the page that waits after the form.
    Raises Refused where the sign-on does not wait for its confirmation.
    """
    desk, row = _desk(session, keyring, slug, row_id, now=now)
    if not is_takeable(session, row, desk.campaign, now=now):
        raise Refused(
            Sentence("{row} does not wait for its confirmation, so a code would confirm nothing.", row=row_id)
        )
    code = random_code()
    keep_code(session, desk.keys, row, code, channel=CodeChannel.READ_OUT, now=now)
    _record(desk, row, "code", by=by)
    return code


def change_address(
    session: Session, keyring: Keyring, slug: str, row_id: str, address: str, *, by: str, now: datetime
) -> None:
    """Write to another address for a sign-on that waits for its confirmation; all earlier links and codes end.

    Raises Refused where it does not wait, for what is no address, where the same person has signed from it, and where
    so many mails went out for it today that none would follow.
    """
    desk, row = _desk(session, keyring, slug, row_id, now=now)
    if row.state is not SignatureState.PENDING or not is_takeable(session, row, desk.campaign, now=now):
        raise Refused(
            Sentence(
                "{row} does not wait for its confirmation; nothing would be mailed to the new address.",
                row=row_id,
            )
        )
    party = read_party(desk.keys, row)
    found = normal_address(address)
    if comparable_address(found) == comparable_address(party.confirming_email or "-"):
        raise Refused(Sentence("{row} has this address already.", row=row_id))
    changed = replace(party, approver_email=found) if party.approver_email else replace(party, email=found)
    _refuse_if_taken(desk, row, email_index(desk.keys, found))
    outbox.cancel_for(session, recipient_ref=row.id, now=now)
    end_codes(session, row)
    end_waiting(session, row)
    write_party(desk.keys, row, changed)
    row.email_index = email_index(desk.keys, found)
    row.generation += 1
    session.add(row)
    session.flush()
    # Or whoever did it would hear that a mail is on its way, and none would be.
    if not may_mail(mails_sent(session, row, now=now)):
        raise Refused(
            Sentence(
                "As many confirming mails as one day allows went out for {row} and this address; write there "
                "tomorrow, or read a code out.",
                row=row_id,
            )
        )
    ask_to_confirm(desk, row)
    _record(desk, row, "address", by=by)


def vouch(
    session: Session, keyring: Keyring, slug: str, row_id: str, *, how: str, by: str, now: datetime
) -> None:
    """Let a sign-on stand on the secretariat's word, and keep of it only what is printed.

    Addresses, and whatever else was given, are forgotten; of one who is only counted the name is, too. A condition stays
    until it is settled, or what was said under it would count without it. Raises Refused where it does not wait for its
    confirmation, or is held, and while the letter leaves.
    """
    desk, row = _desk(session, keyring, slug, row_id, now=now)
    agreed = clean_line(how, what=Sentence("How they agreed"), longest=LONGEST_HOW)
    if not agreed:
        raise Refused(Sentence("Say how they agreed, such as “by Signal to A. Secretary, 3 December”."))
    if not _may_be_vouched(row):
        raise Refused(
            Sentence(
                "Only a sign-on that was never confirmed can be vouched for; {row} is not one of these.",
                row=row_id,
            )
        )
    if row.held_reason is not None:
        raise Refused(Sentence("{row} needs your check first: release it, or decline it.", row=row_id))
    if desk.campaign.state not in _MAY_BE_JOINED:
        raise Refused(
            Sentence(
                "Nobody can be added to “{slug}” now: the letter stands at “{state}”.",
                slug=slug,
                state=LETTER_STATES[desk.campaign.state],
            )
        )
    refuse_while_it_leaves(session, desk.campaign)
    nobody = email_index(desk.keys, "")
    _refuse_if_taken(desk, row, nobody)
    outbox.cancel_for(session, recipient_ref=row.id, now=now)
    end_codes(session, row)
    end_waiting(session, row)
    printed = _only_printed(read_party(desk.keys, row))
    write_party(desk.keys, row, replace(printed, how_agreed=agreed, agreed_on=f"{now:%Y-%m-%d}"))
    SIGNATURE.move(row, SignatureState.CONFIRMED)
    row.email_index, row.generation = nobody, row.generation + 1
    row.provenance, row.confirmed_by = Provenance.ATTESTED, ConfirmedBy.VOUCHED
    row.confirmed_at = row.accepted_at = now
    row.revision_id = desk.campaign.revision_id
    session.add(row)
    keep_agreement(session, desk.keys, row, how=How.ATTESTED, note=agreed, now=now)
    tell_listed(desk, row)
    _record(desk, row, "vouch", by=by)


def is_of_letter(session: Session, campaign_id: str, row_id: str) -> bool:
    """Tell whether a letter has this sign-on."""
    row = session.get(Signature, row_id)
    return row is not None and row.campaign_id == campaign_id


def left_alone(session: Session, campaign: Campaign) -> dict[bytes, str]:
    """Give why mailboxes are left alone, by their keyed hashes: where mail bounces, another way is needed."""
    found = select(Suppression).where(Suppression.campaign_id == campaign.id)
    return {row.email_index: row.reason.value for row in session.exec(found).all()}


def _may_be_vouched(row: Signature) -> bool:
    return row.state in _MAY_BE_VOUCHED and row.erased_at is None


def _only_printed(party: SignOn) -> SignOn:
    """Give what a letter prints of a signatory, and how it is ordered; nothing by which anybody is reached."""
    if is_shown_to_nobody(party.visibility.value):
        return SignOn(
            kind=party.kind,
            name="",
            email="",
            visibility=party.visibility,
            country=party.country,
            condition=party.condition,
        )
    return SignOn(
        kind=party.kind,
        name=party.name,
        email="",
        visibility=party.visibility,
        keeps_on_change=party.keeps_on_change,
        language=party.language,
        name_latin=party.name_latin,
        sort_name=party.sort_name,
        acronym=party.acronym,
        country=party.country,
        category=party.category,
        qualifier=party.qualifier,
        representative_name=party.representative_name,
        representative_title=party.representative_title,
        position=party.position,
        affiliation=party.affiliation,
        place=party.place,
        signs_for=party.signs_for,
        members=party.members,
        order=party.order,
        condition=party.condition,
    )


def _desk(
    session: Session, keyring: Keyring, slug: str, row_id: str, *, now: datetime
) -> tuple[Desk, Signature]:
    campaign = lock_campaign(session, slug)
    found = select(Signature).where(Signature.campaign_id == campaign.id, Signature.id == row_id)
    row = session.exec(found.with_for_update()).one_or_none()
    if row is None:
        raise no_such_sign_on(campaign, row_id)
    return Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now), row


def _refuse_if_taken(desk: Desk, row: Signature, mailbox: bytes) -> None:
    if row.kind is not Kind.PERSON:
        return
    known = find_person(desk.session, desk.campaign, email=mailbox, name=row.name_index)
    if known is not None and known.id != row.id:
        raise Refused(
            Sentence(
                "{known} has the same name at that address already; one of the two is enough.", known=known.id
            )
        )


def _record(desk: Desk, row: Signature, act: str, *, by: str) -> None:
    audit.record(
        desk.session,
        by=by,
        act=f"signature.{act}",
        campaign_id=desk.campaign.id,
        thing=row.id,
        now=desk.now,
    )
