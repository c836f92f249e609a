"""A coordinator fixes how a name is printed: its capitals, its accents, its acronym, and nothing more."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import latest_edition, lock_campaign, released_edition
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import fold_name
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.signature import Signature
from service.model.states import PUT_AWAY, CampaignState, SignatureState
from service.signing.found_by import keep_words
from service.signing.line_before import judged, remember
from service.signing.party import SignOn, read_party, write_party
from service.signing.secretariat.doing import sign_on_of
from service.signing.sign import keep_manage_link
from service.signing.workplace import Desk
from service.store.keyring import Keyring

FIXED = "line "
"""What the occurrence of a mail begins with that tells a signatory of a fixed line."""

_STANDS = frozenset({SignatureState.PENDING, SignatureState.CONFIRMED})
_MORE_THAN_SMALL = Sentence(
    "That is more than capitals, accents or punctuation. What somebody signed under, only they can change: ask them to"
    " do so by the link in their mail, or note what they say and decline or add the sign-on anew."
)
_NOT_ITS_ACRONYM = Sentence(
    "These letters do not stand in the name in this order. What is no acronym of it, only the signatory can add."
)
_SETTLED = Sentence("The letter is being approved with this line, or has gone, so it stays as it is.")
_NOT_STANDING = Sentence("This sign-on does not stand, so nothing is printed of it.")
_SAME = Sentence("That is how it is printed already.")


@dataclass(frozen=True, kw_only=True)
class Fix:
    """How a sign-on is to be printed."""

    name: str
    name_latin: str
    acronym: str


def why_not_small(was: SignOn, fix: Fix) -> dict[str, str]:
    """Say of each field why it is more than a small change; nothing where all are small (pure)."""
    wrong: dict[str, str] = {}
    for name in ("name", "name_latin"):
        before, after = getattr(was, name), getattr(fix, name)
        if fold_name(before) != fold_name(after):
            wrong[name] = _MORE_THAN_SMALL
    if fix.acronym and fold_name(fix.acronym) != fold_name(was.acronym):
        letters = fold_name(fix.acronym).replace(" ", "")
        names = (fold_name(was.name), fold_name(was.name_latin))
        if not letters or not any(_stands_in(letters, name) for name in names):
            wrong["acronym"] = _NOT_ITS_ACRONYM
    return wrong


def fix_name(
    session: Session, keyring: Keyring, slug: str, signature_id: str, fix: Fix, *, by: str, now: datetime
) -> bool:
    """Print a name as fixed, and tell its signatory, who can take it back by the link of that mail; False where no address is kept.

    Raises Refused where it is more than a small change (why_not_small() says which), and where the letter is settled.
    """
    campaign = lock_campaign(session, slug)
    row = sign_on_of(session, campaign, signature_id)
    keys = keyring.of(session, campaign.id)
    was = read_party(keys, row)
    reason = why_not_fixed(session, campaign, row) or next(iter(why_not_small(was, fix).values()), "")
    becomes = replace(was, name=fix.name, name_latin=fix.name_latin, acronym=fix.acronym)
    if reason or becomes == was:
        raise Refused(reason or _SAME)
    write_party(keys, row, remember(row, was, becomes, before=judged(row)))
    session.add(row)
    keep_words(session, keys, row)
    audit.record(session, by=by, act="signature.fix", campaign_id=campaign.id, thing=row.id, now=now)
    if row.email is not None:
        _tell(session, keys, campaign, row, now=now)
    return row.email is not None


def why_not_fixed(session: Session, campaign: Campaign, row: Signature) -> str:
    """Say why nothing of this line can be changed now; empty where it can."""
    if row.erased_at is not None or row.state not in _STANDS:
        return _NOT_STANDING
    edition = latest_edition(session, campaign)
    is_proposed = (
        campaign.state is not CampaignState.OPEN and edition is not None and edition.voided_at is None
    )
    has_gone = campaign.state in {CampaignState.SENT, *PUT_AWAY} or released_edition(session, campaign)
    return _SETTLED if is_proposed or has_gone else ""


def _tell(session: Session, keys: CampaignKeys, campaign: Campaign, row: Signature, *, now: datetime) -> None:
    keep_manage_link(Desk(session=session, keys=keys, campaign=campaign, now=now), row)
    outbox.post(
        session,
        kind=MessageKind.LINK,
        campaign_id=campaign.id,
        recipient_ref=row.id,
        occurrence=f"{FIXED}{now.isoformat(timespec='seconds')}",
        now=now,
    )


def _stands_in(letters: str, name: str) -> bool:
    """Tell whether letters stand in a name in their order (pure)."""
    rest = iter(name)
    return all(letter in rest for letter in letters)
