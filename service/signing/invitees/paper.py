"""Sign-ons on paper: the sheet to print, and those that a coordinator types in from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.letter.fonts import Fonts
from service.letter.sign_sheet import SignSheet, render_sign_sheet
from service.model.campaign import Access, Campaign
from service.model.signature import Kind, Visibility
from service.model.states import SignatureState
from service.signing.invite import AGREED, find_known, import_rows
from service.signing.page import unlisted_address
from service.signing.party import SignOn, email_index, on_record, read_party
from service.signing.roll_columns import SignatoryRow
from service.signing.roll_file import RowFault, read_rows
from service.signing.sign import keep_sign_on, refuse_unless_open, refuse_unless_taken
from service.signing.workplace import Desk
from service.store.keyring import Keyring

COLUMNS = ("kind", "name", "email", "visibility", "affiliation", "representative_name")
_SPARE = timedelta(hours=1)
_LEAD = Sentence(
    "We sign the open letter of {coalition}. The letter can be read at the address in the square."
)
_NOTE = Sentence(
    "How you are named: P publicly, A only to the addressee, C counted only. Where you give an e-mail address you are"
    " told how you stand, and how to take it back. This sheet is for the secretariat only."
)
_ALT = Sentence("The address of the letter as a QR code")
_HEADS = (
    Sentence("Name"),
    Sentence("Organization, if for one"),
    Sentence("E-mail address"),
    Sentence("Named: P, A, C"),
    Sentence("Signature"),
)


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What became of a batch: sign-ons that count, mails that ask to confirm, and those known already."""

    counted: int
    asked: int
    known: int


def make_sheet(
    session: Session, keyring: Keyring, campaign: Campaign, *, public_url: str, fonts: Fonts, now: datetime
) -> bytes:
    """Set the sheet of a letter, in the letter's language where our words are translated to it."""
    file = open_file(session, keyring, campaign)
    spoken = catalogue(mail_language(reader="", letter=campaign.language))
    path = unlisted_address(keyring, campaign) if campaign.access is not Access.INVITED else ""

    def say(sentence: Sentence) -> str:
        return str(spoken.say(sentence))

    sheet = SignSheet(
        language=spoken.language,
        coalition=file.coalition,
        title=file.letter.title,
        lead=say(_LEAD.with_values(coalition=file.coalition)),
        note=say(_NOTE),
        columns=tuple(say(head) for head in _HEADS),
        link=f"{public_url.rstrip('/')}{path}" if path else "",
        alt=say(_ALT),
    )
    return render_sign_sheet(sheet, fonts=fonts, at=int(now.timestamp()))


def check_paper(
    lines: Sequence[tuple[int, Sequence[str]]], *, witness: str
) -> tuple[tuple[SignatoryRow, ...], tuple[RowFault, ...]]:
    """Check typed lines, of the COLUMNS, as a signatories file is; who is to confirm by mail needs an address (pure)."""
    return read_rows(COLUMNS, lines, attested=bool(witness))


def enter_paper(desk: Desk, rows: Sequence[SignatoryRow], *, witness: str, by: str) -> Entered:
    """Enter sign-ons from paper: with a witness they count at once, else each is asked by mail to confirm.

    Raises Refused where the letter takes none now.
    """
    if witness:
        how = f"on paper, witnessed by {witness}"
        report = import_rows(desk, rows, attest=how, by=by)
        return Entered(counted=report.added + report.agreed, asked=0, known=report.known)
    refuse_unless_open(desk.campaign, now=desk.now)
    for row in rows:
        refuse_unless_taken(desk.campaign, Kind(row.kind))
    asked = [row for row in rows if not _was_just_asked(desk, row)]
    for row in asked:
        keep_sign_on(desk, _sign_on(row))
    return Entered(counted=0, asked=len(asked), known=len(rows) - len(asked))


def _was_just_asked(desk: Desk, row: SignatoryRow) -> bool:
    """Tell whether this very sign-on is confirmed, or was asked to confirm just now: a form sent twice mails once."""
    known = find_known(desk, row)
    if known is None or known.email_index != email_index(desk.keys, row.email):
        return False
    if known.state is not SignatureState.PENDING or known.revision_id != desk.campaign.revision_id:
        return known.state is SignatureState.CONFIRMED
    # Typed otherwise now, as to be counted only, it is a correction, and no second press.
    recorded = read_party(desk.keys, known)
    is_same = on_record(recorded, _sign_on(row)) == recorded
    return is_same and known.signed_at is not None and known.signed_at > desk.now - _SPARE


def _sign_on(row: SignatoryRow) -> SignOn:
    assert row.status != AGREED, "without a witness nobody has agreed yet"
    return SignOn(
        kind=Kind(row.kind),
        name=row.name,
        email=row.email,
        visibility=Visibility(row.visibility),
        affiliation=row.affiliation,
        representative_name=row.representative_name,
    )
