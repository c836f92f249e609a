"""Who approves a letter: added and removed at the desk while nothing is proposed."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, select

from service.campaigns.contents import open_file, seal_file
from service.campaigns.file import CampaignFile
from service.campaigns.file_tables import Approver as Person
from service.campaigns.queries import approvers_of, latest_edition, lock_campaign
from service.coordinators import audit
from service.delivery.release import APPROVALS_NEEDED
from service.foundation.addresses import comparable_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.approver_desk import ApproverCode, ApproverQuestion
from service.model.campaign import Campaign
from service.model.edition import Approval, Approver
from service.model.states import PUT_AWAY, CampaignState
from service.store.keyring import Keyring
from service.store.sealed import seal_record

PROPOSED = Sentence(
    "Edition {number} waits for approval, so its approvers stay who they are; release it, or propose anew once it is void."
)
ALREADY = Sentence("Somebody with this address approves already.")
TWO_STAY = Sentence("Two approvers have to stay: nothing is released without two.")
NO_SUCH = Sentence("There is no such approver of this letter.")
HAS_DECIDED = Sentence(
    "This approver has decided on an edition, which stays in the evidence; it cannot be removed any more."
)
PUT_AWAY_ALREADY = Sentence("This letter is put away; nothing of it is approved any more.")


def add_approver(
    session: Session, keyring: Keyring, slug: str, person: Person, *, by: str, now: datetime
) -> None:
    """Add an approver at the end; raises Refused while an edition waits for approval."""
    campaign = lock_campaign(session, slug)
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    _refuse_while_proposed(session, campaign)
    known = {comparable_address(one.email) for one in file.approvers}
    if comparable_address(person.email) in known:
        raise Refused(ALREADY)
    _keep(session, keys, campaign, replace(file, approvers=(*file.approvers, person)), now=now)
    thing = ""
    if campaign.state is not CampaignState.DRAFT:
        rows = approvers_of(session, campaign)
        place = max((row.position for row in rows), default=-1) + 1
        thing = _add_row(session, keys, campaign, person, place).id
    audit.record(session, by=by, act="approver.add", campaign_id=campaign.id, thing=thing, now=now)


def remove_approver(
    session: Session, keyring: Keyring, slug: str, key: str, *, by: str, now: datetime
) -> None:
    """Remove an approver, known by approver_key(); raises Refused where fewer than two would be left, unless solo."""
    campaign = lock_campaign(session, slug)
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    gone = [one for one in file.approvers if approver_key(keys, one) == key]
    if not gone:
        raise NotFound(NO_SUCH)
    _refuse_while_proposed(session, campaign)
    left = tuple(one for one in file.approvers if one not in gone)
    if len(left) < APPROVALS_NEEDED and not campaign.solo:
        raise Refused(TWO_STAY)
    for row in approvers_of(session, campaign):
        if row.email_index == _index(keys, gone[0]):
            _delete(session, row)
    _keep(session, keys, campaign, replace(file, approvers=left), now=now)
    audit.record(session, by=by, act="approver.remove", campaign_id=campaign.id, thing=key, now=now)


def approver_key(keys: CampaignKeys, person: Person) -> str:
    """Give by what an approver is known in an address of the desk."""
    return _index(keys, person).hex()[:32]


def _refuse_while_proposed(session: Session, campaign: Campaign) -> None:
    if campaign.state in PUT_AWAY:
        raise Refused(PUT_AWAY_ALREADY)
    edition = latest_edition(session, campaign)
    if edition is not None and edition.voided_at is None and edition.released_at is None:
        raise Refused(PROPOSED.with_values(number=edition.number))


def _keep(
    session: Session, keys: CampaignKeys, campaign: Campaign, file: CampaignFile, *, now: datetime
) -> None:
    seal_file(keys, campaign, file)
    campaign.changed_at = now
    session.add(campaign)


def _add_row(
    session: Session, keys: CampaignKeys, campaign: Campaign, person: Person, place: int
) -> Approver:
    row = Approver(campaign_id=campaign.id, position=place, email_index=_index(keys, person), details=b"")
    row.details = seal_record(keys, row, "details", {"name": person.name, "email": person.email})
    session.add(row)
    session.flush()
    return row


def _delete(session: Session, row: Approver) -> None:
    if session.exec(select(Approval.id).where(Approval.approver_id == row.id)).first() is not None:
        raise Refused(HAS_DECIDED)
    for table in (ApproverCode, ApproverQuestion):
        for one in session.exec(select(table).where(table.approver_id == row.id)).all():
            session.delete(one)
    session.flush()
    session.delete(row)
    session.flush()


def _index(keys: CampaignKeys, person: Person) -> bytes:
    return keys.blind("email", comparable_address(person.email))
