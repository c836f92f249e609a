"""The decision pack of a letter: what a board reads before it decides whether its organization signs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import get_campaign, present_revision
from service.campaigns.wording import addressee
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.enclosure_words import enclosure_line
from service.i18n.formats import write_date
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.i18n.words import words_or_english
from service.letter.copy import make_copy
from service.letter.document import Document, make_document
from service.letter.render_pack import Pack, PackRow, PackSection
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.signature import Signature, Visibility
from service.signing.naming import HOW_NAMED
from service.signing.page import veiled
from service.signing.party import SignOn, read_party
from service.signing.proof_line import line_of
from service.signing.roll import letter_without_roll
from service.signing.sign import confirm_until, decide_until
from service.signing.texts import in_language, texts_of
from service.store.keyring import Keyring
from service.store.links import find_link

_LABEL = Sentence("For your decision: sign this public letter, or not")
_LEAD = Sentence("{coalition} asks {party} to sign this letter. Its text is final, and follows below.")
_LEAD_TO_ANY = Sentence(
    "{coalition} asks for signatures under this letter. Its text is final, and follows below."
)
_LETTER = Sentence("The letter")
_TO = Sentence("To", context="whom the letter is written to")
_CONVENED = Sentence("Convened by")
_BEFORE = Sentence("Before", context="the letter must arrive before this event")
_TEXT = Sentence("Text", context="of the letter")
_VERSION = Sentence("Version {revision}, fingerprint (SHA-256) {fingerprint}")
_ANNEXES = Sentence("Annexes, which are signed with the text")
_DATES = Sentence("Dates")
_DECIDE_BY = Sentence("You decide until: sign-ons are taken until")
_CONFIRM_BY = Sentence("Whoever confirms the sign-on does so until")
_LINE = Sentence("Your line")
_LINE_IS = Sentence("As it would be printed, if you are named publicly")
_LINE_CHANGES = Sentence("You can change it in the form, and later on the page of your sign-on.")
_MEANS = Sentence("What signing means")
_MEANS_WORDS = Sentence(
    "Your organization agrees to exactly this text. If the text changes, you are asked again."
)
_MEANS_CONFIRM = Sentence(
    "The sign-on counts once whoever may speak for you has confirmed it from a message to the address on the list."
)
_HOW = Sentence("How you are named is your choice")
_WITHDRAW = Sentence("Taking it back")
_WITHDRAW_HOW = Sentence(
    "Until the letter is sent you can withdraw at any time, by one link and without giving a reason. What was sent cannot"
    " be called back; your name then leaves the letter’s page and all later copies."
)
_COSTS = Sentence("Signing costs nothing and binds you to nothing else.")
_ASK = Sentence("Whom to ask")


@dataclass(frozen=True, kw_only=True)
class PackOfLetter:
    """A pack and the letter that follows it; `slug` names its file."""

    slug: str
    pack: Pack
    document: Document


def pack_of_invitation(session: Session, keyring: Keyring, *, token: str, now: datetime) -> PackOfLetter:
    """Give the pack to the holder of an invitation; raises NotFound for a link that opens nothing."""
    link = find_link(session, token, Purpose.INVITATION)
    row, campaign = session.get(Signature, link.row_id), session.get(Campaign, link.campaign_id)
    if row is None or campaign is None or now >= link.expires_at:
        raise NotFound(Sentence("This link does not open anything."))
    return make_pack(session, keyring, campaign, row, language=row.language, now=now)


def pack_for(
    session: Session, keyring: Keyring, slug: str, *, signatory: str, language: str, now: datetime
) -> PackOfLetter:
    """Give the pack for the secretariat to hand on; raises Refused where `signatory` is no sign-on of this letter."""
    campaign = get_campaign(session, slug)
    row = session.get(Signature, signatory) if signatory else None
    if signatory and (row is None or row.campaign_id != campaign.id):
        raise Refused(
            Sentence("“{slug}” has no sign-on with the id “{signatory}”.", slug=slug, signatory=signatory)
        )
    spoken = language or (row.language if row is not None else "")
    return make_pack(session, keyring, campaign, row, language=spoken, now=now)


def make_pack(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    row: Signature | None,
    *,
    language: str,
    now: datetime,
) -> PackOfLetter:
    """Make the pack of a letter whose text is final, for one who is invited or (None) for anybody.

    It names no signatory and tells no number. Raises Refused for a draft.
    """
    file, revision = open_file(session, keyring, campaign), present_revision(session, campaign)
    spoken = mail_language(reader=language, letter=campaign.language)
    party = read_party(keyring.of(session, campaign.id), row) if row is not None else None
    bare = letter_without_roll(session, keyring, campaign, now=now)
    # The letter may have a text in a language that our own pages do not speak.
    known = {one.language.casefold() for one in file.letter.translations}
    wanted = language if language.casefold() in known else spoken
    letter = in_language(veiled(bare), file, texts_of(file, revision, wanted=wanted))
    copy = make_copy(replace(letter, other_texts=()), audience="public", office=None)
    # The text is final: it is no draft; and nobody can check a copy without names.
    document = replace(make_document(copy, check_code=""), draft="", check_label="")
    line = _own_line(session, keyring, campaign, party, now=now)
    words = _Words(language=spoken)
    pack = Pack(
        language=spoken,
        coalition=file.coalition,
        label=words.say(_LABEL),
        title=document.title,
        lead=_lead(words, file, party),
        sections=(
            PackSection(
                heading=words.say(_LETTER),
                rows=tuple(_about(words, file, revision.number, revision.sha256)),
            ),
            PackSection(heading=words.say(_DATES), rows=tuple(_dates(words, campaign, row))),
            *([_line(words, line)] if line else []),
            PackSection(heading=words.say(_MEANS), rows=tuple(_meaning(words))),
            PackSection(heading=words.say(_ASK), rows=tuple(_contact(file))),
        ),
    )
    return PackOfLetter(slug=campaign.slug, pack=pack, document=document)


def _own_line(
    session: Session, keyring: Keyring, campaign: Campaign, party: SignOn | None, *, now: datetime
) -> str:
    """Give the line as it would be printed, whatever was chosen so far: its reader decides about just that."""
    if party is None or not party.name:
        return ""
    shown = replace(party, visibility=Visibility.PUBLIC)
    return line_of(session, keyring, campaign, shown, now=now)


@dataclass(frozen=True, kw_only=True)
class _Words:
    language: str

    def say(self, sentence: str, **values: object) -> str:
        filled = sentence.with_values(**values) if values and isinstance(sentence, Sentence) else sentence
        return str(catalogue(self.language).say(filled))

    def row(self, what: str, text: str, *, strong: bool = False) -> PackRow:
        return PackRow(what=self.say(what) if what else "", text=text, strong=strong)


def _lead(words: _Words, file: CampaignFile, party: SignOn | None) -> str:
    if party is None or not party.name:
        return words.say(_LEAD_TO_ANY, coalition=file.coalition)
    return words.say(_LEAD, coalition=file.coalition, party=party.name)


def _about(words: _Words, file: CampaignFile, revision: int, fingerprint: str) -> Iterator[PackRow]:
    yield words.row(_TO, addressee(file))
    if file.convenors:
        yield words.row(_CONVENED, ", ".join(file.convenors))
    if file.event and file.event.name:
        day = f", {write_date(file.event.starts, words.language)}" if file.event.starts else ""
        yield words.row(_BEFORE, f"{file.event.name}{day}")
    yield words.row(_TEXT, words.say(_VERSION, revision=revision, fingerprint=fingerprint))
    for place, annex in enumerate(file.letter.annexes):
        line = f"{place + 1}. {enclosure_line(annex.title, annex.pages, words_or_english(words.language))}"
        yield words.row("" if place else _ANNEXES, line)


def _dates(words: _Words, campaign: Campaign, row: Signature | None) -> Iterator[PackRow]:
    zone = ZoneInfo(campaign.time_zone)

    def moment(when: datetime) -> str:
        return write_moment(when.astimezone(zone), words.language)

    yield words.row(_DECIDE_BY, moment(decide_until(campaign, row)), strong=True)
    yield words.row(_CONFIRM_BY, moment(confirm_until(campaign, row)))


def _line(words: _Words, line: str) -> PackSection:
    rows = (words.row(_LINE_IS, line, strong=True), words.row("", words.say(_LINE_CHANGES)))
    return PackSection(heading=words.say(_LINE), rows=rows)


def _meaning(words: _Words) -> Iterator[PackRow]:
    yield words.row("", words.say(_MEANS_WORDS))
    yield words.row("", words.say(_MEANS_CONFIRM))
    for place, how in enumerate(HOW_NAMED.values()):
        yield words.row("" if place else _HOW, words.say(how))
    yield words.row(_WITHDRAW, words.say(_WITHDRAW_HOW))
    yield words.row("", words.say(_COSTS))


def _contact(file: CampaignFile) -> Iterator[PackRow]:
    contact = file.contact
    parts = (contact.name, contact.role, contact.email, contact.phone) if contact else ()
    yield PackRow(text=", ".join(filter(None, parts)) or file.reply_to)
