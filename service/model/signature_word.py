"""SignatureWord: what a sign-on is found by at the desk, as keyed hashes."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.model.columns import Blind


class SignatureWord(SQLModel, table=True):
    """One thing a sign-on is found by: a folded word of its names, its contact's mailbox, its country.

    Of every sign-on that was looked at there is at least one row. Its key begins with the letter and the hash, so that
    what answers a search is read in the order in which it came, page by page.
    """

    __tablename__ = "signature_word"
    __table_args__ = (Index("signature_word_of", "signature_id"),)

    campaign_id: str = Field(primary_key=True, max_length=32)
    digest: bytes = Field(primary_key=True, sa_type=Blind)
    signature_id: str = Field(primary_key=True, max_length=32)
