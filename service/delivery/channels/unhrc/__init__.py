"""To the UN Human Rights Council: a written statement of NGOs in consultative status, as a Word file that a person uploads."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from service.campaigns.file_ways import Council
from service.delivery.channel import Outward, Verdict
from service.delivery.channels.unhrc.from_copy import not_signed, submission_of
from service.delivery.channels.unhrc.packet import entries, make_documents
from service.delivery.channels.unhrc.rules import FINAL, JOINT, PUBLISHED, RULES, examine
from service.delivery.packed import Entry
from service.delivery.parcel import Document
from service.delivery.rules import Finding, refusal
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.model.recipient import Audience, Recipient


class CouncilChannel:
    """Makes the statement and what is entered with it; an NGO's own account uploads it, and no program."""

    name = "unhrc"
    by_hand = True
    rules = RULES
    settings = ()
    takes_the_letter = False
    steps = (
        Sentence(
            "Save the packet and read the Word file in it as a whole: it is final, and nobody edits it."
        ),
        Sentence("Sign in at the page of the Council for written statements, as the NGO that submits it."),
        Sentence("Copy each field from here, and upload the Word file."),
        Sentence("Take a picture of the page that confirms it, or keep the mail that does."),
        Sentence("Note here when it was submitted and by whom, with the number and the picture."),
    )

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office names a session and gets the copy that everybody may read."""
        del outward
        if not details.get("unhrc"):
            return Verdict(
                reason=Sentence("No session of the Human Rights Council is named for this recipient.")
            )
        if recipient.copy_kind is not Audience.PUBLIC:
            return Verdict(reason=refusal(_NOT_PUBLIC))
        return Verdict(destinations=1)

    def address(self, details: Mapping[str, Any]) -> str:
        """Give the address of the page of this session, where the office names it."""
        return _council(details).address

    def examine(self, copy: Copy, details: Mapping[str, Any], *, now: datetime) -> Sequence[Finding]:
        """Give what of this copy cannot be submitted."""
        council = _council(details)
        return (*_of_the_copy(copy, council), *examine(submission_of(copy, council), now=now))

    def entries(self, copy: Copy, details: Mapping[str, Any]) -> Sequence[Entry]:
        """Give what is entered beside the file; raises Refused for a copy with names that are not for publication."""
        _refuse_unless_public(copy)
        return entries(submission_of(copy, _council(details)))

    def documents(self, copy: Copy, details: Mapping[str, Any]) -> Sequence[Document]:
        """Give the Word file; raises Refused for a copy with names that are not for publication."""
        _refuse_unless_public(copy)
        return make_documents(submission_of(copy, _council(details)), day=copy.date)


def _council(details: Mapping[str, Any]) -> Council:
    return Council.from_record(details["unhrc"])


def _refuse_unless_public(copy: Copy) -> None:
    if copy.audience == "full":
        raise Refused(refusal(_NOT_PUBLIC))


def _of_the_copy(copy: Copy, council: Council) -> Iterator[Finding]:
    for one in not_signed(copy, council):
        yield Finding(
            rule=JOINT,
            found=Sentence("{ngo} is not named among the organizations that have signed.", ngo=one.name),
            instead=Sentence("Let it sign and be named publicly, or say by which name it signed."),
        )
    if copy.supplement is not None:
        yield Finding(
            rule=FINAL,
            found=Sentence("What follows a letter cannot be added to a statement that was submitted."),
        )


_NOT_PUBLIC = Finding(
    rule=PUBLISHED,
    found=Sentence("This recipient gets the full copy, with names that are not for publication."),
    instead=Sentence("Give it the public copy."),
)
CHANNEL = CouncilChannel()
