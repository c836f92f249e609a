"""Which sign-ons are meant: what the filters of the desk's table say, in SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.signature import Kind, Provenance, Signature, Visibility, is_counted
from service.model.states import SignatureState
from service.signing.organizations.evidence import Grade


class Stands(StrEnum):
    """Where a sign-on stands, as the table asks for it; `attested` asks how it came and `machine` how it was confirmed, wherever it stands."""

    COUNTED = "counted"
    HELD = "held"
    AWAITING = "awaiting"
    CONDITIONAL = "conditional"
    EARLIER = "earlier"
    JOINED = "joined"
    PENDING = "pending"
    INVITED = "invited"
    INTENDS = "intends"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ATTESTED = "attested"
    MACHINE = "machine"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What is asked for; what is empty is not.

    `words` is what somebody typed to find a name, an address, or with "@" in front the mailboxes of a domain. `since` and `until`
    are minutes in UTC, like 2026-11-28T11:00Z, between which the sign-on came, both whole; `came` is how it came.
    """

    words: str = ""
    kind: str = ""
    stands: str = ""
    country: str = ""
    language: str = ""
    named: str = ""
    grade: str = ""
    version: str = ""
    came: str = ""
    since: str = ""
    until: str = ""

    @property
    def first(self) -> datetime | None:
        """Give the first moment that is asked for."""
        return datetime.fromisoformat(self.since) if self.since else None

    @property
    def end(self) -> datetime | None:
        """Give the first moment after those that are asked for."""
        return datetime.fromisoformat(self.until) + timedelta(minutes=1) if self.until else None

    @property
    def codes(self) -> dict[str, str]:
        """Give what is asked for by codes: it may be kept, for it names nobody."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in own.items() if value and name != "words"}

    @property
    def is_narrowing(self) -> bool:
        """Tell whether anything at all is asked for."""
        return bool(self.words or self.codes)


_KNOWN: Mapping[str, frozenset[str]] = {
    "kind": frozenset(Kind),
    "stands": frozenset(Stands),
    "named": frozenset(Visibility),
    "grade": frozenset(Grade),
    "came": frozenset(Provenance),
}
_MINUTE = re.compile(r"((?:19[7-9]|2\d\d)\d-\d\d-\d\d)[T ](\d\d:\d\d)(?::00)?(Z?)", re.ASCII)
_NO_MINUTE = Sentence("Write the time like 2026-11-28 14:30, or leave it empty.")
_LONGEST_WORDS = 200


def read_filter(entries: Mapping[str, str], *, zone: str = "UTC") -> Filter:
    """Read a filter from an address or a record; what is not known is not asked for (pure).

    Times without a zone are read as clocks in `zone` show them. One that cannot be read raises Refused: left out, it would ask for more.
    """
    given = {one.name: " ".join(entries.get(one.name, "").split())[:_LONGEST_WORDS] for one in fields(Filter)}
    for name, known in _KNOWN.items():
        if given[name] not in known:
            given[name] = ""
    if not given["version"].isdecimal():
        given["version"] = ""
    given["since"] = _minute(given["since"], zone, fold=0)
    # Of an hour that comes twice, the second: a range is rather wider than what was meant.
    given["until"] = _minute(given["until"], zone, fold=1)
    return Filter(**given)


def _minute(text: str, zone: str, *, fold: int) -> str:
    if not text:
        return ""
    parts = _MINUTE.fullmatch(text)
    try:
        local = datetime.fromisoformat(f"{parts[1]}T{parts[2]}" if parts else "")
        place = ZoneInfo("UTC" if parts and parts[3] else zone)
        return f"{local.replace(tzinfo=place, fold=fold).astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    except (ValueError, OverflowError) as error:
        raise Refused(_NO_MINUTE) from error


def without_words(asked: Filter) -> Filter:
    """Give the same filter by its codes alone."""
    return replace(asked, words="")


def conditions(session: Session, campaign: Campaign, asked: Filter) -> list[ColumnElement[bool]]:
    """Say in SQL what is asked for, but for words, country and grade: those lie sealed."""
    found: list[ColumnElement[bool]] = []
    if asked.kind:
        found.append(col(Signature.kind) == Kind(asked.kind))
    if asked.stands:
        found.append(stands(campaign, Stands(asked.stands)))
    if asked.language:
        found.append(col(Signature.language) == asked.language)
    if asked.named:
        # Who is only invited has chosen nothing (chosen_naming() of service/signing/naming.py).
        found += [
            col(Signature.visibility).in_((Visibility(asked.named),)),
            or_(col(Signature.signed_at).is_not(None), col(Signature.erased_at).is_not(None)),
        ]
    found += _coming(asked)
    if asked.version:
        wanted = select(LetterRevision.id).where(
            LetterRevision.campaign_id == campaign.id, LetterRevision.number == int(asked.version[:9])
        )
        found.append(col(Signature.revision_id) == (session.exec(wanted).first() or "none"))
    return found


def _coming(asked: Filter) -> list[ColumnElement[bool]]:
    """Say in SQL how and when the sign-ons came that are asked for."""
    found: list[ColumnElement[bool]] = []
    if asked.came:
        found.append(col(Signature.provenance) == Provenance(asked.came))
    if asked.first:
        found.append(col(Signature.created_at) >= asked.first)
    if asked.end:
        found.append(col(Signature.created_at) < asked.end)
    return found


def is_indexed(asked: Filter) -> bool:
    """Tell whether an index leads straight to the sign-ons that stand so: then they need not be looked for."""
    return asked.stands not in {"", Stands.COUNTED, Stands.EARLIER, Stands.ATTESTED, Stands.MACHINE}


def stands(campaign: Campaign, word: Stands) -> ColumnElement[bool]:
    """Say in SQL which sign-ons of a letter stand so; it agrees with standing() of the model."""
    state, held, joined = col(Signature.state), col(Signature.held_reason), col(Signature.joined_to)
    condition, revision = col(Signature.condition), col(Signature.revision_id)
    confirmed = state == SignatureState.CONFIRMED
    free = and_(confirmed, held.is_(None), joined.is_(None), condition.is_(None))
    if word is Stands.COUNTED:
        return is_counted(campaign)
    if word is Stands.ATTESTED:
        return col(Signature.provenance) == Provenance.ATTESTED
    if word is Stands.MACHINE:
        return col(Signature.machine_like).is_(True)
    special = {
        Stands.HELD: and_(confirmed, held.is_not(None)),
        Stands.JOINED: and_(confirmed, held.is_(None), joined.is_not(None)),
        Stands.CONDITIONAL: and_(confirmed, held.is_(None), joined.is_(None), condition.is_not(None)),
        Stands.EARLIER: and_(free, or_(revision.is_(None), revision.is_distinct_from(campaign.revision_id))),
        Stands.AWAITING: and_(
            free,
            col(Signature.accepted_at).is_(None),
            revision.is_not(None),
            revision == campaign.revision_id,
        ),
    }
    return special[word] if word in special else state == SignatureState(word.value)
