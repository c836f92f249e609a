"""A campaign file's text, offices and contact, as the letter's craft takes them."""

from dataclasses import fields
from typing import Any

from service.campaigns.file import CampaignFile
from service.campaigns.file_tables import Words
from service.i18n.words import Words as FixedWords
from service.i18n.words import delivery_line, words_for
from service.letter.edition import Contact, Office, Text

# The word that a letter has for the way a channel takes.
_WAYS = {"email": "email", "post": "post", "lob": "post", "pingen": "post", "hand_over": "hand"}


def letter_text(file: CampaignFile) -> Text:
    """Give the text in the letter's language, placeholders unfilled."""
    return Text(language=file.language, footnotes=file.letter.footnotes, **words_of(file.letter))


def words_of(source: Words) -> dict[str, Any]:
    """Give the words that a letter and each of its translations have alike, by their names in a Text."""
    return {field.name: getattr(source, field.name) for field in fields(Words)}


def letter_offices(file: CampaignFile) -> tuple[Office, ...]:
    """Give the offices that the letter names, in the file's order."""
    words = fixed_words(file)
    return tuple(
        Office(
            role=recipient.role,
            name=recipient.name,
            position=recipient.position,
            office=recipient.office,
            address=tuple(recipient.address),
            country=recipient.country,
            salutation=recipient.salutation,
            copy=recipient.copy,
            delivery_line=_delivery_line(recipient.channels, words),
        )
        for recipient in file.recipients
    )


def letter_contact(file: CampaignFile) -> Contact | None:
    """Give the contact printed in the letter's foot, where the file names one."""
    contact = file.contact
    if contact is None or not contact.name:
        return None
    return Contact(name=contact.name, role=contact.role, email=contact.email, phone=contact.phone)


def event_words(file: CampaignFile) -> str:
    """Give the event's name as the text prints it; empty where there is none."""
    return file.event.name if file.event else ""


def fixed_words(file: CampaignFile) -> FixedWords:
    """Give the fixed words of the letter in its own language."""
    return words_for(file.language, file.letter.words)


def addressee(file: CampaignFile) -> str:
    """Name whom the letter is written to: the first recipient's name and position."""
    first = next(recipient for recipient in file.recipients if recipient.role == "to")
    return ", ".join(part for part in (first.name, first.position) if part)


def _delivery_line(channels: tuple[str, ...], words: FixedWords) -> str:
    return delivery_line(dict.fromkeys(_WAYS[channel] for channel in channels if channel in _WAYS), words)
