"""What a letter's purge deletes or empties, in the order in which rows hang on one another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, and_, case, cast, or_, select
from sqlmodel import SQLModel, col

from service.delivery.by_hand.filed import NOT_PROVEN
from service.delivery.ladder import FILED
from service.model.abuse import AbuseRule, AttackMode
from service.model.approver_desk import ApproverCode, ApproverQuestion
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.chaser import Chaser
from service.model.comment import CommentGuest, TextComment
from service.model.consent import Consent
from service.model.constituent import Constituent
from service.model.delivery import Delivery, DeliveryEvent
from service.model.delivery_file import DeliveryFile
from service.model.dossier import Dossier, DossierPart
from service.model.edition import Approval, Approver
from service.model.enclosure import Enclosure
from service.model.export import Export, ExportPart
from service.model.incoming_report import IncomingReport
from service.model.inquiry import Inquiry
from service.model.intake import Intake
from service.model.issued_copy import IssuedCopy
from service.model.letter_figures import LetterFigures
from service.model.letter_revision import LetterRevision
from service.model.link_request import LinkRequest
from service.model.link_token import LinkToken
from service.model.member import Member
from service.model.member_import import MemberImport
from service.model.message import Message
from service.model.office import (
    AnswerClock,
    ContactNote,
    OfficeChase,
    OfficeCheck,
    OfficeImport,
    OfficeReply,
)
from service.model.own_words import OwnWords
from service.model.recipient import Recipient
from service.model.second_look import SecondLook
from service.model.show import ShowStep
from service.model.sign_in import CoordinatorInvitation
from service.model.signature import Signature, is_counted
from service.model.suppression import Suppression
from service.model.text_draft import TextDraft
from service.model.update import Update
from service.model.waiting import Waiting
from service.model.way_setting import WaySetting
from service.upkeep.house_sweeps import mail_sweeps
from service.upkeep.sign_ons import deleting_sign_ons, emptying_sign_ons
from service.upkeep.sweep import Sweep, deleting, emptying

_WITHOUT_WORDS = {
    "attested by": "attested by the secretariat",
    FILED: FILED,
    NOT_PROVEN: NOT_PROVEN,
}
"""Of how a copy went: what begins so names a person, or is in a person's words; and what stays of it."""


def letter_sweeps(campaign: Campaign, *, now: datetime) -> tuple[Sweep, ...]:
    """Give all that goes of a letter, each by its name; what is left are numbers, hashes and how its sendings went.

    Sign-ons that count stay as rows without anything of a person; all others go. A second purge finds nothing.
    """
    mine = campaign.id
    of_mails = select(col(Message.id)).where(col(Message.campaign_id) == mine)
    reports = Sweep(
        name="returned mail",
        key=col(IncomingReport.id),
        which=(col(IncomingReport.message_ref).in_(of_mails),),
        clear=deleting(IncomingReport, col(IncomingReport.id)),
    )
    return (
        _all("home addresses of constituents", Constituent, Constituent.id, mine),
        _all("waiting pages", Waiting, Waiting.id, mine),
        _all("forms", Intake, Intake.id, mine),
        _all("inquiries", Inquiry, Inquiry.id, mine),
        _all("questions for links", LinkRequest, LinkRequest.id, mine),
        _all("pieces of exports", ExportPart, ExportPart.id, mine),
        _all("exports", Export, Export.id, mine),
        _all("pieces of dossiers", DossierPart, DossierPart.id, mine),
        _all("dossiers", Dossier, Dossier.id, mine),
        *_sign_ons(campaign, now=now),
        _all("counted figures", LetterFigures, LetterFigures.id, mine),
        _all("chasers", Chaser, Chaser.id, mine),
        _all("spreadsheets", MemberImport, MemberImport.id, mine),
        _all("answers to the form", Consent, Consent.id, mine),
        _all("invitations of coordinators", CoordinatorInvitation, CoordinatorInvitation.id, mine),
        _all("comments on the draft", TextComment, TextComment.id, mine),
        _all("guests who comment", CommentGuest, CommentGuest.id, mine),
        _all("unsaved texts", TextDraft, TextDraft.id, mine),
        _all("links", LinkToken, LinkToken.digest, mine),
        _all("mailboxes left alone", Suppression, Suppression.id, mine),
        _all("rules against abuse", AbuseRule, AbuseRule.id, mine),
        _all("attack mode", AttackMode, AttackMode.campaign_id, mine),
        _all("checks of offices", OfficeCheck, OfficeCheck.id, mine),
        _all("lists of offices", OfficeImport, OfficeImport.id, mine),
        _all("contacts with offices", ContactNote, ContactNote.id, mine),
        _all("clocks of answers", AnswerClock, AnswerClock.id, mine),
        _all("questions after answers", OfficeChase, OfficeChase.id, mine),
        _all("answers of offices", OfficeReply, OfficeReply.id, mine),
        _all("pictures and receipts of deliveries", DeliveryFile, DeliveryFile.id, mine),
        _all("handings over", Carriage, Carriage.id, mine),
        _all("settings of ways", WaySetting, WaySetting.id, mine),
        _all("codes of approvers", ApproverCode, ApproverCode.edition_id, mine),
        _all("approvers' questions", ApproverQuestion, ApproverQuestion.id, mine),
        reports,
        *mail_sweeps("e-mail and its steps", [mine]),
        *_emptied(mine),
        _all("own words of mails", OwnWords, OwnWords.id, mine),
        _all("annexes and logos", Enclosure, Enclosure.id, mine),
    )


def _all(name: str, table: type[SQLModel], key: Any, campaign_id: str) -> Sweep:
    mine = table.__table__.c.campaign_id == campaign_id  # type: ignore[attr-defined]  # -- every table's class has it
    return Sweep(name=name, key=col(key), which=(mine,), clear=deleting(table, col(key)))


def _sign_ons(campaign: Campaign, *, now: datetime) -> tuple[Sweep, ...]:
    counted = is_counted(campaign)
    mine = col(Signature.campaign_id) == campaign.id
    # What is emptied was made anew in the same breath; what its owner erased has its moments and its texts still.
    full = col(Signature.erased_at).is_distinct_from(col(Signature.created_at))
    return (
        Sweep(
            name="sign-ons that count: only the number stays",
            key=col(Signature.id),
            which=(counted, full),
            clear=emptying_sign_ons(now),
        ),
        Sweep(
            name="sign-ons that do not count",
            key=col(Signature.id),
            which=(mine, ~counted),
            clear=deleting_sign_ons(now),
        ),
        Sweep(
            name="members",
            key=col(Member.id),
            which=(col(Member.campaign_id) == campaign.id, col(Member.name) != b""),
            clear=emptying(Member, col(Member.id), name=b"", name_index=cast(col(Member.id), LargeBinary)),
        ),
    )


def _emptied(campaign_id: str) -> Sequence[Sweep]:
    """Give what stays as a fact, without its words: offices, approvers, updates, steps, copies, notes."""
    mine = select(col(Delivery.id)).where(col(Delivery.campaign_id) == campaign_id)
    evidence = col(DeliveryEvent.evidence)
    begins = [(evidence.startswith(one, autoescape=True), rest) for one, rest in _WITHOUT_WORDS.items()]
    words = Sweep(
        name="words about how a copy arrived",
        key=col(DeliveryEvent.id),
        which=(
            col(DeliveryEvent.delivery_id).in_(mine),
            or_(*(and_(is_of_it, evidence != rest) for is_of_it, rest in begins)),
        ),
        clear=emptying(DeliveryEvent, col(DeliveryEvent.id), evidence=case(*begins, else_=evidence)),
    )
    approver = cast(col(Approver.id), LargeBinary)
    return (
        _empty("offices", Recipient, campaign_id, col(Recipient.details) != b"", details=b""),
        _empty(
            "approvers",
            Approver,
            campaign_id,
            col(Approver.details) != b"",
            details=b"",
            email_index=approver,
        ),
        _empty("approvers' notes", Approval, campaign_id, col(Approval.note).is_not(None), note=None),
        _empty(
            "reasons of changes",
            LetterRevision,
            campaign_id,
            col(LetterRevision.reason).is_not(None),
            reason=None,
        ),
        _empty(
            "reasons of second coordinators",
            SecondLook,
            campaign_id,
            col(SecondLook.reason).is_not(None),
            reason=None,
        ),
        _empty(
            "updates",
            Update,
            campaign_id,
            or_(col(Update.subject) != b"", col(Update.body) != b"", col(Update.translations).is_not(None)),
            subject=b"",
            body=b"",
            translations=None,
        ),
        _empty(
            "words about the run of show",
            ShowStep,
            campaign_id,
            or_(col(ShowStep.why).is_not(None), col(ShowStep.word_by) != ""),
            why=None,
            word_by="",
        ),
        _empty("copies handed over", IssuedCopy, campaign_id, col(IssuedCopy.details) != b"", details=b""),
        words,
    )


def _empty(name: str, table: Any, campaign_id: str, is_full: Any, **values: Any) -> Sweep:
    return Sweep(
        name=name,
        key=col(table.id),
        which=(col(table.campaign_id) == campaign_id, is_full),
        clear=emptying(table, col(table.id), **values),
    )
