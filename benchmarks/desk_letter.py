"""A very large letter for the desk: sealed sign-ons at both ends, as many again between them as are wanted, and its mail."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import insert, text
from sqlmodel import Session

from benchmarks.desk_objects import SLUG, add_reminder
from benchmarks.installation import Installation
from service.campaigns.contents import open_file
from service.campaigns.queries import get_campaign
from service.campaigns.revise import Change, revise
from service.foundation.clock import now
from service.foundation.identity import make_id
from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.signature import HeldReason, Kind, Provenance, Signature, Visibility
from service.model.signature_word import SignatureWord
from service.model.states import SignatureState
from service.signing.found_by import country_digest, digests_of, word_digest
from service.signing.party import SignOn, email_index, name_index, write_party
from service.store.insert import make_stamp
from service.store.transaction import reading, transaction

COUNTRIES = ("IS", "NO", "FR", "DE", "ES", "IT", "PL", "RO", "PT", "GR", "TR", "KZ", "IN", "US", "CA", "MX")
_CHUNK, _COPIES = 2_000, 100_000
_WORDS = 2_000
# Between the sealed ones: nobody opens their names, so random bytes of the same length are as good.
_COPY = (
    "INSERT INTO signature ({columns}) SELECT {values} FROM signature AS s, generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n"
    " WHERE s.id = :like"
)
_FIND = (
    "INSERT INTO signature_word (campaign_id, digest, signature_id)"
    " SELECT s.campaign_id, CASE WHEN p.place = 0 THEN (CAST(:countries AS bytea[]))[1 + abs(hashtext(s.id)) % CAST(:many_countries AS integer)]"
    " ELSE (CAST(:words AS bytea[]))[1 + abs(hashtext(s.id || p.place)) % CAST(:many_words AS integer)] END, s.id"
    " FROM signature AS s, generate_series(0, 2) AS p(place)"
    " WHERE s.campaign_id = :campaign AND s.id >= :from AND s.id < :until ON CONFLICT DO NOTHING"
)
_MAIL = (
    "INSERT INTO message (id, kind, campaign_id, recipient_ref, destination, occurrence, dedupe_key, state, priority,"
    " attempt, possible_duplicate, due_at, expires_at, created_at, settled_at, relay, enhanced_code, remote_queue_id, tls)"
    " SELECT :stamp || lpad(to_hex(n), 8, '0'), CAST(:kind AS varchar), campaign_id, id, '', CAST(:occurrence AS varchar), CAST(:kind AS varchar) || ':' || id,"
    " CASE WHEN n % 100 = 0 THEN 'refused' WHEN n % 20 = 0 AND :kind = 'reminder' THEN 'queued' ELSE 'accepted' END,"
    " 1, 1, false, created_at, created_at + interval '9 days', created_at, created_at, '', CASE WHEN n % 100 = 0 THEN '5.1.1' ELSE '' END, '', ''"
    " FROM (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM signature WHERE campaign_id = :campaign) AS newest"
    " WHERE n <= :mails"
)
_HEARD = (
    "INSERT INTO message_event (id, message_id, at, was, became, attempt, reason)"
    " SELECT CAST(:stamp AS varchar) || lpad(to_hex(row_number() OVER ()), 8, '0'), id, created_at, 'submitting', CAST(:became AS varchar), 1, '5.2.2'"
    " FROM message WHERE campaign_id = :campaign AND abs(hashtext(id)) % CAST(:one_in AS integer) = 0"
)


def fill(installation: Installation, *, signatures: int, mails: int, say: Callable[[str], None]) -> None:
    """Make the letter on PostgreSQL: one in a hundred at each end, and 10,000 at least, is sealed by the product's own functions."""
    installation.add_letter(SLUG, signatories=0)
    engine, sealed = installation.services.engine, min(signatures // 2, max(10_000, signatures // 100))
    first = _revise(installation)
    with reading(engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = installation.services.keyring.of(session, campaign.id)
    _add_sealed(installation, keys, campaign, range(sealed), earlier=first)
    say(f"{sealed:,} sealed sign-ons at the old end")
    _add_copies(installation, keys, campaign, number=max(0, signatures - 2 * sealed))
    say(f"{signatures - 2 * sealed:,} between, with what they are found by")
    _add_sealed(installation, keys, campaign, range(sealed, 2 * sealed))
    say(f"{sealed:,} sealed sign-ons at the new end")
    occurrence = add_reminder(installation, posted=mails // 2)
    with transaction(engine) as session:
        for kind, of in (("thanks", "1"), ("reminder", occurrence)):
            facts = {"campaign": campaign.id, "mails": mails // 2, "kind": kind, "occurrence": of}
            session.execute(text(_MAIL), {"stamp": make_stamp(), **facts})
        for became, one_in in (("accepted", 1), ("bounced", 50)):
            told = {"campaign": campaign.id, "became": became, "one_in": one_in}
            session.execute(text(_HEARD), {"stamp": make_stamp(), **told})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
        # What follows is to meet a large table, and not the disk at work on what has just filled it.
        connection.exec_driver_sql("CHECKPOINT")
    say(f"{mails:,} e-mails")


def _revise(installation: Installation) -> str:
    """Give the letter a second version, which nearly all sign; gives the id of the first."""
    services, moment = installation.services, now()
    with transaction(services.engine) as session:
        campaign = get_campaign(session, SLUG)
        first, file = campaign.revision_id or "", open_file(session, services.keyring, campaign)
        letter = replace(file.letter, ending="Thank you, and good water.")
        change = Change(file=replace(file, letter=letter), objections_until=moment + timedelta(days=3))
        revise(session, services.keyring, SLUG, change, by="bench", now=moment)
    return first


class _Record:
    """What a row is to the functions that seal into it; a real one takes three times as long to make."""

    __tablename__ = Signature.__tablename__

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def _add_sealed(
    installation: Installation, keys: CampaignKeys, campaign: Campaign, numbers: range, *, earlier: str = ""
) -> None:
    values = _values(campaign)
    for begin in range(numbers.start, numbers.stop, _CHUNK):
        rows, words = [], []
        for number in range(begin, min(begin + _CHUNK, numbers.stop)):
            row, sign_on = _sealed(keys, values, number)
            if earlier and number % 20 == 1:
                row["revision_id"] = earlier
            rows.append(row)
            words += [
                {"campaign_id": campaign.id, "digest": digest, "signature_id": row["id"]}
                for digest in digests_of(keys, sign_on)
            ]
        with transaction(installation.services.engine) as session:
            session.execute(insert(Signature), rows)
            session.execute(insert(SignatureWord), words)


def _sealed(keys: CampaignKeys, values: Mapping[str, Any], number: int) -> tuple[dict[str, Any], SignOn]:
    kind = Kind.ORGANIZATION if number % 10 == 0 else Kind.PERSON
    sign_on = SignOn(
        kind=kind,
        name=f"Gauge Keeper {number:07}",
        email=f"keeper{number:07}@district{number % 40:02}.example",
        visibility=tuple(Visibility)[number % 3],
        country=COUNTRIES[number % len(COUNTRIES)],
        language=("en", "fr", "es")[number % 3],
        condition="If the dates stay." if number % 101 == 0 else "",
        wants_news=number % 4 == 0,
    )
    state = _state(number)
    is_invited, is_confirmed = kind is Kind.ORGANIZATION, state is SignatureState.CONFIRMED
    own = {
        "id": make_id(),
        "kind": kind,
        "invited": is_invited,
        "provenance": Provenance.INVITATION if is_invited else Provenance.FORM,
        "name_index": name_index(keys, kind, sign_on.name),
        "email_index": email_index(keys, sign_on.email),
        "held_reason": HeldReason.SECRETARIAT if number % 97 == 0 else None,
        "state": state,
        "confirmed_at": values["confirmed_at"] if is_confirmed else None,
        "accepted_at": values["accepted_at"] if is_confirmed and number % 89 else None,
    }
    record = _Record({**values, **own})
    write_party(keys, cast(Signature, record), replace(sign_on))
    return vars(record), sign_on


def _state(number: int) -> SignatureState:
    """Say where a sealed sign-on stands; those of organizations, each tenth, were asked by invitation."""
    if number % 7 == 0:
        return SignatureState.PENDING
    if number % 30 == 0:
        return SignatureState.INVITED
    return SignatureState.INTENDS if number % 50 == 0 else SignatureState.CONFIRMED


def _values(campaign: Campaign) -> dict[str, Any]:
    moment = now() - timedelta(days=1)
    return Signature(
        campaign_id=campaign.id,
        kind=Kind.PERSON,
        state=SignatureState.CONFIRMED,
        provenance=Provenance.FORM,
        revision_id=campaign.revision_id,
        accepted_at=moment,
        confirmed_at=moment,
        signed_at=moment,
        visibility=Visibility.PUBLIC,
        name_index=b"",
        email_index=b"",
        name=b"",
        details=b"",
        created_at=moment,
    ).model_dump()


def _add_copies(installation: Installation, keys: CampaignKeys, campaign: Campaign, *, number: int) -> None:
    stamp, engine = make_stamp(), installation.services.engine
    with reading(engine) as session:
        like = _like(session, campaign)
    days = "(n % 90) * interval '1 day'"
    own = {
        "id": "CAST(:stamp AS varchar) || lpad(to_hex(n), 8, '0')",
        "kind": "'person'",
        "name_index": "sha256(gen_random_uuid()::text::bytea)",
        "email_index": "sha256(gen_random_uuid()::text::bytea)",
        "confirmed_at": f"s.confirmed_at - {days}",
        "signed_at": f"s.signed_at - {days}",
        "state": "CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'confirmed' END",
        "wants_news": "n % 500 = 0",
        "language": "CASE WHEN n % 1000 = 0 THEN 'fr' ELSE 'en' END",
    }
    columns = [column.name for column in Signature.metadata.tables["signature"].columns]
    values = ", ".join(own.get(name, f"s.{name}") for name in columns)
    adding = text(_COPY.format(columns=", ".join(columns), values=values))
    countries = [country_digest(keys, code) for code in COUNTRIES]
    words = [word_digest(keys, f"word{place}") for place in range(_WORDS)]
    for first in range(1, number + 1, _COPIES):
        last = min(first + _COPIES - 1, number)
        with transaction(engine) as session:
            session.execute(adding, {"stamp": stamp, "first": first, "last": last, "like": like})
            session.execute(
                text(_FIND),
                {
                    "campaign": campaign.id,
                    "countries": countries,
                    "many_countries": len(countries),
                    "words": words,
                    "many_words": len(words),
                    "from": f"{stamp}{first:08x}",
                    "until": f"{stamp}{last + 1:08x}",
                },
            )


def _like(session: Session, campaign: Campaign) -> str:
    plain = (
        "SELECT id FROM signature WHERE campaign_id = :campaign AND kind = 'person' AND state = 'confirmed'"
        " AND held_reason IS NULL AND condition IS NULL AND accepted_at IS NOT NULL AND revision_id = :revision LIMIT 1"
    )
    of_letter = {"campaign": campaign.id, "revision": campaign.revision_id}
    return str(session.execute(text(plain), of_letter).scalar_one())
