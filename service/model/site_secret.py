"""SiteSecret: a secret of the whole site, such as a private key, wrapped by the root key."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.model.columns import Moment


class SiteSecret(SQLModel, table=True):
    """One secret that is no campaign's; its name says what it is for and is bound to its bytes."""

    __tablename__ = "site_secret"

    name: str = Field(primary_key=True, max_length=120)
    wrapped: bytes
    created_at: datetime = Field(sa_type=Moment)
