"""Member: an organization for which another one has signed."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Sealed


class Member(SQLModel, table=True):
    """One listed member of a sign-on; it counts with that sign-on, unless it has spoken for itself.

    `name_index` is the keyed hash under which a sign-on of its own is known too.
    """

    __tablename__ = "member"
    __table_args__ = (Index("member_by_name", "campaign_id", "name_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    signature_id: str = Field(foreign_key="signature.id", max_length=32, index=True)
    name_index: bytes = Field(sa_type=Blind)
    name: bytes = Field(sa_type=Sealed)
