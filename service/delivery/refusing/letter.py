"""What each house that takes petitions finds of a letter as it stands now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from service.delivery.refusing.addressed import houses_addressed
from service.delivery.refusing.facts import facts_of
from service.delivery.refusing.ways import WAYS, findings
from service.delivery.rules import Finding
from service.foundation.sentence import Sentence
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.model.campaign import Campaign
from service.signing.draft_view import letter_to_look_at
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class House:
    """One house: what it is called, what forbids the letter to go there, and what somebody should look at."""

    name: str
    word: Sentence
    forbids: Sequence[Finding]
    warns: Sequence[Finding]


def houses_for(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Sequence[House]:
    """Say of each house whether it would take the letter; of very many names their number alone is not looked at."""
    letter = letter_to_look_at(session, keyring, campaign, now=now)
    bare = make_copy(replace(letter, roll=()), audience="public", office=None)
    text = compile_copy(bare, form="txt").data.decode()
    found: Mapping[str, Sequence[Finding]] = findings(
        facts_of(letter, text, addressed_to=houses_addressed(letter.offices))
    )
    return [
        House(
            name=name,
            word=WAYS[name].word,
            forbids=[one for one in its if one.forbids],
            warns=[one for one in its if not one.forbids],
        )
        for name, its in found.items()
    ]
