"""The mails about organizations: claimed, asked about, countersign, declined, needs check."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service.campaigns.file import CampaignFile
from service.foundation.addresses import masked_address
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.i18n.formats import write_date
from service.letter.audience import may_show
from service.mail.compose import Rendered
from service.mail.envelope import Draft
from service.mail.postman import Unwanted
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.message import Message, MessageKind
from service.model.resemblance import Resemblance
from service.model.signature import HeldReason, Signature
from service.model.states import MessageState, SignatureState
from service.signing.declined import was_by_us
from service.signing.naming import HOW_NAMED
from service.signing.organizations.contact import claim_of, name_in_alert, objection_link
from service.signing.organizations.countersign import countersign_link, officer_of
from service.signing.organizations.listed import OF_MEMBER, Listed, listed_between, listed_by, listing_link
from service.signing.page import deadline_text
from service.signing.party import SignOn, read_party
from service.signing.sign import why_not_open
from service.store.keyring import Keyring
from service.store.links import link_token
from service.store.sealed import open_text

TO_CONTACTS = frozenset({MessageKind.CLAIMED, MessageKind.ASKED_ABOUT, MessageKind.DECLINED})
"""The kinds that go to a mailbox of the sign-on that is written to."""

_NEEDS_CHECK = {
    "look_alike": Sentence(
        "{name} has confirmed its sign-on, and its name looks like another one: {others}.\n\nIt counts as soon as you"
        " have said what it is: `undersigned signatories another {slug} {id}` if it is another organization,"
        " `undersigned signatories same {slug} {id} ID` if it is the same one."
    ),
    "disputed": Sentence(
        "Somebody who may speak for {name} says that its sign-on is not authorized. It is held: it counts nowhere, and"
        " its name stands nowhere.\n\nCall them on a number that you know. Then `undersigned signatories decline {slug}"
        " {id}`, or `undersigned signatories release {slug} {id}`."
    ),
    "unlisted": Sentence(
        "{member} says that nobody may sign for it as a member of {name}, so it was taken off that list: it counts there"
        " no more. Call both before you list it again."
    ),
    "condition": Sentence(
        "{name} has confirmed its sign-on under a condition:\n\n{condition}\n\nIt counts once that is settled:"
        " `undersigned signatories settle {slug} {id}`; or `undersigned signatories decline {slug} {id}`."
    ),
}


class Facts(Protocol):
    """What a mail of this room may speak of, as messages.py puts it together."""

    @property
    def message(self) -> Message:
        """The row of the outbox."""
        ...

    @property
    def signature(self) -> Signature:
        """The sign-on that is written to."""
        ...

    @property
    def campaign(self) -> Campaign:
        """Its letter."""
        ...

    @property
    def file(self) -> CampaignFile:
        """The letter's file."""
        ...

    @property
    def keys(self) -> CampaignKeys:
        """The letter's keys."""
        ...

    @property
    def party(self) -> SignOn:
        """What the sign-on keeps."""
        ...

    @property
    def language(self) -> str:
        """The language of the mail."""
        ...

    @property
    def public_url(self) -> str:
        """Where all links begin."""
        ...

    def address_of(self, purpose: Purpose, path: str, *, generation: int = 1) -> str:
        """Give the full address of a personal link."""
        ...

    def write(self, template: str, /, **context: Any) -> Rendered:
        """Fill one of the mail templates."""
        ...

    def draft(self, to: str, written: Rendered) -> Draft:
        """Address a written mail to one mailbox."""
        ...


def contact_address(message: Message, party: SignOn) -> str:
    """Give whom a mail about an organization goes to: its contact; of a sign-on that we decline, who confirmed it."""
    if message.kind is MessageKind.DECLINED and was_by_us(message.occurrence):
        return party.confirming_email
    return party.email or party.confirming_email


def organization_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give, for the kinds of mail here that do not go to the sign-on's own mailbox, what finds their address."""

    def to_officer(session: Session, message: Message) -> str:
        row = session.get(Signature, message.recipient_ref)
        asked = officer_of(session, keyring.of(session, row.campaign_id), row) if row is not None else None
        return asked[0].email if asked is not None else ""

    return {MessageKind.COUNTERSIGN: to_officer}


def _claimed(session: Session, facts: Facts) -> Draft:
    _, _, member = facts.message.occurrence.partition(OF_MEMBER)
    if member:
        return _listed(session, facts, member)
    claim = claim_of(session, facts.message.occurrence)
    if claim is None or not _is_worth_telling(claim):
        raise Unwanted(MessageState.CANCELLED, "the sign-on does not stand any more")
    party = read_party(facts.keys, claim)
    written = facts.write(
        "claimed",
        party=party.name,
        representative=_signed_by(party),
        confirmed_by=masked_address(party.confirming_email) if party.confirming_email else "",
        day=_day(facts, claim),
        link=_objection(facts, claim),
    )
    return facts.draft(contact_address(facts.message, facts.party), written)


def _listed(session: Session, facts: Facts, member_id: str) -> Draft:
    member, network = _still_listed(session, member_id)
    by = read_party(facts.keys, network)
    written = facts.write(
        "listed",
        party=open_text(facts.keys, member, "name"),
        network=by.name,
        representative=_signed_by(by) if may_show(by.visibility.value, "public") else "",
        day=_day(facts, network),
        link=_full(facts, "objection", link_token(facts.keys, listing_link(member))),
        asked=facts.message.kind is MessageKind.ASKED_ABOUT,
    )
    return facts.draft(contact_address(facts.message, facts.party), written)


def _asked_about(session: Session, facts: Facts) -> Draft:
    _, _, member = facts.message.occurrence.partition(OF_MEMBER)
    if member:
        return _asked_about_member(session, facts, member)
    if not _is_worth_telling(facts.signature):
        raise Unwanted(MessageState.CANCELLED, "the sign-on does not stand any more")
    written = facts.write(
        "asked_about",
        party=facts.party.name,
        representative=_signed_by(facts.party),
        how_named=HOW_NAMED[facts.signature.visibility],
        day=_day(facts, facts.signature),
        link=_objection(facts, facts.signature),
    )
    return facts.draft(contact_address(facts.message, facts.party), written)


def _asked_about_member(session: Session, facts: Facts, member_id: str) -> Draft:
    member, network = _still_listed(session, member_id)
    if network.id != facts.signature.id:
        return _listed(session, facts, member_id)
    written = facts.write(
        "asked_about",
        party=open_text(facts.keys, member, "name"),
        representative=facts.party.name,
        how_named=HOW_NAMED[network.visibility],
        day=_day(facts, network),
        link=_objection(facts, network),
    )
    return facts.draft(contact_address(facts.message, facts.party), written)


def _countersign(session: Session, facts: Facts) -> Draft:
    asked = officer_of(session, facts.keys, facts.signature)
    if asked is None or str(asked[1].generation) != facts.message.occurrence:
        raise Unwanted(MessageState.CANCELLED, "another officer was asked since")
    officer, piece = asked
    if piece.found_at is not None or facts.signature.state is not SignatureState.CONFIRMED:
        raise Unwanted(MessageState.CANCELLED, "nothing is left to countersign")
    written = facts.write(
        "countersign",
        party=facts.party.name,
        representative=_signed_by(facts.party),
        officer=officer.name,
        day=_day(facts, facts.signature),
        link=_full(facts, "countersign", link_token(facts.keys, countersign_link(facts.signature, piece))),
    )
    return facts.draft(officer.email, written)


def _declined(_: Session, facts: Facts) -> Draft:
    if facts.signature.state is not SignatureState.DECLINED:
        raise Unwanted(MessageState.CANCELLED, "it is not declined any more")
    by_us = was_by_us(facts.message.occurrence)
    may_return = not by_us and not why_not_open(facts.campaign, now=facts.message.created_at)
    written = facts.write(
        "declined",
        party=facts.party.name,
        by_us=by_us,
        deadline=deadline_text(facts.campaign, facts.language) if may_return else "",
        link=facts.address_of(Purpose.INVITATION, "invitation") if may_return else "",
    )
    return facts.draft(contact_address(facts.message, facts.party), written)


def _needs_check(session: Session, facts: Facts) -> Draft:
    word = facts.message.occurrence.partition(" ")[0]
    sentence = _NEEDS_CHECK[word].with_values(
        name=facts.party.name,
        member=name_in_alert(session, facts.keys, facts.message.occurrence),
        slug=facts.campaign.slug,
        id=facts.signature.id,
        others=_others(session, facts),
        condition=facts.party.condition,
    )
    link = f"{facts.public_url}/desk/letters/{facts.campaign.slug}/signatories/{facts.signature.id}"
    return facts.draft(facts.file.reply_to, facts.write("alert", sentence=sentence, link=link))


WRITERS: Mapping[MessageKind, Callable[[Session, Facts], Draft]] = {
    MessageKind.CLAIMED: _claimed,
    MessageKind.ASKED_ABOUT: _asked_about,
    MessageKind.COUNTERSIGN: _countersign,
    MessageKind.DECLINED: _declined,
    MessageKind.NEEDS_CHECK: _needs_check,
}
"""The function that makes each of these mails."""


def _still_listed(session: Session, member_id: str) -> Listed:
    """Give a member and the sign-on that is for it; raises Unwanted where it is for it no more."""
    found = listed_by(session, member_id)
    if found is None or not _is_worth_telling(found[1]) or found[1].erased_at is not None:
        raise Unwanted(MessageState.CANCELLED, "nobody lists this member any more")
    return found


def _is_worth_telling(row: Signature) -> bool:
    return row.state is SignatureState.CONFIRMED and row.held_reason is not HeldReason.DISPUTED


def _signed_by(party: SignOn) -> str:
    return ", ".join(filter(None, (party.representative_name, party.representative_title)))


def _day(facts: Facts, row: Signature) -> str:
    signed = (row.signed_at or row.created_at).astimezone(ZoneInfo(facts.campaign.time_zone))
    return write_date(signed.date(), facts.language)


def _objection(facts: Facts, row: Signature) -> str:
    return _full(facts, "objection", link_token(facts.keys, objection_link(row)))


def _full(facts: Facts, path: str, token: str) -> str:
    return f"{facts.public_url}/{path}/{token}"


def _others(session: Session, facts: Facts) -> str:
    pairs = select(Resemblance).where(
        Resemblance.signature_id == facts.signature.id, col(Resemblance.verdict).is_(None)
    )
    rows = [session.get(Signature, pair.other_id) for pair in session.exec(pairs).all()]
    return "; ".join(_named_in(session, facts, row) for row in rows if row is not None)


def _named_in(session: Session, facts: Facts, row: Signature) -> str:
    """Name a sign-on, and before it the members through which the two look alike."""
    listed = listed_between(session, facts.keys, facts.signature, row)
    members = (open_text(facts.keys, member, "name") for member, _ in listed)
    return " – ".join((*members, f"{open_text(facts.keys, row, 'name')} ({row.id})"))
