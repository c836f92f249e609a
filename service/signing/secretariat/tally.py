"""Count the sign-ons of a letter by all that the desk tells of them in numbers: one statement, one pass over its rows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, null, select, text
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, col

from service.model.campaign import Campaign
from service.model.signature import Kind, Provenance, Signature, is_counted
from service.model.states import SignatureState
from service.signing.members import count_members
from service.signing.secretariat.filters import Stands, stands

_SIGNED = (
    SignatureState.PENDING,
    SignatureState.CONFIRMED,
    SignatureState.WITHDRAWN,
    SignatureState.EXPIRED,
)


@dataclass(frozen=True, kw_only=True)
class SignOnTally:
    """The sign-ons of a letter in numbers.

    `states` counts all of them; `kinds` and `channels` those that count, and `members` whom organizations sign for on
    top. `asked` are on the coalition's list, and of these `of_asked` have confirmed. `held`, `to_accept` and
    `conditional` are confirmed and wait for somebody, `earlier` stand on an earlier text. `days` are those on which
    they were confirmed.
    """

    states: Mapping[str, int]
    kinds: Mapping[str, int]
    channels: Mapping[str, int]
    days: Mapping[date, int]
    members: int
    asked: int
    of_asked: int
    held: int
    to_accept: int
    conditional: int
    earlier: int

    @property
    def counted(self) -> int:
        """How many sign-ons count, by themselves."""
        return sum(self.kinds.values())

    @property
    def organizations(self) -> int:
        """How many organizations count, with the members of which one has signed for them."""
        return self.kinds[Kind.ORGANIZATION.value] + self.members

    @property
    def individuals(self) -> int:
        """How many people count."""
        return self.kinds[Kind.PERSON.value]

    @property
    def signatories(self) -> int:
        """All that count, as every page tells it."""
        return self.organizations + self.individuals

    @property
    def signed(self) -> int:
        """How many filled in the form or agreed in another way, whatever became of it."""
        return sum(self.in_state(state) for state in _SIGNED)

    @property
    def never_confirmed(self) -> int:
        """How many filled in the form and never confirmed."""
        return self.in_state(SignatureState.PENDING) + self.in_state(SignatureState.EXPIRED)

    @property
    def is_any(self) -> bool:
        """Tell whether there is any sign-on at all."""
        return any(self.states.values())

    def in_state(self, state: SignatureState) -> int:
        """Give how many are in a state."""
        return self.states.get(state.value, 0)

    def as_record(self) -> dict[str, Any]:
        """Give it as a JSON-able record."""
        return {**vars(self), "days": {day.isoformat(): number for day, number in self.days.items()}}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "SignOnTally":
        """Read what as_record() gave."""
        days = {date.fromisoformat(day): number for day, number in record["days"].items()}
        return cls(**{**record, "days": days})


def tally_sign_ons(session: Session, campaign: Campaign) -> SignOnTally:
    """Count them now: of a million that takes a second or two."""
    groups = session.execute(_groups(session, campaign)).all()

    def by(name: str, which: str = "") -> Counter[Any]:
        found: Counter[Any] = Counter()
        for group in groups:
            if not which or getattr(group, which):
                found[getattr(group, name)] += int(group.number)
        return found

    def all_of(which: str) -> int:
        return by(which, which).total()

    kinds, channels = by("kind", "counts"), by("provenance", "counts")
    return SignOnTally(
        states={state.value: number for state, number in by("state").items()},
        kinds={kind.value: kinds[kind] for kind in Kind},
        channels={channel.value: channels[channel] for channel in Provenance},
        days={date.fromisoformat(day): number for day, number in by("day", "day").items()},
        members=count_members(session, campaign) if kinds[Kind.ORGANIZATION] else 0,
        asked=all_of("invited"),
        of_asked=by("is_of_asked", "is_of_asked").total(),
        held=all_of("is_held"),
        to_accept=all_of("is_to_accept"),
        conditional=all_of("is_conditional"),
        earlier=all_of("is_earlier"),
    )


def _groups(session: Session, campaign: Campaign) -> Any:
    state, revision = col(Signature.state), col(Signature.revision_id)
    confirmed, held = state == SignatureState.CONFIRMED, col(Signature.held_reason).is_not(None)
    confirmed_at = col(Signature.confirmed_at)
    named = {
        "day": case((confirmed, _day(session, campaign, confirmed_at)), else_=null()),
        "kind": col(Signature.kind),
        "provenance": col(Signature.provenance),
        "state": state,
        "invited": col(Signature.invited),
        "is_of_asked": and_(col(Signature.invited), confirmed),
        # As the table of sign-ons has them, to which these numbers lead.
        "is_held": stands(campaign, Stands.HELD),
        "is_to_accept": stands(campaign, Stands.AWAITING),
        "is_conditional": stands(campaign, Stands.CONDITIONAL),
        "is_earlier": and_(confirmed, ~held, revision != campaign.revision_id),
        "counts": is_counted(campaign),
    }
    return (
        select(*(column.label(name) for name, column in named.items()), func.count().label("number"))
        .where(col(Signature.campaign_id) == campaign.id)
        .group_by(*(text(str(place)) for place in range(1, len(named) + 1)))
    )


def _day(session: Session, campaign: Campaign, moment: SQLCoreOperations[Any]) -> ColumnElement[str]:
    """Say in SQL on which day a moment falls: where the letter is, or by UTC where the database knows no zones."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.date(func.timezone(campaign.time_zone, moment)), String)
    return func.date(moment)
