"""Every table by one import, for migrations and for tests; nothing else lives here."""

from sqlmodel import SQLModel

from service.model.audit_event import AuditEvent
from service.model.brake import BreakerTrip, Canary
from service.model.campaign import Campaign, CampaignKey
from service.model.delivery import Delivery, DeliveryEvent
from service.model.edition import Approval, Approver, Edition
from service.model.incoming_report import IncomingReport
from service.model.letter_revision import LetterRevision
from service.model.link_token import LinkToken
from service.model.mailbox_day import MailboxDay
from service.model.message import Message, MessageEvent
from service.model.recipient import Recipient
from service.model.sending import JournalMark, Sending
from service.model.signature import Signature
from service.model.site_secret import SiteSecret
from service.model.suppression import Suppression
from service.model.update import Update

TABLES: tuple[type[SQLModel], ...] = (
    Approval,
    Approver,
    AuditEvent,
    BreakerTrip,
    Campaign,
    CampaignKey,
    Canary,
    Delivery,
    DeliveryEvent,
    Edition,
    IncomingReport,
    JournalMark,
    LetterRevision,
    LinkToken,
    MailboxDay,
    Message,
    MessageEvent,
    Recipient,
    Sending,
    Signature,
    SiteSecret,
    Suppression,
    Update,
)

metadata = SQLModel.metadata
