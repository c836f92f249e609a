"""A campaign file's text, offices and contact, as the letter's craft takes them."""

from dataclasses import fields
from typing import Any

from service.campaigns.file import CampaignFile
from service.campaigns.file_tables import Words
from service.letter.edition import Contact, Office, Text

_WAYS = {
    "email": {"en": "e-mail", "fr": "courriel", "es": "correo electrónico"},
    "post": {"en": "post", "fr": "courrier", "es": "correo postal"},
    "lob": {"en": "post", "fr": "courrier", "es": "correo postal"},
    "pingen": {"en": "post", "fr": "courrier", "es": "correo postal"},
    "hand_over": {"en": "hand", "fr": "porteur", "es": "entrega en mano"},
}
_BY = {"en": "By {ways}", "fr": "Par {ways}", "es": "Por {ways}"}
_AND = {"en": " and ", "fr": " et ", "es": " y "}


def letter_text(file: CampaignFile) -> Text:
    """Give the text in the letter's language, placeholders unfilled."""
    return Text(language=file.language, footnotes=file.letter.footnotes, **words_of(file.letter))


def words_of(source: Words) -> dict[str, Any]:
    """Give the words that a letter and each of its translations have alike, by their names in a Text."""
    return {field.name: getattr(source, field.name) for field in fields(Words)}


def letter_offices(file: CampaignFile) -> tuple[Office, ...]:
    """Give the offices that the letter names, in the file's order."""
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
            delivery_line=delivery_line(recipient.channels, file.language),
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


def delivery_line(channels: tuple[str, ...], language: str) -> str:
    """Write the line that says how the letter comes: "By e-mail and post"."""
    tongue = language.partition("-")[0]
    ways = list(dict.fromkeys(_WAYS[channel][tongue] for channel in channels if channel in _WAYS))
    return _BY[tongue].format(ways=_AND[tongue].join(ways)) if ways else ""


def addressee(file: CampaignFile) -> str:
    """Name whom the letter is written to: the first recipient's name and position."""
    first = next(recipient for recipient in file.recipients if recipient.role == "to")
    return ", ".join(part for part in (first.name, first.position) if part)
