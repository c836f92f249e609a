"""The mail of a digest, made when it is sent: numbers and commands, and no name of anybody who signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.letter_mail import write_about_letter
from service.coordinators.chain import head_of_letter
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.mail.envelope import Draft
from service.mail.postman import Composer, Unwanted
from service.mail.view.listing import AddressOf
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.schedule import Occurrence, Schedule
from service.model.states import MessageState
from service.schedules.digest import A_DAY, happened_in, waiting_of, window_of
from service.schedules.digest_readers import reader_of
from service.schedules.digest_words import lines_of, next_thing, signed_line
from service.schedules.forecast import forecast
from service.schedules.heads import is_head_alone
from service.schedules.sends.trial import trial_addresses, trial_composers
from service.store.keyring import Keyring

_MOST_PLANNED = 20
_HISTORY = Sentence("History")


def schedule_composers(
    keyring: Keyring, *, public_url: str, lead: timedelta
) -> Mapping[MessageKind, Composer]:
    """Give the function that makes the mails of this room; `lead` is how long before a deadline its last reminder goes."""
    return {
        MessageKind.DIGEST: _Digests(keyring=keyring, lead=lead),
        **trial_composers(keyring, public_url=public_url),
    }


def schedule_addresses(keyring: Keyring) -> Mapping[MessageKind, AddressOf]:
    """Give the function that finds the address of the mails of this room: the secretariat's, or an owner's."""

    def to_reader(session: Session, message: Message) -> str:
        campaign = session.get(Campaign, message.campaign_id)
        reader = reader_of(session, keyring, campaign, message.recipient_ref) if campaign else None
        return reader.address if reader else ""

    return {MessageKind.DIGEST: to_reader, **trial_addresses(keyring)}


@dataclass(frozen=True, kw_only=True)
class _Digests:
    keyring: Keyring
    lead: timedelta

    def __call__(self, session: Session, message: Message) -> Draft:
        if is_head_alone(message.occurrence):
            return self._head(session, message)
        campaign = session.get(Campaign, message.campaign_id)
        occurrence = session.get(Occurrence, message.occurrence)
        schedule = session.get(Schedule, occurrence.schedule_id) if occurrence else None
        if campaign is None or occurrence is None or schedule is None:
            raise Unwanted(MessageState.CANCELLED, "the letter is gone")
        reader = reader_of(session, self.keyring, campaign, message.recipient_ref)
        if reader is None:
            raise Unwanted(MessageState.CANCELLED, "is no owner any more")
        file, at = open_file(session, self.keyring, campaign), occurrence.due_at
        waiting = waiting_of(session, campaign)
        language = mail_language(reader=reader.language, letter=campaign.language)
        happened = happened_in(session, campaign, window_of(session, occurrence))
        grace = timedelta(seconds=campaign.grace_seconds)
        todo, spoken = next_thing(waiting, campaign.slug), catalogue(language)
        told = lines_of(happened, waiting, deadline_at=campaign.deadline_at, grace=grace, at=at)
        return write_about_letter(
            "digest",
            file,
            to=reader.address,
            language=language,
            lines=[spoken.say(line) for line in told],
            first=signed_line(happened),
            todo=todo.what,
            command=todo.command,
            planned=self._planned(session, campaign, at=at),
            pause=f"undersigned schedule pause {campaign.slug} {schedule.name}",
            head=str(head_of_letter(session, campaign.id) or "") if reader.gets_head else "",
            is_head_alone=False,
        )

    def _head(self, session: Session, message: Message) -> Draft:
        """Write the end of the history alone: on a day without a digest, or of a letter that has none any more."""
        campaign = session.get(Campaign, message.campaign_id)
        head = head_of_letter(session, campaign.id) if campaign is not None else None
        reader = reader_of(session, self.keyring, campaign, message.recipient_ref) if campaign else None
        if campaign is None or head is None or reader is None:
            raise Unwanted(MessageState.CANCELLED, "the letter is gone, or this is no owner any more")
        return write_about_letter(
            "digest",
            open_file(session, self.keyring, campaign),
            to=reader.address,
            language=mail_language(reader=reader.language, letter=campaign.language),
            lines=(),
            first=_HISTORY,
            todo="",
            command="",
            planned=(),
            pause="",
            head=str(head),
            is_head_alone=True,
        )

    def _planned(self, session: Session, campaign: Campaign, *, at: datetime) -> Sequence[str]:
        """Say what goes out within a day, and to how many: the names are those of planned sendings."""
        coming = forecast(session, self.keyring, campaign, lead=self.lead, until=at + A_DAY, now=at)
        return [
            f"{one.due.clock:%H:%M}  {one.name}: {len(one.whom)}"
            for one in coming[:_MOST_PLANNED]
            if one.whom
        ]
