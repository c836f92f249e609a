"""What was kept of many sendings, read at once: their steps, the files that prove some, and why some were not taken."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from service.delivery.carriages import faults_in
from service.delivery.ladder import StepSeen
from service.foundation.sealing import CampaignKeys
from service.model.carriage import Carriage
from service.model.delivery import Delivery, DeliveryEvent
from service.model.delivery_file import PICTURE, RECEIPT, DeliveryFile
from service.model.states import DeliveryState


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What was kept of the sendings of one edition, each by the sending's id; one of which there is nothing is missing."""

    steps: Mapping[str, Sequence[StepSeen]]
    pictures: Mapping[str, Sequence[str]]
    receipts: Mapping[str, Sequence[str]]
    faults: Mapping[str, Sequence[str]]


def kept_of(session: Session, keys: CampaignKeys, edition_id: str) -> Kept:
    """Read what was kept of all sendings of an edition: as few questions for four hundred offices as for one."""
    of_edition = col(Delivery.edition_id) == edition_id
    files = _files(session, of_edition)
    return Kept(
        steps=steps_of(session, of_edition),
        pictures=files[PICTURE],
        receipts=files[RECEIPT],
        faults=_faults(session, keys, of_edition),
    )


def steps_of(session: Session, which: ColumnElement[bool]) -> Mapping[str, Sequence[StepSeen]]:
    """Read the steps of the sendings that a condition holds of, the oldest first, by the sendings' ids."""
    found = (
        select(DeliveryEvent)
        .join(Delivery, col(Delivery.id) == DeliveryEvent.delivery_id)
        .where(which)
        .order_by(col(DeliveryEvent.id))
    )
    steps: dict[str, list[StepSeen]] = defaultdict(list)
    for one in session.exec(found).all():
        steps[one.delivery_id].append(
            StepSeen(at=one.at, was=one.was, became=one.became, evidence=one.evidence, proof=one.proof)
        )
    return steps


def _files(session: Session, which: ColumnElement[bool]) -> Mapping[str, Mapping[str, Sequence[str]]]:
    # Their bytes are read only where somebody wants one.
    found = (
        select(DeliveryFile.media_type, DeliveryFile.delivery_id, DeliveryFile.id)
        .join(Delivery, col(Delivery.id) == DeliveryFile.delivery_id)
        .where(which)
        .order_by(col(DeliveryFile.id))
    )
    files: dict[str, dict[str, list[str]]] = {PICTURE: defaultdict(list), RECEIPT: defaultdict(list)}
    for media_type, sending, file in session.exec(found).all():
        files[media_type][sending].append(file)
    return files


def _faults(session: Session, keys: CampaignKeys, which: ColumnElement[bool]) -> Mapping[str, Sequence[str]]:
    tried = (
        select(Carriage)
        .join(Delivery, col(Delivery.id) == Carriage.delivery_id)
        .where(which, Delivery.state == DeliveryState.FAILED)
        .order_by(col(Carriage.number))
    )
    last = {one.delivery_id: one for one in session.exec(tried).all()}
    return {sending: faults_in(keys, one) for sending, one in last.items()}
