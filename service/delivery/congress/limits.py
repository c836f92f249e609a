"""How long each part of a letter may be, and what it must look like: the schema's own limits, as data (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.delivery.congress.chamber import Chamber
from service.foundation.sentence import Sentence

STATES = (
    "AK|AL|AR|AS|AZ|CA|CO|CT|DC|DE|FL|GA|GU|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MP|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY"
    "|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VA|VI|VT|WA|WI|WV|WY"
)

TOPICS = (
    "Agriculture and Food",
    "Animals",
    "Armed Forces and National Security",
    "Arts, Culture, Religion",
    "Civil Rights and Liberties, Minority Issues",
    "Commerce",
    "Congress",
    "Crime and Law Enforcement",
    "Economics and Public Finance",
    "Education",
    "Emergency Management",
    "Energy",
    "Environmental Protection",
    "Families",
    "Finance and Financial Sector",
    "Foreign Trade and International Finance",
    "Government Operations and Politics",
    "Health",
    "Housing and Community Development",
    "Immigration",
    "International Affairs",
    "Labor and Employment",
    "Law",
    "Native Americans",
    "Public Lands and Natural Resources",
    "Science, Technology, Communications",
    "Social Sciences and History",
    "Social Welfare",
    "Sports and Recreation",
    "Taxation",
    "Transportation and Public Works",
    "Water Resources Development",
)

_EMAIL, _PHONE = r"[^@]+@[^.]+\..+", r"[0-9]{3}-[0-9]{3}-[0-9]{4}"
_EMAIL_LIKE = Sentence("an e-mail address")
_PHONE_LIKE = Sentence("a number like 202-555-0100")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What one element may hold: from `least` to `most` characters, or what `pattern` matches, which is said by `like`."""

    element: str
    is_needed: bool = False
    least: int = 1
    most: int = 500
    pattern: str = ""
    like: Sentence | str = ""


def limits_of(chamber: Chamber) -> tuple[Limit, ...]:
    """Give the limits of all elements that hold text, but for topics and bills, of which there may be several."""
    return (*_of_the_delivery(chamber), *_of_the_constituent(chamber), *_of_the_message())


def _of_the_delivery(chamber: Chamber) -> Iterator[Limit]:
    yield Limit(
        element="DeliveryId",
        is_needed=True,
        pattern="[a-zA-Z0-9]{32}",
        like=Sentence("32 letters and digits"),
    )
    yield Limit(element="DeliveryAgent", is_needed=True, least=4)
    yield _email("DeliveryAgentAckEmailAddress", is_needed=True)
    yield Limit(element="DeliveryAgentContactName", is_needed=True, least=6)
    yield _email("DeliveryAgentContactEmail", is_needed=True)
    yield _phone("DeliveryAgentContactPhone", is_needed=True)
    yield Limit(element="CampaignId", is_needed=True, least=2)
    yield Limit(element="Organization", least=chamber.least_organization)
    yield Limit(element="OrganizationContactName", least=2)
    yield _email("OrganizationContactEmail")
    yield _phone("OrganizationContactPhone")
    yield Limit(element="OrganizationAbout", least=6)
    yield Limit(
        element="MemberOffice",
        is_needed=True,
        pattern=chamber.office,
        like=Sentence("a code like {code}", code=chamber.office_like),
    )


def _of_the_constituent(chamber: Chamber) -> Iterator[Limit]:
    yield _prefix(chamber)
    yield Limit(element="FirstName", is_needed=True)
    yield Limit(element="MiddleName")
    yield Limit(element="LastName", is_needed=True)
    yield Limit(element="Suffix")
    yield Limit(element="Title")
    yield Limit(element="ConstituentOrganization", least=3)
    yield Limit(element="Address1", is_needed=True, least=3)
    yield Limit(element="Address2", least=3)
    yield Limit(element="Address3", least=3)
    yield Limit(element="City", is_needed=True, least=3)
    yield Limit(
        element="StateAbbreviation",
        is_needed=True,
        pattern=STATES,
        like=Sentence("the two letters of a state or territory"),
    )
    yield Limit(
        element="Zip",
        is_needed=True,
        pattern="[0-9]{5}(-[0-9]{4})?",
        like=Sentence("five digits, or nine like 22201-0001"),
    )
    yield _phone("Phone")
    yield _email("Email", is_needed=True)


def _of_the_message() -> Iterator[Limit]:
    yield Limit(element="Subject", is_needed=True, least=6)
    yield Limit(
        element="MoreInfo",
        pattern=r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?",
        like=Sentence("a link that begins with https://"),
    )
    yield Limit(element="OrganizationStatement", least=6, most=10_000)
    yield Limit(element="ConstituentMessage", least=6, most=10_000)


def _prefix(chamber: Chamber) -> Limit:
    if not chamber.prefixes:
        return Limit(element="Prefix", is_needed=True)
    return Limit(
        element="Prefix",
        is_needed=True,
        pattern="|".join(prefix.replace(".", r"\.") for prefix in chamber.prefixes),
        like=Sentence("one of {words}", words=", ".join(chamber.prefixes)),
    )


def _email(element: str, *, is_needed: bool = False) -> Limit:
    return Limit(element=element, is_needed=is_needed, pattern=_EMAIL, like=_EMAIL_LIKE)


def _phone(element: str, *, is_needed: bool = False) -> Limit:
    return Limit(element=element, is_needed=is_needed, pattern=_PHONE, like=_PHONE_LIKE)
