"""One constituent's letter to one office: the values it is made of, and the tree they become (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.delivery.congress.constituent import Constituent

OWN_WORDS, STATEMENT = "ConstituentMessage", "OrganizationStatement"

Node = tuple[str, "str | tuple[Node, ...]"]

_YES = {True: "Y", False: "N"}


class Stance(StrEnum):
    """What is asked about a bill."""

    PRO = "Pro"
    CON = "Con"


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Who delivers: `name` must be the one that the chamber has registered for the key; `phone` is like 202-555-0100."""

    name: str
    acknowledge_to: str
    contact_name: str
    contact_email: str
    contact_phone: str


@dataclass(frozen=True, kw_only=True)
class Organization:
    """Whose campaign it is: the coalition."""

    name: str = ""
    about: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Bill:
    """A bill that the letter is about, `kind` as the chamber writes it."""

    congress: int
    kind: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Plea:
    """The campaign's part, the same in the letters of all constituents.

    `slug` is the letter's. `statement` is the coalition's text. `stance` is given only where the letter is for or against a
    bill; it is never made up.
    """

    slug: str
    subject: str
    topics: tuple[str, ...]
    statement: str = ""
    bills: tuple[Bill, ...] = ()
    stance: Stance | None = None
    more_info: str = ""

    @property
    def campaign_id(self) -> str:
        """What is the same for all letters of one campaign and one stance, and for no others."""
        return f"{self.slug}-{self.stance.lower()}" if self.stance else self.slug


@dataclass(frozen=True, kw_only=True, repr=False)
class ConstituentLetter:
    """All that one letter says; `key` is its parcel's, the same for every try, and `office` the chamber's code of the office."""

    key: str
    day: date
    office: str
    agent: Agent
    organization: Organization
    plea: Plea
    constituent: Constituent


def tree_of(letter: ConstituentLetter) -> Node:
    """Give the letter as nested names and texts, in the order of the schema; what is empty has no node."""
    return (
        "CWC",
        (
            ("CWCVersion", "2.0"),
            ("Delivery", _delivery(letter)),
            ("Recipient", _recipient(letter)),
            ("Constituent", _constituent(letter.constituent)),
            ("Message", _message(letter.plea, letter.constituent.own_words)),
        ),
    )


def leaves(node: Node) -> Iterator[tuple[str, str]]:
    """Give each element that holds text, with its text, in order."""
    name, inside = node
    if isinstance(inside, str):
        yield name, inside
        return
    for child in inside:
        yield from leaves(child)


def _delivery(letter: ConstituentLetter) -> tuple[Node, ...]:
    agent, organization = letter.agent, letter.organization
    return (
        *_lines(
            ("DeliveryId", letter.key),
            ("DeliveryDate", f"{letter.day:%Y%m%d}"),
            ("DeliveryAgent", agent.name),
            ("DeliveryAgentAckEmailAddress", agent.acknowledge_to),
        ),
        (
            "DeliveryAgentContact",
            _lines(
                ("DeliveryAgentContactName", agent.contact_name),
                ("DeliveryAgentContactEmail", agent.contact_email),
                ("DeliveryAgentContactPhone", agent.contact_phone),
            ),
        ),
        *_lines(("Organization", organization.name)),
        *_branch(
            "OrganizationContact",
            ("OrganizationContactName", organization.contact_name),
            ("OrganizationContactEmail", organization.contact_email),
            ("OrganizationContactPhone", organization.contact_phone),
        ),
        *_lines(("OrganizationAbout", organization.about), ("CampaignId", letter.plea.campaign_id)),
    )


def _recipient(letter: ConstituentLetter) -> tuple[Node, ...]:
    # Nobody is put on an office's mailing list by signing a letter.
    return _lines(
        ("MemberOffice", letter.office),
        ("IsResponseRequested", _YES[letter.constituent.wants_answer]),
        ("NewsletterOptIn", "N"),
    )


def _constituent(person: Constituent) -> tuple[Node, ...]:
    return _lines(
        ("Prefix", person.prefix),
        ("FirstName", person.first_name),
        ("MiddleName", person.middle_name),
        ("LastName", person.last_name),
        ("Suffix", person.suffix),
        ("Title", person.title),
        ("ConstituentOrganization", person.organization),
        ("Address1", person.address),
        ("Address2", person.address_2),
        ("Address3", person.address_3),
        ("City", person.city),
        ("StateAbbreviation", person.state),
        ("Zip", person.zip),
        ("Phone", person.phone),
        ("AddressValidation", "N"),
        ("Email", person.email),
        ("EmailValidation", _YES[person.is_email_confirmed]),
    )


def _message(plea: Plea, own_words: str) -> tuple[Node, ...]:
    return (
        *_lines(("Subject", plea.subject)),
        ("LibraryOfCongressTopics", _lines(*(("LibraryOfCongressTopic", topic) for topic in plea.topics))),
        *((("Bills", tuple(_bill(bill) for bill in plea.bills)),) if plea.bills else ()),
        *_lines(("ProOrCon", plea.stance or ""), ("MoreInfo", plea.more_info)),
        # The schema takes them in this order only.
        *_texts((STATEMENT, plea.statement), (OWN_WORDS, own_words)),
    )


def _bill(bill: Bill) -> Node:
    return (
        "Bill",
        _lines(
            ("BillCongress", str(bill.congress)),
            ("BillTypeAbbreviation", bill.kind),
            ("BillNumber", str(bill.number)),
        ),
    )


def _branch(name: str, *parts: tuple[str, str]) -> tuple[Node, ...]:
    inside = _lines(*parts)
    return ((name, inside),) if inside else ()


def _lines(*parts: tuple[str, str]) -> tuple[Node, ...]:
    found = ((name, " ".join(text.split())) for name, text in parts)
    return tuple((name, text) for name, text in found if text)


def _texts(*parts: tuple[str, str]) -> tuple[Node, ...]:
    found = ((name, re.sub(r"\r\n?", "\n", text).strip()) for name, text in parts)
    return tuple((name, text) for name, text in found if text)
