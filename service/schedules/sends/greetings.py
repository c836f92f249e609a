"""A greeting looked at before any mail has it: as a real reader would get it, masked; and as a test to oneself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_

from service.campaigns.contents import open_file
from service.coordinators import audit
from service.foundation.addresses import masked_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import write_date
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.mail import outbox
from service.mail.compose import Rendered, render_mail
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.message import Message, MessageKind
from service.model.own_words import OwnWords, Purpose
from service.model.signature import Provenance, Signature, Visibility
from service.model.states import SignatureState
from service.schedules.reach import sample_of
from service.schedules.sends.compose import Preview
from service.signing.greetings import Greeted, greeting_parts, open_greetings
from service.signing.naming import HOW_NAMED
from service.signing.own_words import find_own_words
from service.signing.page import deadline_text
from service.signing.party import read_party
from service.signing.sign import confirm_until, link_until
from service.store.keyring import Keyring

_BLANK = "https://…"
_CODE = "… …"
_NOTHING = Sentence("Nothing is written yet: there is nothing to test.")
_STATES = {Greeted.CONFIRM: SignatureState.PENDING, Greeted.THANKS: SignatureState.CONFIRMED}


def look_at_greeting(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    words: Mapping[str, str],
    *,
    mail: Greeted,
    language: str,
    number: int | None,
) -> Preview:
    """Write a mail with these words as the `number`th sign-on in its language would get it; for nobody where there is none, or for None.

    Whose it is, is told by a masked address, and a name that the mail repeats is masked; links and the code are blanks.
    """
    keys = keyring.of(session, campaign.id)
    row = None if number is None else sample_of(session, *_meant(campaign, mail, language), number=number)
    party = read_party(keys, row) if row is not None else None
    file = open_file(session, keyring, campaign)
    written = _written(
        mail,
        _facts_of(session, campaign, row, name=masked_name(party.name) if party else "…", language=language),
        coalition=file.coalition,
        letter_title=file.letter.title,
        language=language,
        reply_to=file.reply_to,
        link=_BLANK,
        **greeting_parts(words, campaign, file, mail, language),
    )
    to = masked_address(party.confirming_email) if party and party.confirming_email else ""
    return Preview(to=to, language=language, mail=written)


def send_greeting_test(
    session: Session,
    campaign: Campaign,
    *,
    mail: Greeted,
    language: str,
    coordinator_id: str,
    by: str,
    now: datetime,
) -> None:
    """Post a test of what is written to one coordinator; raises Refused where nothing is."""
    row = find_own_words(session, campaign.id, Purpose.GREETING)
    if row is None:
        raise Refused(_NOTHING)
    outbox.post(
        session,
        kind=MessageKind.SEND_TEST,
        campaign_id=campaign.id,
        recipient_ref=coordinator_id,
        occurrence=f"{row.id}.{mail.value}.{language}.{int(now.timestamp())}",
        now=now,
    )
    audit.record(session, by=by, act="greeting.test", campaign_id=campaign.id, thing=row.id, now=now)


def tested_greeting(
    session: Session, keyring: Keyring, campaign: Campaign, message: Message
) -> Preview | None:
    """Write the test that send_greeting_test() posted, for nobody in particular; None for the test of anything else."""
    words_id, mail, language = [*message.occurrence.split("."), "", "", ""][:3]
    row = session.get(OwnWords, words_id)
    if row is None or row.purpose is not Purpose.GREETING or row.campaign_id != campaign.id:
        return None
    words = open_greetings(session, keyring.of(session, campaign.id)).draft
    return look_at_greeting(
        session, keyring, campaign, words, mail=Greeted(mail), language=language, number=None
    )


def masked_name(name: str) -> str:
    """Show a name so that its owner would know it and a stranger would not: "R… W…" (pure)."""
    return " ".join(f"{word[:1]}…" for word in name.split())


def _meant(campaign: Campaign, mail: Greeted, language: str) -> tuple[ColumnElement[bool], ...]:
    """Say which sign-ons get such a mail with these words: as the mails themselves do (service/signing/messages.py)."""
    spoken = col(Signature.language).startswith(language.partition("-")[0], autoescape=True)
    of_letter = mail_language(reader="", letter=campaign.language)
    is_letters = of_letter.partition("-")[0] == language.partition("-")[0]
    return (
        col(Signature.campaign_id) == campaign.id,
        col(Signature.state) == _STATES[mail],
        col(Signature.provenance) != Provenance.ATTESTED,
        col(Signature.discreet).is_(False),
        or_(spoken, col(Signature.language) == "") if is_letters else spoken,
    )


def _facts_of(
    session: Session, campaign: Campaign, row: Signature | None, *, name: str, language: str
) -> Mapping[str, Any]:
    """Give what the two mails say of a sign-on; of none what they would say of one that comes now."""
    zone = ZoneInfo(campaign.time_zone)
    revision_id = row.revision_id if row is not None and row.revision_id else campaign.revision_id
    revision = session.get(LetterRevision, revision_id) if revision_id else None
    if row is None:
        came, until = campaign.changed_at, confirm_until(campaign)
    else:
        came = row.signed_at or row.created_at
        until = link_until(campaign, row, since=row.created_at)
    return {
        "expires": write_moment(until.astimezone(zone), language),
        "deadline": deadline_text(campaign, language),
        "name": name,
        "how_named": HOW_NAMED[row.visibility if row is not None else Visibility.PUBLIC],
        "day": write_date(came.astimezone(zone).date(), language),
        "revision": revision.number if revision is not None else 1,
        "fingerprint": "…",
    }


def _written(mail: Greeted, facts: Mapping[str, Any], **shared: Any) -> Rendered:
    if mail is Greeted.THANKS:
        wanted = ("name", "how_named", "day", "revision", "fingerprint")
        return render_mail("thanks", attested=False, **{key: facts[key] for key in wanted}, **shared)
    return render_mail(
        "confirm",
        expires=facts["expires"],
        deadline=facts["deadline"],
        code=_CODE,
        for_approver=False,
        may_reply=False,
        not_me_link=_BLANK,
        **shared,
    )
