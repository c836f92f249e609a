"""Keep of each copy that is handed over what it takes to check its code later."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, select

from service.foundation.keyed import keyed_hash
from service.letter.copy import Copy, make_copy
from service.letter.edition import Edition as Letter
from service.letter.edition import Office, plain
from service.model.edition import Edition
from service.model.issued_copy import IssuedCopy
from service.model.recipient import Audience
from service.store.keyring import Keyring
from service.store.sealed import seal_record


def issue_copy(
    session: Session,
    keyring: Keyring,
    edition: Edition,
    copy: Copy,
    *,
    recipient_id: str | None = None,
    now: datetime,
) -> None:
    """Keep a copy of an edition by its check code, once; `recipient_id` is whose own copy it is."""
    index = code_index(keyring, copy.check_code)
    if session.exec(select(IssuedCopy.id).where(IssuedCopy.code_index == index)).first() is not None:
        return
    row = IssuedCopy(
        campaign_id=edition.campaign_id,
        edition_id=edition.id,
        recipient_id=recipient_id,
        # A copy without names may be had by whoever may have the public one.
        audience=Audience.FULL if copy.audience == "full" else Audience.PUBLIC,
        code_index=index,
        details=b"",
        issued_at=now,
    )
    row.details = seal_record(keyring.of(session, edition.campaign_id), row, "details", _details(copy))
    session.add(row)
    session.flush()


def issue_general_copies(
    session: Session, keyring: Keyring, edition: Edition, letter: Letter, *, now: datetime
) -> None:
    """Keep the copies that are compiled to be handed over by hand, as they may have been made before the release."""
    for copy in general_copies(letter):
        issue_copy(session, keyring, edition, copy, now=now)


def general_copies(letter: Letter) -> Iterator[Copy]:
    """Give the public copy and, where its addressee may have one, the full copy of a letter."""
    office = sole_addressee(letter)
    yield make_copy(letter, audience="public", office=office)
    if office is None or office.copy == "full":
        yield make_copy(letter, audience="full", office=office)


def spread_copies(letter: Letter) -> Iterator[Copy]:
    """Give the copies that a mirror spreads, with the public names and without any."""
    yield make_copy(letter, audience="public", office=None)
    yield make_copy(letter, audience="unnamed", office=None)


def sole_addressee(letter: Letter) -> Office | None:
    """Give the one office that a letter is written to; None where it is written to several."""
    addressed = [office for office in letter.offices if office.role == "to"]
    return addressed[0] if len(addressed) == 1 else None


def code_index(keyring: Keyring, check_code: str) -> bytes:
    """Hash a check code under the site's key: whoever steals the database can test no guess of a copy by it."""
    return keyed_hash(keyring.site_key, f"check-code\0{check_code}".encode())


def _details(copy: Copy) -> dict[str, object]:
    return {
        "title": copy.fill(copy.text.title),
        "coalition": copy.coalition,
        "language": copy.text.language,
        "organizations": copy.numbers.organizations,
        "individuals": copy.numbers.individuals,
        "not_for_publication": copy.names_for_addressee_only,
        **({"translation": copy.translation} if copy.translation else {}),
        **({"supplement": plain(copy.supplement)} if copy.supplement else {}),
    }
