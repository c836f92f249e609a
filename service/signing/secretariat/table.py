"""A page of the table of sign-ons, newest first: found by keys and indexes, whether there are ten or a million."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, func, literal, select, union
from sqlmodel import Session, col

from service.foundation.addresses import veiled_address
from service.foundation.sealing import CampaignKeys
from service.foundation.searched import fold_for_search, is_found
from service.model.campaign import Campaign
from service.model.evidence import Evidence
from service.model.intake import Intake
from service.model.letter_revision import LetterRevision
from service.model.signature import HeldReason, Kind, Provenance, Signature, Standing, Visibility, standing
from service.model.signature_word import SignatureWord
from service.model.states import IntakeState
from service.signing.found_by import (
    country_digest,
    domain_digest,
    domains_of,
    mail_domain,
    mailbox_digest,
    moment_key,
    newest_without_words,
    search_words,
    word_digest,
)
from service.signing.naming import chosen_naming
from service.signing.organizations.evidence import grade
from service.signing.organizations.proofs import speaking_for
from service.signing.party import SignOn, email_index, read_party
from service.signing.secretariat.filters import Filter, Stands, conditions, is_indexed, stands
from service.store.keyring import Keyring

PAGE = 50
SCANNED = 40_000
"""So many rows one page looks through at most; where it has found too few, it says where to look on."""
_FOUND_BY_WORDS = 10_000
_OPENED = 600
_NEW = 200
# Between the moment that is kept of a sign-on and the one its id begins with, and between the clocks of two machines.
_SPARE = timedelta(hours=1)
_NO_END = "g"
MOST_COUNTED = 1_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One sign-on as the table shows it; `mailbox` is veiled, and empty where none is kept, `named` None before it was chosen."""

    id: str
    name: str
    kind: Kind
    standing: Standing
    held: HeldReason | None
    is_attested: bool
    is_machine_like: bool
    is_erased: bool
    country: str
    language: str
    named: Visibility | None
    grade: str
    mailbox: str
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of the sign-ons asked for; `before` is the key to go on from, "" at the end.

    `is_cut` where the page ended because it had looked through enough, and not because it was full.
    """

    rows: Sequence[Row]
    before: str = ""
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How many sign-ons wait for somebody, and forms that are none yet; MOST_COUNTED stands for that many or more."""

    held: int
    awaiting: int
    conditional: int
    forms: int


def table_page(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    asked: Filter,
    *,
    before: str = "",
    most: int = PAGE,
) -> Page:
    """Give the next sign-ons that were made before the key `before`; without it the newest."""
    keys = keyring.of(session, campaign.id)
    start = _start(asked, before)
    found = list(_rows(session, keys, campaign, asked, before=start, most=most))
    shown = found[:most]
    rows = _written(session, keys, campaign, shown)
    if len(found) > most:
        return Page(rows=rows, before=shown[-1].id)
    cut = _where_it_stopped(session, keys, campaign, asked, before=start)
    return Page(rows=rows, before=cut, is_cut=bool(cut))


def matching_rows(
    session: Session, keyring: Keyring, campaign: Campaign, asked: Filter, *, before: str, most: int
) -> tuple[list[Signature], str]:
    """Give the next sign-ons asked for, whole, and the key to go on from; "" at the end, though some may still be none."""
    keys, start = keyring.of(session, campaign.id), _start(asked, before)
    found = list(_rows(session, keys, campaign, asked, before=start, most=most))
    if len(found) > most:
        return found[:most], found[most - 1].id
    return found, _where_it_stopped(session, keys, campaign, asked, before=start)


def matching_ids(
    session: Session, keyring: Keyring, campaign: Campaign, asked: Filter, *, most: int
) -> list[str]:
    """Give the ids of the sign-ons asked for, newest first; one more than `most` where there are more."""
    found: list[str] = []
    before = ""
    while len(found) <= most:
        rows, before = matching_rows(session, keyring, campaign, asked, before=before, most=most + 1)
        found += [row.id for row in rows]
        if not before:
            break
    return found[: most + 1]


def names_of(
    session: Session, keyring: Keyring, campaign: Campaign, ids: Collection[str]
) -> Mapping[str, str]:
    """Give the names of a few sign-ons of this letter by their ids."""
    keys = keyring.of(session, campaign.id)
    found = select(Signature).where(col(Signature.campaign_id) == campaign.id, col(Signature.id).in_(ids))
    return {row.id: read_party(keys, row).name for row in session.execute(found).scalars()}


def waiting_numbers(session: Session, campaign: Campaign) -> Waits:
    """Count what waits for the secretariat; beyond a thousand it is not counted on."""

    def number(word: Stands) -> int:
        some = (
            select(literal(1))
            .select_from(Signature)
            .where(col(Signature.campaign_id) == campaign.id, stands(campaign, word))
        )
        counted = select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())
        return int(session.execute(counted).scalar_one())

    forms = (
        select(literal(1))
        .select_from(Intake)
        .where(col(Intake.campaign_id) == campaign.id, col(Intake.state) == IntakeState.QUARANTINED)
    )
    counted = select(func.count()).select_from(forms.limit(MOST_COUNTED).subquery())
    return Waits(
        held=number(Stands.HELD),
        awaiting=number(Stands.AWAITING),
        conditional=number(Stands.CONDITIONAL),
        forms=int(session.execute(counted).scalar_one()),
    )


def _start(asked: Filter, before: str) -> str:
    """Give the key before which to look: ids begin with the moment they were made at, so what came later is passed over."""
    end = moment_key(asked.end + _SPARE) if asked.end else _NO_END
    return min(before or _NO_END, end)


def _floor(asked: Filter) -> str:
    """Give the key below which nothing can have come in the time asked for; "" where all of it may."""
    return moment_key(asked.first - _SPARE) if asked.first else ""


def _rows(
    session: Session, keys: CampaignKeys, campaign: Campaign, asked: Filter, *, before: str, most: int
) -> Iterator[Signature]:
    """Give one more row than is wanted, where there is one."""
    is_first = before == _start(asked, "")
    beside = _not_kept_yet(session, keys, campaign, asked) if asked.words and is_first else []
    yield from beside
    part = _candidates(keys, campaign, asked, before=before)
    if part is None:
        return
    ids = part.subquery()
    found = (
        _down_to(session, campaign, asked, before)
        if _is_scanned(asked)
        else select(Signature).join(ids, ids.c.id == col(Signature.id))
    )
    found = found.where(*conditions(session, campaign, asked)).order_by(col(Signature.id).desc())
    known = {row.id for row in beside}
    if not asked.grade:
        rows = session.execute(found.limit(most + 1)).scalars().all()
        yield from (row for row in rows if row.id not in known)
        return
    opened = session.execute(found.limit(_OPENED)).scalars().all()
    grades = _grades(session, keys, opened)
    yield from (row for row in opened if grades.get(row.id) == asked.grade)


def _candidates(
    keys: CampaignKeys, campaign: Campaign, asked: Filter, *, before: str
) -> Select[tuple[str]] | None:
    """Select the ids among which to look, newest first, a bounded number of them; None where nothing can be meant."""
    if "@" in asked.words[1:]:
        return _of_mailbox(keys, campaign, asked.words, before=before)
    digests = _digests(keys, asked.words)
    if asked.words and not digests:
        return None
    if asked.country:
        digests.append(country_digest(keys, asked.country))
    if digests:
        return _of_digests(campaign, digests, before=before)
    found: Select[tuple[str]] = select(col(Signature.id).label("id")).where(
        col(Signature.campaign_id) == campaign.id,
        col(Signature.id) < before,
        col(Signature.id) >= _floor(asked),
    )
    if is_indexed(asked):
        found = found.where(stands(campaign, Stands(asked.stands)))
    return found.order_by(col(Signature.id).desc()).limit(SCANNED)


def _digests(keys: CampaignKeys, words: str) -> list[bytes]:
    if words.startswith("@"):
        return [domain_digest(keys, words)]
    return [word_digest(keys, word) for word in search_words(words)]


def _is_scanned(asked: Filter) -> bool:
    """Tell whether what is asked for has no index, so that sign-ons are looked through one by one."""
    return not (asked.words or asked.country or asked.grade or is_indexed(asked))


def _down_to(session: Session, campaign: Campaign, asked: Filter, before: str) -> Select[Signature]:
    """Select the sign-ons that one page looks through.

    They are named by the first and the last of them: of a list of their ids PostgreSQL may think that it is quicker to
    read the whole table beside it.
    """
    mine = (col(Signature.campaign_id) == campaign.id, col(Signature.id) < before)
    last = _last_scanned(session, campaign, asked, before)
    return select(Signature).where(*mine, col(Signature.id) >= max(last, _floor(asked)))


def _last_scanned(session: Session, campaign: Campaign, asked: Filter, before: str) -> str:
    """Give the last sign-on that one page looks at; "" where it looks at all that may be meant."""
    mine = (
        col(Signature.campaign_id) == campaign.id,
        col(Signature.id) < before,
        col(Signature.id) >= _floor(asked),
    )
    found = select(col(Signature.id)).where(*mine).order_by(col(Signature.id).desc())
    return session.execute(found.offset(SCANNED - 1).limit(1)).scalar_one_or_none() or ""


def _of_digests(campaign: Campaign, digests: Sequence[bytes], *, before: str) -> Select[tuple[str]]:
    first = SignatureWord.__table__.alias("first")  # type: ignore[attr-defined]  # -- every table's class has it
    others = [
        SignatureWord.__table__.alias(f"more{place}")  # type: ignore[attr-defined]  # -- every table's class has it
        for place in range(len(digests) - 1)
    ]
    found = select(first.c.signature_id.label("id")).where(
        first.c.campaign_id == campaign.id, first.c.digest == digests[0], first.c.signature_id < before
    )
    for other, digest in zip(others, digests[1:], strict=True):
        found = found.where(
            exists().where(
                and_(
                    other.c.campaign_id == campaign.id,
                    other.c.digest == digest,
                    other.c.signature_id == first.c.signature_id,
                )
            )
        )
    return found.order_by(first.c.signature_id.desc()).limit(_FOUND_BY_WORDS)


def _of_mailbox(keys: CampaignKeys, campaign: Campaign, address: str, *, before: str) -> Select[tuple[str]]:
    written = address.strip()
    confirming: Select[tuple[str]] = select(col(Signature.id).label("id")).where(
        col(Signature.campaign_id) == campaign.id, col(Signature.email_index) == email_index(keys, written)
    )
    beside: Select[tuple[str]] = select(col(SignatureWord.signature_id).label("id")).where(
        col(SignatureWord.campaign_id) == campaign.id,
        col(SignatureWord.digest) == mailbox_digest(keys, written),
    )
    both = union(confirming, beside).subquery()
    return select(both.c.id).where(both.c.id < before).order_by(both.c.id.desc()).limit(_FOUND_BY_WORDS)


def _where_it_stopped(
    session: Session, keys: CampaignKeys, campaign: Campaign, asked: Filter, *, before: str
) -> str:
    """Give where a page that is not full stopped looking; "" where it has seen all there is."""
    if _is_scanned(asked):
        return _last_scanned(session, campaign, asked, before)
    part = _candidates(keys, campaign, asked, before=before)
    if part is None:
        return ""
    ids = part.subquery()
    if asked.grade:
        meant: Select[tuple[str]] = (
            select(col(Signature.id).label("id"))
            .join(ids, ids.c.id == col(Signature.id))
            .where(*conditions(session, campaign, asked))
        )
        opened = meant.order_by(col(Signature.id).desc()).limit(_OPENED).subquery()
        last, seen = session.execute(select(func.min(opened.c.id), func.count(opened.c.id))).one()
        if seen >= _OPENED:
            return str(last)
    limit = _FOUND_BY_WORDS if asked.words or asked.country else SCANNED
    last, seen = session.execute(select(func.min(ids.c.id), func.count(ids.c.id))).one()
    return str(last) if seen >= limit else ""


def _not_kept_yet(session: Session, keys: CampaignKeys, campaign: Campaign, asked: Filter) -> list[Signature]:
    """Open the few that came just now, of which nothing is kept to find them by."""
    rows = newest_without_words(session, campaign.id, most=_NEW)
    query = fold_for_search(asked.words)
    found = []
    for row in rows:
        party = read_party(keys, row)
        named = " ".join((party.name, party.name_latin, party.acronym, party.sort_name))
        if asked.words.startswith("@"):
            is_meant = mail_domain(asked.words) in domains_of(party)
        else:
            is_meant = is_found(query, fold_for_search(named))
        if is_meant:
            found.append(row)
    meant = select(Signature).where(
        col(Signature.id).in_([row.id for row in found]), *conditions(session, campaign, asked)
    )
    return list(session.execute(meant.order_by(col(Signature.id).desc())).scalars()) if found else []


def _written(
    session: Session, keys: CampaignKeys, campaign: Campaign, rows: Sequence[Signature]
) -> list[Row]:
    versions = _versions(session, campaign)
    grades = _grades(session, keys, rows)
    return [_row(keys, campaign, row, grades.get(row.id, ""), versions) for row in rows]


def _row(
    keys: CampaignKeys, campaign: Campaign, row: Signature, its_grade: str, versions: Mapping[str, int]
) -> Row:
    party = read_party(keys, row)
    return Row(
        id=row.id,
        name=party.name,
        kind=row.kind,
        standing=standing(row, campaign),
        held=row.held_reason,
        is_attested=row.provenance is Provenance.ATTESTED,
        is_machine_like=row.machine_like,
        is_erased=row.erased_at is not None,
        country=party.country,
        language=row.language,
        named=chosen_naming(row),
        grade=its_grade,
        mailbox=veiled_mailbox(party),
        version=versions.get(row.revision_id or "", 0),
        at=row.confirmed_at or row.signed_at or row.created_at,
    )


def veiled_mailbox(party: SignOn) -> str:
    """Give the mailbox that confirms so that who knows it may recognize it and nobody can read it."""
    return veiled_address(party.confirming_email) if party.confirming_email else ""


def _grades(session: Session, keys: CampaignKeys, rows: Sequence[Signature]) -> Mapping[str, str]:
    organizations = [row for row in rows if row.kind is Kind.ORGANIZATION]
    pieces: dict[str, list[Evidence]] = {}
    of_these = select(Evidence).where(col(Evidence.signature_id).in_([row.id for row in organizations]))
    for piece in session.execute(of_these).scalars():
        pieces.setdefault(piece.signature_id, []).append(piece)
    return {
        row.id: grade(speaking_for(keys, row, read_party(keys, row), pieces.get(row.id, ()))).value
        for row in organizations
    }


def _versions(session: Session, campaign: Campaign) -> Mapping[str, int]:
    found = select(col(LetterRevision.id), col(LetterRevision.number)).where(
        col(LetterRevision.campaign_id) == campaign.id
    )
    return {one.id: one.number for one in session.execute(found)}
