"""The call to sign as plain text, for a coordinator's own mailbox and for messengers."""

from dataclasses import dataclass

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.letter.call import call_text
from service.model.campaign import Access, Campaign
from service.signing.page import deadline_text, unlisted_address
from service.store.keyring import Keyring

_SUBJECT = Sentence("Will you sign? {title}")
_HELLO = Sentence("Hello,")
_INVITES = Sentence("{coalition} invites you to sign this open letter:")
_UNTIL = Sentence("The deadline for sign-ons is {deadline}.")
_READ = Sentence("Read it and sign here:")
_BY_INVITATION = Sentence("Tell us if you want to, and we send you a personal link.")
_SHORT = Sentence("{coalition} invites you to sign the open letter “{title}” until {deadline}.")


@dataclass(frozen=True, kw_only=True, repr=False)
class CallWords:
    """The call in one language: a mail, and a short message."""

    language: str
    subject: str
    mail: str
    short: str
    is_private: bool


def write_call(
    session: Session, keyring: Keyring, campaign: Campaign, *, public_url: str, language: str
) -> CallWords:
    """Write the call in a language, else the letter's, with the address of the letter's page unless it is for the invited only.

    `is_private` says that whoever has the address sees a letter that others do not know of.
    """
    file = open_file(session, keyring, campaign)
    spoken = catalogue(mail_language(reader=language, letter=campaign.language))
    deadline = deadline_text(campaign, spoken.language)
    has_page = campaign.access is not Access.INVITED
    link = f"{public_url.rstrip('/')}{unlisted_address(keyring, campaign)}" if has_page else ""
    values = {"coalition": file.coalition, "title": file.letter.title, "deadline": deadline}

    def say(sentence: Sentence) -> str:
        return str(spoken.say(sentence.with_values(**values)))

    ways = (f"{say(_READ)}\n{link}" if link else say(_BY_INVITATION),)
    call = (call_text(file.call).strip(),) if file.call.strip() else ()
    mail = "\n\n".join(
        (
            say(_HELLO),
            f"{say(_INVITES)}\n\n    {file.letter.title}",
            *call,
            say(_UNTIL),
            *ways,
            file.coalition,
        )
    )
    return CallWords(
        language=spoken.language,
        subject=say(_SUBJECT),
        mail=mail,
        short="\n".join((say(_SHORT), *ways)),
        is_private=campaign.access is Access.LINK,
    )
