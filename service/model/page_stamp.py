"""PageStamp: how often what a letter's page shows may have changed; the sum of its lanes only grows."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class PageStamp(SQLModel, table=True):
    """One lane of a letter's stamp.

    Only triggers of the database write here, in the transaction of every change to a confirmed signature, an edition
    or the campaign itself, whoever makes it. `moved_by` is the transaction that moved the lane last, so that each
    moves it once.
    """

    __tablename__ = "page_stamp"

    campaign_id: str = Field(primary_key=True, max_length=32)
    lane: int = Field(primary_key=True)
    step: int = Field(sa_type=BigInteger)
    moved_by: int = Field(sa_type=BigInteger)
