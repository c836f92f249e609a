"""The secretariat's work with what is held: look, release, discard, many at once, and take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.foundation.addresses import veiled_address
from service.foundation.errors import Refused
from service.foundation.identity import make_id
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.intake import Intake
from service.model.quarantine_reason import QuarantineReason
from service.model.signature import Signature
from service.model.states import INTAKE, SIGNATURE, IntakeState, SignatureState
from service.signing.intake import read_intake
from service.signing.party import SignOn
from service.signing.queries import lock_signature
from service.signing.sign import why_not_open
from service.store.keyring import Keyring

Decision = Literal["release", "discard"]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which of the held ones: by id, by reason, by the network's label, by the domain of the mailbox; all that fit.

    Where `most` is given, only the oldest that many.
    """

    ids: Sequence[str] = ()
    reason: QuarantineReason | None = None
    network: str = ""
    domain: str = ""
    most: int = 0


@dataclass(frozen=True, kw_only=True)
class HeldForm:
    """One form that is held, as the secretariat sees it; it holds a name and an address."""

    id: str
    reason: str
    received_at: datetime
    network: str
    kind: str
    name: str
    email: str
    visibility: str

    @property
    def mailbox(self) -> str:
        """The address as it may be shown to everybody of the team, "" where none was given."""
        return veiled_address(self.email) if self.email else ""


@dataclass(frozen=True, kw_only=True)
class HeldPage:
    """A part of what is held and fits, the oldest first: its forms, how many fit in all, and after which id it goes on.

    `numbers` are of all that is held, by its reason, whatever was asked for.
    """

    forms: Sequence[HeldForm]
    fitting: int
    numbers: Mapping[QuarantineReason, int]
    after: str


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was decided of how many, and the word by which it is undone."""

    count: int
    batch: str


@dataclass(frozen=True, kw_only=True)
class Undone:
    """How many are held again; the others were confirmed meanwhile, or had been known before."""

    back: int
    left: int


def held_forms(session: Session, keyring: Keyring, campaign: Campaign, wanted: Wanted) -> list[HeldForm]:
    """List what is held of a letter and fits, in the order it came."""
    return [form for _, form in _held(session, keyring, campaign, wanted)]


def held_page(
    session: Session, keyring: Keyring, campaign: Campaign, wanted: Wanted, *, after: str, most: int
) -> HeldPage:
    """Give the part of what is held and fits that comes after an id, at most so many; `wanted` names no domain."""
    keys, fits = keyring.of(session, campaign.id), _conditions(campaign, wanted)
    found = select(Intake).where(*fits, col(Intake.id) > after).order_by(col(Intake.id)).limit(most + 1)
    rows = session.exec(found).all()
    held = select(col(Intake.reason), func.count()).where(*_conditions(campaign, Wanted()))
    numbers = session.exec(held.group_by(col(Intake.reason))).all()
    return HeldPage(
        forms=[_form(row, read_intake(keys, row)) for row in rows[:most]],
        fitting=session.exec(select(func.count()).where(*fits)).one(),
        numbers={reason: number for reason, number in numbers if reason is not None},
        after=rows[most - 1].id if len(rows) > most else "",
    )


def count_held(session: Session, campaign: Campaign) -> int:
    """Count what is held of a letter."""
    return session.exec(select(func.count()).where(*_conditions(campaign, Wanted()))).one()


def decide_held(
    session: Session,
    keyring: Keyring,
    slug: str,
    wanted: Wanted,
    *,
    decision: Decision,
    by: str,
    now: datetime,
) -> Decided:
    """Release what is held, so that it is taken in as if it had just come, or discard it; `undo` takes either back.

    Raises Refused, and changes nothing, where an id is not held, or something is to be released while the letter takes
    no sign-on.
    """
    campaign = lock_campaign(session, slug)
    if decision == "release" and (closed := why_not_open(campaign, now=now)):
        raise Refused(Sentence("{why} Open it again before you release what is held.", why=closed))
    rows = _held(session, keyring, campaign, wanted)
    missing = sorted(set(wanted.ids) - {row.id for row, _ in rows})
    if missing:
        raise Refused(
            Sentence("{id} is not held in this letter.", id=missing[0]),
            command=f"undersigned signatories quarantine list {slug}",
        )
    batch = make_id()
    to = IntakeState.RECEIVED if decision == "release" else IntakeState.DISCARDED
    for row, _ in rows:
        INTAKE.move(row, to)
        row.decided_at, row.batch = now, batch
        session.add(row)
    if rows:
        _record(session, campaign, f"quarantine.{decision}", f"{len(rows)} in {batch}", by=by, now=now)
    return Decided(count=len(rows), batch=batch if rows else "")


def undo(session: Session, slug: str, batch: str, *, by: str, now: datetime) -> Undone:
    """Hold again what one decision released or discarded, as far as that can be.

    What was released and not confirmed ends with its mail; what was confirmed meanwhile stays, and `signatories hold`
    is for that. Raises Refused where nothing is known of the decision.
    """
    campaign = lock_campaign(session, slug)
    found = select(Intake).where(Intake.campaign_id == campaign.id, Intake.batch == batch)
    rows = session.exec(found.order_by(col(Intake.id)).with_for_update()).all()
    if not rows:
        raise Refused(_FORGOTTEN.with_values(batch=batch))
    back = 0
    for row in rows:
        if row.state is IntakeState.QUARANTINED or not _takes_back(session, row, now=now):
            continue
        INTAKE.move(row, IntakeState.QUARANTINED)
        row.batch, row.signature_id = None, None
        session.add(row)
        back += 1
    _record(session, campaign, "quarantine.undo", f"{back} of {len(rows)} in {batch}", by=by, now=now)
    return Undone(back=back, left=len(rows) - back)


def _takes_back(session: Session, row: Intake, *, now: datetime) -> bool:
    if row.state is not IntakeState.TAKEN:
        return True
    signature = lock_signature(session, row.signature_id or "")
    if signature is None or not _came_with(signature, row):
        return False
    SIGNATURE.move(signature, SignatureState.DECLINED)
    session.add(signature)
    outbox.cancel_for(session, recipient_ref=signature.id, now=now)
    return True


def _came_with(signature: Signature, row: Intake) -> bool:
    """Tell whether a sign-on is there only because this form was released, and nobody has confirmed it."""
    is_new = row.decided_at is not None and signature.created_at >= row.decided_at
    return is_new and not signature.invited and signature.state is SignatureState.PENDING


def _held(
    session: Session, keyring: Keyring, campaign: Campaign, wanted: Wanted
) -> list[tuple[Intake, HeldForm]]:
    found = select(Intake).where(*_conditions(campaign, wanted)).order_by(col(Intake.id))
    rows = session.exec(found.limit(wanted.most) if wanted.most else found).all()
    keys = keyring.of(session, campaign.id)
    pairs = [(row, _form(row, read_intake(keys, row))) for row in rows]
    domain = wanted.domain.casefold().lstrip("@")
    return [
        (row, form) for row, form in pairs if not domain or form.email.casefold().rpartition("@")[2] == domain
    ]


def _conditions(campaign: Campaign, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Tell what a row has to be, but for the domain of its mailbox, which only whoever opens it knows."""
    fits = [
        col(Intake.campaign_id) == campaign.id,
        col(Intake.state) == IntakeState.QUARANTINED,
    ]
    if wanted.ids:
        fits.append(col(Intake.id).in_(wanted.ids))
    if wanted.reason is not None:
        fits.append(col(Intake.reason) == wanted.reason)
    if wanted.network:
        fits.append(col(Intake.network) == _network(wanted.network))
    return fits


def _network(label: str) -> bytes:
    """Give what a network's label stands for; what is no label stands for nothing that is kept."""
    try:
        return bytes.fromhex(label.removeprefix("n-"))
    except ValueError:
        return b""


def _form(row: Intake, sign_on: SignOn) -> HeldForm:
    return HeldForm(
        id=row.id,
        reason=row.reason.value if row.reason else "",
        received_at=row.received_at,
        network=f"n-{row.network.hex()}" if row.network else "",
        kind=sign_on.kind.value,
        name=sign_on.name,
        email=sign_on.confirming_email,
        visibility=sign_on.visibility.value,
    )


_FORGOTTEN = Sentence("Nothing is known of a decision {batch}; after a week it is forgotten.")


def _record(session: Session, campaign: Campaign, act: str, thing: str, *, by: str, now: datetime) -> None:
    audit.record(session, by=by, act=act, campaign_id=campaign.id, thing=thing, now=now)
