"""To the Universal Periodic Review and to UN treaty bodies: a submission on one country, as a Word file that a person uploads."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from service.campaigns.file_ways import Review
from service.delivery.channel import Outward, Verdict
from service.delivery.channels.upr.from_copy import contribution_of, limits_set
from service.delivery.channels.upr.packet import entries, make_documents
from service.delivery.channels.upr.rules import FILE, PUBLISHED, RULES, examine
from service.delivery.packed import Entry
from service.delivery.parcel import Document
from service.delivery.rules import Finding, refusal
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.model.recipient import Audience, Recipient


class ReviewChannel:
    """Makes the submission; a registered person uploads it, and no program."""

    name = "upr"
    by_hand = True
    rules = RULES
    settings = ()
    takes_the_letter = False
    steps = (
        Sentence("Save the packet and read the Word file in it as a whole; count its pages there."),
        Sentence("Sign in at the site of the review, as the person whom the coalition has registered there."),
        Sentence("Copy each field from here, and upload the Word file."),
        Sentence("Take a picture of the page that confirms it, or keep the mail that does."),
        Sentence("Note here when it was submitted and by whom, with the number and the picture."),
    )

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office names a review and gets the copy that everybody may read."""
        del outward
        if not details.get("upr"):
            return Verdict(reason=Sentence("No review is named for this recipient."))
        if recipient.copy_kind is not Audience.PUBLIC:
            return Verdict(reason=refusal(_NOT_PUBLIC))
        return Verdict(destinations=1)

    def address(self, details: Mapping[str, Any]) -> str:
        """Give the address of the page of this review, where the office names it."""
        return _review(details).address

    def examine(self, copy: Copy, details: Mapping[str, Any], *, now: datetime) -> Sequence[Finding]:
        """Give what of this copy cannot be submitted."""
        review = _review(details)
        found = examine(contribution_of(copy, review), settings=limits_set(review), now=now)
        return (*_of_the_copy(copy), *found)

    def entries(self, copy: Copy, details: Mapping[str, Any]) -> Sequence[Entry]:
        """Give what is entered beside the file; raises Refused for a copy with names that are not for publication."""
        _refuse_unless_public(copy)
        return entries(contribution_of(copy, _review(details)))

    def documents(self, copy: Copy, details: Mapping[str, Any]) -> Sequence[Document]:
        """Give the Word file; raises Refused for a copy with names that are not for publication."""
        _refuse_unless_public(copy)
        return make_documents(contribution_of(copy, _review(details)), day=copy.date)


def _review(details: Mapping[str, Any]) -> Review:
    return Review.from_record(details["upr"])


def _refuse_unless_public(copy: Copy) -> None:
    if copy.audience == "full":
        raise Refused(refusal(_NOT_PUBLIC))


def _of_the_copy(copy: Copy) -> Iterator[Finding]:
    if copy.supplement is not None:
        yield Finding(
            rule=FILE,
            found=Sentence("What follows a letter cannot be added to a submission that was uploaded."),
        )


_NOT_PUBLIC = Finding(
    rule=PUBLISHED,
    found=Sentence("This recipient gets the full copy, with names that are not for publication."),
    instead=Sentence("Give it the public copy."),
)
CHANNEL = ReviewChannel()
