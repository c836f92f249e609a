"""Say who acted, for those who may see it: an audit name becomes a person's, or words for what is no person of the team."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, select

from service.coordinators.accounts import person_of
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator

_COORDINATOR = "coordinator:"


def names_of(session: Session, keys: CampaignKeys, actors: Iterable[str]) -> Mapping[str, str]:
    """Give the name of each who acted, by its audit name.

    `keys` are those of the desk. Who is no coordinator, such as an operator at the command line, is said in words.
    """
    wanted = set(actors)
    ids = {actor.removeprefix(_COORDINATOR) for actor in wanted if actor.startswith(_COORDINATOR)}
    rows = session.exec(select(Coordinator).where(col(Coordinator.id).in_(ids))).all() if ids else ()
    known = {_COORDINATOR + row.id: person_of(keys, row).name for row in rows}
    return {actor: known.get(actor) or word_for(actor) for actor in wanted}


def word_for(actor: str) -> str:
    """Say who acted where no name is known: which part of the service or which kind of person; "" where nobody did (pure)."""
    return _WORDS.get(actor.partition(":")[0], _SOMEBODY) if actor else ""


_SOMEBODY = Sentence("Somebody with a personal link")
_WORDS = {
    "clock": Sentence("The service, by its clock"),
    "built-in": Sentence("The service, by its clock"),
    "cli": Sentence("The operator, at the command line"),
    "approver": Sentence("An approver"),
    "coordinator": Sentence("A coordinator who has left"),
    "signatory": Sentence("A signatory"),
}
