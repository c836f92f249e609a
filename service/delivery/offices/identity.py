"""By what an office is known, and by what its data is: keyed hashes, the same in every revision of the letter."""

from collections.abc import Mapping
from typing import Any

from service.campaigns.file_tables import Recipient
from service.foundation.canonical import canonical
from service.foundation.sealing import CampaignKeys
from service.foundation.written import fold_name

_WHO = ("name", "position", "office")
_DATA = (*_WHO, "address", "country", "emails", "source")
_OF_ONE_WAY = ("regulations_document", "pec")
_KEY_LENGTH = 32


def office_index(keys: CampaignKeys, details: Mapping[str, Any]) -> bytes:
    """Give the keyed hash by which an office is known: of its name, position and office."""
    return keys.blind("office", "\0".join(fold_name(str(details.get(part) or "")) for part in _WHO))


def data_index(keys: CampaignKeys, details: Mapping[str, Any]) -> bytes:
    """Give the keyed hash of what two coordinators check of an office: who it is, where it is, and the source of that."""
    data = {part: details.get(part) for part in _DATA}
    # An office without these keeps the checks that it had before there were any.
    data |= {part: details[part] for part in _OF_ONE_WAY if details.get(part)}
    return keys.blind("office-data", canonical(data).decode())


def key_of(index: bytes) -> str:
    """Give an index as it stands in an address of the desk: 32 hexadecimal digits."""
    return index.hex()[:_KEY_LENGTH]


def office_key(keys: CampaignKeys, office: Recipient) -> str:
    """Give the key of an office of the campaign file."""
    return key_of(office_index(keys, office.as_record()))
