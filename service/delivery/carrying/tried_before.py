"""Whether something of a copy may have left in an earlier try by the same key: what the other side has of it may then be ours."""

from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys
from service.model.carriage import Carriage
from service.model.states import CarriageState
from service.store.sealed import open_record

_MAY_HAVE_ARRIVED = frozenset({CarriageState.IN_DOUBT, CarriageState.TAKEN})
# How what was asked begins where it handed something over; looking for it and asking after it begin otherwise.
_HANDS_OVER = ("POST ", "PUT ", "SMTP ")


def was_tried(session: Session, keys: CampaignKeys, row: Carriage) -> bool:
    """Tell whether an earlier try of a handing over, or another one by the same key, has asked the other side to take it."""
    found = select(Carriage.state).where(
        Carriage.delivery_id == row.delivery_id,
        Carriage.key == row.key,
        col(Carriage.id) != row.id,
        col(Carriage.state).in_(_MAY_HAVE_ARRIVED),
    )
    if session.exec(found).first() is not None:
        return True
    tries = open_record(keys, row, "details").get("tries", []) if row.details else []
    return any(str(one["asked"]).startswith(_HANDS_OVER) for one in tries)
