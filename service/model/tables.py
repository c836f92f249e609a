"""Every table by one import, for migrations and for tests; nothing else lives here."""

from sqlmodel import SQLModel

from service.model.abuse import AbuseRule, AttackMode, TokenBucket
from service.model.agreed_source import AgreedSource
from service.model.agreement import Agreement
from service.model.approver_desk import ApproverCode, ApproverQuestion
from service.model.audit_event import AuditChain, AuditEvent
from service.model.brake import BreakerTrip, Canary
from service.model.calendar_link import CalendarLink
from service.model.campaign import Campaign, CampaignKey
from service.model.carriage import Carriage
from service.model.chamber_list import ChamberList
from service.model.chaser import Chase, Chaser
from service.model.comment import CommentGuest, TextComment
from service.model.confirming_code import ConfirmingCode
from service.model.consent import Consent
from service.model.constituent import Constituent
from service.model.coordinator import Coordinator, Membership
from service.model.delivery import Delivery, DeliveryEvent
from service.model.delivery_file import DeliveryFile
from service.model.directory_entry import DirectoryEntry
from service.model.dossier import Dossier, DossierPart
from service.model.edition import Approval, Approver, Edition
from service.model.enclosure import Enclosure
from service.model.evidence import Evidence
from service.model.export import Export, ExportPart
from service.model.follow_up import FollowUp
from service.model.incoming_report import IncomingReport
from service.model.inquiry import Inquiry
from service.model.intake import Intake
from service.model.issued_copy import IssuedCopy
from service.model.letter_check import LetterCheck
from service.model.letter_figures import LetterFigures
from service.model.letter_revision import LetterRevision
from service.model.link_request import LinkRequest
from service.model.link_token import LinkToken
from service.model.mailbox_check import MailboxCheck
from service.model.mailbox_day import MailboxDay
from service.model.member import Member
from service.model.member_import import MemberImport
from service.model.message import Message, MessageEvent
from service.model.office import (
    AnswerClock,
    ContactNote,
    OfficeChase,
    OfficeCheck,
    OfficeImport,
    OfficeReply,
)
from service.model.own_words import OwnWords
from service.model.page_stamp import PageStamp
from service.model.proof_answer import ProofAnswer
from service.model.recipient import Recipient
from service.model.recovery_sheet import RecoverySheet
from service.model.resemblance import LikenessIndex, Resemblance
from service.model.retention import Retention, UpkeepRound
from service.model.runner import JobTurn, QueueStep, Runner, Tally
from service.model.schedule import Occurrence, Schedule
from service.model.second_look import SecondLook
from service.model.sending import JournalMark, Sending
from service.model.show import ShowStep
from service.model.sign_in import (
    CoordinatorInvitation,
    DeskSession,
    KnownDevice,
    Passkey,
    RecoveryCode,
    SignInStep,
)
from service.model.signature import Signature
from service.model.signature_note import SignatureNote
from service.model.signature_word import SignatureWord
from service.model.site_secret import SiteSecret
from service.model.suppression import Suppression
from service.model.text_draft import TextDraft, TextLock
from service.model.update import Update
from service.model.waiting import Waiting
from service.model.way_setting import WaySetting

TABLES: tuple[type[SQLModel], ...] = (
    AbuseRule,
    AgreedSource,
    Agreement,
    AnswerClock,
    Approval,
    Approver,
    ApproverCode,
    ApproverQuestion,
    AttackMode,
    AuditChain,
    AuditEvent,
    BreakerTrip,
    CalendarLink,
    Campaign,
    CampaignKey,
    Canary,
    Carriage,
    ChamberList,
    CommentGuest,
    Chase,
    Chaser,
    ConfirmingCode,
    Consent,
    Constituent,
    ContactNote,
    Coordinator,
    CoordinatorInvitation,
    Delivery,
    DeliveryEvent,
    DeliveryFile,
    DeskSession,
    DirectoryEntry,
    Dossier,
    DossierPart,
    Edition,
    Enclosure,
    Evidence,
    Export,
    ExportPart,
    FollowUp,
    IncomingReport,
    Inquiry,
    Intake,
    IssuedCopy,
    JobTurn,
    JournalMark,
    KnownDevice,
    LetterCheck,
    LetterFigures,
    LetterRevision,
    LikenessIndex,
    LinkRequest,
    LinkToken,
    MailboxCheck,
    MailboxDay,
    Member,
    MemberImport,
    Membership,
    Message,
    MessageEvent,
    Occurrence,
    OwnWords,
    OfficeChase,
    OfficeCheck,
    OfficeImport,
    OfficeReply,
    PageStamp,
    Passkey,
    ProofAnswer,
    QueueStep,
    Recipient,
    RecoveryCode,
    RecoverySheet,
    Resemblance,
    Retention,
    Runner,
    Schedule,
    SecondLook,
    Sending,
    ShowStep,
    SignInStep,
    Signature,
    SignatureNote,
    SignatureWord,
    SiteSecret,
    Suppression,
    Tally,
    TextComment,
    TextDraft,
    TextLock,
    TokenBucket,
    Update,
    UpkeepRound,
    Waiting,
    WaySetting,
)

metadata = SQLModel.metadata
