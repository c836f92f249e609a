"""Sign-ons and all that hangs on them: deleted, or emptied to a number that stands for nobody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, cast, delete, or_, update
from sqlmodel import Session, SQLModel, col

from service.mail import outbox
from service.model.agreed_source import AgreedSource
from service.model.agreement import Agreement
from service.model.chaser import Chase
from service.model.confirming_code import ConfirmingCode
from service.model.consent import Consent
from service.model.constituent import Constituent
from service.model.evidence import Evidence
from service.model.follow_up import FollowUp
from service.model.intake import Intake
from service.model.link_token import LinkToken
from service.model.mailbox_check import MailboxCheck
from service.model.member import Member
from service.model.message import Message
from service.model.proof_answer import ProofAnswer
from service.model.resemblance import LikenessIndex, Resemblance
from service.model.signature import Signature, Visibility
from service.model.signature_note import SignatureNote
from service.model.signature_word import SignatureWord
from service.model.states import IntakeState, MessageState
from service.model.waiting import Waiting
from service.upkeep.sweep import Clear

BESIDE: tuple[tuple[type[SQLModel], Any], ...] = (
    (AgreedSource, AgreedSource.signature_id),
    (Agreement, Agreement.signature_id),
    (Chase, Chase.signature_id),
    (ConfirmingCode, ConfirmingCode.signature_id),
    (Consent, Consent.signature_id),
    (Constituent, Constituent.signature_id),
    (Evidence, Evidence.signature_id),
    (FollowUp, FollowUp.signature_id),
    (Intake, Intake.signature_id),
    (LikenessIndex, LikenessIndex.signature_id),
    (LinkToken, LinkToken.row_id),
    (MailboxCheck, MailboxCheck.signature_id),
    (Member, Member.signature_id),
    (ProofAnswer, ProofAnswer.signature_id),
    (SignatureNote, SignatureNote.signature_id),
    (SignatureWord, SignatureWord.signature_id),
    (Waiting, Waiting.signature_id),
)
"""What hangs on one sign-on, each with the column that says on which."""

_WAITING = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD)


def deleting_sign_ons(now: datetime) -> Clear:
    """Give what deletes sign-ons with all that was kept of them; mail that waits for them is cancelled."""

    def clear(session: Session, ids: Sequence[str]) -> None:
        outbox.move_all(
            session,
            (col(Message.recipient_ref).in_(ids),),
            _WAITING,
            MessageState.CANCELLED,
            reason="no longer wanted",
            now=now,
        )
        for table, of in BESIDE:
            gone = delete(table).where(col(of).in_(ids))
            # A form that was not taken in yet corrects one of these, and comes from another mailbox: it stays.
            session.execute(gone.where(col(Intake.state) == IntakeState.TAKEN) if table is Intake else gone)
        alike = or_(col(Resemblance.signature_id).in_(ids), col(Resemblance.other_id).in_(ids))
        session.execute(delete(Resemblance).where(alike))
        session.execute(delete(Signature).where(col(Signature.id).in_(ids)))

    return clear


def emptying_sign_ons(now: datetime) -> Clear:
    """Give what leaves of sign-ons a number that counts: no name, no address, no choice, no moment."""

    def clear(session: Session, ids: Sequence[str]) -> None:
        for table, of in BESIDE:
            if table is not Member:
                session.execute(delete(table).where(col(of).in_(ids)))
        empty = update(Signature).where(col(Signature.id).in_(ids))
        # Equal to nothing but itself, and made without a key: those of the letter are gone.
        itself = cast(col(Signature.id), LargeBinary)
        empty = empty.values(
            visibility=Visibility.COUNTED,
            name=b"",
            details=b"",
            email=None,
            condition=None,
            name_index=itself,
            email_index=itself,
            wants_news=False,
            keeps_on_change=False,
            discreet=False,
            machine_like=False,
            invited=False,
            wording="",
            language="",
            decision_by=None,
            created_at=now,
            signed_at=None,
            confirmed_at=None,
            confirmed_by=None,
            accepted_at=now,
            late_until=None,
            correction_asked_at=None,
            erased_at=now,
        )
        session.execute(empty.execution_options(synchronize_session=False))

    return clear
