"""Bring in the coalition's list: invitations to be answered, or sign-ons agreed elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import exists
from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.agreement import How
from service.model.campaign import Campaign
from service.model.consent import Occasion
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import HeldReason, Kind, Provenance, Signature, Visibility
from service.model.states import PUT_AWAY, SIGNATURE, CampaignState, ScheduleState, SignatureState
from service.signing.agreement import keep_agreement
from service.signing.consents import keep_answers
from service.signing.found_by import keep_words
from service.signing.late import is_late, refuse_while_it_leaves
from service.signing.members import keep_members
from service.signing.organizations.look_alikes import index_names
from service.signing.party import SignOn, email_index, name_index, read_party, second_claim_index, write_party
from service.signing.queries import find_organization, find_person
from service.signing.roll_columns import SignatoryRow
from service.signing.sign import Desk, decide_until, keep_own_links, keep_unsubscribe_link
from service.store.keyring import Keyring
from service.store.links import Link, keep_link

LINK_LIVES_AFTER_DEADLINE = timedelta(days=30)
"""How long an invitation can still be read once it cannot be followed any more."""
FIRST_INVITATION = "1"
"""The occurrence of the mail that invites; every later one reminds of it."""

MAY_COME_LATE = frozenset(
    {
        SignatureState.INVITED,
        SignatureState.INTENDS,
        SignatureState.EXPIRED,
        SignatureState.DECLINED,
        SignatureState.WITHDRAWN,
    }
)
"""Whom a late link may still let in by the form: all who have neither filled it in nor signed."""
AGREED = "agreed"
_STATES = {
    "invited": SignatureState.INVITED,
    "intends": SignatureState.INTENDS,
    "declined": SignatureState.DECLINED,
}


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did, or with `--check` would do: rows added, sign-ons known already and left, mails posted.

    `agreed` of the known ones had been invited or had not confirmed, and now stand as attested; `made` are the ids of
    those that were added.
    """

    added: int
    agreed: int
    known: int
    invited: int
    made: tuple[str, ...] = ()


def import_signatories(
    session: Session,
    keyring: Keyring,
    slug: str,
    rows: Iterable[SignatoryRow],
    *,
    attest: str,
    by: str,
    now: datetime,
) -> ImportReport:
    """Add the rows of a signatories file to a letter; those it already knows stay as they are.

    With `attest` (how they agreed, and when) rows count as sign-ons that the secretariat adds, unless their status
    says otherwise; without it they are invitations, mailed at once where the others were, else with them.
    Raises Refused, before anything is changed, where the letter takes nobody now.
    """
    campaign = lock_campaign(session, slug)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    return import_rows(desk, tuple(rows), attest=attest, by=by)


def import_rows(
    desk: Desk,
    rows: Sequence[SignatoryRow],
    *,
    attest: str,
    by: str,
    invited_at: datetime | None = None,
    has_late_link: bool = False,
) -> ImportReport:
    """Add rows to a letter that the caller holds, as import_signatories() does; their mail leaves at `invited_at`, or now.

    `has_late_link` is for a caller that gives each a late link afterwards, which refuses by itself what may not be.
    """
    session, campaign, now = desk.session, desk.campaign, desk.now
    if not has_late_link:
        refuse_wrong_time(session, campaign, attest=attest, now=now)
    made, agreed = [], 0
    for row in rows:
        known = _known(desk, _sign_on(row, attest=attest))
        if known is not None and row.status == AGREED and _may_be_attested(known):
            agreed += 1
            _attest_known(desk, known, row, attest=attest)
        elif known is None:
            made.append(_add(desk, row, attest=attest))
    session.flush()
    index_names(session, desk.keys, made)
    for signature in made:
        _keep_attested(desk, signature)
        keep_members(session, desk.keys, signature, read_party(desk.keys, signature))
        _thank(desk, signature)
    is_open = campaign.state is CampaignState.OPEN and not is_to_invite(session, campaign)
    invited = sum(send_invitation(desk, row, due_at=invited_at) for row in made) if is_open else 0
    act = "signatories.attest" if attest else "signatories.import"
    audit.record(
        session, by=by, act=act, campaign_id=campaign.id, thing=f"{len(made)} of {len(rows)}", now=now
    )
    return ImportReport(
        added=len(made),
        agreed=agreed,
        known=len(rows) - len(made) - agreed,
        invited=invited,
        made=tuple(row.id for row in made),
    )


def find_known(desk: Desk, row: SignatoryRow) -> Signature | None:
    """Find whom an import of this row would leave as it is: an organization by its name, a person by name and mailbox."""
    return _known(desk, _sign_on(row, attest=""))


def is_to_invite(session: Session, campaign: Campaign) -> bool:
    """Tell whether the invitations of a letter are still to come: whoever is added before is invited with all others."""
    begun = exists().where(col(Occurrence.schedule_id) == col(Schedule.id))
    found = select(Schedule.id).where(
        Schedule.campaign_id == campaign.id,
        Schedule.action == Action.INVITE,
        col(Schedule.state).in_((ScheduleState.ACTIVE, ScheduleState.PAUSED)),
        ~begun,
    )
    return session.exec(found).first() is not None


def send_invitation(
    desk: Desk, row: Signature, *, occurrence: str = FIRST_INVITATION, due_at: datetime | None = None
) -> bool:
    """Post one invitation, once for an occurrence, to leave at `due_at` or now, and never before sign-ons are taken.

    It tells whether it was new. While the letter is tried there are none: each goes once, so they go when it is switched live.
    """
    if desk.campaign.trial_since is not None:
        return False
    if row.email is None or row.state not in {SignatureState.INVITED, SignatureState.INTENDS}:
        return False
    until = decide_until(desk.campaign, row)
    invitation = Link(purpose=Purpose.INVITATION, row_id=row.id)
    keep_link(desk.session, desk.keys, invitation, expires_at=until + LINK_LIVES_AFTER_DEADLINE, now=desk.now)
    keep_unsubscribe_link(desk, row)
    return outbox.post(
        desk.session,
        kind=MessageKind.INVITATION,
        campaign_id=desk.campaign.id,
        recipient_ref=row.id,
        occurrence=occurrence,
        now=desk.now,
        due_at=max(filter(None, (due_at, leaves_at(desk.campaign, now=desk.now))), default=None),
        expires_at=until,
    )


def leaves_at(campaign: Campaign, *, now: datetime) -> datetime | None:
    """Give when the invitations of a letter leave that is opened ahead of its time: once sign-ons are taken; None for at once."""
    return campaign.opens_at if campaign.opens_at is not None and campaign.opens_at > now else None


def refuse_wrong_time(session: Session, campaign: Campaign, *, attest: str, now: datetime) -> None:
    """Raise Refused where the letter takes nobody now: to be invited, or with `attest` as agreed."""
    if campaign.state in PUT_AWAY:
        raise Refused(Sentence("“{slug}” is archived; nobody can be added to it.", slug=campaign.slug))
    if is_late(campaign) and not attest:
        raise Refused(
            Sentence(
                "This letter was sent already; only who has agreed otherwise can still be added, for an addendum."
            ),
            command=f"undersigned signatories import {campaign.slug} FILE --attest …",
        )
    if attest and campaign.revision_id is None:
        raise Refused(
            Sentence(
                "The text of “{slug}” is not final yet, so nobody can have agreed to it: freeze it first.",
                slug=campaign.slug,
            )
        )
    refuse_while_it_leaves(session, campaign)
    is_over = campaign.state is CampaignState.CLOSED or campaign.deadline_at <= now
    if not attest and is_over:
        raise Refused(
            Sentence(
                "The time for sign-ons is over: open the letter again before you invite more, or send a late link to one"
                " who is on the list."
            ),
            command=f"undersigned campaign reopen {campaign.slug} --for ID",
        )


def _add(desk: Desk, row: SignatoryRow, *, attest: str) -> Signature:
    sign_on = _sign_on(row, attest=attest)
    signature = Signature(
        campaign_id=desk.campaign.id,
        kind=sign_on.kind,
        state=_STATES.get(row.status, SignatureState.INVITED),
        provenance=Provenance.INVITATION,
        invited=True,
        visibility=sign_on.visibility,
        decision_by=row.decision_by,
        name_index=name_index(desk.keys, sign_on.kind, sign_on.name),
        email_index=email_index(desk.keys, sign_on.confirming_email),
        name=b"",
        details=b"",
        created_at=desk.now,
    )
    write_party(desk.keys, signature, sign_on)
    if row.status == AGREED:
        _attest(desk, signature)
    desk.session.add(signature)
    return signature


def _attest(desk: Desk, signature: Signature) -> None:
    SIGNATURE.move(signature, SignatureState.CONFIRMED)
    signature.provenance = Provenance.ATTESTED
    signature.revision_id = desk.campaign.revision_id
    keep_answers(desk.session, signature, occasion=Occasion.ATTESTED, now=desk.now)
    signature.signed_at = signature.confirmed_at = signature.accepted_at = desk.now


def _keep_attested(desk: Desk, signature: Signature) -> None:
    if signature.state is SignatureState.CONFIRMED:
        keep_agreement(desk.session, desk.keys, signature, how=How.ATTESTED, now=desk.now)


def _thank(desk: Desk, signature: Signature) -> None:
    """Tell an attested signatory that its sign-on stands, and give it the link to take it back."""
    if signature.state is not SignatureState.CONFIRMED or signature.email is None:
        return
    keep_own_links(desk, signature)
    outbox.post(
        desk.session,
        kind=MessageKind.THANKS,
        campaign_id=desk.campaign.id,
        recipient_ref=signature.id,
        occurrence=str(signature.generation),
        now=desk.now,
    )


def _may_be_attested(known: Signature) -> bool:
    return known.state in {
        SignatureState.INVITED,
        SignatureState.INTENDS,
        SignatureState.PENDING,
        SignatureState.EXPIRED,
    }


def _attest_known(desk: Desk, known: Signature, row: SignatoryRow, *, attest: str) -> None:
    """Let a sign-on that was agreed elsewhere stand; a stranger's unconfirmed claim to the name becomes the second."""
    if not known.invited and known.kind is Kind.ORGANIZATION:
        known.name_index = second_claim_index(desk.keys, read_party(desk.keys, known))
        known.held_reason = HeldReason.SECOND_CLAIM
        desk.session.add(known)
        desk.session.flush()
        added = _add(desk, row, attest=attest)
        _keep_attested(desk, added)
        _thank(desk, added)
        return
    # Whoever asked for discreet mail keeps it, whatever somebody else fills in.
    write_party(desk.keys, known, replace(_sign_on(row, attest=attest), discreet=known.discreet))
    known.email_index = email_index(desk.keys, _sign_on(row, attest=attest).confirming_email)
    known.held_reason = None
    _attest(desk, known)
    outbox.cancel_for(desk.session, recipient_ref=known.id, now=desk.now)
    desk.session.add(known)
    desk.session.flush()
    _keep_attested(desk, known)
    keep_members(desk.session, desk.keys, known, read_party(desk.keys, known))
    keep_words(desk.session, desk.keys, known)
    _thank(desk, known)


def _known(desk: Desk, sign_on: SignOn) -> Signature | None:
    name = name_index(desk.keys, sign_on.kind, sign_on.name)
    if sign_on.kind is Kind.ORGANIZATION:
        return find_organization(desk.session, desk.campaign, name)
    mailbox = email_index(desk.keys, sign_on.confirming_email)
    return find_person(desk.session, desk.campaign, email=mailbox, name=name)


def _sign_on(row: SignatoryRow, *, attest: str) -> SignOn:
    return SignOn(
        kind=Kind(row.kind),
        name=row.name,
        email=row.email,
        visibility=Visibility(row.visibility),
        language=row.language,
        name_latin=row.name_latin,
        sort_name=row.sort_name,
        acronym=row.acronym,
        country=row.country,
        category=row.category,
        website=row.website,
        qualifier=row.qualifier,
        representative_name=row.representative_name,
        representative_title=row.representative_title,
        approver_email=row.approver_email,
        second_email=row.second_email,
        phone=row.phone,
        messenger=row.messenger,
        chaser=row.chaser,
        position=row.position,
        affiliation=row.affiliation,
        signs_for=row.signs_for,
        members=tuple(row.members),
        order=row.order,
        how_agreed=row.how_agreed or attest,
        agreed_on=row.agreed_on.isoformat() if row.agreed_on else "",
        note=row.note,
        condition=row.condition,
    )
