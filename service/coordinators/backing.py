"""Whether a letter would survive its owner: a second owner, or a sheet of paper in a sealed envelope."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.coordinators.accounts import actor, owner_ids
from service.coordinators.invitations import BY_SHEET, Offer, end_invitations_by, invite
from service.coordinators.notices import Told, tell
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.coordinator import Role
from service.model.recovery_sheet import RecoverySheet
from service.model.sign_in import CoordinatorInvitation

ENOUGH_OWNERS = 2
NO_SHEET = Sentence("This code opens nothing: it was mistyped, used already, or replaced by a newer sheet.")
NOT_BACKED = Sentence(
    "If its only owner is lost, so is this letter. Before it opens or goes live, make somebody else an owner too, or make"
    " a recovery sheet and give it away in a sealed envelope."
)
# Without letters that look like others; 32 of them carry 158 bits.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_LENGTH, _GROUP = 32, 4


class NotBacked(Refused):
    """A letter would be lost with its only owner: a second one, or a sheet, comes first."""


@dataclass(frozen=True, kw_only=True)
class Backing:
    """What stands behind a letter: how many owners may come in, and whether a sheet is good."""

    owners: int
    has_sheet: bool

    @property
    def is_enough(self) -> bool:
        """Tell whether the letter goes on where one owner is lost."""
        return self.owners >= ENOUGH_OWNERS or (self.owners > 0 and self.has_sheet)

    @property
    def bars(self) -> Sentence | None:
        """Say why the letter neither opens nor goes live; None where it may. One without owners is the operator's."""
        return NOT_BACKED if self.owners and not self.is_enough else None


def backing_of(session: Session, campaign_id: str) -> Backing:
    """Look what stands behind a letter."""
    owners = owner_ids(session, campaign_id)
    return Backing(owners=len(owners), has_sheet=_good(session, campaign_id) is not None)


def refuse_unless_backed(session: Session, campaign_id: str) -> None:
    """Raise NotBacked for a letter that would not survive its owner, before it opens or goes live."""
    if (sentence := backing_of(session, campaign_id).bars) is not None:
        raise NotBacked(sentence, command="undersigned coordinator invite EMAIL --owner --letter …")


def make_sheet(session: Session, keys: CampaignKeys, *, campaign_id: str, by: str, now: datetime) -> str:
    """Make the code of a sheet, shown this once; an earlier sheet of the letter ends. `keys` are those of the desk."""
    end_sheets(session, campaign_id=campaign_id, now=now)
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    row = RecoverySheet(campaign_id=campaign_id, digest=_digest(keys, letters), made_by=by, made_at=now)
    session.add(row)
    session.flush()
    audit.record(session, by=by, act="team.sheet", campaign_id=campaign_id, thing=row.id, now=now)
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def end_sheets(session: Session, *, campaign_id: str, now: datetime) -> None:
    """End the sheet of a letter, if there is one."""
    mine = (col(RecoverySheet.campaign_id) == campaign_id, col(RecoverySheet.used_at).is_(None))
    ending = update(RecoverySheet).where(*mine, col(RecoverySheet.ended_at).is_(None))
    session.execute(ending.values(ended_at=now).execution_options(synchronize_session=False))


def end_ways_back(session: Session, *, campaign_id: str, coordinator_id: str, now: datetime) -> None:
    """End that by which somebody could become an owner of a letter again: its sheet, and whom it has invited."""
    # It may have the code of the sheet in its drawer, and have invited an address of its own.
    end_sheets(session, campaign_id=campaign_id, now=now)
    end_invitations_by(session, by=actor(coordinator_id), campaign_id=campaign_id, now=now)


def use_sheet(
    session: Session, keys: CampaignKeys, *, code: str, email: str, now: datetime
) -> CoordinatorInvitation:
    """Take the code of a sheet, once: whoever has it is invited as owner, by mail to this normal address.

    Raises Refused for a code that opens nothing, and where the address is of the team already.
    """
    used = session.execute(
        update(RecoverySheet)
        .where(
            col(RecoverySheet.digest) == _digest(keys, code),
            col(RecoverySheet.used_at).is_(None),
            col(RecoverySheet.ended_at).is_(None),
        )
        .values(used_at=now)
        .returning(col(RecoverySheet.campaign_id))
    ).first()
    if used is None:
        raise Refused(NO_SHEET)
    letter = str(used[0])
    for owner in owner_ids(session, letter):
        tell(session, coordinator_id=owner, told=Told.SHEET, now=now)
    offer = Offer(campaign_id=letter, role=Role.OWNER)
    return invite(session, keys, email=email, offer=offer, by=BY_SHEET, now=now)


def _good(session: Session, campaign_id: str) -> str | None:
    found = select(RecoverySheet.id).where(
        RecoverySheet.campaign_id == campaign_id,
        col(RecoverySheet.used_at).is_(None),
        col(RecoverySheet.ended_at).is_(None),
    )
    return session.exec(found.limit(1)).first()


def _digest(keys: CampaignKeys, code: str) -> bytes:
    typed = "".join(filter(str.isalnum, code[:100].upper()))
    return keys.blind("recovery sheet", typed)
