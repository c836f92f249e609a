"""The packet of a copy that a person brings: the letter, all that goes with it, and a sheet that says what to do."""

import hashlib
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from sqlmodel import Session

from service.delivery.annexes import annexes_of
from service.delivery.by_hand.entries import packed_documents
from service.delivery.by_hand.filed import filing_address
from service.delivery.check import recipient_label
from service.delivery.copies import copy_to_leave
from service.delivery.letter_mail import Making, attachments, formats_for
from service.delivery.messages import letter_draft
from service.delivery.posted import posted
from service.delivery.registry import BY_HAND, CHANNELS, FILED, PACKED, POSTED
from service.delivery.sendings import copy_sent
from service.delivery.steps import waits_for_publication
from service.delivery.texts_beside import texts_sent
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.zipping import zip_files
from service.i18n.catalogue import catalogue
from service.letter.copy import Copy
from service.mail.envelope import Draft
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.model.recipient import Recipient
from service.model.states import GONE_OUT, DeliveryState
from service.store.keyring import Keyring
from service.store.sealed import open_record

GONE_SINCE = Sentence(
    "Somebody has left the letter, or is named otherwise, since this copy was released. Make it anew, as the letter stands today."
)
NOT_WAITING = Sentence("That copy does not wait to be brought any more; look at how far it has come.")
EMBARGOED = Sentence("A copy for the press is brought once the letter is public.")
NOT_BY_HAND = Sentence("That copy leaves by itself; nobody brings it.")
_TO = Sentence("For: {who}")
_STEPS = Sentence("What to do")
_HOLDS = Sentence("What this packet holds, each with its SHA-256")
_NO_WINDOW = Sentence(
    "The address is too long for an envelope's window, or no font here can show it: take an envelope without one, and write"
    " the address on it."
)
_CODE = Sentence("Check code of this copy: {code}")


def packet_of(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    delivery: Delivery,
    *,
    making: Making,
    public_url: str,
    language: str,
) -> tuple[str, bytes]:
    """Give the packet of a sending as one zip, and a name for it; what to do stands in it in `language`.

    The same copy gives the same bytes. Raises Refused where it leaves by itself, or the copy cannot be made as it was approved.
    """
    copy, details = copy_to_bring(session, keyring, campaign, delivery)
    texts = texts_sent(session, keyring, campaign, delivery)
    if texts is None:
        raise Refused(GONE_SINCE)
    way = PACKED.get(delivery.channel)
    made = packed_documents(way, copy, details, language=language) if way else ()
    files = [(one.name, one.data) for one in made]
    steps = CHANNELS[delivery.channel].steps
    if way is None or way.takes_the_letter:
        annexes = annexes_of(session, keyring, campaign, copy)
        letter, fits = _letter(copy, delivery.channel, details, making)
        beside = [made for text in texts for made in attachments(text, ("pdf",), making)]
        files += [*letter, *((one.filename, one.data) for one in (*beside, *annexes))]
        # The second step of what goes by post is to fold it for a window.
        steps = steps if fits else (steps[0], _NO_WINDOW, *steps[2:])
    if delivery.channel in FILED:
        to_us = filing_address(keyring, delivery, domain=making.filing_domain)
        steps = steps_with(to_us, delivery.channel)
        draft = letter_draft(
            session, keyring, campaign, (copy, *texts), details, public_url=public_url, making=making
        )
        files = [("letter.eml", write_unsent(draft, bcc=to_us)), *files]
    sheet = _sheet(delivery, details, files, steps=steps, language=language)
    name = f"{copy.slug}-{delivery.channel.replace('_', '-')}"
    every = (("0-what-to-do.txt", sheet.encode()), *files)
    return f"{name}.zip", zip_files(
        ((f"{name}/{one}", data) for one, data in every), day=delivery.created_at.date()
    )


def copy_to_bring(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery
) -> tuple[Copy, dict[str, Any]]:
    """Give the very copy of a sending that a person brings, and the details of its office.

    Raises Refused where it leaves by itself, where it neither waits to be brought nor was brought, where it is the press's and
    the letter not public yet, and where somebody has left since.
    """
    if delivery.channel not in BY_HAND:
        raise Refused(NOT_BY_HAND)
    office = session.get_one(Recipient, delivery.recipient_id)
    if delivery.state is not DeliveryState.READY:
        if delivery.state not in GONE_OUT:
            raise Refused(NOT_WAITING)
        copy = copy_sent(session, keyring, campaign, delivery)
    else:
        if waits_for_publication(session, delivery, office):
            raise Refused(EMBARGOED)
        edition = session.get_one(Edition, delivery.edition_id)
        copy = copy_to_leave(session, keyring, campaign, edition, office, check_code=delivery.check_code)
    if copy is None:
        raise Refused(GONE_SINCE)
    return copy, open_record(keyring.of(session, campaign.id), office, "details")


def steps_with(address: str, channel: str) -> Sequence[Sentence]:
    """Give what a person does with what goes this way, where a copy of it goes to an `address` of ours, or "" to none (pure)."""
    steps = FILED.get(channel, ()) if address else ()
    return [step.with_values(address=address) for step in steps] or CHANNELS[channel].steps


def write_unsent(draft: Draft, *, bcc: str = "") -> bytes:
    """Write a mail that a mail program opens to be looked at and sent: it has neither sender nor day yet (pure)."""
    message = EmailMessage(policy=SMTP)
    message["To"], message["Subject"] = draft.to, draft.subject
    if bcc:
        message["Bcc"] = bcc
    # By this header, which no standard has, several programs open a mail in order to write it.
    message["X-Unsent"] = "1"
    message.set_content(draft.text)
    message.add_alternative(draft.html, subtype="html")
    for one in draft.attachments:
        kind, _, subtype = one.media_type.partition("/")
        message.add_attachment(one.data, maintype=kind, subtype=subtype, filename=one.filename)
    # Else each time another would stand there.
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_letter_{place}")
    return message.as_bytes()


def _letter(
    copy: Copy, channel: str, details: dict[str, Any], making: Making
) -> tuple[list[tuple[str, bytes]], bool]:
    """Give the files of the letter, and whether its address stands where an envelope's window shows it, if it is to."""
    if channel in POSTED:
        made = posted(copy, details, making)
        return [(one.name, one.data) for one in made.documents], made.in_window
    return [(one.filename, one.data) for one in attachments(copy, formats_for(details), making)], True


def _sheet(
    delivery: Delivery,
    details: dict[str, Any],
    files: list[tuple[str, bytes]],
    *,
    steps: Sequence[Sentence],
    language: str,
) -> str:
    say = catalogue(language).say
    # All that a person writes on an envelope.
    office = str(details.get("office", ""))
    address = [*([office] if office else []), *(str(line) for line in details.get("address", ()))]
    lines = [
        str(say(_TO.with_values(who=recipient_label(details)))),
        *address,
        "",
        str(say(_STEPS)),
        *(f"{place}. {say(step)}" for place, step in enumerate(steps, start=1)),
        "",
        str(say(_HOLDS)),
        *(f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in files),
        "",
        str(say(_CODE.with_values(code=delivery.check_code))),
    ]
    return "\n".join(lines) + "\n"
