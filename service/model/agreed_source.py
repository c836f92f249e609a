"""AgreedSource: the mail or note by which somebody agreed whom the secretariat added."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class AgreedSource(SQLModel, table=True):
    """The words that show how a sign-on was agreed to, as a coordinator pasted them; rows are only ever added."""

    __tablename__ = "agreed_source"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    signature_id: str = Field(foreign_key="signature.id", max_length=32, index=True)
    words: bytes = Field(sa_type=Sealed)
    kept_by: str = Field(max_length=64)
    kept_at: datetime = Field(sa_type=Moment)
