"""Before anything is sent: what each channel can take to each recipient, and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.campaigns.file import CampaignFile
from service.campaigns.queries import present_recipients, present_revision
from service.delivery.channel import Outward, Verdict
from service.delivery.channel_words import channel_word
from service.delivery.letter_mail import THE_SETTING, too_large
from service.delivery.registry import CHANNELS
from service.delivery.way_settings import outward_with_members
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.recipient import Audience, Recipient, RecipientRole
from service.store.keyring import Keyring
from service.store.sealed import open_record


@dataclass(frozen=True, kw_only=True)
class Line:
    """One recipient by one channel."""

    recipient: Recipient
    label: str
    channel: str
    verdict: Verdict


def check(
    session: Session, keyring: Keyring, campaign: Campaign, outward: Outward, *, now: datetime
) -> Sequence[Line]:
    """Say for every recipient and channel of the final text whether it can be sent so."""
    present_revision(session, campaign)
    keys = keyring.of(session, campaign.id)
    rows = [(row, open_record(keys, row, "details")) for row in present_recipients(session, campaign)]
    return _lines(rows, outward_with_members(session, keyring, campaign, outward, now=now))


def check_file(file: CampaignFile, outward: Outward) -> Sequence[Line]:
    """Say the same of what a campaign file says now, final or not (pure): its recipients are no rows of the database."""
    rows = [
        (
            Recipient(
                campaign_id="",
                revision_id="",
                position=place,
                role=RecipientRole(office.role),
                copy_kind=Audience(office.copy_kind),
                channels=list(office.channels),
                details=b"",
            ),
            office.as_record(),
        )
        for place, office in enumerate(file.recipients)
    ]
    return _lines(rows, outward)


def _lines(rows: Sequence[tuple[Recipient, dict[str, Any]]], outward: Outward) -> Sequence[Line]:
    lines = []
    for recipient, details in rows:
        for name in recipient.channels:
            channel = CHANNELS.get(name)
            verdict = channel.check(recipient, details, outward) if channel else _unknown(name)
            lines.append(
                Line(recipient=recipient, label=recipient_label(details), channel=name, verdict=verdict)
            )
    return lines


def weigh(
    lines: Sequence[Line], sizes: Mapping[str, int], *, most: int, allowed_by: str = THE_SETTING
) -> tuple[Line, ...]:
    """Give the lines with a verdict on how large each mail is, by its office's id in `sizes`: one that is too large cannot go (pure)."""
    return tuple(
        _weighed(line, too_large(sizes.get(line.recipient.id, 0), most, allowed_by=allowed_by))
        for line in lines
    )


def _weighed(line: Line, told: str) -> Line:
    reason = told if line.channel == "email" and line.verdict.can else ""
    return replace(line, verdict=Verdict(reason=reason)) if reason else line


def recipient_label(details: dict[str, object]) -> str:
    """Name a recipient for the secretariat: name and position."""
    return ", ".join(str(details[part]) for part in ("name", "position") if details.get(part))


def _unknown(name: str) -> Verdict:
    return Verdict(configured=False, reason=_NOT_BUILT.with_values(name=channel_word(name)))


_NOT_BUILT = Sentence("The way “{name}” is not built yet: send this copy yourself.")
