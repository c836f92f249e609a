"""Check a code or a file against the copies that were handed over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.campaigns.access import is_public
from service.campaigns.contents import open_file
from service.delivery.copies import copy_for, letter_today
from service.delivery.issue import code_index, general_copies, spread_copies
from service.foundation.errors import Refused, ServiceError, Transient
from service.letter.compile import RENDERERS, Profile, Rendering, compile_copy
from service.letter.copy import Copy, make_copy
from service.letter.edition import Edition as Letter
from service.letter.fonts import Fonts
from service.letter.printed_code import codes_in, codes_in_file, form_of
from service.letter.windows import LAYOUTS, Layout
from service.model.campaign import Campaign
from service.model.delivery import Delivery, DeliveryEvent
from service.model.edition import Edition, EditionKind
from service.model.issued_copy import IssuedCopy
from service.model.recipient import Recipient
from service.model.states import GONE_OUT, CampaignState
from service.signing.abuse import bucket
from service.signing.abuse.buckets import take_from
from service.signing.abuse.origin import origin_of
from service.signing.roll import frozen_letter
from service.signing.translated import in_language_or_none
from service.store.keyring import Keyring
from service.store.sealed import open_record

TOO_OFTEN = "too many checks from this address"
_ARCHIVE = b"/EmbeddedFile"
_ON_PAPER = frozenset({"pdf", "docx"})
_OTHER_PAPER = {"a4": "us-letter", "us-letter": "a4"}


class Bytes(StrEnum):
    """What comparing a file with what we would compile has shown."""

    SAME = "same"
    CHANGED = "changed"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """How a file compares with ours; `volume` of `volumes` where it is one of those that hold the names (else 0)."""

    bytes: Bytes
    volume: int = 0
    volumes: int = 0


@dataclass(frozen=True, kw_only=True)
class Found:
    """The copy that a check code names, in the words of the copy itself.

    `kind` ("letter", "addendum" or "correction") and `ordinal` say what it is; what follows a letter tells in `edition`
    which edition it follows. `translation` is "authentic" or "courtesy" where its text is not the letter's own. `day` is when it left the house where `has_left`, else when its edition was released.
    `slug` is empty unless anybody may see the letter's page. Nobody is named.
    """

    code: str
    copy_id: str
    kind: EditionKind
    ordinal: int
    edition: int
    title: str
    coalition: str
    language: str
    translation: str
    organizations: int
    individuals: int
    not_for_publication: bool
    day: date
    has_left: bool
    slug: str


def take_a_check(session: Session, keyring: Keyring, *, address: str | None, now: datetime) -> None:
    """Count a check against the address it comes from; raises Transient where there were too many."""
    origin = origin_of(address)
    if origin is None:
        return
    wanted = [
        (f"checking subscriber {origin.subscriber}", bucket.ADDRESS),
        (f"checking network {origin.network}", bucket.NETWORK),
    ]
    if take_from(session, wanted, site_key=keyring.site_key, now=now):
        raise Transient(TOO_OFTEN)


def codes_of(text: str, data: bytes) -> tuple[str, ...]:
    """Find the check codes in what was typed and in a file, those of the file first."""
    return tuple(dict.fromkeys((*(codes_in_file(data) if data else ()), *codes_in(text))))


def find_copy(session: Session, keyring: Keyring, codes: Sequence[str]) -> Found | None:
    """Find the copy of a released edition that one of these codes names; None where there is none.

    One statement looks for all of them by their keyed hashes, and finds nothing for a code that never was, for one of an
    edition that was not released, for one whose release was stopped in time, and for a letter that was purged or is hidden in an emergency.
    """
    indexes = {code_index(keyring, code): code for code in codes}
    found = (
        select(IssuedCopy, Edition, Campaign)
        .join(Edition, col(Edition.id) == IssuedCopy.edition_id)
        .join(Campaign, col(Campaign.id) == IssuedCopy.campaign_id)
        .where(
            col(IssuedCopy.code_index).in_(list(indexes)),
            col(Edition.released_at).is_not(None),
            col(Edition.voided_at).is_(None),
            # The words of its answer went with the keys.
            col(Campaign.state) != CampaignState.PURGED,
            col(Campaign.emergency_at).is_(None),
        )
    )
    row = session.exec(found.limit(1)).first()
    if row is None:
        return None
    copy, edition, campaign = row
    return _tell(session, keyring, copy, edition, campaign, code=indexes[bytes(copy.code_index)])


def copy_of(session: Session, keyring: Keyring, found: Found) -> Copy | None:
    """Make the copy again that was found; None where a name has left since it was made, or its courtesy translation was changed."""
    issued = session.get(IssuedCopy, found.copy_id)
    edition = session.get(Edition, issued.edition_id) if issued else None
    campaign = session.get(Campaign, issued.campaign_id) if issued else None
    if issued is None or edition is None or campaign is None:
        return None
    recipient = session.get(Recipient, issued.recipient_id) if issued.recipient_id else None
    frozen = frozen_letter(session, keyring, edition)
    file = open_file(session, keyring, campaign)
    language = found.language if found.translation else ""
    for as_it_is in (frozen, letter_today(session, keyring, campaign, edition)):
        letter = in_language_or_none(as_it_is, file, language)
        if letter is None:
            return None
        for copy in _candidates(letter, recipient):
            if copy.check_code == found.code:
                return copy
    return None


def compare(copy: Copy | None, data: bytes, fonts: Fonts, *, word_template: Path | None = None) -> Compared:
    """Compare a file with what this copy compiles to, byte for byte; a long PDF takes some seconds.

    A Word file is ours if it was made from the template of the house or from the one that we ship.
    """
    form = form_of(data)
    if copy is None or form not in RENDERERS:
        return Compared(bytes=Bytes.NOT_COMPARED)
    layouts: tuple[Layout, ...] = LAYOUTS if form == "pdf" else LAYOUTS[:1]
    # Two offices that get the same copy may print it on other paper.
    sheets = (copy, replace(copy, paper=_OTHER_PAPER[copy.paper])) if form in _ON_PAPER else (copy,)
    try:
        templates = [None, word_template.read_bytes()] if form == "docx" and word_template else [None]
        tried = (
            compare_with(_made(sheet, form, layout, template, data, fonts), data)
            for sheet in sheets
            for layout in layouts
            for template in templates
        )
        return next((one for one in tried if one.bytes is Bytes.SAME), Compared(bytes=Bytes.CHANGED))
    except (ServiceError, OSError):
        # A font or a template that was at hand has gone, or the typesetter has no room now: the code stands all the same.
        return Compared(bytes=Bytes.NOT_COMPARED)


def compare_with(made: Rendering | None, data: bytes) -> Compared:
    """Compare a file with a rendering and its volumes (pure)."""
    if made is None:
        return Compared(bytes=Bytes.CHANGED)
    if data == made.data:
        return Compared(bytes=Bytes.SAME)
    for place, volume in enumerate(made.volumes, start=1):
        if data == volume:
            return Compared(bytes=Bytes.SAME, volume=place, volumes=len(made.volumes))
    return Compared(bytes=Bytes.CHANGED)


def _made(
    copy: Copy, form: str, layout: Layout, template: bytes | None, data: bytes, fonts: Fonts
) -> Rendering | None:
    profile: Profile = "archive" if _ARCHIVE in data else "mail"
    try:
        return compile_copy(copy, form=form, profile=profile, layout=layout, fonts=fonts, template=template)
    except Refused:
        if layout == LAYOUTS[0]:
            raise
        # Not every letter can be set for every window.
        return None


def _candidates(letter: Letter, recipient: Recipient | None) -> Iterator[Copy]:
    if recipient is not None:
        yield copy_for(letter, recipient)
        # By hand an office that may have names may be given the copy without them.
        yield make_copy(letter, audience="public", office=letter.offices[recipient.position])
        return
    yield from general_copies(letter)
    yield from spread_copies(letter)


def _tell(
    session: Session, keyring: Keyring, copy: IssuedCopy, edition: Edition, campaign: Campaign, *, code: str
) -> Found:
    details = open_record(keyring.of(session, campaign.id), copy, "details")
    left_at = _left_at(session, copy, code)
    moment = left_at or edition.released_at
    assert moment is not None
    supplement = details.get("supplement") or _supplement(session, keyring, edition)
    return Found(
        code=code,
        copy_id=copy.id,
        kind=edition.kind,
        ordinal=supplement.get("ordinal", 0),
        edition=supplement.get("edition", edition.number),
        title=details["title"],
        coalition=details["coalition"],
        language=details["language"],
        translation=details.get("translation", ""),
        organizations=details["organizations"],
        individuals=details["individuals"],
        not_for_publication=details["not_for_publication"],
        day=moment.astimezone(ZoneInfo(campaign.time_zone)).date(),
        has_left=left_at is not None,
        slug=campaign.slug if is_public(campaign) else "",
    )


def _supplement(session: Session, keyring: Keyring, edition: Edition) -> dict[str, int]:
    """Read what an addendum or a correction is out of itself, where it was not kept with its copies."""
    if edition.kind is EditionKind.LETTER:
        return {}
    supplement = frozen_letter(session, keyring, edition).supplement
    assert supplement is not None
    return {"ordinal": supplement.ordinal, "edition": supplement.edition}


def _left_at(session: Session, copy: IssuedCopy, code: str) -> datetime | None:
    """Give when this very copy first left the house for its recipient; what left before there was such a copy was another."""
    first = (
        select(func.min(DeliveryEvent.at))
        .join(Delivery, col(Delivery.id) == DeliveryEvent.delivery_id)
        .where(
            Delivery.edition_id == copy.edition_id,
            Delivery.check_code == code,
            DeliveryEvent.at >= copy.issued_at,
            col(DeliveryEvent.became).in_([state.value for state in GONE_OUT]),
        )
    )
    return session.exec(first).one()
