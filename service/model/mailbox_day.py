"""MailboxDay: how much mail one mailbox got on one day from all letters together."""

from datetime import date

from sqlmodel import Field, SQLModel

from service.model.columns import Blind


class MailboxDay(SQLModel, table=True):
    """The counts of a day, under a hash whose key is of that day only; rows of earlier days are deleted.

    `typed` are the mails that anybody can cause through a form, `written` those of the secretariats.
    """

    __tablename__ = "mailbox_day"

    day: date = Field(primary_key=True)
    mailbox: bytes = Field(primary_key=True, sa_type=Blind)
    typed: int = 0
    written: int = 0
