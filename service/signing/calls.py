"""The call list: those whom no mail about a changed text can bring to it, with how a person can reach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.revise import revisions_of
from service.model.campaign import Campaign
from service.model.signature import Signature
from service.signing.course import TO_BE_CALLED
from service.signing.earlier_text import OnEarlierText, on_earlier_text, some_on_earlier_text
from service.signing.party import read_party
from service.store.keyring import Keyring

CALL_COLUMNS = (
    "id",
    "kind",
    "name",
    "representative_name",
    "representative_title",
    "phone",
    "messenger",
    "email",
    "second_email",
    "chaser",
    "signed_version",
    "wish",
    "reason",
)
_WISH = {True: "keep the name unless they object", False: "ask about any change"}


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many stand on an earlier text: those whose answer or silence is awaited, and those to be called."""

    asked: int = 0
    may_object: int = 0
    to_be_called: int = 0


def call_list(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> list[dict[str, str]]:
    """List whom a person has to call about the present text, as texts by column. It holds names and addresses."""
    keys = keyring.of(session, campaign.id)
    numbers = {one.id: str(one.number) for one in revisions_of(session, campaign)}
    rows = []
    for one in on_earlier_text(session, keyring, campaign, now=now):
        if one.course not in TO_BE_CALLED:
            continue
        party = read_party(keys, one.signature)
        own = {column: str(getattr(party, column)) for column in CALL_COLUMNS if hasattr(party, column)}
        rows.append(
            {
                **own,
                "id": one.signature.id,
                "kind": one.signature.kind.value,
                "signed_version": numbers.get(one.signature.revision_id or "", ""),
                "wish": _WISH[one.signature.keeps_on_change],
                "reason": one.course.value,
            }
        )
    return rows


def tally(rows: Sequence[OnEarlierText]) -> Tally:
    """Count those on an earlier text by what is awaited of them."""
    called = sum(one.course in TO_BE_CALLED for one in rows)
    keepers = sum(one.course not in TO_BE_CALLED and one.signature.keeps_on_change for one in rows)
    return Tally(asked=len(rows) - called - keepers, may_object=keepers, to_be_called=called)


def some_names_on_earlier_text(
    session: Session, keyring: Keyring, campaign: Campaign, *, most: int = 100
) -> tuple[str, ...]:
    """Name so many of those who signed an earlier text and do not stand on the present one, and no more."""
    return _names(session, keyring, campaign, some_on_earlier_text(session, campaign, most=most))


def names_on_earlier_text(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> tuple[str, ...]:
    """Name, for the secretariat, those who signed an earlier text and do not stand on the present one."""
    rows = on_earlier_text(session, keyring, campaign, now=now)
    return _names(session, keyring, campaign, [one.signature for one in rows])


def _names(
    session: Session, keyring: Keyring, campaign: Campaign, rows: Sequence[Signature]
) -> tuple[str, ...]:
    keys = keyring.of(session, campaign.id)
    return tuple(read_party(keys, row).name or "(only counted)" for row in rows)
