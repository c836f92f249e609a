"""By what an office is known, and by what its data is: keyed hashes, the same in every revision of the letter."""

from collections.abc import Mapping
from typing import Any

from service.campaigns.file_tables import Recipient
from service.foundation.canonical import canonical
from service.foundation.sealing import CampaignKeys
from service.foundation.written import fold_name

_WHO = ("name", "position", "office")
_DATA = (*_WHO, "address", "country", "emails", "source")
_LATER = ("phone", "contact_form", "pec", "regulations_document", "office_code", "unhrc", "upr")
_KEY_LENGTH = 32


def office_index(keys: CampaignKeys, details: Mapping[str, Any]) -> bytes:
    """Give the keyed hash by which an office is known: of its name, position and office."""
    return keys.blind("office", "\0".join(fold_name(str(details.get(part) or "")) for part in _WHO))


def data_index(keys: CampaignKeys, details: Mapping[str, Any]) -> bytes:
    """Give the keyed hash of what two coordinators check of an office: who it is, where it and its form are, who submits to it, and the source."""
    data = {part: details.get(part) for part in _DATA}
    # An office without any of these keeps the checks that it had before there were such.
    if details.get("webform"):
        data["webform"] = details["webform"]["address"]
    data |= {part: details[part] for part in _LATER if details.get(part)}
    return keys.blind("office-data", canonical(data).decode())


def key_of(index: bytes) -> str:
    """Give an index as it stands in an address of the desk: 32 hexadecimal digits."""
    return index.hex()[:_KEY_LENGTH]


def office_key(keys: CampaignKeys, office: Recipient) -> str:
    """Give the key of an office of the campaign file."""
    return key_of(office_index(keys, office.as_record()))
