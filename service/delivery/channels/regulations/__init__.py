"""To regulations.gov, version 4: one comment of an organization with the letter's PDF, on one document of an agency."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.delivery.asking import Asking
from service.delivery.channel import Outward, Verdict
from service.delivery.channels.regulations.account import MODES, SETTINGS, Mode, read_account
from service.delivery.channels.regulations.carrier import RegulationsCarrier
from service.delivery.channels.regulations.comment import (
    Comment,
    make_documents,
    part_documents,
    write_text,
)
from service.delivery.channels.regulations.rules import RULES, examine
from service.delivery.letter_mail import Making, letter_documents
from service.delivery.parcel import Document, Heard, Parcel
from service.delivery.rules import Finding
from service.delivery.setting import Standing
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.letter.document import make_document
from service.model.recipient import Recipient


class RegulationsChannel:
    """Submits by the comment API; the tracking number is the receipt."""

    name = "regulations"
    by_hand = False
    steps = ()
    rules = RULES
    settings = SETTINGS

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office names the document that the comment is about, and the letter has a key."""
        del recipient
        if not details.get("regulations_document"):
            return Verdict(reason=Sentence("No document of regulations.gov is named for this recipient."))
        return Verdict.by(lambda: self._standing(outward.settings.get(self.name, {})))

    def try_settings(self, values: Mapping[str, str], *, now: datetime) -> Standing:
        """Say for which service the key is; raises Refused where it cannot be used."""
        del now
        return self._standing(values)

    def _standing(self, values: Mapping[str, str]) -> Standing:
        mode = read_account(values).mode
        return Standing(says=MODES[mode], is_trial=mode is Mode.STAGING)

    def documents(self, copy: Copy, details: Mapping[str, Any], making: Making) -> Sequence[Document]:
        """Make the letter as a PDF and the comment's fields; raises Refused for a copy with names that may not be published."""
        files = letter_documents(copy, making)
        comment = Comment(
            document=str(details.get("regulations_document") or ""),
            text=write_text(make_document(copy), file=files[0].name),
            organization=copy.coalition,
            organization_type=str(details.get("regulations_organization_type") or ""),
            category=str(details.get("regulations_category") or ""),
            files=files,
            items=copy.numbers.signatories,
        )
        return make_documents(comment)

    def examine_parcel(self, parcel: Parcel) -> Sequence[Finding]:
        """Give what of a parcel does not fit."""
        account = read_account(parcel.settings)
        told, files = part_documents(parcel.documents)
        fields = {name: str(value) for name, value in (told or {}).items()}
        comment = Comment(
            document=fields.get("commentOnDocumentId", ""),
            text=fields.get("comment", ""),
            organization=fields.get("organization", ""),
            organization_type=fields.get("organizationType", ""),
            category=fields.get("category", ""),
            files=files,
            email=account.receipt_email,
            certified=account.certified,
        )
        return examine(comment)

    def carrier(self, asking: Asking, *, now: datetime) -> RegulationsCarrier:
        """Give what submits comments."""
        del now
        return RegulationsCarrier(asking=asking)

    def follow(
        self, number: str, *, settings: Mapping[str, str], asking: Asking, now: datetime
    ) -> Sequence[Heard]:
        """Ask whether the agency has published the comment with this tracking number, which proves that it has it."""
        read_account(settings)
        return RegulationsCarrier(asking=asking).ask_posted(number, settings=settings, now=now)


CHANNEL = RegulationsChannel()
