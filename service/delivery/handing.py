"""Which copy of a letter somebody is given by hand, and as which files: the same at the desk and by command."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.delivery.check import recipient_label
from service.delivery.issue import issue_copy, sole_addressee
from service.delivery.letter_mail import Making, letter_documents, read_template
from service.delivery.parcel import Document
from service.delivery.posted import behind_window, posted
from service.delivery.registry import POSTED
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.zipping import zip_files
from service.i18n.own_names import own_name
from service.letter.compile import Rendering, compile_copy, file_name, volume_names
from service.letter.copy import Copy, make_copy
from service.letter.edition import Audience, Office
from service.letter.edition import Edition as Letter
from service.letter.windows import layout_for_post
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Edition, EditionKind
from service.model.recipient import Audience as Copies
from service.model.recipient import Recipient, RecipientRole
from service.signing.roll import frozen_letter, letter_as_it_stands, letter_since
from service.signing.secretariat.kept_figures import known_tally
from service.signing.translated import in_own_language
from service.store.keyring import Keyring
from service.store.sealed import open_record

FORMS: Mapping[str, Sentence] = {
    "pdf": Sentence("PDF, to be mailed"),
    "archive": Sentence("PDF for an archive, with its data in it"),
    "post": Sentence("PDF to be posted, the address behind an envelope’s window"),
    "docx": Sentence("Word file"),
    "html": Sentence("HTML, to be put into a page"),
    "txt": Sentence("Plain text"),
    "json": Sentence("JSON, for machines"),
}
"""As what a copy is given, each with its word."""

MOST_HANDED = 30_000
"""So many names are set while somebody waits: that takes ten to twenty seconds; of a draft, which is looked at often, far fewer."""

_FULL = Sentence("The full copy, with names that are not for publication")
_PUBLIC = Sentence("The public copy")
_OWN = Sentence("The own copy of {who}")
_TOO_LONG = Sentence(
    "This copy has more than {most} names, which take too long to set while you wait; whoever runs the server can make it."
)
_NOT_THERE = Sentence("The letter has no recipient {number}. It has these: {known}.")
_ZIP = "application/zip"
_PLAIN = frozenset({"docx", "html", "txt", "json"})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which copy is wanted: `office` is the place of its recipient among all of the letter, from 1; 0 is nobody in particular.

    Without an `audience` it is that office's own, and the public one for nobody in particular. `language` is one of those
    that the letter has a text in; "" is its own.
    """

    office: int = 0
    audience: Audience | None = None
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A copy that is handed over, and the one office that it is for where it is for one; `place` is that of Wanted."""

    copy: Copy
    office: Office | None
    place: int


def copy_to_hand(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    edition: Edition | None,
    wanted: Wanted,
    *,
    now: datetime,
) -> Handed:
    """Give a copy of an edition, or (None) of the letter as it stands; it only reads, however long that takes.

    What has gone out to nobody in particular stays as it was in full. A public copy and an office's own that are made
    after the release name nobody who has left since. Raises Refused for an office that is not there, and as make_copy().
    """
    letter = _letter(session, keyring, campaign, edition, wanted, now=now)
    if wanted.language:
        letter = in_own_language(letter, open_file(session, keyring, campaign), wanted.language)
    chosen = _office(letter, wanted.office)
    office = chosen or sole_addressee(letter)
    audience = wanted.audience or (chosen.copy if chosen else "public")
    copy = make_copy(letter, audience=audience, office=office)
    return Handed(copy=copy, office=office, place=wanted.office)


def keep_handed(
    session: Session, keyring: Keyring, edition: Edition, handed: Handed, *, now: datetime
) -> None:
    """Keep the check code of a copy whose file was made, once, where its edition was released."""
    if edition.released_at is None:
        return
    recipient = _recipient_id(session, edition, handed.place)
    issue_copy(session, keyring, edition, handed.copy, recipient_id=recipient, now=now)


def copies_to_choose(
    session: Session, keyring: Keyring, campaign: Campaign, edition: Edition
) -> Sequence[tuple[str, Sentence | str]]:
    """List the copies of an edition that can be handed over, each with its word: of all who read it, then each office's own.

    Where the one office that it is written to may have the public copy alone, there is no full one.
    """
    keys = keyring.of(session, campaign.id)
    found = select(Recipient).where(Recipient.revision_id == edition.revision_id)
    rows = session.exec(found.order_by(col(Recipient.position))).all()
    addressed = [row.copy_kind for row in rows if row.role is RecipientRole.TO]
    own = [
        (str(row.position + 1), _OWN.with_values(who=recipient_label(open_record(keys, row, "details"))))
        for row in rows
    ]
    return [*([] if addressed == [Copies.PUBLIC] else [("full", _FULL)]), ("public", _PUBLIC), *own]


def languages_to_choose(
    session: Session, keyring: Keyring, campaign: Campaign, edition: Edition
) -> Sequence[tuple[str, str]]:
    """List the languages in which an edition may be given, by what each calls itself, its own first; what follows a letter has one."""
    file = open_file(session, keyring, campaign)
    others = file.letter.translations if edition.kind is EditionKind.LETTER else ()
    return [(tag, own_name(tag)) for tag in (file.language, *(one.language for one in others))]


def handed_file(handed: Handed, form: str, making: Making) -> Document:
    """Compile a copy as one of FORMS, to be saved: one file, and a zip where its names stand in volumes of their own.

    To be posted to an office that the letter is not written to, it is a zip with the sheet that lies on top.

    Raises Refused for more than MOST_HANDED names, and as compile_copy() does.
    """
    copy = handed.copy
    if len(copy.lines) > MOST_HANDED:
        raise Refused(_TOO_LONG.with_values(most=MOST_HANDED))
    if form == "post" and handed.office is not None:
        return _bundled(copy, "pdf", behind_window(copy, asdict(handed.office), making))
    return as_one_file(copy, form if form in _PLAIN else "pdf", _made(copy, form, making))


def office_details(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery
) -> dict[str, Any]:
    """Give what is known of the office that a sending goes to, under the keys of the campaign file."""
    office = session.get_one(Recipient, delivery.recipient_id)
    return open_record(keyring.of(session, campaign.id), office, "details")


def carried_file(copy: Copy, *, channel: str, details: Mapping[str, Any], making: Making) -> Document:
    """Compile a copy as the PDF that a sending carries: by post its office's address stands behind the window of an envelope.

    Raises Refused for more than MOST_HANDED names.
    """
    if len(copy.lines) > MOST_HANDED:
        raise Refused(_TOO_LONG.with_values(most=MOST_HANDED))
    if channel in POSTED:
        return _bundled(copy, "pdf", posted(copy, details, making).documents)
    return _bundled(copy, "pdf", letter_documents(copy, making))


def as_one_file(copy: Copy, form: str, made: Rendering) -> Document:
    """Give a rendering as one file, which is a zip where the names stand in volumes: no letter goes without its names (pure)."""
    names = (file_name(copy, form), *volume_names(copy, made))
    files = zip(names, (made.data, *made.volumes), strict=True)
    return _bundled(
        copy, form, [Document(name=name, media_type=made.media_type, data=data) for name, data in files]
    )


def _bundled(copy: Copy, form: str, documents: Sequence[Document]) -> Document:
    if len(documents) == 1:
        return documents[0]
    stem = file_name(copy, form).rpartition(".")[0]
    data = zip_files(((f"{stem}/{one.name}", one.data) for one in documents), day=copy.date)
    return Document(name=f"{stem}.zip", media_type=_ZIP, data=data)


def refuse_too_long(session: Session, keyring: Keyring, campaign: Campaign) -> None:
    """Raise Refused for a letter with more names than are set while somebody waits, before its roll is opened."""
    if is_too_long_to_hand(session, keyring, campaign):
        raise Refused(_TOO_LONG.with_values(most=MOST_HANDED))


def is_too_long_to_hand(session: Session, keyring: Keyring, campaign: Campaign) -> bool:
    """Tell whether a letter has more names than are set while somebody waits, by what is known of its number."""
    return known_tally(session, keyring, campaign).tally.signatories > MOST_HANDED


def _made(copy: Copy, form: str, making: Making) -> Rendering:
    fonts = making.fonts
    if form == "post":
        # To several, which is refused there: a window shows one address.
        layout = layout_for_post(country="", paper=copy.paper)
        return compile_copy(copy, form="pdf", layout=layout, fonts=fonts)
    if form == "archive":
        return compile_copy(copy, form="pdf", profile="archive", fonts=fonts)
    template = read_template(making.word_template) if form == "docx" and making.word_template else None
    return compile_copy(copy, form=form, fonts=fonts, template=template)


def _letter(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    edition: Edition | None,
    wanted: Wanted,
    *,
    now: datetime,
) -> Letter:
    if edition is None:
        return letter_as_it_stands(session, keyring, campaign, now=now)
    is_as_it_went = wanted.audience == "full" and not wanted.office
    if edition.released_at is None or is_as_it_went:
        return frozen_letter(session, keyring, edition)
    return letter_since(session, keyring, campaign, edition)


def _office(letter: Letter, place: int) -> Office | None:
    if not place:
        return None
    if 0 < place <= len(letter.offices):
        return letter.offices[place - 1]
    known = ", ".join(f"{number} ({office.name})" for number, office in enumerate(letter.offices, start=1))
    raise Refused(_NOT_THERE.with_values(number=place, known=known))


def _recipient_id(session: Session, edition: Edition, place: int) -> str | None:
    if not place:
        return None
    found = select(Recipient.id).where(
        Recipient.revision_id == edition.revision_id, Recipient.position == place - 1
    )
    return session.exec(found).first()
