"""MailboxCheck: what was found out of the mailbox of a sign-on; it flags, and refuses nobody."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.model.columns import Blind, Moment


class MailboxCheck(SQLModel, table=True):
    """The findings for one sign-on.

    `email_index` is of the address that was looked at: where the sign-on has another by now, it is looked at again.
    `similar` is the same for addresses that their provider brings to one mailbox. `takes_mail` is None while the DNS
    has not answered.
    """

    __tablename__ = "mailbox_check"
    __table_args__ = (Index("mailbox_check_similar", "campaign_id", "similar"),)

    signature_id: str = Field(primary_key=True, foreign_key="signature.id", max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    email_index: bytes = Field(sa_type=Blind)
    similar: bytes = Field(sa_type=Blind)
    disposable: bool
    takes_mail: bool | None = None
    checked_at: datetime = Field(sa_type=Moment)
