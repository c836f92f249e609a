"""A test of a sending: the mail as it would be, to the coordinator who asks alone, and marked as a test."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.coordinators import audit
from service.coordinators.accounts import person_of
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.mail import outbox
from service.mail.envelope import Draft
from service.mail.sender import Composer, Unwanted
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.coordinator import Coordinator
from service.model.message import Message, MessageKind
from service.model.schedule import Schedule
from service.model.states import MessageState
from service.schedules.sends.compose import Preview, example_of
from service.schedules.sends.final_copies import tested_final_copy
from service.schedules.sends.greetings import tested_greeting
from service.store.keyring import Keyring

_SUBJECT = Sentence("[Test] {subject}")
_HEAD = Sentence("This is a test: it went to you alone, and is not counted. Its personal links are blanks.")
_ID_LENGTH = 32
_BODY = re.compile(r"<body[^>]*>")


def send_test(session: Session, schedule: Schedule, *, coordinator_id: str, by: str, now: datetime) -> None:
    """Post a test of a sending to one coordinator."""
    outbox.post(
        session,
        kind=MessageKind.SEND_TEST,
        campaign_id=schedule.campaign_id,
        recipient_ref=coordinator_id,
        occurrence=f"{schedule.id}.{int(now.timestamp())}",
        now=now,
    )
    audit.record(
        session, by=by, act="schedule.test", campaign_id=schedule.campaign_id, thing=schedule.id, now=now
    )


def trial_composers(keyring: Keyring, *, public_url: str) -> Mapping[MessageKind, Composer]:
    """Give the function that makes the tests of sendings."""
    return {MessageKind.SEND_TEST: _Tests(keyring=keyring, public_url=public_url)}


def trial_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give the function that finds the address of a test: the coordinator's own."""

    def find(session: Session, message: Message) -> str:
        row = session.get(Coordinator, message.recipient_ref)
        return person_of(keyring.desk, row).email if row is not None else ""

    return {MessageKind.SEND_TEST: find}


@dataclass(frozen=True, kw_only=True)
class _Tests:
    keyring: Keyring
    public_url: str

    def __call__(self, session: Session, message: Message) -> Draft:
        campaign = session.get(Campaign, message.campaign_id)
        row = session.get(Coordinator, message.recipient_ref)
        shown = self._shown(session, campaign, message) if campaign is not None else None
        if campaign is None or shown is None or row is None or row.disabled_at is not None:
            raise Unwanted(MessageState.CANCELLED, "the sending, or its coordinator, is gone")
        file = open_file(session, self.keyring, campaign)
        language = mail_language(reader=shown.language, letter=campaign.language)
        spoken = catalogue(language)
        head = str(spoken.say(_HEAD))
        return Draft(
            to=person_of(self.keyring.desk, row).email,
            subject=str(spoken.say(_SUBJECT.with_values(subject=shown.mail.subject))),
            text=f"{head}\n\n{shown.mail.text}",
            html=_BODY.sub(lambda found: f"{found[0]}\n<p>{escape(head)}</p>", shown.mail.html, count=1),
            sender_name=file.coalition,
            reply_to=file.reply_to,
            language=language,
            unsubscribe_url=None,
        )

    def _shown(self, session: Session, campaign: Campaign, message: Message) -> Preview | None:
        """Write what is tested: a sending, a greeting, or the final copy; None where it is gone."""
        schedule = session.get(Schedule, message.occurrence[:_ID_LENGTH])
        if schedule is not None:
            return example_of(session, self.keyring, campaign, schedule)
        copy = tested_final_copy(
            session,
            self.keyring,
            campaign,
            message,
            public_url=self.public_url,
            now=message.created_at,
        )
        return copy or tested_greeting(session, self.keyring, campaign, message)
