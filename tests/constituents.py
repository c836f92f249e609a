"""A letter whose signatories can ask their Members of Congress, set up for a chamber in the tests."""

from collections.abc import Mapping

from sqlmodel import select

from service.delivery.asking import Asking
from service.delivery.registry import PEOPLE
from service.model.chamber_list import ChamberList
from service.model.constituent import Constituent
from service.model.delivery import Delivery
from service.model.signature import Kind, Visibility
from service.store.transaction import reading, transaction
from tests.carrying import carry, set_up
from tests.coalition import Coalition, letter_file
from tests.doubles.congress import KEY, ChamberOnServer
from tests.ways import CONGRESS

OFFICE, OTHER_OFFICE, SENATOR = "HVA08", "HCA11", "SVA02"
SETTINGS: Mapping[str, str] = {**CONGRESS, "key": KEY}
"""What sets the House up for real."""

ASKED: Mapping[str, str] = {
    "office": OFFICE,
    "prefix": "Ms.",
    "first_name": "Alexandrina",
    "last_name": "Okafor-Constituent",
    "address": "4711 Hidden Hollow Road",
    "address_2": "Apartment 9Z",
    "city": "Arlington",
    "state": "VA",
    "zip": "22205-4077",
    "phone": "(703) 555-0102",
    "own_words": "My grandmother fished in this river.",
}
"""What a constituent gives in the form."""

SECRETS = (
    "Alexandrina",
    "Okafor-Constituent",
    "Hidden Hollow",
    "Apartment 9Z",
    "22205-4077",
    "703-555-0102",
    "grandmother fished",
)
"""What of it nobody but the office may ever see."""


def member(name: str, office: str, channel: str = "cwc", role: str = "to") -> str:
    """Write the table of one Member."""
    return f"""
[[recipients]]
role = "{role}"
name = "{name}"
position = "Member of Congress"
office = "US Congress"
country = "US"
channels = ["{channel}"]
office_code = "{office}"
"""


MEMBERS = (
    member("Ada Member", OFFICE)
    + member("Bo Member", OTHER_OFFICE)
    + member("Cy Senator", SENATOR, "soapbox", role="cc")
)


def file_to_members(more: str = "") -> bytes:
    """Write the campaign file of a letter that is written to a President by e-mail, and to Members."""
    return letter_file(more=f'admit = "everyone"\n{more}', tables=MEMBERS)


def opened(coalition: Coalition, server: ChamberOnServer | None = None, **changes: str) -> Coalition:
    """Open such a letter, with the House set up where there is one."""
    coalition.open(file_to_members())
    if server is not None:
        settings = {**SETTINGS, "base": server.base, **changes}
        set_up(coalition, "cwc", settings)
        list_offices(coalition, settings, *server.offices)
    return coalition


def list_offices(
    coalition: Coalition, settings: Mapping[str, str], *codes: str, channel: str = "cwc"
) -> None:
    """Have the chamber's list of offices, as if it had just been fetched."""
    place = PEOPLE[channel].list_at(settings)
    kept = ChamberList(place=place, offices=sorted(codes), fetched_at=coalition.now, tried_at=coalition.now)
    with transaction(coalition.engine) as session:
        session.merge(kept)


def sign_as_person(coalition: Coalition, name: str = "Tenzin Example") -> str:
    """Let a person sign and confirm; gives the path of the person's own page."""
    address = f"{name.split()[0].lower()}@valley.example"
    coalition.sign_and_confirm(name, kind=Kind.PERSON, visibility=Visibility.PUBLIC, email=address)
    return f"/manage/{coalition.deliver_mail().newest_token('manage')}"


def release(coalition: Coalition) -> list[Delivery]:
    """Close, propose, approve and release it."""
    coalition.close().propose()
    return coalition.approve_all().release()


def carry_all(coalition: Coalition) -> int:
    """Hand over what is due by ways that leave by themselves."""
    return carry(coalition, asking=Asking())


def rows(coalition: Coalition) -> list[Constituent]:
    """Give what was asked of Members, as it lies in the database."""
    with reading(coalition.engine) as session:
        return list(session.exec(select(Constituent).order_by(Constituent.id)).all())


def sendings(coalition: Coalition, channel: str = "cwc") -> list[Delivery]:
    """Give the sendings by a way."""
    with reading(coalition.engine) as session:
        found = select(Delivery).where(Delivery.channel == channel).order_by(Delivery.destination)
        return list(session.exec(found).all())
