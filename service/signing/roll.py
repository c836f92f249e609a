"""The roll: the counted names, and the letter as it stands with them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.enclosures import letter_annexes, letter_logos, letter_word, logos_of, word_of
from service.campaigns.file import CampaignFile
from service.campaigns.queries import editions_out, present_revision, released_edition
from service.campaigns.translations import other_texts
from service.campaigns.wording import event_words, letter_contact, letter_offices, letter_text
from service.foundation.sealing import CampaignKeys
from service.letter.audience import the_narrower
from service.letter.edition import Edition, Signatory
from service.letter.roll import Numbers, count_roll, sorting_of
from service.letter.supplement import with_others
from service.model.campaign import Campaign
from service.model.edition import Edition as EditionRow
from service.model.edition import EditionKind
from service.model.member import Member
from service.model.signature import Kind, Signature, Visibility
from service.signing.members import all_members, counted_members
from service.signing.party import SignOn, read_party
from service.signing.queries import counted_signatures
from service.store.generations import older_processes
from service.store.keyring import Keyring
from service.store.sealed import open_record, open_text

SaltOf = Callable[[int], str]
"""Gives the salt that an entry has in the edition of this number."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One who counts: as an edition's roll holds it, the hash of its name, and its salts in all editions."""

    entry: Signatory
    name_index: bytes
    salt_of: SaltOf


DRAFT = 0
_DRAFT_HASH = "0" * 64


def letter_as_it_stands(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Edition:
    """Put together the present text and the counted roll: edition 0, which is not for circulation."""
    return letter_with_roll(session, keyring, campaign, number=DRAFT, now=now)


def letter_with_roll(
    session: Session, keyring: Keyring, campaign: Campaign, *, number: int, now: datetime
) -> Edition:
    """Put together what edition `number` would say at this moment."""
    keys = keyring.of(session, campaign.id)
    roll = tuple(_entries(session, keys, campaign, number=number))
    letter = letter_without_roll(session, keyring, campaign, now=now)
    # A draft is kept by nobody, and its page reads nothing that could change unnoticed.
    language = letter.text.language
    sorting = sorting_of(roll, language) if number == DRAFT else sorting_now(session, roll, language, now=now)
    word = word_of(session, keyring, campaign.id, letter.word)
    return replace(letter, number=number, roll=roll, sorting=sorting, word=word)


def sorting_now(session: Session, roll: Iterable[Signatory], language: str, *, now: datetime) -> int:
    """Tell by which rules a roll is put in order that is frozen now; the first ones while a process lives that knows no others.

    That process could not open an edition that names them.
    """
    return 0 if older_processes(session, now=now) else sorting_of(roll, language)


def letter_without_roll(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Edition:
    """Put together the present text for those who may not see names: a draft without any."""
    file = open_file(session, keyring, campaign)
    revision = present_revision(session, campaign) if campaign.revision_id else None
    sha256 = revision.sha256 if revision else _DRAFT_HASH
    return Edition(
        number=DRAFT,
        slug=campaign.slug,
        coalition=file.coalition,
        letterhead=tuple(file.letterhead.lines),
        contact=letter_contact(file),
        text=letter_text(file),
        offices=letter_offices(file),
        roll=(),
        date=letter_day(file, now=now),
        event=event_words(file),
        order=file.signatories.order,
        group_by=file.signatories.group_by,
        show_country=file.signatories.show_country,
        show_representative=file.signatories.show_representative,
        revision=revision.number if revision else 0,
        revision_sha256=sha256,
        time_zone=file.time_zone,
        other_texts=other_texts(file, revision_sha256=sha256),
        logos=letter_logos(session, keyring, campaign.id, file),
        annexes=letter_annexes(file),
        word=letter_word(file),
    )


def frozen_letter(session: Session, keyring: Keyring, row: EditionRow) -> Edition:
    """Open an edition as it was frozen, with the files of the logos, and the Word template, it was made with."""
    letter = Edition.from_record(open_record(keyring.of(session, row.campaign_id), row, "content"))
    word = word_of(session, keyring, row.campaign_id, letter.word)
    return replace(letter, logos=logos_of(session, keyring, row.campaign_id, letter.logos), word=word)


def letter_for_page(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Edition:
    """Give the letter as its page shows it.

    That is the edition that was sent, less those who have left since; before any was sent, the letter as it stands.
    """
    row = released_edition(session, campaign)
    if row is None:
        return letter_as_it_stands(session, keyring, campaign, now=now)
    return letter_since(session, keyring, campaign, row)


def letter_since(session: Session, keyring: Keyring, campaign: Campaign, row: EditionRow) -> Edition:
    """Give an edition as it may be shown now: without those who have left since, and as those who stay are named now.

    Nobody is shown to more readers than the edition itself does; the frozen edition is not touched. A correction stays
    as it is: it names whoever asked for it.
    """
    keys = keyring.of(session, campaign.id)
    sent = frozen_letter(session, keyring, row)
    if row.kind is EditionKind.CORRECTION:
        return sent
    left = _less_who_left(sent, _named_now(session, keys, campaign))
    if row.kind is EditionKind.LETTER:
        return left
    return with_others(left, _signed_before(session, keyring, campaign, row))


def addenda_since(
    session: Session, keyring: Keyring, campaign: Campaign
) -> tuple[tuple[EditionRow, Edition], ...]:
    """Give every addendum that went out with its roll as letter_since() gives it; its words still tell the old numbers."""
    rows = [row for row in editions_out(session, campaign) if row.kind is EditionKind.ADDENDUM]
    if not rows:
        return ()
    named = tuple(_named_now(session, keyring.of(session, campaign.id), campaign))
    return tuple((row, _less_who_left(frozen_letter(session, keyring, row), named)) for row in rows)


def signed_by(session: Session, keyring: Keyring, campaign: Campaign) -> Numbers:
    """Count all who have signed what was sent and are still part of it: the letter and its addenda."""
    return _signed_before(session, keyring, campaign, None)


def roll_now(session: Session, keyring: Keyring, campaign: Campaign, *, number: int) -> frozenset[Signatory]:
    """Give the entries that the roll of edition `number` would hold at this moment."""
    keys = keyring.of(session, campaign.id)
    return frozenset(_entries(session, keys, campaign, number=number))


def letter_day(file: CampaignFile, *, now: datetime) -> date:
    """Give the day the letter is dated: as its file says, else the planned day of sending, else today."""
    if file.letter.date is not None:
        return file.letter.date
    today = now.astimezone(file.zone).date()
    return max(today, file.send_at.date()) if file.send_at is not None else today


def signatory(keys: CampaignKeys, row: Signature, *, number: int) -> Signatory:
    """Give a signature as the letter's roll holds it."""
    return entry_of(read_party(keys, row), salt=signature_salt(keys, row, number=number))


def entry_of(party: SignOn, *, salt: str) -> Signatory:
    """Give what somebody gave of itself as the letter's roll holds it."""
    return Signatory(
        kind="organization" if party.kind is Kind.ORGANIZATION else "person",
        shown=party.visibility.value,
        name=party.name,
        name_latin=party.name_latin,
        acronym=party.acronym,
        sort_name=party.sort_name,
        country=party.country,
        category=party.category,
        qualifier=party.qualifier,
        representative_name=party.representative_name,
        representative_title=party.representative_title,
        position=party.position,
        affiliation=party.affiliation,
        place=party.place,
        for_network=party.signs_for == "network",
        order=party.order,
        salt=salt,
    )


def member_entries(
    keys: CampaignKeys, members: Sequence[tuple[Member, Signature]], *, number: int
) -> Iterator[Signatory]:
    """Give the entries of members for which another organization has signed; each is shown as that one is."""
    for member, row in members:
        yield Signatory(
            kind="organization",
            shown=row.visibility.value,
            name=open_text(keys, member, "name"),
            through=open_text(keys, row, "name"),
            salt=_member_salt(keys, member, number=number),
        )


def _member_salt(keys: CampaignKeys, member: Member, *, number: int) -> str:
    return keys.blind("salt", f"{number}|{member.id}").hex()


def counted_entries(
    session: Session, keys: CampaignKeys, campaign: Campaign, *, number: int
) -> Iterator[Counted]:
    """Give whom the roll of edition `number` would hold at this moment."""
    for row in counted_signatures(session, campaign):
        entry = signatory(keys, row, number=number)
        yield Counted(entry=entry, name_index=row.name_index, salt_of=salts_of(keys, row))
    members = counted_members(session, campaign)
    for (member, _), entry in zip(members, member_entries(keys, members, number=number), strict=True):
        yield Counted(entry=entry, name_index=member.name_index, salt_of=salts_of(keys, member))


def salts_of(keys: CampaignKeys, row: Signature | Member) -> SaltOf:
    """Give the salts of a sign-on or a member in every edition: secret, and for each edition always the same."""
    return lambda number: keys.blind("salt", f"{number}|{row.id}").hex()


def _entries(session: Session, keys: CampaignKeys, campaign: Campaign, *, number: int) -> Iterator[Signatory]:
    return (counted.entry for counted in counted_entries(session, keys, campaign, number=number))


def _named_now(
    session: Session, keys: CampaignKeys, campaign: Campaign
) -> Iterator[tuple[SaltOf, Visibility]]:
    """Give how everybody who counts is named now; a member that signs for itself is still the one that was sent."""
    counted = counted_signatures(session, campaign)
    for row in counted:
        yield salts_of(keys, row), row.visibility
    for member, row in counted_members(session, campaign):
        yield salts_of(keys, member), row.visibility
    own = {row.name_index: row.visibility for row in counted if row.kind is Kind.ORGANIZATION}
    for member in all_members(session, campaign):
        if member.name_index in own:
            yield salts_of(keys, member), own[member.name_index]


def _less_who_left(sent: Edition, named_now: Iterable[tuple[SaltOf, Visibility]]) -> Edition:
    named = {salt_of(sent.number): visibility for salt_of, visibility in named_now}
    roll = (
        replace(entry, shown=the_narrower(entry.shown, named[entry.salt].value))
        for entry in sent.roll
        if entry.salt in named
    )
    return replace(sent, roll=tuple(roll))


def _signed_before(
    session: Session, keyring: Keyring, campaign: Campaign, before: EditionRow | None
) -> Numbers:
    """Count who has signed the letter and the addenda that went out before an edition, less those who have left."""
    rows = [
        row
        for row in editions_out(session, campaign)
        if row.kind is not EditionKind.CORRECTION and (before is None or row.number < before.number)
    ]
    named = tuple(_named_now(session, keyring.of(session, campaign.id), campaign))
    return count_roll(
        entry for row in rows for entry in _less_who_left(frozen_letter(session, keyring, row), named).roll
    )


def signature_salt(keys: CampaignKeys, row: Signature, *, number: int) -> str:
    """Give the salt of a signature's row in one edition: secret, and always the same for the two."""
    return keys.blind("salt", f"{number}|{row.id}").hex()
