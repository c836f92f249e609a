"""What a sign-on is found by at the desk: kept as keyed hashes, beside sealed names."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists
from sqlmodel import Session, col, select

from service.foundation.addresses import comparable_address
from service.foundation.errors import Permanent
from service.foundation.sealing import CampaignKeys
from service.foundation.searched import fold_for_search
from service.model.retention import UpkeepRound
from service.model.signature import Signature
from service.model.signature_word import SignatureWord
from service.signing.party import SignOn, read_party
from service.store.insert import insert_or
from service.store.keyring import Keyring
from service.store.rows import run_for_rows

ROUND = "signature_words"
DOMAINS = "signature_domains"
"""The one round through the sign-ons that came before they were found by the domains of their mailboxes."""
AT_A_TIME = 500
# A transaction that made a sign-on may commit after another that made a later one.
_LATE_COMMITS = timedelta(minutes=15)
_MOST_WORDS = 24
_NEWEST = 2_000
# The first digits of an id are its moment; 9 of them are about four seconds.
_MOMENT = 9
_DIGEST_BYTES = 16
_KEEP = (
    "INSERT INTO signature_word (campaign_id, digest, signature_id)"
    " SELECT :campaign, v.digest, v.signature FROM {v} WHERE true ON CONFLICT DO NOTHING RETURNING signature_id"
)
_COLUMNS = {"digest": "bytea", "signature": "text"}


def search_words(text: str) -> tuple[str, ...]:
    """Give the folded words of what somebody looks for, each once (pure)."""
    return tuple(dict.fromkeys(fold_for_search(text).split()))[:_MOST_WORDS]


def word_digest(keys: CampaignKeys, word: str) -> bytes:
    """Give the hash by which a folded word is found."""
    return keys.blind("search-word", word)[:_DIGEST_BYTES]


def mailbox_digest(keys: CampaignKeys, address: str) -> bytes:
    """Give the hash by which the sign-ons of a mailbox are found, be it the contact's or the approver's."""
    return keys.blind("search-mailbox", comparable_address(address))[:_DIGEST_BYTES]


def mail_domain(text: str) -> str:
    """Give the domain of an address, or of "@" and a domain, as domains are compared (pure)."""
    return comparable_address(text.rpartition("@")[2]).strip().rstrip(".")


def domains_of(party: SignOn) -> set[str]:
    """Give the domains of the mailboxes of a sign-on, be it the contact's or the approver's (pure)."""
    return {mail_domain(one) for one in (party.email, party.approver_email) if one}


def domain_digest(keys: CampaignKeys, text: str) -> bytes:
    """Give the hash by which the sign-ons from mailboxes of a domain are found."""
    return keys.blind("search-domain", mail_domain(text))[:_DIGEST_BYTES]


def country_digest(keys: CampaignKeys, country: str) -> bytes:
    """Give the hash by which the sign-ons of a country are found."""
    return keys.blind("search-country", country)[:_DIGEST_BYTES]


def digests_of(keys: CampaignKeys, party: SignOn) -> set[bytes]:
    """Give everything that a sign-on is found by; never nothing, so that it is known to have been looked at."""
    named = " ".join(
        (party.name, party.name_latin, party.acronym, party.sort_name, party.representative_name)
    )
    found = {word_digest(keys, word) for word in search_words(named)}
    found |= {mailbox_digest(keys, one) for one in (party.email, party.approver_email) if one}
    found |= {domain_digest(keys, one) for one in domains_of(party)}
    if party.country:
        found.add(country_digest(keys, party.country))
    return found or {keys.blind("search-nothing", "")[:_DIGEST_BYTES]}


def keep_words(session: Session, keys: CampaignKeys, row: Signature) -> None:
    """Keep what a sign-on is found by, in place of what it was found by before."""
    forget_words(session, row.id)
    _keep(session, keys, [row])


def forget_words(session: Session, signature_id: str) -> None:
    """Forget what a sign-on is found by: when it is erased, or has changed."""
    session.flush()
    session.execute(delete(SignatureWord).where(col(SignatureWord.signature_id) == signature_id))


def looked_at_until(session: Session) -> str:
    """Give the id up to which sign-ons are found by their words, but for some of the last minutes."""
    row = session.get(UpkeepRound, ROUND)
    return row.cursor if row is not None else ""


def newest_without_words(session: Session, campaign_id: str, *, most: int) -> Sequence[Signature]:
    """List the newest sign-ons of a letter of which nothing is kept yet; only the last few thousand are looked through."""
    newest = (
        select(Signature.id)
        .where(Signature.campaign_id == campaign_id, col(Signature.id) > looked_at_until(session)[:_MOMENT])
        .order_by(col(Signature.id).desc())
        .limit(_NEWEST)
        .subquery()
    )
    found = select(Signature).join(newest, newest.c.id == col(Signature.id)).where(~_is_kept(""))
    return session.exec(found.order_by(col(Signature.id).desc()).limit(most)).all()


def _is_kept(after: str) -> ColumnElement[bool]:
    # The bound says nothing new, and keeps a database from reading the index from its beginning.
    kept = select(SignatureWord.digest).where(
        SignatureWord.signature_id == Signature.id, col(SignatureWord.signature_id) > after
    )
    return exists(kept)


def begin_after(cursor: str, *, now: datetime) -> str:
    """Give the id from which on sign-ons are looked at once more: ids begin with the moment they were made at (pure)."""
    return min(cursor, moment_key(now - _LATE_COMMITS))


def moment_key(moment: datetime) -> str:
    """Give what the ids begin with that are made at a moment: later ids are larger (pure)."""
    return f"{max(0, int(moment.timestamp() * 1000)):012x}"


def keep_some_words(session: Session, keyring: Keyring, *, after: str) -> str | None:
    """Keep what the next sign-ons are found by; gives the id of the last of them, None where there was none."""
    found = select(Signature).where(col(Signature.id) > after, ~_is_kept(after))
    rows = session.exec(found.order_by(col(Signature.id)).limit(AT_A_TIME)).all()
    for campaign_id in dict.fromkeys(row.campaign_id for row in rows):
        try:
            keys = keyring.of(session, campaign_id)
        except Permanent:
            # Its personal data was purged, so there is nothing to find it by.
            continue
        _keep(session, keys, [row for row in rows if row.campaign_id == campaign_id])
    return rows[-1].id if rows else None


def keep_some_domains(session: Session, keyring: Keyring, *, now: datetime) -> bool:
    """Keep by which domain the next sign-ons are found that came before domains were kept; tells whether any may be left."""
    round_ = session.get(UpkeepRound, DOMAINS) or UpkeepRound(name=DOMAINS, began_at=now)
    if round_.ended_at is not None:
        return False
    found = select(Signature).where(col(Signature.id) > round_.cursor, _is_kept(round_.cursor))
    # Who is erased or changed meanwhile waits for this, and forgets it then.
    held = found.order_by(col(Signature.id)).limit(AT_A_TIME).with_for_update(read=True, of=Signature)
    rows = session.exec(held).all()
    for campaign_id in dict.fromkeys(row.campaign_id for row in rows):
        try:
            keys = keyring.of(session, campaign_id)
        except Permanent:
            continue
        mine = [row for row in rows if row.campaign_id == campaign_id]
        _keep_digests(
            session,
            keys,
            [
                (domain_digest(keys, one), row.id)
                for row in mine
                for one in sorted(domains_of(read_party(keys, row)))
            ],
        )
    if rows:
        round_.cursor = rows[-1].id
    else:
        round_.ended_at = now
    session.add(round_)
    return bool(rows)


def keep_cursor(session: Session, cursor: str, *, now: datetime) -> None:
    """Keep up to where sign-ons were looked at."""
    row = UpkeepRound(name=ROUND, began_at=now, ended_at=now, cursor=cursor)
    moved = {"cursor": cursor, "began_at": now, "ended_at": now}
    session.execute(insert_or(session, row).on_conflict_do_update(index_elements=["name"], set_=moved))


def _keep(session: Session, keys: CampaignKeys, rows: Sequence[Signature]) -> None:
    session.flush()
    found = [(digest, row.id) for row in rows for digest in sorted(digests_of(keys, read_party(keys, row)))]
    _keep_digests(session, keys, found)


def _keep_digests(session: Session, keys: CampaignKeys, found: Sequence[tuple[bytes, str]]) -> None:
    if found:
        run_for_rows(session.connection(), _KEEP, columns=_COLUMNS, rows=found, campaign=keys.campaign)
