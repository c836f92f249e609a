"""What somebody has written for the form of an office beside the letter, for whoever approves what goes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.delivery.check import recipient_label
from service.delivery.copies import copy_for
from service.delivery.registry import PACKED
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.letter.edition import Edition as Letter
from service.model.recipient import Recipient
from service.store.sealed import open_record


@dataclass(frozen=True, kw_only=True)
class OwnText:
    """A text that goes to an office in the coalition's name and stands in no letter: whose form, which field, the words."""

    office: str
    field: str
    text: str


def own_texts(keys: CampaignKeys, offices: Sequence[Recipient], letter: Letter) -> Iterator[OwnText]:
    """Give such texts of an edition as they would be entered, office by office; of what cannot go there is none."""
    for office in offices:
        details = open_record(keys, office, "details")
        for name in office.channels:
            way = PACKED.get(name)
            if way is None or not details.get(name):
                continue
            try:
                entries = way.entries(copy_for(letter, office), details)
            except Refused:
                continue
            for entry in entries:
                if entry.is_own:
                    yield OwnText(office=recipient_label(details), field=str(entry.label), text=entry.value)
