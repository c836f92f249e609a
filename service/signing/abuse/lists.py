"""The lists of addresses, domains and networks, for one letter or for all: whom to block, whom to allow, where no mail goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.coordinators import audit
from service.foundation.addresses import normal_address, similar_address
from service.foundation.errors import Refused
from service.foundation.keyed import keyed_hash
from service.foundation.sealing import RootKey
from service.foundation.sentence import Sentence
from service.mail.no_mail import domain_index, free_unwritten
from service.model.abuse import AbuseRule, Listed, RuleKind
from service.signing.abuse.origin import Origin, read_network
from service.store.keyring import Keyring

_MAIL = frozenset({RuleKind.ADDRESS, RuleKind.DOMAIN})
_A_DOMAIN = Sentence("Write the domain to which no mail is to go, like example.org.")


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a rule names: the fewer it covers, the smaller its breadth."""

    kind: RuleKind
    value: str
    breadth: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the lists say of one form. An allowed network is spared the limits of addresses, and nothing else."""

    blocked: bool
    allowed_network: bool


def read_named(text: str) -> Named:
    """Read what an operator typed: an e-mail address, a domain, an address or a network; raises Refused."""
    written = text.strip()
    if "@" in written:
        return Named(kind=RuleKind.ADDRESS, value=similar_address(normal_address(written)), breadth=0)
    if "/" in written or ":" in written or written.replace(".", "").isdigit():
        network = read_network(written)
        return Named(
            kind=RuleKind.NETWORK, value=str(network), breadth=network.max_prefixlen - network.prefixlen
        )
    try:
        domain = normal_address(f"a@{written}").rpartition("@")[2].casefold()
    except Refused as error:
        raise Refused(
            Sentence(
                "“{text}” is no e-mail address, no domain like example.org, and no network like "
                "203.0.113.0/24.",
                text=text,
            )
        ) from error
    return Named(kind=RuleKind.DOMAIN, value=domain, breadth=1)


def names_of(email: str, origin: Origin | None) -> tuple[Named, ...]:
    """Give everything that a rule on this mailbox, if there is one, or this origin may name (pure)."""
    networks = origin.wider() if origin else ()
    return (
        *(_names_of_mailbox(email) if email else ()),
        *(
            Named(
                kind=RuleKind.NETWORK, value=str(network), breadth=network.max_prefixlen - network.prefixlen
            )
            for network in networks
        ),
    )


def _names_of_mailbox(email: str) -> tuple[Named, ...]:
    address = similar_address(email)
    domain = email.rpartition("@")[2].casefold()
    labels = domain.split(".")
    parents = [".".join(labels[place:]) for place in range(max(1, len(labels) - 1))]
    return (
        Named(kind=RuleKind.ADDRESS, value=address, breadth=0),
        *(
            Named(kind=RuleKind.DOMAIN, value=parent, breadth=place)
            for place, parent in enumerate(parents, start=1)
        ),
    )


def look_up(
    session: Session, keyring: Keyring, *, campaign_id: str, email: str, origin: Origin | None
) -> Found:
    """Ask the lists about a form that was sent."""
    named = {index_of(keyring.site_key, one, Listed.BLOCK): one for one in names_of(email, origin)}
    found = session.exec(
        select(AbuseRule).where(
            col(AbuseRule.campaign_id).in_(("", campaign_id)), col(AbuseRule.value_index).in_(list(named))
        )
    ).all()
    facts = [
        (named[bytes(rule.value_index)].kind, named[bytes(rule.value_index)].breadth, rule) for rule in found
    ]
    mail = strongest((breadth, rule) for kind, breadth, rule in facts if kind in _MAIL)
    network = strongest((breadth, rule) for kind, breadth, rule in facts if kind is RuleKind.NETWORK)
    return Found(
        blocked=Listed.BLOCK in {mail, network},
        allowed_network=network is Listed.ALLOW,
    )


def strongest(rules: Iterable[tuple[int, AbuseRule]]) -> Listed | None:
    """Choose among the rules that fit (pure): the most exact; then one of the letter's own; then a block."""
    order = sorted(rules, key=lambda one: (one[0], one[1].campaign_id == "", one[1].listed is Listed.ALLOW))
    return order[0][1].listed if order else None


def set_rule(
    session: Session,
    keyring: Keyring,
    named: Named,
    listed: Listed,
    *,
    campaign_id: str,
    by: str,
    now: datetime,
) -> bool:
    """Put what is named on a list, and of block and allow off the other one; tells whether that changed anything.

    Raises Refused where no mail is to go to what is no domain.
    """
    if listed is Listed.NO_MAIL and named.kind is not RuleKind.DOMAIN:
        raise Refused(_A_DOMAIN)
    index = index_of(keyring.site_key, named, listed)
    rule = _rule(session, campaign_id, index)
    if rule is not None and rule.listed is listed:
        return False
    if rule is None:
        rule = AbuseRule(
            campaign_id=campaign_id,
            listed=listed,
            kind=named.kind,
            breadth=named.breadth,
            value_index=index,
            value=b"",
            created_at=now,
            created_by=by,
        )
        rule.value = keyring.root.wrap_secret(named.value.encode(), name=place_of(rule.id))
    rule.listed, rule.created_at, rule.created_by = listed, now, by
    session.add(rule)
    audit.record(
        session,
        by=by,
        act=f"abuse.{listed.value}",
        campaign_id=campaign_id or None,
        thing=f"{named.kind.value} {rule.id}",
        now=now,
    )
    return True


def forget_rule(
    session: Session, keyring: Keyring, named: Named, *, campaign_id: str, by: str, now: datetime
) -> bool:
    """Take what is named off all lists; tells whether it was on one."""
    indices = dict.fromkeys(index_of(keyring.site_key, named, listed) for listed in Listed)
    rules = [rule for index in indices if (rule := _rule(session, campaign_id, index)) is not None]
    for rule in rules:
        take_off(session, rule, by=by, now=now)
    return bool(rules)


def take_off(session: Session, rule: AbuseRule, *, by: str, now: datetime) -> None:
    """Take one line off the lists; mail that was held because of it goes on."""
    session.delete(rule)
    session.flush()
    if rule.listed is Listed.NO_MAIL:
        free_unwritten(session, rule.campaign_id, now=now)
    audit.record(
        session,
        by=by,
        act="abuse.forget",
        campaign_id=rule.campaign_id or None,
        thing=f"{rule.kind.value} {rule.id}",
        now=now,
    )


def find_rule(
    session: Session, keyring: Keyring, named: Named, listed: Listed, *, campaign_id: str
) -> AbuseRule | None:
    """Find the line that stands where one of this list would: of block and allow a name has one at most."""
    return _rule(session, campaign_id, index_of(keyring.site_key, named, listed))


def all_rules(session: Session) -> Sequence[AbuseRule]:
    """List the rules, in the order they were made."""
    return session.exec(select(AbuseRule).order_by(col(AbuseRule.created_at), col(AbuseRule.id))).all()


def rule_value(root: RootKey, rule: AbuseRule) -> str:
    """Open what a rule names."""
    return root.open_secret(rule.value, name=place_of(rule.id)).decode()


def place_of(rule_id: str) -> str:
    """Give the name under which the root key wraps what a rule names."""
    return f"abuse-rule {rule_id}"


def index_of(site_key: bytes, named: Named, listed: Listed) -> bytes:
    """Give the keyed hash under which a rule is found: one for block and allow, another for where no mail goes."""
    if listed is Listed.NO_MAIL:
        return domain_index(site_key, named.value)
    return keyed_hash(site_key, f"abuse-rule\0{named.kind.value}\0{named.value}".encode())


def _rule(session: Session, campaign_id: str, index: bytes) -> AbuseRule | None:
    found = select(AbuseRule).where(AbuseRule.campaign_id == campaign_id, AbuseRule.value_index == index)
    return session.exec(found.with_for_update()).one_or_none()
