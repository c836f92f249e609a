"""What the desk of a very large letter has besides its sign-ons: sendings, drafts, a chaser, an import, a colleague; and their ids."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from benchmarks.installation import Installation
from service.campaigns.contents import open_file
from service.campaigns.queries import get_campaign
from service.coordinators.accounts import give_role, make_coordinator
from service.coordinators.invitations import Offer, invitation_token, invite
from service.coordinators.second_look import ask_second
from service.delivery.offices.identity import key_of, office_index
from service.delivery.offices.importing import keep_list
from service.foundation.clock import now
from service.model.campaign import Campaign
from service.model.chaser import Chaser
from service.model.coordinator import Membership, Role
from service.model.enclosure import Enclosure, EnclosureKind
from service.model.export import ExportForm
from service.model.member_import import MemberImport
from service.model.office import OfficeImport
from service.model.schedule import Action, Occurrence, Schedule
from service.model.second_look import SecondLook
from service.model.sign_in import CoordinatorInvitation
from service.model.signature import Signature
from service.model.states import OccurrenceState, ScheduleState, SignatureState
from service.schedules.audience import Audience
from service.schedules.built_in import keep_built_in
from service.schedules.sends.compose import keep_draft
from service.schedules.sends.composed import Composed, What
from service.signing.invitees.chasers import NewChaser, add_chaser, assign
from service.signing.invitees.importing import keep_upload
from service.signing.secretariat.acts import Does
from service.signing.secretariat.by_two import BATCH
from service.signing.secretariat.exports import ask_export
from service.signing.secretariat.filters import read_filter
from service.signing.update_words import UpdateWords
from service.store.sealed import seal_bytes
from service.store.transaction import reading, transaction

SLUG = "very-large"
BY = "bench"
_CHASED = 500
_IMPORTED = 60
_ANNEX_BYTES = 1_000_000
_ANYBODY = (SignatureState.INVITED, SignatureState.INTENDS, SignatureState.PENDING)
_WORDS = {"en": UpdateWords(subject="The river", body="Dear friends of the river, we go on.")}
_DRAFTS = (
    Composed(what=What.REMINDER, text={}, audience=Audience(states=_ANYBODY, spare_hours=24)),
    Composed(what=What.REMINDER, text={}, audience=Audience(states=_ANYBODY, languages=("fr",))),
    Composed(what=What.REMINDER, text={}, audience=Audience(states=_ANYBODY, countries=("IS",))),
    Composed(what=What.UPDATE, text=_WORDS),
    Composed(what=What.NEWS, text=_WORDS),
)


_LIST = b"""bioguide,official_full,chamber,state,district,term_end,mail_address,phone,contact_form,url
X000001,Ada Example,senate,WA,,2031-01-03,1 Hart Senate Office Building Washington DC 20510,202-224-0001,https://www.ada.senate.example/write,https://www.ada.senate.example
"""
THINGS = frozenset(
    {
        *("schedule", "draft", "sign_on", "member", "chaser", "office", "colleague", "member_import"),
        *("office_import", "token", "edition", "sending", "look", "enclosure"),
    }
)
"""What stands in an address of the desk for a thing of the letter, of which the benchmark makes one; a draft is a schedule."""


def add_reminder(installation: Installation, *, posted: int) -> str:
    """Keep a reminder that has gone just now to so many; gives by which occurrence its mails are known."""
    services, moment = installation.services, now()
    with transaction(services.engine) as session:
        keep_built_in(session, lead=services.settings.reminder_lead, now=moment)
        campaign = get_campaign(session, SLUG)
        schedule = Schedule(
            campaign_id=campaign.id,
            name="reminder-of-all",
            action=Action.REMIND,
            timing={"anchor": "at", "local": f"{moment:%Y-%m-%dT%H:%M:%S}"},
            audience=Audience(states=_ANYBODY).as_record(),
            since=moment - timedelta(days=1),
            created_at=moment,
            created_by=BY,
            approved_at=moment,
            approved_by=BY,
        )
        session.add(schedule)
        session.flush()
        occurrence = Occurrence(
            schedule_id=schedule.id,
            campaign_id=campaign.id,
            state=OccurrenceState.FIRED,
            due_at=moment,
            local=f"{moment:%Y-%m-%dT%H:%M:%S} UTC",
            posted=posted,
            began_at=moment,
            ended_at=moment,
        )
        session.add(occurrence)
        return occurrence.id


def add_objects(installation: Installation) -> None:
    """Keep what the pages of one thing are about: drafts, a chaser with members, an import, a colleague."""
    services, moment = installation.services, now()
    with transaction(services.engine) as session:
        for draft in _DRAFTS:
            keep_draft(session, services.keyring, SLUG, draft, by=BY, now=moment)
        campaign = get_campaign(session, SLUG)
        who = NewChaser(name="Cora Chaser", email="cora@friends.example", language="en")
        chaser = add_chaser(session, services.keyring, campaign, who, by=BY, now=moment)
        members = _invited(session, campaign, most=_CHASED)
        assign(session, campaign, members, chaser, by=BY, now=moment)
        rows = "".join(
            f"organization,Dale Union {n:03},office{n:03}@dale.example\n" for n in range(_IMPORTED)
        )
        keep_upload(
            session, services.keyring, campaign, f"kind,name,email\n{rows}".encode(), by=BY, now=moment
        )
        colleague = make_coordinator(
            session,
            services.keyring.desk,
            name="Edda Editor",
            email="edda@rivers.example",
            now=moment,
            language="en",
        )
        give_role(session, coordinator_id=colleague.id, campaign_id=campaign.id, role=Role.EDITOR, now=moment)
        keep_list(session, services.keyring, SLUG, _LIST, day=moment.date(), by=BY, now=moment)
        offer = Offer(campaign_id=campaign.id, role=Role.MODERATOR)
        invite(session, services.keyring.desk, email="new@rivers.example", offer=offer, by=BY, now=moment)
        ask_export(session, campaign, ExportForm.CSV, read_filter({}), by=BY, now=moment)
        thing = {
            "does": Does.INVALIDATE.value,
            "ids": list(session.exec(_newest(campaign, most=1_000)).all()),
        }
        ask_second(session, campaign_id=campaign.id, act=BATCH, thing=thing, by=BY, now=moment)
        annex = Enclosure(
            campaign_id=campaign.id,
            kind=EnclosureKind.ANNEX,
            file_index=bytes(32),
            content=b"",
            kept_at=moment,
        )
        keys = services.keyring.of(session, campaign.id)
        annex.content = seal_bytes(keys, annex, "content", bytes(_ANNEX_BYTES))
        session.add(annex)


def things_of(installation: Installation) -> Mapping[str, Sequence[str]]:
    """Give, for each name in an address of the desk, the things of this letter that are looked at under it."""
    services = installation.services
    with reading(services.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = services.keyring.of(session, campaign.id)
        offices = open_file(session, services.keyring, campaign).recipients
        drafts = select(Schedule.id).where(
            Schedule.campaign_id == campaign.id, Schedule.state == ScheduleState.DRAFT
        )
        planned = select(Schedule.id).where(
            Schedule.campaign_id == campaign.id, Schedule.state == ScheduleState.ACTIVE
        )
        colleagues = select(Membership.coordinator_id).where(
            Membership.campaign_id == campaign.id, Membership.role == Role.EDITOR
        )
        imports = select(MemberImport.id).where(MemberImport.campaign_id == campaign.id)
        lists = select(OfficeImport.id).where(OfficeImport.campaign_id == campaign.id)
        invited = select(CoordinatorInvitation.id).where(CoordinatorInvitation.campaign_id == campaign.id)
        looks = select(SecondLook.id).where(SecondLook.campaign_id == campaign.id, SecondLook.act == BATCH)
        return {
            "schedule": [*session.exec(drafts).all(), *session.exec(planned).all()],
            "draft": session.exec(drafts).all(),
            "sign_on": session.exec(_newest(campaign, most=1)).all(),
            "look": session.exec(looks).all(),
            "enclosure": session.exec(select(Enclosure.id).where(Enclosure.campaign_id == campaign.id)).all(),
            "member": _invited(session, campaign, most=1),
            "chaser": session.exec(select(Chaser.id).where(Chaser.campaign_id == campaign.id)).all(),
            "office": [key_of(office_index(keys, one.as_record())) for one in offices],
            "colleague": session.exec(colleagues).all(),
            "member_import": session.exec(imports).all(),
            "office_import": session.exec(lists).all(),
            "token": [invitation_token(services.keyring.desk, one) for one in session.exec(invited).all()],
        }


def _newest(campaign: Campaign, *, most: int) -> SelectOfScalar[str]:
    found = select(Signature.id).where(
        Signature.campaign_id == campaign.id, Signature.state == SignatureState.CONFIRMED
    )
    return found.order_by(col(Signature.id).desc()).limit(most)


def _invited(session: Session, campaign: Campaign, *, most: int) -> Sequence[str]:
    found = select(Signature.id).where(Signature.campaign_id == campaign.id, col(Signature.invited))
    return session.exec(found.order_by(col(Signature.id)).limit(most)).all()
