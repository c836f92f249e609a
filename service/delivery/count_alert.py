"""What the secretariat is told where a number of its letter differed from its rows."""

from service.foundation.sentence import Sentence
from service.model.campaign import Campaign

_NUMBER = Sentence(
    "In the nightly count one number of this letter differed from its rows: how many e-mails a planned sending or an"
    " update has posted. It was put right, and nobody was written to or left out because of it. Ask the people who run the"
    " service whether its database was restored or changed by hand."
)
_SENDING = Sentence(
    "In the nightly count what is kept of one sending of this letter was not borne out by any of its steps. It was left"
    " as it is: `undersigned campaign show {slug}` lists the sendings; ask the office before you rely on one. Ask the"
    " people who run the service whether its database was restored or changed by hand."
)


def about_difference(campaign: Campaign, thing: str) -> Sentence:
    """Say what differed, and whether it was put right; `thing` begins with what was counted (service/upkeep/recount.py)."""
    return _SENDING.with_values(slug=campaign.slug) if thing.startswith("delivery:") else _NUMBER
