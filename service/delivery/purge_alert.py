"""What the secretariat is told before its letter's personal data goes."""

from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.foundation.sentence import Sentence
from service.i18n.moments import write_moment
from service.mail.postman import Unwanted
from service.model.campaign import Campaign
from service.model.retention import Retention
from service.model.states import MessageState

_NOTICE = Sentence(
    "On {moment} the personal data of this letter is deleted for good: every name and every address. Only those who"
    " asked to hear of later letters stay, in the directory. The text and the copies that we keep can never be opened again."
    " Numbers stay, and how each copy went.\n\nTo keep the letter's page,"
    " save it before: `undersigned campaign mirror {slug} --out FOLDER`. To keep the data longer,"
    " say so at the desk: {page} (or `undersigned purge keep {slug} --days 90`). You need not do anything else."
)
_ASKED = Sentence(
    "Somebody of the secretariat has asked that the personal data of this letter is deleted for good: every name and every"
    " address. Only those who asked to hear of later letters stay, in the directory. The text and the copies that we keep"
    " can never be opened again. Numbers stay, and how each copy went. It goes on {moment}, or at once when somebody else says so at the desk: {page}"
    " (or `undersigned purge letter {slug} --now {slug}`).\n\nTo keep"
    " the letter's page, save it before: `undersigned campaign mirror {slug} --out FOLDER`. To keep the data after all,"
    " say so on the same page (or `undersigned purge keep {slug} --until-asked`)."
)


def about_purge(session: Session, campaign: Campaign, thing: str, *, page: str, language: str) -> str:
    """Say when what goes, and how to keep it, on this `page` of the desk; raises Unwanted where that was put off meanwhile."""
    row = session.get(Retention, campaign.id)
    _, _, at = thing.partition(":")
    if (
        row is None
        or row.purge_at is None
        or row.notified_at is None
        or f"{row.notified_at:%Y%m%dT%H%M%S}" != at
    ):
        raise Unwanted(MessageState.CANCELLED, "the purge was put off")
    there = row.purge_at.astimezone(ZoneInfo(campaign.time_zone))
    sentence = _ASKED if row.asked_by else _NOTICE
    return sentence.with_values(moment=write_moment(there, language), page=page, slug=campaign.slug)
