"""By the form on an office's own site: what is entered field by field, for a person to copy; no program ever fills it in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.campaigns.file_ways import WebForm
from service.delivery.channel import Outward, Verdict
from service.delivery.channels.web_form.fields import fill_in
from service.delivery.channels.web_form.rules import RULES, examine, examine_texts
from service.delivery.packed import Entry
from service.delivery.parcel import Document
from service.delivery.rules import Finding, refusal
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.model.recipient import Recipient


class WebFormChannel:
    """Makes what a person enters; that it was entered stands on that person's word, and better on a picture."""

    name = "webform"
    by_hand = True
    rules = RULES
    settings = ()
    takes_the_letter = True
    steps = (
        Sentence("Open the address of the form in your browser. A person fills it in: no program may."),
        Sentence("Copy each field from here, in this order, and leave out what the form does not ask for."),
        Sentence("Read the form once more before you send it: a field may have cut what it takes."),
        Sentence("Take a picture of the page that confirms it, and copy its number before you close it."),
        Sentence("Note here when it was entered, with the number and the picture."),
    )

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether a form is named, and whether what its author wrote for it fits."""
        del recipient, outward
        if not details.get("webform"):
            return Verdict(reason=Sentence("No form is described for this recipient."))
        forbids = [one for one in examine_texts(_form(details)) if one.forbids]
        return Verdict(reason=refusal(forbids[0])) if forbids else Verdict(destinations=1)

    def address(self, details: Mapping[str, Any]) -> str:
        """Give the address of the form."""
        return _form(details).address

    def examine(self, copy: Copy, details: Mapping[str, Any], *, now: datetime) -> Sequence[Finding]:
        """Give what of this copy does not fit into the form's fields."""
        del now
        return examine(_form(details), copy)

    def entries(self, copy: Copy, details: Mapping[str, Any]) -> Sequence[Entry]:
        """Give what is entered into each field."""
        return [one.entry for one in fill_in(_form(details), copy)]

    def documents(self, copy: Copy, details: Mapping[str, Any]) -> Sequence[Document]:
        """Give nothing: what the form may take as a file is the letter itself."""
        del copy, details
        return ()


def _form(details: Mapping[str, Any]) -> WebForm:
    return WebForm.from_record(details["webform"])


CHANNEL = WebFormChannel()
