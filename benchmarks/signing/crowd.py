"""Fill the table of signatures, as much as a very large letter would."""

from sqlalchemy import func, select, text
from sqlmodel import col

from benchmarks.installation import Installation
from service.campaigns.queries import get_campaign
from service.model.signature import Kind, Signature
from service.store.transaction import reading, transaction

_CHUNK = 100_000
# Sealed words are as good as others of their length: nobody opens those of a crowd.
_ADD = text(
    "INSERT INTO signature ({columns}) SELECT {values} FROM signature AS s,"
    " generate_series(1, :many) WHERE s.id = (SELECT id FROM signature WHERE campaign_id <> CAST(:campaign AS varchar) LIMIT 1)"
)


def add_crowd(installation: Installation, slug: str, *, signatories: int) -> int:
    """Let a letter have so many signatures; gives how many the table holds then."""
    engine = installation.services.engine
    with reading(engine) as session:
        campaign = get_campaign(session, slug).id
        there = int(session.execute(select(func.count(col(Signature.id)))).scalar_one())
    own = {
        "id": "replace(gen_random_uuid()::text, '-', '')",
        "campaign_id": "CAST(:campaign AS varchar)",
        "name_index": "sha256(gen_random_uuid()::text::bytea)",
        "email_index": "sha256(gen_random_uuid()::text::bytea)",
        "revision_id": "(SELECT revision_id FROM campaign WHERE id = CAST(:campaign AS varchar))",
    }
    names = [column.name for column in Signature.metadata.tables["signature"].columns]
    adding = text(
        _ADD.text.format(
            columns=", ".join(names), values=", ".join(own.get(name, f"s.{name}") for name in names)
        )
    )
    while there < signatories:
        many = min(_CHUNK, signatories - there)
        with transaction(engine) as session:
            session.execute(adding, {"many": many, "campaign": campaign})
        there += many
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE signature")
        # What follows is to meet a large table, and not the disk at work on what has just filled it.
        connection.exec_driver_sql("CHECKPOINT")
    return there


def typed_in(installation: Installation, slug: str) -> int:
    """Count the sign-ons of a letter that came by its form."""
    with reading(installation.services.engine) as session:
        campaign = get_campaign(session, slug)
        mine = (col(Signature.campaign_id) == campaign.id, col(Signature.kind) == Kind.PERSON)
        return int(session.execute(select(func.count(col(Signature.id))).where(*mine)).scalar_one())
