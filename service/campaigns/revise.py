"""Change a final text: never in place, always as the letter's next revision, for everybody to agree to anew."""

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file, seal_file
from service.campaigns.enclosures import Files, keep_files, refuse_unread
from service.campaigns.file import CampaignFile, revision_record
from service.campaigns.queries import lock_campaign, present_revision, refuse_while_released, released_edition
from service.campaigns.revision import add_revision, offices_out_of_reach, void_proposal
from service.campaigns.state_words import LETTER_STATES
from service.coordinators import audit
from service.foundation.canonical import digest
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.states import CampaignState
from service.store.keyring import Keyring
from service.store.sealed import seal_text

LEAST_TIME = timedelta(hours=24)
"""What the form promises to those who keep their name unless they object."""
_MOST_TIME = timedelta(days=90)
LONGEST_REASON = 1000

_MAY_CHANGE = frozenset(
    {"letter", "recipients", "call", "convenors", "reply_to", "contact", "press", "letterhead"}
)
"""The words, whom they are for, and what stands around them. The rules by which people signed stay as they were."""
_TAKES_A_REVISION = {CampaignState.FROZEN, CampaignState.OPEN, CampaignState.CLOSED}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A new text with the files beside it, and the terms on which it is put to those who signed an earlier one."""

    file: CampaignFile
    objections_until: datetime
    reason: str = ""
    files: Files = field(default_factory=dict)


def revise(
    session: Session, keyring: Keyring, slug: str, change: Change, *, by: str, now: datetime
) -> LetterRevision:
    """Write the next revision of a final text; an edition that was proposed before is void.

    Nobody stands on it yet: service/signing/ask.py puts it to those who signed. A revision is never taken back; whoever
    wants the earlier words again revises to them. Raises Refused, and changes nothing, for a draft, a letter that was
    released, the words it has already, a file that changes more than text and offices, and objections that end in less
    than 24 hours.
    """
    campaign = lock_campaign(session, slug)
    _refuse_unless_it_takes_one(session, campaign)
    _refuse_moment(change.objections_until, now=now)
    present = present_revision(session, campaign)
    refuse_unread(change.file)
    _refuse_file(open_file(session, keyring, campaign), change.file, present)
    keys = keyring.of(session, campaign.id)
    revision = add_revision(session, keys, campaign, change.file, now=now)
    revision.objections_until = change.objections_until
    reason = clean_text(change.reason, what=Sentence("The reason"), longest=LONGEST_REASON)
    revision.reason = seal_text(keys, revision, "reason", reason) if reason else None
    seal_file(keys, campaign, change.file)
    keep_files(session, keyring, campaign, change.files, now=now)
    campaign.changed_at = now
    void_proposal(session, campaign, now=now)
    session.add_all((revision, campaign))
    session.flush()
    audit.record(
        session, by=by, act="campaign.revise", campaign_id=campaign.id, thing=revision.sha256, now=now
    )
    return revision


def revisions_of(session: Session, campaign: Campaign) -> list[LetterRevision]:
    """List the revisions of a letter, oldest first."""
    found = select(LetterRevision).where(LetterRevision.campaign_id == campaign.id)
    return list(session.exec(found.order_by(col(LetterRevision.number))).all())


def letters_in_question(session: Session) -> list[str]:
    """List the ids of the letters whose text was changed, and that can still be answered for."""
    found = (
        select(Campaign)
        .join(LetterRevision, col(LetterRevision.id) == col(Campaign.revision_id))
        .where(col(LetterRevision.objections_until).is_not(None), col(Campaign.state).in_(_TAKES_A_REVISION))
        .order_by(col(Campaign.id))
    )
    return [one.id for one in session.exec(found).all() if takes_answers(session, one)]


def takes_answers(session: Session, campaign: Campaign) -> bool:
    """Tell whether a sign-on can still come to stand on the present text: not once the letter was released."""
    return campaign.state in _TAKES_A_REVISION and released_edition(session, campaign) is None


def _refuse_unless_it_takes_one(session: Session, campaign: Campaign) -> None:
    slug = campaign.slug
    if campaign.state is CampaignState.DRAFT:
        raise Refused(Sentence("“{slug}” is still a draft: change its file and load it.", slug=slug))
    if campaign.state not in _TAKES_A_REVISION:
        raise Refused(
            Sentence(
                "The text of “{slug}” cannot change any more: the letter stands at “{state}”.",
                slug=slug,
                state=LETTER_STATES[campaign.state],
            )
        )
    refuse_while_released(session, campaign)


def _refuse_moment(until: datetime, *, now: datetime) -> None:
    if until < now + LEAST_TIME:
        raise Refused(Sentence("Objections must be possible for 24 hours at least: give a later moment."))
    if until > now + _MOST_TIME:
        raise Refused(Sentence("Objections would end more than 90 days from now: check the date."))


def _refuse_file(was: CampaignFile, file: CampaignFile, present: LetterRevision) -> None:
    if file.slug != was.slug:
        raise Refused(
            Sentence(
                "This file is of “{slug}”, not of “{other}”; nothing was changed.",
                slug=file.slug,
                other=was.slug,
            )
        )
    others = [
        one.name
        for one in fields(CampaignFile)
        if one.name not in _MAY_CHANGE and getattr(file, one.name) != getattr(was, one.name)
    ]
    if others:
        raise Refused(
            Sentence(
                "Only the text, its offices and what stands around them change with a revision; nothing was "
                "changed. Put these keys back to what they were:"
            ),
            tuple(Sentence("{key} is not what the file said that was loaded.", key=name) for name in others),
        )
    faults = offices_out_of_reach(file)
    if faults:
        raise Refused(Sentence("The text was not changed: mend the campaign file first."), tuple(faults))
    if digest(revision_record(file)) == present.sha256:
        raise Refused(
            Sentence(
                "These are the words of version {n}, which people sign already; nothing was changed. Courtesy translations"
                " and logos are not part of a version.",
                n=present.number,
            ),
            command="undersigned campaign load FILE",
        )
