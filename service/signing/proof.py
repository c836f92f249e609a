"""The page of the letter on which one signatory's name stands, as it looks, with its line marked."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.queries import present_revision
from service.foundation.sentence import Sentence
from service.letter.audience import is_for_addressee_only, is_shown_to_nobody
from service.letter.copy import make_copy
from service.letter.document import Document, Entry, make_document
from service.letter.edition import Edition, Office, Signatory, text_from_record
from service.letter.enclosed import Annex
from service.letter.render_html import render_html
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.signature import HeldReason, Signature
from service.model.states import SignatureState
from service.signing.own_sign_on import look_at_holder
from service.signing.page import shows_names_to, veiled
from service.signing.proof_line import entry_in
from service.signing.roll import (
    DRAFT,
    addenda_since,
    letter_for_page,
    letter_since,
    letter_without_roll,
    signatory,
)
from service.signing.texts import in_language, texts_of
from service.store.keyring import Keyring
from service.store.sealed import open_record

# translators: read aloud before the reader's own line in the letter
_MARK = Sentence("Your line:")
_STANDS = frozenset({SignatureState.PENDING, SignatureState.CONFIRMED})


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The letter with one's own line; `is_nameless` of who is only counted, `has_others` where other names show."""

    document: Document
    has_line: bool
    has_others: bool
    is_nameless: bool = False
    for_addressee_only: bool = False
    own_line: Entry | None = None

    def html(self, language: str) -> str:
        """Write the letter; what tells its reader's own line to those who do not see the mark is in `language`."""
        return render_html(self.document, mark=self.own_line, mark_words=_MARK, language=language)


def proof_of(
    session: Session, keyring: Keyring, campaign: Campaign, row: Signature, *, text: str = "", now: datetime
) -> Proof:
    """Show the letter as a signatory signs it or has signed it: its own text, its own line, and who else may be seen.

    It is shown in the language `text` where the present letter has such a text.

    A name that only the addressee sees stands in it as in the addressee's copy: the reader is its owner. The names of
    others are those that the page shows to this reader anyway.
    """
    sees_others = shows_names_to(campaign, row) and row.revision_id == campaign.revision_id
    if sees_others:
        letter = letter_for_page(session, keyring, campaign, now=now)
    else:
        letter = _signed_letter(session, keyring, campaign, row, now=now)
    letter = _translated(session, keyring, campaign, letter, text)
    if not sees_others:
        letter = veiled(letter)
    keys = keyring.of(session, campaign.id)
    own = signatory(keys, row, number=letter.number or DRAFT)
    is_in_it = not letter.number or _stands_in(letter, own)
    if not is_in_it:
        addendum = _addendum_with(session, keyring, campaign, row)
        if addendum is not None:
            letter, own, is_in_it = addendum, signatory(keys, row, number=addendum.number), True
    stands = row.state in _STANDS and row.erased_at is None and row.joined_to is None
    if not (stands and is_in_it) or is_shown_to_nobody(own.shown):
        return Proof(
            document=_document(letter),
            has_line=False,
            has_others=sees_others,
            is_nameless=is_shown_to_nobody(own.shown),
        )
    printed = replace(letter, roll=_roll_with(letter, own))
    entry = entry_in(letter, own)
    return Proof(
        document=_document(printed),
        has_line=True,
        has_others=sees_others,
        for_addressee_only=is_for_addressee_only(own.shown),
        own_line=entry,
    )


def _translated(
    session: Session, keyring: Keyring, campaign: Campaign, letter: Edition, text: str
) -> Edition:
    revision = present_revision(session, campaign)
    if not text or letter.revision_sha256 != revision.sha256:
        return letter
    file = open_file(session, keyring, campaign)
    return in_language(letter, file, texts_of(file, revision, wanted=text))


def _stands_in(letter: Edition, own: Signatory) -> bool:
    return any(entry.salt == own.salt for entry in letter.roll)


def _addendum_with(session: Session, keyring: Keyring, campaign: Campaign, row: Signature) -> Edition | None:
    """Find the addendum in which a sign-on stands that came after the letter was sent."""
    keys = keyring.of(session, campaign.id)
    for edition, addendum in addenda_since(session, keyring, campaign):
        if _stands_in(addendum, signatory(keys, row, number=edition.number)):
            return letter_since(session, keyring, campaign, edition)
    return None


def _roll_with(letter: Edition, own: Signatory) -> tuple[Signatory, ...]:
    others = tuple(entry for entry in letter.roll if entry.salt != own.salt)
    return (*others, replace(own, shown="public"))


def _document(letter: Edition) -> Document:
    copy = make_copy(replace(letter, other_texts=()), audience="public", office=None)
    return replace(make_document(copy, check_code=""), draft="")


def _signed_letter(
    session: Session, keyring: Keyring, campaign: Campaign, row: Signature, *, now: datetime
) -> Edition:
    """Give the text that was signed, be it an earlier one than the letter has now; else the one that would be."""
    letter = letter_without_roll(session, keyring, campaign, now=now)
    revision = session.get(LetterRevision, row.revision_id) if row.revision_id else None
    # Confirming binds to the present text, whichever stood there when the form was filled in.
    is_to_confirm = row.state is SignatureState.PENDING or row.held_reason is HeldReason.UNPROVEN_REPLY
    if revision is None or is_to_confirm or row.revision_id == campaign.revision_id:
        return letter
    record = open_record(keyring.of(session, campaign.id), revision, "content")
    words = dict(record["letter"][0])
    day = words.pop("date")
    return replace(
        letter,
        text=text_from_record({**words, "footnotes": letter.text.footnotes}),
        date=date.fromisoformat(day) if day else letter.date,
        offices=tuple(Office(**office, copy="public") for office in record["recipients"]),
        annexes=tuple(Annex(**annex) for annex in record["annexes"]),
        revision=revision.number,
        revision_sha256=revision.sha256,
    )


def own_proof(session: Session, keyring: Keyring, *, token: str, now: datetime) -> Proof:
    """Show the holder of a personal link the text that was signed; raises NotFound as looking does."""
    holder = look_at_holder(session, keyring, token=token, now=now)
    return proof_of(session, keyring, holder.campaign, holder.signature, now=now)
