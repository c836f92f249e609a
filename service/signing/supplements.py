"""Who belongs in the next addendum or correction of a letter that was sent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service.campaigns.queries import editions_out, released_edition
from service.campaigns.state_words import LETTER_STATES
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.letter.audience import is_shown_to_nobody
from service.letter.edition import Edition, Signatory
from service.letter.supplement import make_addendum, make_correction, says_anything
from service.model.campaign import Campaign
from service.model.edition import Edition as EditionRow
from service.model.edition import EditionKind
from service.model.signature import Signature
from service.model.states import CampaignState
from service.signing.members import all_members, members_of
from service.signing.roll import (
    SaltOf,
    counted_entries,
    frozen_letter,
    letter_since,
    salts_of,
    signed_by,
    sorting_now,
)
from service.store.keyring import Keyring


def addendum_now(
    session: Session, keyring: Keyring, campaign: Campaign, *, number: int, now: datetime
) -> Edition:
    """Put together the addendum of all who count now and were not sent yet, as edition `number`.

    Raises Refused where the letter was not sent, nobody has joined since, or none of them may be named.
    """
    sent = _sent_edition(session, campaign)
    out = editions_out(session, campaign)
    joined = _joined(session, keyring, campaign, out, number=number)
    if not joined:
        raise Refused(
            Sentence(
                "Nobody has joined “{slug}” since it was sent, so there is nothing to add.",
                slug=campaign.slug,
            )
        )
    letter = frozen_letter(session, keyring, sent)
    addendum = make_addendum(
        letter,
        joined,
        number=number,
        ordinal=1 + sum(row.kind is EditionKind.ADDENDUM for row in out),
        others=signed_by(session, keyring, campaign),
        day=now.astimezone(ZoneInfo(campaign.time_zone)).date(),
        sorting=sorting_now(session, joined, letter.text.language, now=now),
    )
    if not says_anything(addendum, "full"):
        raise Refused(
            Sentence(
                "Nobody who has joined since is named to anyone: an addendum would tell that somebody joined, "
                "and nothing else. It can be sent once a name stands beside theirs."
            )
        )
    return addendum


def correction_now(
    session: Session, keyring: Keyring, campaign: Campaign, *, number: int, now: datetime
) -> Edition:
    """Put together the correction of the first sent edition in which a signatory who asked for it is named still.

    Raises Refused where the letter was not sent, or nobody waits for a correction.
    """
    _sent_edition(session, campaign)
    out = editions_out(session, campaign)
    for row in out:
        if row.kind is EditionKind.CORRECTION:
            continue
        taken_back = _taken_back(session, keyring, campaign, row, out, number=number)
        if taken_back:
            letter = frozen_letter(session, keyring, row)
            return make_correction(
                letter,
                taken_back,
                number=number,
                ordinal=1 + sum(one.kind is EditionKind.CORRECTION for one in out),
                day=now.astimezone(ZoneInfo(campaign.time_zone)).date(),
                sorting=sorting_now(session, taken_back, letter.text.language, now=now),
            )
    raise Refused(
        Sentence("No signatory of “{slug}” waits for a correction of what was sent.", slug=campaign.slug)
    )


def _sent_edition(session: Session, campaign: Campaign) -> EditionRow:
    sent = released_edition(session, campaign)
    if sent is None or campaign.state is not CampaignState.SENT:
        raise Refused(
            Sentence(
                "Addenda and corrections come after a letter was sent. “{slug}” stands at “{state}”.",
                slug=campaign.slug,
                state=LETTER_STATES[campaign.state],
            )
        )
    return sent


def _joined(
    session: Session, keyring: Keyring, campaign: Campaign, out: Sequence[EditionRow], *, number: int
) -> list[Signatory]:
    keys = keyring.of(session, campaign.id)
    rolls = _rolls(session, keyring, out)
    # A member that its network has named in the letter, and that signs for itself now, has not joined since.
    known = {
        member.name_index
        for member in all_members(session, campaign)
        if _is_in(rolls, salts_of(keys, member))
    }
    return [
        counted.entry
        for counted in counted_entries(session, keys, campaign, number=number)
        if not _is_in(rolls, counted.salt_of) and counted.name_index not in known
    ]


def _taken_back(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    sent: EditionRow,
    out: Sequence[EditionRow],
    *,
    number: int,
) -> list[Signatory]:
    """Give whom an edition names still that asked for a correction and had none, as it was shown in it."""
    keys = keyring.of(session, campaign.id)
    named = {entry.salt: entry for entry in frozen_letter(session, keyring, sent).roll}
    today = letter_since(session, keyring, campaign, sent).roll
    still_named = {entry.salt for entry in today if not is_shown_to_nobody(entry.shown)}
    corrected = _rolls(session, keyring, [row for row in out if row.kind is EditionKind.CORRECTION])
    taken_back = []
    for salt_of in _asked(session, keys, campaign):
        entry = named.get(salt_of(sent.number))
        if entry is None or entry.salt in still_named or _is_in(corrected, salt_of):
            continue
        if not is_shown_to_nobody(entry.shown):
            taken_back.append(replace(entry, salt=salt_of(number)))
    return taken_back


def _asked(session: Session, keys: CampaignKeys, campaign: Campaign) -> Iterator[SaltOf]:
    """Give the salts of all who ask for a correction, and of the members for which they had signed."""
    asked = select(Signature).where(
        Signature.campaign_id == campaign.id, col(Signature.correction_asked_at).is_not(None)
    )
    for row in session.exec(asked.order_by(col(Signature.id))).all():
        yield salts_of(keys, row)
        for member in members_of(session, row):
            yield salts_of(keys, member)


def _rolls(session: Session, keyring: Keyring, rows: Sequence[EditionRow]) -> dict[int, frozenset[str]]:
    """Give the salts of all who stand in editions, by the edition's number."""
    return {
        row.number: frozenset(entry.salt for entry in frozen_letter(session, keyring, row).roll)
        for row in rows
    }


def _is_in(rolls: dict[int, frozenset[str]], salt_of: SaltOf) -> bool:
    return any(salt_of(number) in salts for number, salts in rolls.items())
