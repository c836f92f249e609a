"""Find, of an organization that signs, the signatories and the invited that it could be taken for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, or_, text
from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys, Place
from service.model.resemblance import Likeness, LikenessIndex, Resemblance
from service.model.signature import Kind, Signature
from service.model.states import SignatureState
from service.signing.members import members_of
from service.signing.organizations.likeness import Named, likeness, worth_a_look
from service.signing.organizations.listed import listed_alike, named_of
from service.store.rows import run_for_rows
from service.store.sealed import open_text

MOST_COMPARED = 10_000
"""With so many names, the newest, spelling is compared; what merely looks the same is found among any number."""

_INDEXED_AT_ONCE = 500
_LOOK = {"signature_id": "text", "digest": "bytea"}
# Two who sign at one moment may find the same names missing.
_KEEP = (
    "INSERT INTO likeness_index (signature_id, digest, campaign_id)"
    " SELECT v.signature_id, v.digest, :campaign FROM {v} WHERE true ON CONFLICT DO NOTHING"
)
# Said in full, and not by a parameter: only so a database sees that its index of organizations will do.
_IS_ORGANIZATION = text("signature.kind = 'organization'")


@dataclass(frozen=True, kw_only=True)
class Alike:
    """A sign-on or invitation that a name could be taken for, and how."""

    signature_id: str
    likeness: Likeness


def find_alikes(session: Session, keys: CampaignKeys, row: Signature) -> Sequence[Alike]:
    """Find those that the name of this organization looks like, the oldest first, and keep its own look for later ones.

    Compared are the invited and the confirmed sign-ons of the letter, and the members that confirmed ones list: whoever
    only filled in the form can hold nobody up. Of whoever is on the coalition's list only the members that it lists
    itself are compared. Pairs on which somebody has decided already are left out.
    """
    if row.kind is not Kind.ORGANIZATION:
        return ()
    index_name(session, keys, row)
    _index_missing(session, keys)
    found = _alike_to_members(session, keys, row)
    if not row.invited:
        mine = named_of(keys, row)
        suspects = _looking_the_same(session, keys, row, mine) | _spelled_alike(session, keys, row)
        found |= listed_alike(session, keys, row)
        found |= {
            other.id: how
            for other in _rows(session, suspects)
            if (how := likeness(mine, named_of(keys, other))) is not None
        }
    decided = _decided(session, row)
    return [
        Alike(signature_id=other, likeness=found[other]) for other in sorted(found) if other not in decided
    ]


def _alike_to_members(session: Session, keys: CampaignKeys, row: Signature) -> dict[str, Likeness]:
    """Find those that look the same as a member which this sign-on lists, or go by its name as an acronym."""
    members = {
        member.name_index: Named(name=open_text(keys, member, "name")) for member in members_of(session, row)
    }
    wanted = {digest for named in members.values() for digest in _wanted(keys, named)}
    if not wanted:
        return {}
    found = select(LikenessIndex.signature_id).where(
        LikenessIndex.campaign_id == row.campaign_id, col(LikenessIndex.digest).in_(wanted)
    )
    return {
        other.id: how
        for other in _rows(session, set(session.exec(found).all()) - {row.id})
        # Who has exactly a member's name speaks for itself.
        if other.name_index not in members
        for named in members.values()
        if (how := likeness(named, named_of(keys, other))) is not None
    }


def signatories_looking_like(session: Session, keys: CampaignKeys, name: str) -> Sequence[Signature]:
    """Find the confirmed organizations of a letter that look like a name somebody wrote, or go by it as an acronym."""
    asked = Named(name=name)
    found = select(LikenessIndex.signature_id).where(
        LikenessIndex.campaign_id == keys.campaign, col(LikenessIndex.digest).in_(_wanted(keys, asked))
    )
    rows = _rows(session, set(session.exec(found).all()))
    return [
        row for row in rows if row.state is SignatureState.CONFIRMED and likeness(asked, named_of(keys, row))
    ]


def index_name(session: Session, keys: CampaignKeys, row: Signature) -> None:
    """Keep what the name of a sign-on looks like, in place of what was kept of it before."""
    forget_name(session, row.id)
    index_names(session, keys, [row])


def index_names(session: Session, keys: CampaignKeys, rows: Iterable[Signature]) -> None:
    """Keep what the names of these organizations look like, of which nothing is kept yet."""
    session.flush()
    looks = [
        (row.id, digest)
        for row in rows
        if row.kind is Kind.ORGANIZATION
        for digest in sorted(_digests(keys, named_of(keys, row)))
    ]
    run_for_rows(session.connection(), _KEEP, columns=_LOOK, rows=looks, campaign=keys.campaign)


def forget_name(session: Session, signature_id: str) -> None:
    """Forget what the name of a sign-on looks like: when it is erased, or has changed."""
    session.flush()
    session.execute(delete(LikenessIndex).where(col(LikenessIndex.signature_id) == signature_id))


def _digests(keys: CampaignKeys, named: Named) -> set[bytes]:
    looks = {("look", form.whole) for form in named.forms}
    shuffled = {("words", " ".join(sorted(form.words))) for form in named.forms if len(form.words) > 1}
    acronyms = {("acronym", acronym) for acronym in named.acronyms}
    short = {("short", name) for name in named.short_names}
    return {keys.blind(f"likeness-{role}", word) for role, word in looks | shuffled | acronyms | short}


def _wanted(keys: CampaignKeys, named: Named) -> set[bytes]:
    """Give the hashes of what would look like this: itself, its acronym as a name, its name as an acronym."""
    crossed = {("short", acronym) for acronym in named.acronyms} | {
        ("acronym", name) for name in named.short_names
    }
    return _digests(keys, named) | {keys.blind(f"likeness-{role}", word) for role, word in crossed}


def _looking_the_same(session: Session, keys: CampaignKeys, row: Signature, mine: Named) -> set[str]:
    found = (
        select(LikenessIndex.signature_id)
        .where(
            LikenessIndex.campaign_id == row.campaign_id,
            col(LikenessIndex.digest).in_(_wanted(keys, mine)),
            LikenessIndex.signature_id != row.id,
        )
        .distinct()
    )
    return set(session.exec(found).all())


def _spelled_alike(session: Session, keys: CampaignKeys, row: Signature) -> set[str]:
    """Open the names, which lie sealed, and pick those that differ by a few letters."""
    found = (
        select(Signature.id, Signature.name)
        .where(_compared(row.campaign_id), Signature.id != row.id)
        .order_by(col(Signature.id).desc())
        .limit(MOST_COMPARED)
    )
    others: Sequence[tuple[str, bytes]] = session.exec(found).all()
    names = [keys.open(name, place=Place(table="signature", column="name", row=key)) for key, name in others]
    own = keys.open(row.name, place=Place(table="signature", column="name", row=row.id))
    return {others[place][0] for place in worth_a_look(own, names)}


def _rows(session: Session, ids: set[str]) -> Sequence[Signature]:
    return session.exec(select(Signature).where(col(Signature.id).in_(ids), _stands())).all() if ids else ()


def _index_missing(session: Session, keys: CampaignKeys) -> None:
    """Keep the look of names that came in by a list, or before looks were kept at all."""
    entry = select(LikenessIndex.digest).where(LikenessIndex.signature_id == Signature.id)
    missing = select(Signature).where(_compared(keys.campaign), ~exists(entry)).limit(_INDEXED_AT_ONCE)
    index_names(session, keys, session.exec(missing).all())


def _compared(campaign_id: str) -> ColumnElement[bool]:
    return and_(col(Signature.campaign_id) == campaign_id, _IS_ORGANIZATION, _stands())


def _stands() -> ColumnElement[bool]:
    # Who is on the coalition's list counts whatever it answered: its name is taken in vain most easily then.
    stands = or_(col(Signature.state) == SignatureState.CONFIRMED, col(Signature.invited).is_(True))
    # Who erased its sign-on has no name any more.
    return and_(stands, col(Signature.erased_at).is_(None))


def _decided(session: Session, row: Signature) -> set[str]:
    mine = or_(col(Resemblance.signature_id) == row.id, col(Resemblance.other_id) == row.id)
    pairs = session.exec(select(Resemblance).where(mine, col(Resemblance.verdict).is_not(None))).all()
    return {pair.signature_id for pair in pairs} | {pair.other_id for pair in pairs}
