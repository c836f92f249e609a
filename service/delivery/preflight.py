"""Before anything leaves: what each way finds in the very copy that an office would get by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import latest_edition
from service.delivery.annexes import annexes_of
from service.delivery.channel import Examined, Outward, Verdict
from service.delivery.check import Line
from service.delivery.copies import copy_for
from service.delivery.letter_mail import Making
from service.delivery.parcel import Document, Parcel
from service.delivery.registry import EXAMINED, MAILED
from service.delivery.rules import Finding
from service.delivery.texts_beside import texts_beside
from service.delivery.tried import weighed
from service.delivery.way_settings import settings_of
from service.foundation.errors import Refused
from service.foundation.sentence import in_a_row
from service.letter.edition import Edition as Letter
from service.model.campaign import Campaign
from service.signing.roll import frozen_letter, letter_as_it_stands
from service.store.keyring import Keyring
from service.store.sealed import open_record

_NO_KEY = "0" * 32


@dataclass(frozen=True, kw_only=True)
class _Look:
    """With what the copies of one letter are made and looked at."""

    session: Session
    keyring: Keyring
    campaign: Campaign
    letter: Letter
    file: CampaignFile
    making: Making
    settings: Mapping[str, Mapping[str, str]]


def preflight(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    outward: Outward,
    making: Making,
    *,
    public_url: str,
    now: datetime,
) -> tuple[Sequence[Line], Sequence[Line]]:
    """Give what each channel can take, and the same with what was found once each copy was made, which takes a while."""
    lines, heavy = weighed(session, keyring, campaign, outward, making, public_url=public_url, now=now)
    return lines, examined(session, keyring, campaign, heavy, making, now=now)


def examined(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    lines: Sequence[Line],
    making: Making,
    *,
    now: datetime,
) -> Sequence[Line]:
    """Give the lines with what their ways find in what would be handed over; it is made for that, which takes a while.

    What was proposed last is looked at, or else the letter as it stands. By a finding that forbids it a line cannot go.
    """
    if not any(line.channel in EXAMINED and line.verdict.can for line in lines):
        return lines
    edition = latest_edition(session, campaign)
    if edition is None or edition.voided_at is not None:
        letter = letter_as_it_stands(session, keyring, campaign, now=now)
    else:
        letter = frozen_letter(session, keyring, edition)
    look = _Look(
        session=session,
        keyring=keyring,
        campaign=campaign,
        letter=letter,
        file=open_file(session, keyring, campaign),
        making=making,
        settings=settings_of(session, keyring, campaign),
    )
    return [_examined(look, line) for line in lines]


def by_findings(verdict: Verdict, findings: Sequence[Finding]) -> Verdict:
    """Give a verdict with what was found: the first finding that forbids it is why it cannot go (pure)."""
    forbids = next((one for one in findings if one.forbids), None)
    if forbids is None:
        return replace(verdict, findings=tuple(findings))
    reason = in_a_row(one for one in (forbids.found, forbids.instead) if one)
    return Verdict(reason=reason, findings=tuple(findings))


def _examined(look: _Look, line: Line) -> Line:
    way = EXAMINED.get(line.channel)
    if way is None or not line.verdict.can:
        return line
    try:
        verdict = by_findings(line.verdict, way.examine_parcel(_parcel(look, line, way)))
    except Refused as refusal:
        verdict = Verdict(reason=str(refusal))
    return replace(line, verdict=verdict)


def _parcel(look: _Look, line: Line, way: Examined) -> Parcel:
    copy = copy_for(look.letter, line.recipient)
    details = open_record(look.keyring.of(look.session, look.campaign.id), line.recipient, "details")
    texts = texts_beside(look.letter, look.file, line.recipient) if line.channel in MAILED else ()
    annexes = (
        Document(name=one.filename, media_type=one.media_type, data=one.data)
        for one in annexes_of(look.session, look.keyring, look.campaign, copy)
    )
    return Parcel(
        key=_NO_KEY,
        details=details,
        settings=look.settings.get(line.channel, {}),
        documents=(*way.documents(copy, details, replace(look.making, texts=texts)), *annexes),
    )
