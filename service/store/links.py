"""Secret links: given out for one purpose and one row, found again by digest only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.tokens import derive_token, looks_like_token, token_digest
from service.model.campaign import Campaign
from service.model.link_token import LinkToken, Purpose
from service.model.states import CampaignState
from service.store.insert import insert_or
from service.store.rows import read_moment, run_for_rows, run_quickly

_LINK = {"digest": "bytea", "purpose": "text", "row_id": "text", "generation": "integer"}
_KEEP = (
    "INSERT INTO link_token (digest, purpose, campaign_id, row_id, generation, created_at, expires_at)"
    " SELECT v.digest, v.purpose, :campaign, v.row_id, v.generation, :at, :until FROM {v} WHERE true"
    " ON CONFLICT (digest) DO UPDATE SET expires_at = excluded.expires_at"
    " WHERE link_token.expires_at < excluded.expires_at"
)
_USE = "UPDATE link_token SET used_at = COALESCE(used_at, :now) WHERE digest = :digest RETURNING created_at"


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a link is for: one purpose, one row, and the generation that ends all earlier ones."""

    purpose: Purpose
    row_id: str
    generation: int = 1


def link_token(keys: CampaignKeys, link: Link) -> str:
    """Make the token of a link; the same link always has the same token, so mails can be made again."""
    return derive_token(keys.token, purpose=link.purpose.value, row=link.row_id, generation=link.generation)


def keep_link(
    session: Session, keys: CampaignKeys, link: Link, *, expires_at: datetime, now: datetime
) -> None:
    """Keep the digest of a link, so that it opens until it expires; a link that is given again lives on."""
    row = _row(keys, link, expires_at=expires_at, now=now)
    session.flush()
    # Two may give the same link at one moment, a reminder and a confirmation say: neither may fail.
    session.execute(insert_or(session, row).on_conflict_do_nothing(index_elements=["digest"]))
    lives_on = update(LinkToken).where(
        col(LinkToken.digest) == row.digest, col(LinkToken.expires_at) < expires_at
    )
    session.execute(lives_on.values(expires_at=expires_at))


def keep_links(
    session: Session, keys: CampaignKeys, links: Sequence[Link], *, expires_at: datetime, now: datetime
) -> None:
    """Keep many links at once, as keep_link() does."""
    session.flush()
    rows = {
        token_digest(link_token(keys, link)): (link.purpose.value, link.row_id, link.generation)
        for link in links
    }
    # In one order, so that two who keep the same links never wait for one another.
    kept = [(digest, *rows[digest]) for digest in sorted(rows)]
    if kept:
        run_for_rows(
            session.connection(),
            _KEEP,
            columns=_LINK,
            rows=kept,
            campaign=keys.campaign,
            at=now,
            until=expires_at,
        )


def use_link(session: Session, keys: CampaignKeys, link: Link, *, now: datetime) -> datetime | None:
    """Mark a link as used, unless it was before; gives when it was first given out, None where it never was."""
    session.flush()
    digest = token_digest(link_token(keys, link))
    given_at = run_quickly(session.connection(), _USE, digest=digest, now=now)
    return read_moment(given_at) if given_at is not None else None


def find_link(session: Session, token: str, purpose: Purpose) -> LinkToken:
    """Find what a link opens, expired or not; raises NotFound for any other token or purpose.

    While a letter is hidden in an emergency no link of it opens anything, nor once its personal data was deleted.
    """
    found = session.get(LinkToken, token_digest(token)) if looks_like_token(token) else None
    if found is None or found.purpose is not purpose:
        raise NotFound(Sentence("This link does not open anything."))
    letter = session.get(Campaign, found.campaign_id) if found.campaign_id else None
    if letter is not None and (letter.emergency_at is not None or letter.state is CampaignState.PURGED):
        raise NotFound(Sentence("This link does not open anything."))
    return found


def _row(keys: CampaignKeys, link: Link, *, expires_at: datetime, now: datetime) -> LinkToken:
    return LinkToken(
        digest=token_digest(link_token(keys, link)),
        purpose=link.purpose,
        campaign_id=keys.campaign,
        row_id=link.row_id,
        generation=link.generation,
        created_at=now,
        expires_at=expires_at,
    )
