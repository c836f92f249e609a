"""What the secretariat is told where a number of its letter differed from its rows."""

from sqlmodel import Session

from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.schedule import Occurrence, Schedule

_PLANNED = Sentence(
    "Every night the numbers of a letter are counted again. How many e-mails the planned sending {name} has posted was"
    " not what its e-mails say. The number was put right; nobody was written to or left out because of it. The service"
    " itself does not do this: ask the people who run it whether the database was restored or changed by hand."
)
_UPDATE = Sentence(
    "Every night the numbers of a letter are counted again. How many e-mails an update of this letter has posted was not"
    " what its e-mails say. The number was put right; nobody was written to or left out because of it. The service itself"
    " does not do this: ask the people who run it whether the database was restored or changed by hand."
)
_SENDING = Sentence(
    "Every night it is looked whether what is kept of each sending is borne out by its steps. Of one sending of this"
    " letter it is not, and it was left as it is. `undersigned campaign show {slug}` lists all of them: ask the office"
    " before you rely on one. Ask the people who run the service whether the database was restored or changed by hand."
)


def about_difference(session: Session, campaign: Campaign, thing: str) -> Sentence:
    """Say what differed, and whether it was put right; `thing` begins with what was counted and its id."""
    what, _, rest = thing.partition(":")
    if what == "delivery":
        return _SENDING.with_values(slug=campaign.slug)
    occurrence = session.get(Occurrence, rest.partition(":")[0]) if what == "occurrence" else None
    schedule = session.get(Schedule, occurrence.schedule_id) if occurrence else None
    return _PLANNED.with_values(name=schedule.name) if schedule is not None else _UPDATE
