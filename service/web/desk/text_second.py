"""A new version of a final text as an act for two: what the second coordinator reads of it, and what is done then."""

from datetime import datetime

from service.campaigns.freezing import REVISE
from service.coordinators.permissions import Act
from service.coordinators.second_acts import Doing, SecondAct, Thing, register
from service.foundation.sentence import Sentence
from service.signing.new_version import make_approved_version


def now_the_text(number: int) -> Sentence:
    """Say that a version is the text now."""
    return Sentence(
        "Version {number} is the text now. Everybody who signed an earlier one is asked.", number=number
    )


def _says(thing: Thing) -> Sentence:
    return Sentence(
        "Make version {number} of the final text, and ask everybody who signed an earlier one. Objections until {until}.",
        number=thing["number"],
        # By its own offset: the thing knows no reader.
        until=f"{datetime.fromisoformat(thing['until']):%Y-%m-%d %H:%M %Z}",
    )


def _do(doing: Doing) -> Sentence:
    number = make_approved_version(
        doing.session, doing.keyring, doing.slug, doing.look_id, by=doing.approved_by, now=doing.now
    )
    return now_the_text(number)


ASKED = register(
    REVISE,
    SecondAct(act=Act.FREEZE, says=_says, does=_do, link=lambda look_id: f"text/revision?of={look_id}"),
)
