"""Who did something, as the pages of the desk call them."""

from collections.abc import Mapping

from service.coordinators.accounts import actor, team_of
from service.web.desk.visit import letter, looking
from service.web.services import services


def names_of_team() -> Mapping[str, str]:
    """Give the names of this letter's team, by what the audit calls each; of others only the audit's word is known."""
    with looking() as session:
        team = team_of(session, services().keyring.desk, letter().id)
    return {actor(one.person.id): one.person.name for one in team}
