"""What a letter's page tells of the letter's life: its moments, and who has joined it since it was sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from service.i18n.supplement_words import addendum_name
from service.letter.copy import make_copy
from service.letter.document import Document, make_document
from service.letter.edition import Edition, Text
from service.letter.roll import Numbers, count_roll
from service.letter.roll_parts import Named, make_roll
from service.letter.supplement import says_anything
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Edition as EditionRow
from service.model.recipient import Recipient, RecipientRole
from service.model.states import GONE_OUT
from service.signing.roll import addenda_since
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class Addendum:
    """Who has joined a letter by one addendum, as everybody may see it.

    `number` is that of its edition, `name` ("Addendum 1") is in the letter's language. `is_sent` tells whether an office that the letter is written to
    has it; `at` is when it was released.
    """

    number: int
    ordinal: int
    name: str
    day: date
    at: datetime
    is_sent: bool
    numbers: Numbers
    document: Document

    @property
    def names(self) -> tuple[Named, ...]:
        """The names that stand in it, each under the addendum's name."""
        roll = make_roll(self.document.sections).names
        return tuple(replace(one, heading=" · ".join(filter(None, (self.name, one.heading)))) for one in roll)


def shown_addenda(
    session: Session, keyring: Keyring, campaign: Campaign, *, text: Text
) -> tuple[Addendum, ...]:
    """Give the addenda that everybody may see, in the language of the `text` that is shown.

    None before the letter is published: when it was sent, and that somebody came later, is nobody's business till then. One
    in which nobody is named publicly any more is left out as if it had never been.
    """
    if campaign.published_at is None:
        return ()
    out = [
        (row, addendum)
        for row, addendum in addenda_since(session, keyring, campaign)
        if says_anything(addendum, "public")
    ]
    sent = _that_an_office_has(session, [row for row, _ in out])
    return tuple(_addendum(row, addendum, text, is_sent=row.id in sent) for row, addendum in out)


def happened(
    campaign: Campaign, released: EditionRow | None, *, now: datetime
) -> tuple[tuple[str, datetime], ...]:
    """Give what an outsider may know of the letter's life by now, in the order it came."""
    moments = {"opened": campaign.opens_at, "closed": campaign.closed_at}
    if campaign.published_at is not None:
        # Before publication, when the letter leaves is nobody's business.
        moments["sent"] = released.released_at if released else None
        moments["published"] = campaign.published_at
    known = ((word, moment) for word, moment in moments.items() if moment is not None and moment <= now)
    return tuple(sorted(known, key=lambda pair: pair[1]))


def _addendum(row: EditionRow, addendum: Edition, text: Text, *, is_sent: bool) -> Addendum:
    assert row.released_at is not None
    assert addendum.supplement is not None
    # Nothing of it is shown but its names, and they stand beside a text of this language.
    shown = replace(
        addendum, text=replace(addendum.text, language=text.language, words=text.words), other_texts=()
    )
    document = make_document(make_copy(shown, audience="public", office=None), check_code="")
    ordinal = addendum.supplement.ordinal
    return Addendum(
        number=row.number,
        ordinal=ordinal,
        name=addendum_name(ordinal, document.words),
        day=addendum.date,
        at=row.released_at,
        is_sent=is_sent,
        numbers=count_roll(addendum.roll),
        document=document,
    )


def _that_an_office_has(session: Session, rows: Sequence[EditionRow]) -> frozenset[str]:
    if not rows:
        return frozenset()
    gone = (
        select(Delivery.edition_id)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(
            col(Delivery.edition_id).in_([row.id for row in rows]),
            col(Delivery.state).in_(GONE_OUT),
            Recipient.role == RecipientRole.TO,
        )
    )
    return frozenset(session.exec(gone).all())
