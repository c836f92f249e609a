"""While a letter is tried, its mail goes to its own team and to nobody else."""

from collections.abc import Callable
from dataclasses import replace

from sqlmodel import Session

from service.coordinators.accounts import team_of
from service.foundation.addresses import comparable_address
from service.foundation.sealing import CampaignKeys
from service.mail.envelope import Draft
from service.model.coordinator import Role

TRIAL = "[Trial]"


def diverting(keys: CampaignKeys) -> Callable[[Session, str, Draft], Draft | None]:
    """Give what turns a mail to a letter's team; `keys` are those of the desk.

    Who is of the team gets what is theirs; all else goes to the owner who has been there longest, marked as a trial.
    """

    def divert(session: Session, campaign_id: str, draft: Draft) -> Draft | None:
        team = [one for one in team_of(session, keys, campaign_id) if not one.person.is_disabled]
        own = {comparable_address(one.person.email) for one in team}
        owners = sorted((one for one in team if one.role is Role.OWNER), key=lambda one: one.since)
        subject = f"{TRIAL} {draft.subject}"
        if comparable_address(draft.to) in own:
            return replace(draft, subject=subject)
        return replace(draft, to=owners[0].person.email, subject=subject) if owners else None

    return divert
