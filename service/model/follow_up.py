"""FollowUp: what is still to be done about a sign-on that was confirmed a moment ago."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.model.columns import Moment


class FollowUp(SQLModel, table=True):
    """One press of a confirming button; the row goes when all that follows from it is kept.

    `opened_at` is when the page was opened whose button it was. The sign-on counts already.
    """

    __tablename__ = "follow_up"

    signature_id: str = Field(primary_key=True, max_length=32)
    opened_at: datetime = Field(sa_type=Moment)
