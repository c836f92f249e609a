"""CalendarLink: the private address at which a coordinator's programs read the calendar of its letters."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.model.columns import Moment


class CalendarLink(SQLModel, table=True):
    """One for each coordinator; only the digest of its token stands here, and an earlier `generation` opens nothing."""

    __tablename__ = "calendar_link"

    coordinator_id: str = Field(primary_key=True, foreign_key="coordinator.id", max_length=32)
    digest: bytes = Field(unique=True)
    generation: int = 1
    made_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
