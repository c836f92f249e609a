"""How long it takes to fire a schedule over a million sign-ons, and how much memory that needs beside a tenth of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, update
from sqlmodel import Session, col, select

from benchmarks.databases import POSTGRESQL
from benchmarks.installation import Installation
from benchmarks.processes import ContenderFailed, Usage, python_contender
from benchmarks.verdict import Line, at_most, holds
from service.campaigns.queries import get_campaign
from service.foundation.clock import now
from service.mail import outbox
from service.model.anchor import Anchor
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import Signature
from service.model.states import MessageState, OccurrenceState, SignatureState
from service.schedules.audience import Audience
from service.schedules.due import Timing
from service.signing.sign import LINKS_LIVE
from service.store.insert import insert_from, make_stamp, numbered_id
from service.store.transaction import reading, transaction

MANY, FEW = 1_000_000, 100_000
WANTED_SECONDS = 15.0
WANTED_MEGABYTES = 16.0
_RUN_SECONDS = 240.0
# All of them have had the mail that asks them to confirm, and hold its links.
_PURPOSES = (Purpose.CONFIRM, Purpose.NOT_ME, Purpose.UNSUBSCRIBE)


def letters_of() -> Iterator[tuple[str, int]]:
    """Name the letters that are needed, each with one signatory, after whom the others are made."""
    yield from ((_letter(many), 1) for many in (FEW, MANY))


def measure_firing(installation: Installation) -> Iterator[Line]:
    """Fire a reminder to everybody who has not confirmed, on a letter of many and on one of few."""
    print("\nFrom the moment that a reminder is due to its last mail in the outbox:")
    few, many = (_measure(installation, number) for number in (FEW, MANY))
    yield at_most(f"a schedule over {MANY:,} sign-ons is fired", many.seconds, WANTED_SECONDS, unit="s")
    yield at_most(
        f"its memory beside that over {FEW:,}",
        many.peak_megabytes - few.peak_megabytes,
        WANTED_MEGABYTES,
        unit="MB",
    )
    yield holds(
        "everybody was posted to, and once",
        measured=f"{few.told['posted']} / {many.told['posted']}",
        wanted=f"{FEW} / {MANY}",
        so=(few.told["posted"], many.told["posted"]) == (FEW, MANY),
    )


def _measure(installation: Installation, many: int) -> Usage:
    _fill(installation, _letter(many), many)
    _plan(installation, _letter(many))
    with python_contender("benchmarks.scale.firer", installation.order) as firer:
        firer.go()
        usage = firer.wait(seconds=_RUN_SECONDS)
    if usage is None:
        raise ContenderFailed(f"A schedule over {many} sign-ons was not fired in {_RUN_SECONDS:.0f} s.")
    usage = replace(usage, told={"posted": _posted(installation, _letter(many))})
    print(
        f"  {installation.name:<12}{many:>10,} sign-ons: {usage.seconds:6.2f} s, {usage.peak_megabytes:.1f} MB",
        flush=True,
    )
    return usage


def _fill(installation: Installation, letter: str, many: int) -> None:
    """Let so many have asked to sign ten days ago, have had their mail, and hold its links.

    What is sealed of them is the same for all: firing opens none of it, and makes none of the links again.
    """
    here = now()
    long_ago = here - timedelta(days=10)
    with transaction(installation.services.engine) as session:
        campaign = get_campaign(session, letter)
        one = session.exec(select(Signature).where(Signature.campaign_id == campaign.id)).one()
        one.state, one.created_at, one.signed_at = SignatureState.PENDING, long_ago, long_ago
        one.confirmed_at = one.accepted_at = None
        session.flush()
        numbers = select(literal(1).label("number")).cte("numbers", recursive=True)
        numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < many - 1))
        one_more = numbered_id(session, make_stamp())
        mailboxes: dict[str, ColumnElement[Any]] = {
            "id": one_more,
            "name_index": _chance(session),
            "email_index": _chance(session),
        }
        session.execute(insert_from(session, one, mailboxes, select(numbers)))
        everybody: Select[str] = select(col(Signature.id).label("whom")).where(
            Signature.campaign_id == campaign.id
        )
        whom = everybody.subquery("everybody")
        outbox.post_all(
            session,
            kind=MessageKind.CONFIRM,
            campaign_id=campaign.id,
            recipients=everybody.order_by(col(Signature.id)),
            occurrence="first",
            now=long_ago,
            is_first=True,
        )
        went = update(Message).where(col(Message.campaign_id) == campaign.id)
        session.execute(went.values(state=MessageState.ACCEPTED, settled_at=long_ago))
        for purpose in _PURPOSES:
            link = LinkToken(
                digest=b"",
                purpose=purpose,
                campaign_id=campaign.id,
                row_id="",
                generation=1,
                created_at=long_ago,
                expires_at=long_ago + LINKS_LIVE,
            )
            held: dict[str, ColumnElement[Any]] = {"digest": _chance(session), "row_id": whom.c.whom}
            session.execute(insert_from(session, link, held, select(whom)))
    _settle(installation)


def _chance(session: Session) -> ColumnElement[Any]:
    """Say in SQL 32 bytes by chance, for each row others."""
    if session.get_bind().dialect.name == "sqlite":
        return func.randomblob(32)
    return func.uuid_send(func.gen_random_uuid()).concat(func.uuid_send(func.gen_random_uuid()))


def _settle(installation: Installation) -> None:
    """Let the database do what it would have done of itself in ten days."""
    tidy = ("VACUUM ANALYZE", "CHECKPOINT") if installation.name == POSTGRESQL else ("ANALYZE",)
    with installation.services.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in tidy:
            connection.exec_driver_sql(statement)


def _plan(installation: Installation, letter: str) -> None:
    here = now()
    with transaction(installation.services.engine) as session:
        session.add(
            Schedule(
                campaign_id=get_campaign(session, letter).id,
                name="reminder",
                action=Action.REMIND,
                timing=Timing(anchor=Anchor.AT, local=f"{here:%Y-%m-%dT%H:%M:%S}").as_record(),
                audience=Audience(states=(SignatureState.PENDING,), spare_hours=48).as_record(),
                since=here - timedelta(minutes=1),
                created_at=here,
                created_by="bench",
                approved_at=here,
                # One who plans for so many alone would be asked again.
                approved_by="another",
            )
        )


def _posted(installation: Installation, letter: str) -> int:
    with reading(installation.services.engine) as session:
        campaign = get_campaign(session, letter)
        fired = session.exec(select(Occurrence).where(Occurrence.campaign_id == campaign.id)).one()
        assert fired.state is OccurrenceState.FIRED, fired
        mails = select(func.count()).where(
            col(Message.campaign_id) == campaign.id, col(Message.occurrence) == fired.id
        )
        posted = int(session.execute(mails).scalar_one())
        return posted if posted == fired.posted else -1


def _letter(many: int) -> str:
    return f"firing-{many}"
