"""Dossier: a proof of delivery that was asked for or made; DossierPart: a piece of its file, sealed."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class Dossier(SQLModel, table=True):
    """One dossier of an edition: who asked for it, what became of that, and by which hashes it is known.

    The worker makes what was asked for at the desk; it has begun `tries` times, and does not before `next_try_at`.
    `failed` is a code where it has given up. `listed_sha256` is of its list of files, which the audit names too; `sha256`
    is of its file, which is kept until `file_until`. One that the command made has no file here.
    """

    __tablename__ = "dossier"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    edition_id: str = Field(foreign_key="edition.id", max_length=32)
    asked_by: str = Field(max_length=64)
    asked_at: datetime = Field(sa_type=Moment)
    tries: int = 0
    next_try_at: datetime | None = Field(default=None, sa_type=Moment)
    failed: str = Field(default="", max_length=24)
    made_at: datetime | None = Field(default=None, sa_type=Moment)
    listed_sha256: str = Field(default="", max_length=64)
    is_signed: bool = False
    is_stamped: bool = False
    sha256: str = Field(default="", max_length=64)
    size: int = 0
    file_until: datetime | None = Field(default=None, sa_type=Moment)


class DossierPart(SQLModel, table=True):
    """One piece of a dossier's file, in its order."""

    __tablename__ = "dossier_part"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    dossier_id: str = Field(foreign_key="dossier.id", max_length=32, index=True)
    place: int
    data: bytes = Field(sa_type=Sealed)
