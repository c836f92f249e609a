"""A real installation to be measured: made as `undersigned init` makes it, with open letters and sealed signatories."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import func, insert, select, update
from sqlmodel import col

from benchmarks.bulk import AUDIENCE, CALL, Queued, queue_bulk
from benchmarks.databases import Database
from benchmarks.order import settings_of
from service.campaigns import life
from service.campaigns.file import read_campaign_file
from service.campaigns.load import load_campaign
from service.foundation.clock import now
from service.foundation.identity import make_id
from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.message import Message
from service.model.signature import Kind, Provenance, Signature, Visibility
from service.model.states import MessageState, SignatureState
from service.signing.party import SignOn, email_index, name_index, write_party
from service.store.transaction import reading, transaction
from service.wiring import Services, initialize, make_services

_CHUNK = 2_000
_DOMAINS = 40
_WAITING = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.SUBMITTING)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One installation; `order` is what a process of its own needs to open it."""

    database: Database
    services: Services
    order: Mapping[str, str]

    @property
    def name(self) -> str:
        """The name of its database."""
        return self.database.name

    def sending_to(self, port: int) -> dict[str, str]:
        """Give the order of a process that sends to a sink at this port."""
        return {**self.order, "smtp_url": f"smtp://127.0.0.1:{port}"}

    def add_letter(
        self,
        slug: str,
        *,
        signatories: int,
        settings: str = "",
        state: SignatureState = AUDIENCE,
        first: int = 0,
    ) -> None:
        """Open a letter, with more `settings` as its file has them, and seal so many signatories into it.

        They are numbered from the `first`; two of one number have one mailbox, whichever letters they are of.
        """
        services, moment = self.services, now()
        with transaction(services.engine) as session:
            load_campaign(
                session,
                services.keyring,
                read_campaign_file(_file(slug, settings), now=moment),
                by="bench",
                now=moment,
            )
            life.freeze(session, services.keyring, slug, by="bench", now=moment)
            campaign = life.open_for_signing(session, slug, by="bench", now=moment)
        values, end = _values(campaign, state), first + signatories
        for begin in range(first, end, _CHUNK):
            numbers = range(begin, min(begin + _CHUNK, end))
            with transaction(services.engine) as session:
                keys = services.keyring.of(session, campaign.id)
                session.execute(insert(Signature), [_signatory(keys, values, number) for number in numbers])
        # As the database would of itself after so many rows; a table that was never filled it does not look at.
        if signatories and services.engine.dialect.name == "postgresql":
            with services.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")

    def post(self, slug: str, *, occurrence: int = 1) -> Queued:
        """Queue one mail to each signatory of a letter, committed."""
        return queue_bulk(self.services, slug, occurrence=occurrence)

    def counts(self) -> dict[MessageState, int]:
        """Count all messages by their state."""
        found = select(col(Message.state), func.count()).group_by(col(Message.state))
        with reading(self.services.engine) as session:
            return {state: int(count) for state, count in session.execute(found).all()}

    def clear(self) -> int:
        """Take what a run that was cut has left out of the queue, so that the next begins with an empty one."""
        left = update(Message).where(col(Message.state).in_(_WAITING))
        with transaction(self.services.engine) as session:
            waiting = select(func.count()).where(col(Message.state).in_(_WAITING))
            count = int(session.execute(waiting).scalar_one())
            session.execute(left.values(state=MessageState.CANCELLED, lease_owner=None, lease_until=None))
        return count


def install(database: Database, folder: Path) -> Installation:
    """Make an installation on an empty database, with a DKIM key of its own."""
    order = {
        "database_url": database.url,
        "data_dir": str(folder / "data"),
        "key_dir": str(folder / "keys"),
        "smtp_url": "",
    }
    initialize(settings_of(order))
    return Installation(database=database, services=make_services(settings_of(order)), order=order)


def signatory_name(number: int) -> str:
    """Name a signatory; all names are of one length."""
    return f"Gauge Keepers of Village {number:07}"


class _Record:
    """What a row is to the functions that seal into it: its table, its id, and room for what they write.

    A real row would take three times as long to make, and nothing of it is kept but its values.
    """

    __tablename__ = Signature.__tablename__

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def _values(campaign: Campaign, state: SignatureState) -> dict[str, Any]:
    """Give the values of a row that are the same for all signatories of a letter."""
    moment, is_counted = now(), state is SignatureState.CONFIRMED
    return Signature(
        campaign_id=campaign.id,
        kind=Kind.ORGANIZATION,
        state=state,
        provenance=Provenance.FORM,
        revision_id=campaign.revision_id,
        accepted_at=moment if is_counted else None,
        confirmed_at=moment if is_counted else None,
        signed_at=moment if state is not SignatureState.INVITED else None,
        visibility=Visibility.PUBLIC,
        name_index=b"",
        email_index=b"",
        name=b"",
        details=b"",
        created_at=moment,
    ).model_dump()


def _signatory(keys: CampaignKeys, values: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Give the row of one signatory, sealed by the product's own functions."""
    sign_on = SignOn(
        kind=Kind.ORGANIZATION,
        name=signatory_name(number),
        email=f"office{number:07}@district{number % _DOMAINS:02}.example",
        visibility=Visibility.PUBLIC,
        country="IS",
        wants_news=True,
    )
    record = _Record(
        {
            **values,
            "id": make_id(),
            "name_index": name_index(keys, sign_on.kind, sign_on.name),
            "email_index": email_index(keys, sign_on.email),
        }
    )
    write_party(keys, cast(Signature, record), sign_on)
    return vars(record)


def _file(slug: str, settings: str) -> bytes:
    here = now()
    opens, deadline = here - timedelta(days=30), here + timedelta(days=30)
    return f'''
slug = "{slug}"
coalition = "Coalition for Open Rivers"
reply_to = "letter@rivers.example"
time_zone = "UTC"
access = "public"
opens = {opens:%Y-%m-%dT%H:%M:%S}
deadline = {deadline:%Y-%m-%dT%H:%M:%S}
call = """{CALL}"""
{settings}

[letter]
title = "Keep the river open"
salutation = "Dear President Example,"
re = "The river at the Basin Summit"
body = """On behalf of ((signatories)) we write to you about the river."""
asks_intro = "We urge you to:"
asks = ["Open the archives.", "Invite the villages."]
ending = "Thank you."
closing = "Respectfully,"

[[approvers]]
name = "Ada Approver"
email = "ada@lakes.example"

[[approvers]]
name = "Ben Approver"
email = "ben@rivers.example"

[[recipients]]
name = "Jane Q. Example"
position = "President of the Republic"
office = "The Presidential Office"
address = ["1 Palace Square", "Capital City"]
country = "US"
emails = ["president@office.example"]
channels = ["email"]
'''.encode()
