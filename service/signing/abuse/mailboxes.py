"""Find out of the mailboxes of sign-ons what a secretariat may want to know: flags, which refuse nobody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from disposable_email_domains import blocklist
from sqlmodel import Session, col, or_, select

from service.foundation.addresses import ascii_address, similar_address
from service.mail.dns import Resolver, Unanswered
from service.model.campaign import Campaign, CampaignKey
from service.model.mailbox_check import MailboxCheck
from service.model.signature import Signature
from service.model.states import SignatureState
from service.signing.party import confirming_mailbox
from service.store.insert import insert_or
from service.store.keyring import Keyring

_ASK_AGAIN_AFTER = timedelta(hours=6)
_GIVE_UP_AFTER = timedelta(days=7)
_MOST_SIMILAR = 10


@dataclass(frozen=True, kw_only=True)
class Unchecked:
    """A mailbox that nobody has looked at yet, or of which the DNS did not answer."""

    signature_id: str
    campaign_id: str
    email_index: bytes
    similar: bytes
    domain: str


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What was found of one sign-on's mailbox; `similar_to` are the ids of those whose addresses reach the same."""

    disposable: bool = False
    no_mail: bool = False
    similar_to: tuple[str, ...] = ()

    def words(self) -> str:
        """Write the flags as a secretariat reads them; empty where there are none."""
        found = ["throw-away address"] if self.disposable else []
        found += ["its domain takes no mail"] if self.no_mail else []
        found += [f"same mailbox as {one}" for one in self.similar_to]
        return ", ".join(found)


def unchecked(session: Session, keyring: Keyring, *, now: datetime, most: int) -> Sequence[Unchecked]:
    """Give mailboxes to look at: new ones, those that were changed, and for a week those the DNS had no answer on."""
    is_new = col(MailboxCheck.signature_id).is_(None)
    is_changed = col(MailboxCheck.email_index) != col(Signature.email_index)
    is_open = (
        col(MailboxCheck.takes_mail).is_(None)
        & (col(MailboxCheck.checked_at) < now - _ASK_AGAIN_AFTER)
        & (col(Signature.created_at) > now - _GIVE_UP_AFTER)
    )
    found = (
        select(Signature)
        # Of a letter that was purged nobody can read an address any more.
        .join(CampaignKey, col(CampaignKey.campaign_id) == col(Signature.campaign_id))
        .outerjoin(MailboxCheck, col(MailboxCheck.signature_id) == col(Signature.id))
        .where(
            col(Signature.email).is_not(None),
            col(Signature.state).in_((SignatureState.PENDING, SignatureState.CONFIRMED)),
            or_(is_new, is_changed, is_open),
        )
        .order_by(col(Signature.id))
        .limit(most)
    )
    return [_unchecked(session, keyring, signature) for signature in session.exec(found)]


def domains_to_ask(rows: Iterable[Unchecked]) -> frozenset[str]:
    """Give the domains of mailboxes, each once, in ASCII."""
    return frozenset(row.domain for row in rows)


def find_out(resolver: Resolver, domains: Iterable[str]) -> Mapping[str, bool | None]:
    """Ask the DNS which domains take mail; None for one on which it gave no answer. Holds no transaction."""
    return {domain: _takes_mail(resolver, domain) for domain in sorted(domains)}


def is_disposable(domain: str) -> bool:
    """Tell whether a domain, or one above it, is known to give out mailboxes that are thrown away."""
    labels = domain.casefold().split(".")
    return any(".".join(labels[place:]) in blocklist for place in range(len(labels) - 1))


def keep_findings(
    session: Session, rows: Iterable[Unchecked], takes_mail: Mapping[str, bool | None], *, now: datetime
) -> None:
    """Keep what was found; a later look replaces an earlier one."""
    for row in rows:
        check = MailboxCheck(
            signature_id=row.signature_id,
            campaign_id=row.campaign_id,
            email_index=row.email_index,
            similar=row.similar,
            disposable=is_disposable(row.domain),
            takes_mail=takes_mail.get(row.domain),
            checked_at=now,
        )
        found = check.model_dump(exclude={"signature_id", "campaign_id"})
        session.execute(
            insert_or(session, check).on_conflict_do_update(index_elements=["signature_id"], set_=found)
        )


def flags_of(session: Session, campaign: Campaign) -> Mapping[str, Flags]:
    """Give the flags of a letter's sign-ons by their ids; those without any are left out.

    Two are similar where their addresses differ and their provider brings both to one mailbox. One address that signs
    twice, for an organization and for its owner say, is no flag.
    """
    checks = session.exec(select(MailboxCheck).where(MailboxCheck.campaign_id == campaign.id)).all()
    same: dict[bytes, list[MailboxCheck]] = defaultdict(list)
    for check in checks:
        same[bytes(check.similar)].append(check)
    flags = {
        check.signature_id: Flags(
            disposable=check.disposable,
            no_mail=check.takes_mail is False,
            similar_to=tuple(
                sorted(
                    other.signature_id
                    for other in same[bytes(check.similar)]
                    if other.email_index != check.email_index
                )
            ),
        )
        for check in checks
    }
    return {signature_id: found for signature_id, found in flags.items() if found != Flags()}


def flags_of_one(session: Session, signature: Signature) -> Flags:
    """Give the flags of one sign-on; of those that are similar to it, the oldest few."""
    check = session.get(MailboxCheck, signature.id)
    if check is None:
        return Flags()
    similar = select(MailboxCheck.signature_id).where(
        MailboxCheck.campaign_id == check.campaign_id,
        MailboxCheck.similar == check.similar,
        MailboxCheck.email_index != check.email_index,
    )
    return Flags(
        disposable=check.disposable,
        no_mail=check.takes_mail is False,
        similar_to=tuple(session.exec(similar.order_by(MailboxCheck.signature_id).limit(_MOST_SIMILAR))),
    )


def _unchecked(session: Session, keyring: Keyring, signature: Signature) -> Unchecked:
    keys = keyring.of(session, signature.campaign_id)
    address = confirming_mailbox(keys, signature.id, email=signature.email, details=signature.details)
    return Unchecked(
        signature_id=signature.id,
        campaign_id=signature.campaign_id,
        email_index=signature.email_index,
        similar=keys.blind("similar-mailbox", similar_address(address)),
        domain=ascii_address(address).rpartition("@")[2].casefold(),
    )


def _takes_mail(resolver: Resolver, domain: str) -> bool | None:
    try:
        hosts = resolver.mail_hosts(domain)
        if hosts:
            # RFC 7505: one host without a name says that the domain takes no mail.
            return any(host.host for host in hosts)
        # RFC 5321, section 5.1: without an MX record the domain's own address takes its mail.
        return bool(resolver.addresses(domain))
    except Unanswered:
        return None
