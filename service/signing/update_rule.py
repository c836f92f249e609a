"""The rule by which an update goes to a part of those who signed; evaluated by the database when it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlmodel import col

from service.model.evidence import Evidence, EvidenceKind
from service.model.letter_revision import LetterRevision
from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature
from service.model.states import MessageState
from service.store.one_by_one import is_there

_MAILED = (MessageKind.UPDATE, MessageKind.NEWS, MessageKind.KIT, MessageKind.CHANGE, MessageKind.PROOF)
_DID_NOT_GO = (MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.REFUSED, MessageState.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class UpdateRule:
    """What narrows an audience; what is empty does not matter.

    `revision` is the number of the text that was signed. Whoever was written to within `spare_hours` is left out.
    """

    kinds: tuple[Kind, ...] = ()
    languages: tuple[str, ...] = ()
    evidence: tuple[EvidenceKind, ...] = ()
    revision: int = 0
    spare_hours: int = 0

    def as_record(self) -> dict[str, Any]:
        """Give what matters, as a JSON-able record; empty where nothing does."""
        named: dict[str, Any] = {
            "kinds": [kind.value for kind in self.kinds],
            "languages": list(self.languages),
            "evidence": [kind.value for kind in self.evidence],
            "revision": self.revision,
            "spare_hours": self.spare_hours,
        }
        return {name: value for name, value in named.items() if value}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "UpdateRule":
        """Read what as_record() gave."""
        return cls(
            kinds=tuple(map(Kind, record.get("kinds", ()))),
            languages=tuple(record.get("languages", ())),
            evidence=tuple(map(EvidenceKind, record.get("evidence", ()))),
            revision=record.get("revision", 0),
            spare_hours=record.get("spare_hours", 0),
        )

    def holds_for(
        self, signature: type[Signature], *, occurrence: str, at: datetime | None
    ) -> Sequence[ColumnElement[bool]]:
        """Say in SQL which sign-ons the rule means; mails of the update's own `occurrence` spare nobody."""
        wanted: list[ColumnElement[bool]] = []
        if self.kinds:
            wanted.append(col(signature.kind).in_(self.kinds))
        if self.languages:
            wanted.append(col(signature.language).in_(self.languages))
        if self.evidence:
            found = exists().where(
                col(Evidence.signature_id) == col(signature.id),
                col(Evidence.kind).in_(self.evidence),
                col(Evidence.found_at).is_not(None),
            )
            wanted.append(found)
        if self.revision:
            numbered = select(col(LetterRevision.id)).where(
                col(LetterRevision.campaign_id) == col(signature.campaign_id),
                col(LetterRevision.number) == self.revision,
            )
            wanted.append(col(signature.revision_id).in_(numbered))
        if self.spare_hours and at is not None:
            written_to = is_there(
                col(Message.recipient_ref) == col(signature.id),
                col(Message.kind).in_(_MAILED),
                col(Message.due_at) > at - timedelta(hours=self.spare_hours),
                col(Message.state).not_in(_DID_NOT_GO),
                col(Message.occurrence) != occurrence,
            )
            wanted.append(~written_to)
        return wanted


WHOLE = UpdateRule()
"""The rule of an update to a whole audience."""
