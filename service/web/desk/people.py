"""Who did something, as the pages of the desk call them."""

from collections.abc import Mapping

from service.coordinators.accounts import actor, team_of
from service.coordinators.names import word_for
from service.web.desk.visit import letter, looking
from service.web.services import services


def names_of_team() -> Mapping[str, str]:
    """Give the names of this letter's team, by what the audit calls each; of anybody else, words for who that is."""
    with looking() as session:
        team = team_of(session, services().keyring.desk, letter().id)
    return _Names({actor(one.person.id): one.person.name for one in team})


class _Names(dict[str, str]):
    def __missing__(self, actor: str) -> str:
        return word_for(actor)
