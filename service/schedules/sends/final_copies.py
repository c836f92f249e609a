"""The coalition's words in the mail that brings the final copy: kept, looked at before it goes, and as a test to oneself."""

from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.queries import latest_edition, lock_campaign, released_edition
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.languages import mail_language
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.own_words import Purpose
from service.model.states import PUT_AWAY, SignatureState
from service.model.update import UpdateAudience
from service.schedules.reach import Within
from service.schedules.sends.compose import Preview
from service.schedules.show_copy import final_copy_text
from service.signing.example_mail import write_update_example
from service.signing.own_words import OwnText, find_own_words, keep_own_words
from service.signing.party import read_party
from service.signing.update_rule import WHOLE
from service.signing.updates import sample_reader
from service.store.keyring import Keyring

_TEST = "final-copy"
_OVER = Sentence("The letter is put away: no more of these mails go out.")


def keep_final_copy_words(
    session: Session, keyring: Keyring, slug: str, text: OwnText, *, by: str, now: datetime
) -> None:
    """Keep what the coalition says in each language, in the place of what it said before; raises Refused for a letter that was put away."""
    campaign = lock_campaign(session, slug)
    if campaign.state in PUT_AWAY:
        raise Refused(_OVER)
    keys, known = keyring.of(session, campaign.id), find_own_words(session, campaign.id, Purpose.FINAL_COPY)
    row = keep_own_words(session, keys, text, purpose=Purpose.FINAL_COPY, now=now, row=known)
    audit.record(session, by=by, act="final_copy.words", campaign_id=campaign.id, thing=row.id, now=now)


def look_at_final_copy(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    language: str,
    number: int | None,
    public_url: str,
    now: datetime,
) -> Preview:
    """Write the mail as the `number`th of those who get it would read it, in a language or "" for that one's own.

    For nobody in particular where there is none, or for None; personal links are blanks, and so is what only an edition has.
    """
    edition = released_edition(session, campaign) or latest_edition(session, campaign)
    kept = final_copy_text(
        session, keyring, campaign, edition, is_example=True, public_url=public_url, now=now
    )
    keys, to = keyring.of(session, campaign.id), UpdateAudience.SIGNATORIES
    until = Within(session, campaign).until((SignatureState.CONFIRMED,))
    row = (
        sample_reader(session, keys, to, WHOLE, number=number, at=now, until=until)
        if number is not None
        else None
    )
    reader = language or (row.language if row is not None else "")
    spoken = mail_language(reader=reader, letter=campaign.language)
    mail = write_update_example(
        open_file(session, keyring, campaign),
        campaign,
        text={campaign.language: kept.words, **kept.translations},
        audience=to,
        language=spoken,
    )
    name = read_party(keys, row).name if row is not None and not language else ""
    return Preview(to=name, language=spoken, mail=mail)


def send_final_copy_test(
    session: Session, campaign: Campaign, *, language: str, coordinator_id: str, by: str, now: datetime
) -> None:
    """Post a test of the mail in a language, "" for the letter's, to one coordinator."""
    outbox.post(
        session,
        kind=MessageKind.SEND_TEST,
        campaign_id=campaign.id,
        recipient_ref=coordinator_id,
        occurrence=f"{_TEST}.{language}.{int(now.timestamp())}",
        now=now,
    )
    audit.record(session, by=by, act="final_copy.test", campaign_id=campaign.id, thing=language, now=now)


def tested_final_copy(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    message: Message,
    *,
    public_url: str,
    now: datetime,
) -> Preview | None:
    """Write the test that send_final_copy_test() posted, for nobody in particular; None for the test of anything else."""
    what, language = [*message.occurrence.split("."), "", ""][:2]
    if what != _TEST:
        return None
    return look_at_final_copy(
        session, keyring, campaign, language=language, number=None, public_url=public_url, now=now
    )
