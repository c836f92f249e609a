"""Say who acted, for those who may see it: an audit name becomes a person's."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, select

from service.coordinators.accounts import person_of
from service.foundation.sealing import CampaignKeys
from service.model.coordinator import Coordinator

_COORDINATOR = "coordinator:"


def names_of(session: Session, keys: CampaignKeys, actors: Iterable[str]) -> Mapping[str, str]:
    """Give the name of each who acted, by its audit name.

    `keys` are those of the desk. Who is no coordinator, such as an operator at the command line, keeps its own.
    """
    wanted = set(actors)
    ids = {actor.removeprefix(_COORDINATOR) for actor in wanted if actor.startswith(_COORDINATOR)}
    rows = session.exec(select(Coordinator).where(col(Coordinator.id).in_(ids))).all() if ids else ()
    known = {_COORDINATOR + row.id: person_of(keys, row).name for row in rows}
    return {actor: known.get(actor, actor) for actor in wanted}
